import { cookieSecretRule, isCookieSecret } from '../internal/cookie-secret.js';
import { isFunction, isObject, parseOptions, type OptionReader } from '../internal/option-readers.js';
import {
  isOrigin,
  isTarget,
  loginOptionHints,
  loginOptionNames,
  readAttempts,
  readLimits,
  readLoginOptions,
  readTrustedOrigins,
  type LoginSettings,
  type RateLimits,
} from '../options.js';
import { pageOptionNames, readPageOptions, type PageSettings } from '../pages/page-settings.js';
import type { CreateLoginsOptions } from './types.js';

/** The options of `createLogin()` that all providers share, checked. */
export interface SharedSettings extends PageSettings {
  readonly limits: RateLimits;
  readonly loginURL: string | undefined;
  readonly origin: string | undefined;
}

/** The options that each provider gets, if there is one per request. */
type CommonOptions = Pick<CreateLoginsOptions, 'attempts' | 'cookieSecret' | 'trustedOrigins'>;

/** The options of `createLogin()`, checked. */
export type WebSettings = SharedSettings &
  (
    | { readonly provider: LoginSettings }
    | { readonly providers: CreateLoginsOptions['providers']; readonly common: CommonOptions }
  );

const sharedNames = ['loginURL', 'origin', ...pageOptionNames];
const providerNames = [
  'provider',
  'appId',
  'appSecret',
  'name',
  'callbackURL',
  'timeout',
  'dispatcher',
  'cookieSecret',
];
const example = '{ provider, appId, appSecret, cookieSecret }';

/** @throws TypeError that lists every mistake at once, each with the name of the option. */
export function parseCreateLoginOptions(options: unknown): WebSettings {
  if (!isObject(options) || options.providers === undefined) {
    const names = [...loginOptionNames, ...sharedNames];
    return parseOptions({ caller: 'createLogin', names, example, hints: loginOptionHints }, options, (reader) => ({
      ...readShared(reader),
      provider: readLoginOptions(reader),
    }));
  }
  const names = ['providers', 'cookieSecret', 'attempts', 'trustedOrigins', 'limits', ...sharedNames];
  return parseOptions({ caller: 'createLogin', names, example }, options, (reader) => {
    // Without it, the key of each provider would be stretched from its secret, with effort, at its first request.
    if (reader.given.cookieSecret === undefined) reader.reject('"cookieSecret" is missing: all providers need one');
    const cookieSecret = reader.read('cookieSecret', isCookieSecret, cookieSecretRule) ?? '';
    const providers = reader.read('providers', isProviders, 'a function that returns { provider, appId, appSecret }');
    return {
      ...readShared(reader),
      providers: providers ?? (() => undefined),
      common: { cookieSecret, attempts: readAttempts(reader), trustedOrigins: readTrustedOrigins(reader) },
    };
  });
}

/** Checks the options of one provider, which the app's function returned. @throws TypeError as above. */
export function parseProviderOptions(options: object, common: CommonOptions): LoginSettings {
  const names = [...providerNames, ...Object.keys(common)];
  const caller = 'createLogin: what "providers" returned';
  const given = { ...common, ...options };
  return parseOptions({ caller, names, example, hints: loginOptionHints }, given, readLoginOptions);
}

function readShared(reader: OptionReader): SharedSettings {
  return {
    limits: readLimits(reader),
    loginURL: reader.read('loginURL', isTarget, 'a path such as /auth/pimbuzz, or an http(s) URL'),
    origin: reader.read('origin', isOrigin, 'an origin such as https://app.example'),
    ...readPageOptions(reader, ['start', 'failure']),
  };
}

function isProviders(value: unknown): value is CreateLoginsOptions['providers'] {
  return isFunction(value);
}
