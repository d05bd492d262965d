import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { omitUndefined } from '../../internal/omit-undefined.js';
import { errorCodeOf, errorText } from '../../internal/unknown-error.js';
import type { StartOptions } from '../../provider/index.js';
import { redirectURLTraps } from '../../provider/store/app-form.js';
import { UsageError } from '../command-line.js';
import type { AppCommand } from './run-app.js';

/** What the command line asks for. */
export type ProviderCommand =
  | { type: 'help' }
  /** `app` is what stands behind `--`. */
  | { type: 'start'; options: Omit<StartOptions, 'state'>; keeping: Keeping; app: AppCommand | undefined };

/** Where the state is kept. */
export interface Keeping {
  /** Undefined: in the folder in which the command runs. */
  file: string | undefined;
  /** Nothing is kept. */
  isOff: boolean;
  /** What was kept before is put aside first. */
  isReset: boolean;
}

/** @throws UsageError for what startProvider does not check; Error when the file of users cannot be read. */
export function parseProviderArgs(args: readonly string[]): ProviderCommand {
  const end = args.indexOf('--');
  const values = parse(end === -1 ? args : args.slice(0, end));
  if (values.help === true) return { type: 'help' };
  const { port = '4000', users, 'redirect-url': redirectURL } = values;
  if (!/^\d{1,5}$/.test(port)) throw new UsageError(`--port must be a number, not "${port}"`);
  if (redirectURL !== undefined) refuseFragment(redirectURL);
  const options = {
    port: Number(port),
    host: values.host,
    name: values.name,
    version: values.version,
    language: values.language,
    redirectURL,
    siteURL: values['site-url'],
    uploadsURL: values['uploads-url'],
    users: users === undefined ? undefined : readUsers(users),
  };
  // startProvider checks the values.
  return {
    type: 'start',
    options: omitUndefined(options) as StartOptions,
    keeping: readKeeping(values),
    app: end === -1 ? undefined : readAppCommand(args.slice(end + 1)),
  };
}

function readAppCommand([program, ...args]: readonly string[]): AppCommand {
  if (program === undefined || program === '')
    throw new UsageError('"--" must be followed by the command that starts the app, such as node app.mjs');
  return [program, ...args];
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
        language: { type: 'string' },
        users: { type: 'string' },
        'redirect-url': { type: 'string' },
        'site-url': { type: 'string' },
        'uploads-url': { type: 'string' },
        state: { type: 'string' },
        'no-state': { type: 'boolean' },
        reset: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const isCommand = errorCodeOf(error) === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL';
    const text = isCommand
      ? 'put -- before the command that starts the app: provider -- node app.mjs'
      : errorText(error);
    throw new UsageError(text, { cause: error });
  }
}

/** The real site registers such a URL, but nobody can log in with it. */
function refuseFragment(redirectURL: string): void {
  if (!redirectURLTraps(redirectURL).fragment) return;
  const [withoutFragment = ''] = redirectURL.split('#');
  throw new UsageError(
    '--redirect-url must not have a "#": browsers keep what stands behind it to themselves, so the key would never ' +
      `reach the app's server. Register the address of a route on the server, such as ${withoutFragment}, and let it ` +
      'redirect to the page',
  );
}

function readKeeping(values: Pick<ReturnType<typeof parse>, 'state' | 'no-state' | 'reset'>): Keeping {
  const { state: file, 'no-state': isOff = false, reset: isReset = false } = values;
  if (file?.trim() === '') throw new UsageError('--state must be the path of a file');
  if (isOff && (file !== undefined || isReset)) {
    throw new UsageError(`--no-state keeps nothing, so it does not go with ${isReset ? '--reset' : '--state'}`);
  }
  return { file, isOff, isReset };
}

function readUsers(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`--users ${file}: ${errorText(error)}`, { cause: error });
  }
}
