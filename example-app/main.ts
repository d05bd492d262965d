import { join } from 'node:path';
import { providers } from 'passport-loginwith';
import { loadEnvFile, readConfig, SetUpError, type ExampleConfig } from './config.js';
import { startExample } from './start.js';

async function main(): Promise<void> {
  loadEnvFile('.env');
  const config = readConfig(process.env);
  const dataFolder = join(__dirname, '../.data');
  const example = await startExample(config, dataFolder, (text) => console.error(text));
  const stop = () => void example.close().then(() => process.exit(0));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  console.log([`\nOpen ${example.url}\n`, ...describeSites(config, example.url), 'Ctrl-C stops it.\n'].join('\n'));
}

function describeSites({ sites }: ExampleConfig, url: string): string[] {
  return sites.map(({ name, credentials, baseURL }) => {
    const { displayName } = providers[name];
    if (credentials === undefined) return `A local ${displayName} runs with it.`;
    const callback = `${url}/auth/${name}/callback`;
    return `${displayName} is ${baseURL ?? 'the real one'}; register ${callback} as the redirect URL there.`;
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exit(1);
});
