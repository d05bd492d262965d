import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { omitUndefined } from '../internal/omit-undefined.js';
import { errorText } from '../internal/unknown-error.js';
import { snippetsFor } from '../provider/dashboard/snippets.js';
import type { LocalProvider, StartOptions } from '../provider/index.js';
import { openProvider } from '../provider/start-provider.js';
import { UsageError, type CommandLine } from './command-line.js';
import { help } from './help.js';

/**
 * Starts a local provider, prints how to use it, and closes it when the command is to stop.
 * @throws UsageError when an option is wrong; Error when the provider cannot start
 */
export async function runProvider(args: readonly string[], line: CommandLine): Promise<void> {
  const { help: isHelp = false, ...values } = parse(args);
  if (isHelp) {
    line.stdout(help);
    return;
  }
  const { provider, exposure } = await start(toOptions(values));
  line.stdout(startMessage(provider));
  if (exposure !== undefined) line.stderr(`\nWarning: ${exposure}\nWithout --host, only this machine can reach it.\n`);
  await line.stopped;
  await provider.close();
  line.stdout(`\n${provider.name} has stopped.\n`);
}

async function start(options: StartOptions): ReturnType<typeof openProvider> {
  try {
    return await openProvider(options);
  } catch (error) {
    const message = errorText(error);
    const text = message.replace(/^startProvider: /, '');
    // The provider checks the values; a wrong one is a mistake on the command line.
    const isUsage = error instanceof TypeError && text !== message;
    throw isUsage ? new UsageError(text, { cause: error }) : new Error(text, { cause: error });
  }
}

function toOptions(values: Omit<ReturnType<typeof parse>, 'help'>): StartOptions {
  const { port = '4000', host, name, version, users, state, 'redirect-url': redirectURL, 'site-url': siteURL } = values;
  if (!/^\d{1,5}$/.test(port)) throw new UsageError(`--port must be a number, not "${port}"`);
  const given = {
    port: Number(port),
    host,
    name,
    version,
    redirectURL,
    siteURL,
    users: users === undefined ? undefined : readUsers(users),
    state,
  };
  // startProvider checks the values.
  return omitUndefined(given) as StartOptions;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        name: { type: 'string' },
        version: { type: 'string' },
        users: { type: 'string' },
        'redirect-url': { type: 'string' },
        'site-url': { type: 'string' },
        state: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(errorText(error), { cause: error });
  }
}

function readUsers(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`--users ${file}: ${errorText(error)}`, { cause: error });
  }
}

/** Everything that one needs to log in with this provider. */
function startMessage(provider: LocalProvider): string {
  const { name, version, authorizeMethod, url, users } = provider;
  const [app] = provider.apps;
  // There is always one: a provider that starts without an app registers one.
  if (app === undefined) throw new Error('this provider has no app');
  const { env, javaScript, startURL } = snippetsFor(app, { name, url });
  const authorize = authorizeMethod === 'POST' ? 'POST (form)' : 'GET (query)';
  return `${name} is running at ${url} (version ${version}, users: ${String(users.length)}). Ctrl-C stops it.

  URL           ${url}
  app_id        ${app.appId}
  app_secret    ${app.appSecret}
  redirect URL  ${app.redirectURL}

Environment:

${indented(env)}

Express app (npm install express passport passport-loginwith):

${indented(javaScript)}

Run it with these variables and open ${startURL}

In any other language:

  1. Send the browser to  ${url}/api/oauth?app_id=${app.appId}
  2. It comes back to     ${app.redirectURL}?auth_key=KEY
  3. ${authorize.padEnd(20)} ${url}/api/authorize  with app_id, app_secret, auth_key
  4. ${'GET'.padEnd(20)} ${url}/api/get_user_info?access_token=TOKEN

More apps, and the whole protocol: ${url}/developers
`;
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((each) => (each === '' ? '' : `  ${each}`))
    .join('\n');
}
