import { parseURL } from './internal/urls.js';
import { redactURL } from './errors.js';
import {
  cookieSecretRule,
  isCookieSecret,
  secretsOf,
  stretchSecret,
  warnOfMissingCookieSecret,
} from './internal/cookie-secret.js';
import { errorText } from './internal/unknown-error.js';
import {
  hasMethods,
  isBoolean,
  isListOf,
  isPositiveInteger,
  parseOptions,
  type OptionReader,
} from './internal/option-readers.js';
import { createSealers, type Sealers, type SealingSecrets } from './internal/seal.js';
import { findProvider, isBare, isName, renameProvider } from './providers.js';
import type { AttemptStoreOf, ClientOptions, Dispatcher, Provider, RateLimitStore } from './types.js';

/** The client's options after the check. */
export interface ClientSettings {
  readonly provider: Provider;
  readonly appId: string;
  /** A function, so that inspecting or serializing an object that holds it does not show the secret. */
  readonly appSecret: () => string;
  readonly timeout: number;
  readonly dispatcher: ClientOptions['dispatcher'];
}

/** The options of a login after the check. The name of `provider` is that of its users' identities and cookies. */
export interface LoginSettings extends ClientSettings {
  /** Of the strategy or of the routes. */
  readonly name: string;
  /** Seals what the browser and the session keep. */
  readonly sealers: Sealers;
  readonly callbackURL: string | undefined;
  /** Its requests are those of the framework, and whoever calls it passes them on. */
  readonly attempts: AttemptStoreOf<unknown> | undefined;
  readonly trustedOrigins: readonly string[];
  readonly limits: RateLimits | undefined;
}

export interface StrategySettings extends LoginSettings {
  readonly passReqToCallback: boolean;
  /** Milliseconds; 0 for no limit. */
  readonly verifyTimeout: number;
}

/** How many failed exchanges are allowed. */
export interface RateLimits {
  /** Failed exchanges that one client address may have within the window. */
  limit: number;
  /** Failed exchanges of all clients, after which a client may have only two. */
  overallLimit: number;
  /** Length of the window, in milliseconds. */
  windowMs: number;
  /** Counts the failed exchanges; the memory of this process if absent. */
  store: RateLimitStore | undefined;
}

const dispatcherRule =
  process.versions.bun === undefined
    ? 'an undici Dispatcher'
    : 'an undici Dispatcher, imported from "undici/index.js": "undici" is a replacement of Bun';
const clientOptionNames = ['provider', 'appId', 'appSecret', 'timeout', 'dispatcher'];
/** Of one login, in whatever framework. */
export const loginOptionNames = [
  ...clientOptionNames,
  'cookieSecret',
  'name',
  'callbackURL',
  'attempts',
  'trustedOrigins',
  'limits',
];
/** The name of a strategy for a provider of which only the base URL is known. */
const bareStrategyName = 'loginwith';
const example = '{ provider, appId, appSecret }';

/** What to do about option names of other strategies, in lower case. */
export const loginOptionHints = {
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
  secret: 'use "cookieSecret"',
};

/**
 * Checks the options of `LoginWithClient`. @throws TypeError that lists every mistake at once, each with the name of
 * the option.
 */
export function parseClientOptions(options: unknown): ClientSettings {
  return parseOptionsWithClient('LoginWithClient', [], options, (_reader, client) => client);
}

/**
 * Checks options that include those of `LoginWithClient`, and reads the others with `read`.
 *
 * @throws TypeError that lists every mistake at once, each with the name of the option.
 */
export function parseOptionsWithClient<T extends object>(
  caller: string,
  otherNames: readonly string[],
  options: unknown,
  read: (reader: OptionReader, client: ClientSettings) => T,
): Readonly<T> {
  const names = [...clientOptionNames, ...otherNames];
  return parseOptions({ caller, names, example, hints: loginOptionHints }, options, (reader) =>
    read(reader, readClientOptions(reader)),
  );
}

/**
 * Checks the options of `LoginWithStrategy`. @throws TypeError that lists every mistake at once, each with the name of
 * the option.
 */
export function parseStrategyOptions(options: unknown): StrategySettings {
  const names = [...loginOptionNames, 'passReqToCallback', 'verifyTimeout'];
  return parseOptions({ caller: 'LoginWithStrategy', names, example, hints: loginOptionHints }, options, (reader) => ({
    ...readLoginOptions(reader),
    passReqToCallback: reader.read('passReqToCallback', isBoolean, 'true or false') ?? false,
    verifyTimeout: readVerifyTimeout(reader),
  }));
}

/** Reads the option `verifyTimeout`; 0 stands for no limit. */
export function readVerifyTimeout(reader: OptionReader): number {
  const expected = 'a whole number of milliseconds above 0, or false for no limit';
  const given = reader.read('verifyTimeout', isTimeLimit, expected) ?? 30_000;
  return given === false ? 0 : given;
}

/** Reads the options of one login. */
export function readLoginOptions(reader: OptionReader): LoginSettings {
  const client = readClientOptions(reader);
  const given = reader.read('name', isName, 'letters, digits, ".", "_" or "-", because it also names a cookie');
  const provider = given === undefined ? client.provider : renameProvider(client.provider, given);
  return {
    ...client,
    provider,
    name: given ?? (isBare(provider) ? bareStrategyName : provider.name),
    sealers: readSealers(reader, { ...client, provider }),
    callbackURL: readCallbackURL(reader),
    attempts: readAttempts(reader),
    trustedOrigins: readTrustedOrigins(reader),
    limits: reader.given.limits === undefined ? undefined : readLimits(reader),
  };
}

/** Whether a value is a path of this app or an http(s) URL, to which a browser can be sent. */
export function isTarget(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^(?:\/(?![/\\])|https?:\/\/[^/])/i.test(value) &&
    parseURL(value, 'http://origin.invalid') !== undefined
  );
}

/** Whether a value is an origin such as `https://app.example`, as browsers write it. */
export function isOrigin(value: unknown): value is string {
  return typeof value === 'string' && parseURL(value)?.origin === value;
}

/** Reads the option `attempts`. */
export function readAttempts(reader: OptionReader): LoginSettings['attempts'] {
  return reader.read('attempts', isAttemptStore, 'an object with the methods begin(req, attempt) and take(req)');
}

/** Reads the option `trustedOrigins`. */
export function readTrustedOrigins(reader: OptionReader): readonly string[] {
  return reader.read('trustedOrigins', isListOf(isOrigin), 'a list of origins such as https://www.example.org') ?? [];
}

/** Reads the option `limits`. */
export function readLimits(reader: OptionReader): RateLimits {
  const inner = reader.readObject('limits', ['limit', 'overallLimit', 'windowMs', 'store'], '{ limit: 10 }');
  const readCount = (name: string) => inner.read(name, isPositiveInteger, 'a whole number above 0');
  return {
    limit: readCount('limit') ?? 10,
    overallLimit: readCount('overallLimit') ?? 100,
    windowMs: readCount('windowMs') ?? 60 * 60_000,
    store: inner.read('store', isRateLimitStore, 'a store of express-rate-limit, with get(key) and increment(key)'),
  };
}

function readSealers(reader: OptionReader, { provider: { name, baseURL }, appId, appSecret }: ClientSettings): Sealers {
  const cookieSecret = reader.read('cookieSecret', isCookieSecret, cookieSecretRule);
  if (cookieSecret !== undefined && [cookieSecret].flat().includes(appSecret()))
    reader.reject('"cookieSecret" is the appSecret, which can be guessed; choose random characters');
  if (reader.given.cookieSecret === undefined) warnOfMissingCookieSecret();
  const secrets: SealingSecrets =
    cookieSecret === undefined ? stretchSecret(appSecret(), `${baseURL} ${appId}`) : secretsOf(cookieSecret);
  return createSealers(secrets, [name, baseURL, appId]);
}

function readClientOptions(reader: OptionReader): ClientSettings {
  const appSecret = readCredential(reader, 'appSecret');
  return {
    provider: readProvider(reader),
    appId: readCredential(reader, 'appId'),
    appSecret: () => appSecret,
    timeout: reader.read('timeout', isPositiveInteger, 'a whole number of milliseconds above 0') ?? 10_000,
    dispatcher: reader.read('dispatcher', isDispatcher, dispatcherRule),
  };
}

function readProvider({ given, reject }: OptionReader): Provider {
  try {
    return findProvider(given.provider);
  } catch (error) {
    reject(errorText(error));
    return { name: '', baseURL: '', displayName: '', authorizeMethod: 'auto' };
  }
}

function readCredential({ given, reject }: OptionReader, option: 'appId' | 'appSecret'): string {
  const value = given[option];
  if (value === undefined || value === '') {
    reject(
      `"${option}" is missing; copy it from the provider's dashboard, or set the environment variable it comes from, ` +
        `such as ${variableOf(given, option)} ("npx passport-loginwith doctor" finds a wrong one), or start the app ` +
        'with "npx passport-loginwith provider -- node app.mjs"',
    );
  } else if (typeof value !== 'string') {
    reject(`"${option}" must be a string, in quotes`);
  } else if (/[\s\p{Cc}]/u.test(value)) {
    reject(`"${option}" has a space or a line break in it; copy it again`);
  } else {
    return value;
  }
  return '';
}

/** The variable's name as the local provider prints it and the doctor reads it. */
function variableOf({ name, provider }: OptionReader['given'], option: 'appId' | 'appSecret'): string {
  const [prefix = 'pimbuzz'] = [name, provider].filter((value) => isName(value));
  return `${prefix.replace(/\W/g, '_').toUpperCase()}_${option === 'appId' ? 'APP_ID' : 'APP_SECRET'}`;
}

function readCallbackURL({ given: { callbackURL }, reject }: OptionReader): string | undefined {
  if (callbackURL === undefined) return undefined;
  if (
    typeof callbackURL !== 'string' ||
    !/^(?:https?:\/\/[^/]|\/(?!\/))/i.test(callbackURL) ||
    parseURL(callbackURL, 'http://localhost') === undefined
  ) {
    reject('"callbackURL" must be the registered redirect URL, such as https://app.example/auth/pimbuzz/callback');
  } else if (callbackURL.includes('#')) {
    reject(
      `"callbackURL" ${redactURL(callbackURL)} has a "#": the provider appends the key behind it, where it never ` +
        'reaches a server; register a URL without it',
    );
  } else {
    return callbackURL;
  }
  return undefined;
}

function isTimeLimit(value: unknown): value is number | false {
  return value === false || isPositiveInteger(value);
}

function isDispatcher(value: unknown): value is Dispatcher {
  return hasMethods(value, 'request');
}

function isRateLimitStore(value: unknown): value is RateLimitStore {
  return hasMethods(value, 'get', 'increment');
}

function isAttemptStore(value: unknown): value is AttemptStoreOf<unknown> {
  return hasMethods(value, 'begin', 'take');
}
