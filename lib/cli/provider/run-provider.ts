import { parseEnv } from 'node:util';
import { errorCodeOf, errorText } from '../../internal/unknown-error.js';
import { snippetsFor } from '../../provider/dashboard/snippets.js';
import type { StartOptions } from '../../provider/index.js';
import { listeningURL, openProvider, parseStartOptions } from '../../provider/start-provider.js';
import { UsageError, type CommandLine } from '../command-line.js';
import { help } from '../help.js';
import { openKeptState, type KeptState } from './kept-state.js';
import { parseProviderArgs } from './options.js';
import { findLocalProvider } from './port-holder.js';
import { createRedirectHints } from './redirect-hints.js';
import { createRequestHints } from './request-hints.js';
import { runApp, type AppCommand } from './run-app.js';
import { appMessage, startMessage, startWarnings } from './start-message.js';

/**
 * Starts a local provider, prints how to use it and what the app does wrong, and closes it when the command is to stop.
 * If the app is to be started too, it ends with the app.
 *
 * @returns the app's exit code; 0 without an app.
 * @throws UsageError when an option is wrong; Error when the provider or the app cannot start
 */
export async function runProvider(args: readonly string[], line: CommandLine): Promise<number> {
  const command = parseProviderArgs(args);
  if (command.type === 'help') {
    line.stdout(help);
    return 0;
  }
  const { options } = command;
  const { slug } = checked(() => parseStartOptions(options));
  const kept = openKeptState(command.keeping, slug);
  try {
    const opened = await open(options, kept);
    let code: number;
    try {
      code = await serve(opened, kept, line, command.app);
    } finally {
      await opened.provider.close();
    }
    line.stdout(`\n${opened.provider.name} has stopped.\n`);
    return code;
  } finally {
    if (kept.type === 'kept') kept.lock.release();
  }
}

type OpenedProvider = Awaited<ReturnType<typeof openProvider>>;

/** Tells how to use the provider and what the app does wrong, until the command is to stop or the app has ended. */
async function serve(
  opened: OpenedProvider,
  kept: KeptState,
  line: CommandLine,
  appCommand: AppCommand | undefined,
): Promise<number> {
  const { provider, exposure, requestLog, sessionSecretOf } = opened;
  const [app] = provider.apps;
  // There is always one: a provider that starts without an app registers one.
  if (app === undefined) throw new Error('this provider has no app');
  if (kept.type === 'kept') kept.lock.setURL(provider.url);
  const snippets = snippetsFor(app, { name: provider.name, url: provider.url, sessionSecret: sessionSecretOf(app) });
  const started = { provider, app, snippets, kept };
  line.stdout(appCommand === undefined ? startMessage(started) : appMessage(started, appCommand));
  const exposed = exposure === undefined ? [] : [`${exposure}\nWithout --host, only this machine can reach it.`];
  for (const warning of [...startWarnings(started), ...exposed]) line.stderr(`\nWarning: ${warning}\n`);

  const hintFor = createRequestHints(provider, snippets.prefix);
  const redirectHintFor = createRedirectHints(provider);
  requestLog.subscribe((entry) => {
    const hint = hintFor(entry);
    if (hint !== undefined) line.stderr(`passport-loginwith: ${hint}\n`);
    void redirectHintFor(entry).then((text) => text !== undefined && line.stderr(`passport-loginwith: ${text}\n`));
  });
  if (appCommand !== undefined) return runApp(appCommand, parseEnv(snippets.env), line.stopped);
  await line.stopped;
  return 0;
}

async function open(options: StartOptions, kept: KeptState): Promise<OpenedProvider> {
  try {
    return await openProvider({ ...options, ...(kept.type === 'kept' ? { state: kept.file } : {}) });
  } catch (error) {
    if (kept.type === 'kept') kept.undoReset();
    const cause = error instanceof Error ? error.cause : undefined;
    const text = errorCodeOf(cause) === 'EADDRINUSE' ? await portTaken(options) : withoutCaller(errorText(error));
    throw new Error(text, { cause: error });
  }
}

async function portTaken({ port = 0, host = '127.0.0.1' }: StartOptions): Promise<string> {
  const url = listeningURL(host, port);
  const holder = await findLocalProvider(url);
  const advice = 'choose another port with --port (0 picks a free one)';
  return holder === undefined
    ? `port ${port} on ${host} is taken: stop what listens there, or ${advice}`
    : `another local provider, ${holder}, is running at ${url} already: use that one, or ${advice}`;
}

/** The provider checks the values; a wrong one is a mistake on the command line. */
function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(withoutCaller(error.message), { cause: error }) : error;
  }
}

function withoutCaller(message: string): string {
  return message.replace(/^startProvider: /, '');
}
