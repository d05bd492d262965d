import { redactURL } from './errors.js';
import { errorText } from './internal/unknown-error.js';
import {
  hasMethods,
  isBoolean,
  isPositiveInteger,
  parseOptions,
  type OptionReader,
} from './internal/option-readers.js';
import { bareProviderName, findProvider, isName } from './providers.js';
import type { AttemptStore, ClientOptions, Provider } from './types.js';

/** The client's options after the check. */
export interface ClientSettings {
  readonly provider: Provider;
  readonly appId: string;
  /** A function, so that inspecting or serializing an object that holds it does not show the secret. */
  readonly appSecret: () => string;
  readonly timeout: number;
  readonly dispatcher: ClientOptions['dispatcher'];
}

/** The strategy's options after the check. */
export interface StrategySettings extends ClientSettings {
  readonly name: string;
  readonly callbackURL: string | undefined;
  readonly passReqToCallback: boolean;
  readonly attempts: AttemptStore | undefined;
}

const clientOptionNames = ['provider', 'appId', 'appSecret', 'timeout', 'dispatcher'];
const strategyOptionNames = [...clientOptionNames, 'name', 'callbackURL', 'passReqToCallback', 'attempts'];
const example = '{ provider, appId, appSecret }';

/** What to do about option names of other strategies, in lower case. */
const hints = {
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

/**
 * Checks the options of `LoginWithClient`. @throws TypeError that lists every mistake at once, each with the name of
 * the option.
 */
export function parseClientOptions(options: unknown): ClientSettings {
  return parseOptions(
    { caller: 'LoginWithClient', names: clientOptionNames, example, hints },
    options,
    readClientOptions,
  );
}

/**
 * Checks the options of `LoginWithStrategy`. @throws TypeError that lists every mistake at once, each with the name of
 * the option.
 */
export function parseStrategyOptions(options: unknown): StrategySettings {
  return parseOptions(
    { caller: 'LoginWithStrategy', names: strategyOptionNames, example, hints },
    options,
    (reader): StrategySettings => {
      const client = readClientOptions(reader);
      const given = reader.read('name', isName, 'letters, digits, ".", "_" or "-", because it also names a cookie');
      const name = given ?? client.provider.name;
      return {
        ...client,
        // A base URL has no name. The strategy's name keeps the users of two of them apart.
        provider: client.provider.name === bareProviderName ? { ...client.provider, name } : client.provider,
        name,
        callbackURL: readCallbackURL(reader),
        passReqToCallback: reader.read('passReqToCallback', isBoolean, 'true or false') ?? false,
        attempts: reader.read(
          'attempts',
          isAttemptStore,
          'an object with the methods begin(req, attempt) and take(req)',
        ),
      };
    },
  );
}

function readClientOptions(reader: OptionReader): ClientSettings {
  const appSecret = readCredential(reader, 'appSecret');
  return {
    provider: readProvider(reader),
    appId: readCredential(reader, 'appId'),
    appSecret: () => appSecret,
    timeout: reader.read('timeout', isPositiveInteger, 'a whole number of milliseconds above 0') ?? 10_000,
    dispatcher: reader.read('dispatcher', isDispatcher, 'an undici Dispatcher'),
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
    reject(`"${option}" is missing; copy it from the provider's dashboard (is the environment variable set?)`);
  } else if (typeof value !== 'string') {
    reject(`"${option}" must be a string, in quotes`);
  } else if (/[\s\p{Cc}]/u.test(value)) {
    reject(`"${option}" has a space or a line break in it; copy it again`);
  } else {
    return value;
  }
  return '';
}

function readCallbackURL({ given: { callbackURL }, reject }: OptionReader): string | undefined {
  if (callbackURL === undefined) return undefined;
  if (
    typeof callbackURL !== 'string' ||
    !/^(?:https?:\/\/[^/]|\/(?!\/))/i.test(callbackURL) ||
    !URL.canParse(callbackURL, 'http://localhost')
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

/** Whether a value has the shape of an undici Dispatcher, which may come from another copy of undici. */
function isDispatcher(value: unknown): value is NonNullable<ClientOptions['dispatcher']> {
  return hasMethods(value, 'dispatch');
}

function isAttemptStore(value: unknown): value is AttemptStore {
  return hasMethods(value, 'begin', 'take');
}
