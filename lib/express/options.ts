import { parse, parseStrategyOptions, readBoolean, type Given, type StrategySettings } from '../options.js';
import {
  readFunction,
  readLimits,
  readPassport,
  readPath,
  readTarget,
  readTemplates,
  readTexts,
} from '../internal/option-readers.js';
import type { Templates } from '../pages/templates.js';
import type { RateLimitStore, LoginPaths, LoginWithOptions, PassportLike, WebRequest } from './types.js';

/** The options of `loginWith()`, checked and complete. */
export interface Settings {
  readonly providers: readonly StrategySettings[];
  readonly basePath: string;
  readonly paths: Readonly<LoginPaths>;
  readonly verify: ((...parameters: unknown[]) => unknown) | undefined;
  readonly serialize: (user: unknown, req: WebRequest) => unknown;
  readonly deserialize: (stored: unknown, req: WebRequest) => unknown;
  readonly passport: PassportLike | undefined;
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
  readonly limits: { perClient: number; overall: number; window: number; store: RateLimitStore | undefined };
  readonly templates: Templates;
}

const optionNames = [
  'providers',
  'basePath',
  'paths',
  'verify',
  'serialize',
  'deserialize',
  'passport',
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
  'templates',
];

const defaultPaths: LoginPaths = {
  login: '/:name',
  callback: '/:name/callback',
  renew: '/:name/renew',
  link: '/:name/link',
  choose: '/choose',
  logout: '/logout',
};

/** @throws TypeError that lists all mistakes at once, each with the option's name. */
export function parseOptions(options: unknown): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('loginWith needs an options object: { providers: [{ provider, appId, appSecret }] }');
  }
  return parse('loginWith', options, optionNames, readSettings);
}

function readSettings(given: Given, mistakes: string[]): Settings {
  const basePath = readPath(given, 'basePath', '/auth', mistakes).replace(/\/+$/, '');
  const paths = readPaths(given.paths, mistakes);
  checkCombinations(given, mistakes);
  // Each function is the app's own: its parameters and results are what the option's type says.
  const functions = {
    verify: readFunction(given, 'verify', mistakes) as Settings['verify'],
    serialize: (readFunction(given, 'serialize', mistakes) ?? ((user) => user)) as Settings['serialize'],
    deserialize: (readFunction(given, 'deserialize', mistakes) ?? ((stored) => stored)) as Settings['deserialize'],
    onLogin: readFunction(given, 'onLogin', mistakes) as Settings['onLogin'],
    onLogout: readFunction(given, 'onLogout', mistakes) as Settings['onLogout'],
    onLink: readFunction(given, 'onLink', mistakes) as Settings['onLink'],
    onError: readFunction(given, 'onError', mistakes) as Settings['onError'],
  };
  return {
    ...functions,
    providers: readProviders(given.providers, basePath + paths.callback, mistakes),
    basePath,
    paths,
    passport: readPassport(given.passport, mistakes),
    session: readBoolean(given, 'session', mistakes) ?? true,
    keepSession: readTexts(given, 'keepSession', 'keys of the session', () => true, mistakes),
    successRedirect: readTarget(given, 'successRedirect', mistakes) ?? '/',
    failureRedirect: readTarget(given, 'failureRedirect', mistakes),
    logoutRedirect: readTarget(given, 'logoutRedirect', mistakes),
    keepAccessToken: readBoolean(given, 'keepAccessToken', mistakes),
    trustedOrigins: readTexts(
      given,
      'trustedOrigins',
      'origins such as https://www.example.org, without a path',
      (text) => URL.canParse(text) && new URL(text).origin === text,
      mistakes,
    ),
    limits: readLimits(given.limits, mistakes),
    templates: readTemplates(given.templates, mistakes),
  };
}

/** What each option asks of the others. */
function checkCombinations(given: Given, mistakes: string[]): void {
  const stateless = given.session === false;
  if (stateless) {
    if (given.onLogin === undefined)
      mistakes.push(
        '"onLogin" is missing: with "session" false it hands out the token that the app signs people in with',
      );
    for (const name of ['passport', 'serialize', 'deserialize', 'keepAccessToken', 'keepSession', 'onLink'])
      if (given[name] !== undefined && given[name] !== false)
        mistakes.push(`"${name}" needs a session, and "session" is false`);
    return;
  }
  if (given.passport !== undefined) {
    for (const name of ['serialize', 'deserialize'])
      if (given[name] !== undefined)
        mistakes.push(`"${name}" is not used with "passport", which has serializers of its own`);
    if (given.verify === undefined)
      mistakes.push('"verify" is missing: with "passport" it returns a user that the serializers there know');
    return;
  }
  if (given.verify !== undefined && (given.serialize === undefined || given.deserialize === undefined))
    mistakes.push(
      '"serialize" and "deserialize" are missing: with "verify" they say what of the user goes into the session and how it comes back',
    );
  if (given.verify === undefined && (given.serialize !== undefined || given.deserialize !== undefined))
    mistakes.push('"serialize" and "deserialize" are for the users of "verify", which is missing');
}

function readProviders(value: unknown, callbackPath: string, mistakes: string[]): StrategySettings[] {
  if (!Array.isArray(value) || value.length === 0) {
    mistakes.push('"providers" must be a list with one { provider, appId, appSecret } per provider');
    return [];
  }
  const settings = value.flatMap((options: unknown, index) => readProvider(options, index, callbackPath, mistakes));
  for (const [index, { name }] of settings.entries()) {
    if (settings.findIndex((other) => other.name === name) < index)
      mistakes.push(`"providers" has the name "${name}" twice; give one of them another "name"`);
  }
  return settings;
}

function readProvider(options: unknown, index: number, callbackPath: string, mistakes: string[]): StrategySettings[] {
  const where = `"providers[${index}]"`;
  if (typeof options === 'object' && options !== null && 'passReqToCallback' in options) {
    mistakes.push(`${where}: "passReqToCallback" is for the strategy; "onLogin" gets the request here`);
    return [];
  }
  try {
    const settings = parseStrategyOptions(options);
    const path = callbackPath.replace(':name', settings.name);
    const { callbackURL = path } = settings;
    if (!new URL(callbackURL, 'http://origin.invalid').pathname.replace(/\/+$/, '').endsWith(path))
      mistakes.push(
        `${where}: "callbackURL" does not end with ${path}, where the callback is; set "paths" or "basePath"`,
      );
    return [{ ...settings, callbackURL }];
  } catch (error) {
    mistakes.push(
      `${where}: ${error instanceof Error ? error.message.replace(/^LoginWithStrategy:? ?/, '') : String(error)}`,
    );
    return [];
  }
}

function readPaths(value: unknown, mistakes: string[]): LoginPaths {
  if (value === undefined) return defaultPaths;
  if (typeof value !== 'object' || value === null) {
    mistakes.push('"paths" must be an object such as { logout: "/bye" }');
    return defaultPaths;
  }
  const paths: Given = { ...value };
  for (const name of Object.keys(paths))
    if (!(name in defaultPaths))
      mistakes.push(`"paths.${name}" is not a path; there are ${Object.keys(defaultPaths).join(', ')}`);
  const read = (name: keyof LoginPaths) => {
    const path = readPath(paths, name, defaultPaths[name], mistakes, 'paths.');
    if (defaultPaths[name].includes(':name') !== path.includes(':name'))
      mistakes.push(`"paths.${name}" must ${path.includes(':name') ? 'not ' : ''}have ":name" in it`);
    return path;
  };
  return {
    login: read('login'),
    callback: read('callback'),
    renew: read('renew'),
    link: read('link'),
    choose: read('choose'),
    logout: read('logout'),
  };
}
