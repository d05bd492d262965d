import {
  hasMethods,
  isBoolean,
  isFunction,
  isListOf,
  parseOptions,
  type OptionReader,
} from '../internal/option-readers.js';
import { isTarget, readLimits, readTrustedOrigins, readVerifyTimeout, type RateLimits } from '../options.js';
import { pageOptionNames, readPageOptions, type PageSettings } from '../pages/page-settings.js';
import { readRoutes, type RouteSettings } from './route-options.js';
import type { LoginWithOptions, PassportLike, WebRequest } from './types.js';

/** The options of `loginWith()`, checked and complete. */
export interface Settings extends RouteSettings, PageSettings {
  /** Names the providers, if the app chooses them per request. */
  readonly tenant: string | undefined;
  readonly verify: ((...parameters: unknown[]) => unknown) | undefined;
  readonly serialize: (user: unknown, req: WebRequest) => unknown;
  readonly deserialize: (stored: unknown, req: WebRequest) => unknown;
  readonly passport: PassportLike | undefined;
  /** Milliseconds; 0 for no limit. */
  readonly verifyTimeout: number;
  readonly userProperty: string;
  readonly session: boolean;
  readonly keepSession: readonly string[];
  readonly successRedirect: string;
  readonly failureRedirect: string | undefined;
  readonly logoutRedirect: string | undefined;
  readonly onLogin: LoginWithOptions['onLogin'];
  readonly onLogout: LoginWithOptions['onLogout'];
  readonly onLink: LoginWithOptions<unknown>['onLink'];
  readonly onError: LoginWithOptions['onError'];
  readonly keepAccessToken: boolean | undefined;
  readonly trustedOrigins: readonly string[];
  readonly limits: RateLimits;
}

const optionNames = [
  'providers',
  'cookieSecret',
  'basePath',
  'paths',
  'verify',
  'verifyTimeout',
  'serialize',
  'deserialize',
  'passport',
  'userProperty',
  'session',
  'keepSession',
  'successRedirect',
  'failureRedirect',
  'logoutRedirect',
  'onLogin',
  'onLogout',
  'onLink',
  'onError',
  'keepAccessToken',
  'trustedOrigins',
  'limits',
  ...pageOptionNames,
];

/** @throws TypeError that lists all mistakes at once, each with the option's name */
export function parseLoginWithOptions(options: unknown): Settings {
  const example = '{ providers: [{ provider, appId, appSecret }] }';
  return parseOptions({ caller: 'loginWith', names: optionNames, example }, options, readSettings);
}

function readSettings(reader: OptionReader): Settings {
  checkCombinations(reader);
  const readFunction = (name: string) => reader.read(name, isFunction, 'a function');
  return {
    ...readRoutes(reader),
    tenant: undefined,
    // What the functions take and return is checked by the types of the options.
    verify: readFunction('verify') as Settings['verify'],
    verifyTimeout: readVerifyTimeout(reader),
    serialize: (readFunction('serialize') ?? ((user) => user)) as Settings['serialize'],
    deserialize: (readFunction('deserialize') ?? ((stored) => stored)) as Settings['deserialize'],
    onLogin: readFunction('onLogin'),
    onLogout: readFunction('onLogout'),
    onLink: readFunction('onLink'),
    onError: readFunction('onError'),
    passport: reader.read('passport', isPassport, `the app's Passport: the package's export or a new Passport()`),
    userProperty: reader.read('userProperty', isFilled, 'the name of a property of the request') ?? 'user',
    session: reader.read('session', isBoolean, 'true or false') ?? true,
    keepSession: reader.read('keepSession', isListOf(isText), 'a list of keys of the session') ?? [],
    successRedirect: readTarget(reader, 'successRedirect') ?? '/',
    failureRedirect: readTarget(reader, 'failureRedirect'),
    logoutRedirect: readTarget(reader, 'logoutRedirect'),
    keepAccessToken: reader.read('keepAccessToken', isBoolean, 'true or false'),
    trustedOrigins: readTrustedOrigins(reader),
    limits: readLimits(reader),
    ...readPageOptions(reader),
  };
}

/** Checks what an option requires of the others. */
function checkCombinations({ given, reject }: OptionReader): void {
  if (typeof given.providers === 'function' && given.passport !== undefined)
    reject('"passport" keeps one user for all, and "providers" is a function: leave "passport" out');
  if (given.session === false) {
    if (given.onLogin === undefined)
      reject('"onLogin" is missing: with "session" false it hands out the app\'s own token');
    for (const name of ['passport', 'serialize', 'deserialize', 'keepAccessToken', 'keepSession', 'onLink'])
      if (given[name] !== undefined && given[name] !== false)
        reject(`"${name}" needs a session, and "session" is false`);
    return;
  }
  if (given.passport !== undefined) {
    for (const name of ['serialize', 'deserialize'])
      if (given[name] !== undefined) reject(`"${name}" is not used with "passport", which has its own serializers`);
    if (given.verify === undefined)
      reject('"verify" is missing: with "passport" it returns a user that Passport\'s serializers know');
    return;
  }
  if (given.userProperty !== undefined) reject('"userProperty" is the one that "passport" uses, which is missing');
  const hasSerializers = given.serialize !== undefined && given.deserialize !== undefined;
  if (given.verify !== undefined && !hasSerializers)
    reject(
      '"serialize" and "deserialize" are missing: with "verify" they turn the user into what the session ' +
        'holds, and back',
    );
  if (given.verify === undefined && (given.serialize !== undefined || given.deserialize !== undefined))
    reject('"serialize" and "deserialize" are for the users of "verify", which is missing');
}

function readTarget(reader: OptionReader, name: string): string | undefined {
  return reader.read(name, isTarget, 'a path such as /login, or an http(s) URL');
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFilled(value: unknown): value is string {
  return isText(value) && value !== '';
}

/** Passport has many more methods; these are called. */
function isPassport(value: unknown): value is PassportLike {
  return hasMethods(value, 'initialize', 'session');
}
