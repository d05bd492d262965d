import { parseURL } from '../../internal/urls.js';
import { parseArgs } from 'node:util';
import { findNearestName, isPositiveInteger } from '../../internal/option-readers.js';
import { isName } from '../../providers.js';
import { UsageError } from '../command-line.js';

/** What the command line asks for. */
export interface DoctorOptions {
  help: boolean;
  json: boolean;
  /** Whether the app reaches the site through `HTTPS_PROXY`. */
  proxy: boolean;
  name: string | undefined;
  /** A known name or a base URL. */
  provider: string | undefined;
  appId: string | undefined;
  appSecret: string | undefined;
  redirectURL: string | undefined;
  /** Where the app runs, without a slash at its end. */
  app: URL | undefined;
  /** Path of the start. */
  start: string | undefined;
  envFile: string | undefined;
  /** Of each request, in milliseconds. */
  timeout: number;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const known = {
  name: text,
  provider: text,
  url: text,
  'app-id': text,
  'app-secret': text,
  'redirect-url': text,
  app: text,
  start: text,
  'env-file': text,
  timeout: text,
  proxy: flag,
  json: flag,
  help: flag,
} as const;
// Object.keys() returns texts, and these are all of them.
const names = Object.keys(known) as (keyof typeof known)[];

/** @throws UsageError, which repeats no value: it may be the secret. */
export function parseDoctorOptions(args: readonly string[]): DoctorOptions {
  const given = readValues(args);
  const read = (name: keyof typeof known) => given.get(name);
  const [name, app, start, timeout] = [read('name'), read('app'), read('start'), Number(read('timeout') ?? 10_000)];
  if (given.has('provider') && given.has('url'))
    throw new UsageError('--provider and --url mean the same: give one of them');
  if (name !== undefined && !isName(name)) throw new UsageError('--name must be a name such as pimbuzz');
  if (!isPositiveInteger(timeout)) throw new UsageError('--timeout must be a number of milliseconds');
  if (start !== undefined && !/^\/(?!\/)/.test(start))
    throw new UsageError('--start must be the path of the start such as /auth/pimbuzz');
  return {
    help: given.has('help'),
    json: given.has('json'),
    proxy: given.has('proxy'),
    name: name?.toLowerCase(),
    provider: read('provider') ?? read('url'),
    appId: read('app-id'),
    appSecret: read('app-secret'),
    redirectURL: read('redirect-url'),
    app: app === undefined ? undefined : parseAppURL(app),
    start,
    envFile: read('env-file'),
    timeout,
  };
}

/** Checks the names by itself: the messages of parseArgs repeat what was typed. */
function readValues(args: readonly string[]): Map<string, string> {
  const options = { ...known, help: { ...flag, short: 'h' } };
  const values = new Map<string, string>();
  for (const token of parseArgs({ args: [...args], options, tokens: true, strict: false }).tokens) {
    if (token.kind === 'positional') {
      throw new UsageError('there is an argument without an option before it; name the provider with --name');
    }
    if (token.kind !== 'option') continue;
    const name = names.find((each) => each === token.name);
    if (name === undefined) {
      const nearest = findNearestName(token.name, names);
      const hint = nearest === undefined ? '' : `; did you mean --${nearest}?`;
      throw new UsageError(`there is no option ${shown(token.rawName)}${hint}`);
    }
    const isText = known[name].type === 'string';
    if (isText && (token.value === undefined || token.value.startsWith('--')))
      throw new UsageError(`--${name} needs a value`);
    if (!isText && token.value !== undefined) throw new UsageError(`--${name} takes no value`);
    values.set(name, token.value ?? '');
  }
  return values;
}

function shown(rawName: string): string {
  return /^--?[a-z][a-z-]{0,30}$/.test(rawName) ? rawName : 'of that name';
}

function parseAppURL(text: string): URL {
  const url = parseURL(text);
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UsageError('--app must be the URL at which people open the app, such as https://app.example');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new UsageError('--app must have no user name, query or fragment');
  return url;
}
