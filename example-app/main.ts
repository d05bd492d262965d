import { join } from 'node:path';
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
  const local = sites.filter(({ credentials }) => credentials === undefined).map(({ displayName }) => displayName);
  const real = sites.filter(({ credentials }) => credentials !== undefined);
  return [
    ...(local.length === 0 ? [] : [`With it runs a local ${local.join(' and a local ')}.`]),
    ...real.map(
      ({ name, displayName, baseURL }) =>
        `${displayName} is ${baseURL ?? 'the real one'}; register ${url}/auth/${name}/callback as the redirect URL there.`,
    ),
  ];
}

main().catch((error: unknown) => {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exit(1);
});
