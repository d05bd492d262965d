import { redactURL } from './errors.js';
import { bareProviderName, findProvider } from './providers.js';
import type { AttemptStore, ClientOptions, Provider } from './types.js';

/** The client's options, checked. */
export interface ClientSettings {
  readonly provider: Provider;
  readonly appId: string;
  /** A function, so that no inspection or serialization of an object that holds it shows the secret. */
  readonly appSecret: () => string;
  readonly timeout: number;
  readonly dispatcher: ClientOptions['dispatcher'];
}

/** The strategy's options, checked. */
export interface StrategySettings extends ClientSettings {
  readonly name: string;
  readonly callbackURL: string | undefined;
  readonly passReqToCallback: boolean;
  readonly attempts: AttemptStore | undefined;
}

const clientOptionNames = ['provider', 'appId', 'appSecret', 'timeout', 'dispatcher'];
const strategyOptionNames = [...clientOptionNames, 'name', 'callbackURL', 'passReqToCallback', 'attempts'];

/** What other strategies call it, or have and this protocol has not. */
const hintByForeignName: Record<string, string> = {
  clientid: 'use "appId"',
  consumerkey: 'use "appId"',
  clientsecret: 'use "appSecret"',
  consumersecret: 'use "appSecret"',
  baseurl: 'use "provider", which takes a base URL',
  authorizationurl: 'use "provider", which takes a base URL',
  tokenurl: 'use "provider", which takes a base URL',
  redirecturi: 'use "callbackURL"',
  state: 'the protocol has none; leave it out',
  scope: 'the protocol has none; leave it out',
  store: 'use "attempts"',
};

/** @throws TypeError that lists all mistakes at once, each with the option's name. */
export function parseClientOptions(options: unknown): ClientSettings {
  return parse('LoginWithClient', options, clientOptionNames, readClientOptions);
}

/** @throws TypeError that lists all mistakes at once, each with the option's name. */
export function parseStrategyOptions(options: unknown): StrategySettings {
  return parse('LoginWithStrategy', options, strategyOptionNames, (given, mistakes) => {
    const client = readClientOptions(given, mistakes);
    const name = readName(given.name, mistakes) ?? client.provider.name;
    return {
      ...client,
      // A base URL has no name of its own. Two of them must not make one person of two: the strategy's name tells them apart.
      provider: client.provider.name === bareProviderName ? { ...client.provider, name } : client.provider,
      name,
      callbackURL: readCallbackURL(given.callbackURL, mistakes),
      passReqToCallback: readBoolean(given, 'passReqToCallback', mistakes) ?? false,
      attempts: readAttempts(given.attempts, mistakes),
    };
  });
}

/** Options as the app gave them. */
export type Given = Record<string, unknown>;

export function parse<T extends object>(
  who: string,
  options: unknown,
  names: readonly string[],
  read: (given: Given, mistakes: string[]) => T,
): T {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${who} needs an options object: { provider, appId, appSecret }`);
  }
  const mistakes: string[] = [];
  const settings = read({ ...options }, mistakes);
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) mistakes.push(`"${name}" is not an option${suggestName(name, names)}`);
  }
  if (mistakes.length > 0) throw new TypeError(`${who}: ${mistakes.join('; ')}`);
  return Object.freeze(settings);
}

function readClientOptions(given: Given, mistakes: string[]): ClientSettings {
  const appSecret = readCredential(given, 'appSecret', mistakes);
  return {
    provider: readProvider(given.provider, mistakes),
    appId: readCredential(given, 'appId', mistakes),
    appSecret: () => appSecret,
    timeout: readTimeout(given.timeout, mistakes),
    dispatcher: readDispatcher(given.dispatcher, mistakes),
  };
}

function readProvider(value: unknown, mistakes: string[]): Provider {
  try {
    return findProvider(value);
  } catch (error) {
    mistakes.push(error instanceof Error ? error.message : String(error));
    return { name: '', baseURL: '', displayName: '', authorizeMethod: 'auto' };
  }
}

function readCredential(given: Given, option: 'appId' | 'appSecret', mistakes: string[]): string {
  const value = given[option];
  if (value === undefined || value === '') {
    mistakes.push(`"${option}" is missing; copy it from the provider's dashboard (is the environment variable set?)`);
  } else if (typeof value !== 'string') {
    mistakes.push(`"${option}" must be a string, in quotes`);
  } else if (/[\s\p{Cc}]/u.test(value)) {
    mistakes.push(`"${option}" has a space or a line break in it; copy it again`);
  } else {
    return value;
  }
  return '';
}

function readTimeout(value: unknown, mistakes: string[]): number {
  if (value === undefined) return 10_000;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31) return value;
  mistakes.push('"timeout" must be a whole number of milliseconds above 0');
  return 0;
}

function readDispatcher(value: unknown, mistakes: string[]): ClientOptions['dispatcher'] {
  if (value === undefined || hasMethods(value, 'dispatch')) {
    // Whether it is an undici Dispatcher shows in its one method: an instance of another copy of undici is as good.
    return value as ClientOptions['dispatcher'];
  }
  mistakes.push('"dispatcher" must be an undici Dispatcher');
  return undefined;
}

function readName(value: unknown, mistakes: string[]): string | undefined {
  if (value === undefined || (typeof value === 'string' && /^[a-z0-9][a-z0-9._-]*$/i.test(value))) return value;
  mistakes.push('"name" must be letters, digits, ".", "_" or "-", because it also names a cookie');
  return undefined;
}

function readCallbackURL(value: unknown, mistakes: string[]): string | undefined {
  if (value === undefined) return undefined;
  if (
    typeof value !== 'string' ||
    !/^(?:https?:\/\/[^/]|\/(?!\/))/i.test(value) ||
    !URL.canParse(value, 'http://localhost')
  ) {
    mistakes.push(
      '"callbackURL" must be the registered redirect URL, such as https://app.example/auth/pimbuzz/callback',
    );
  } else if (value.includes('#')) {
    mistakes.push(
      `"callbackURL" ${redactURL(value)} has a "#": the provider appends the key behind it, where it never reaches a server; register one without`,
    );
  } else {
    return value;
  }
  return undefined;
}

export function readBoolean(given: Given, option: string, mistakes: string[]): boolean | undefined {
  const value = given[option];
  if (value === undefined || typeof value === 'boolean') return value;
  mistakes.push(`"${option}" must be true or false`);
  return undefined;
}

function readAttempts(value: unknown, mistakes: string[]): AttemptStore | undefined {
  if (value === undefined || hasMethods(value, 'begin', 'take')) {
    // The two methods are all that an AttemptStore is.
    return value as AttemptStore | undefined;
  }
  mistakes.push('"attempts" must have the methods begin(req, attempt) and take(req)');
  return undefined;
}

export function hasMethods(value: unknown, ...names: string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

function suggestName(name: string, names: readonly string[]): string {
  const foreign = hintByForeignName[name.toLowerCase()];
  if (foreign !== undefined) return `: ${foreign}`;
  const [nearest] = names
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? `; there are ${names.join(', ')}` : `: did you mean "${nearest.candidate}"?`;
}

/** Levenshtein's distance, row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min((row[j] ?? 0) + (from[i] === to[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
