import { cookieSecretRule, isCookieSecret } from '../internal/cookie-secret.js';
import { isFunction, isObject, parseOptions, type OptionReader } from '../internal/option-readers.js';
import { errorText } from '../internal/unknown-error.js';
import { pathOf, trimSlashes } from '../internal/urls.js';
import { parseStrategyOptions, type LoginSettings } from '../options.js';
import type { LoginPaths, WebRequest } from './types.js';

/** What the routes are made of. */
export interface RouteSettings {
  /** None if the app chooses them per request. */
  readonly providers: readonly LoginSettings[];
  readonly providersOf: ProvidersOf | undefined;
  readonly basePath: string;
  readonly paths: Readonly<LoginPaths>;
}

/** How an app chooses the providers of a request. */
interface ProvidersOf {
  /** The app's function. */
  choose: (req: WebRequest) => unknown;
  /** Checks what it returned. @throws TypeError that lists every mistake at once. */
  parse: (list: object) => readonly LoginSettings[];
  /** A function, so that inspecting the settings does not show the secret. */
  cookieSecret: () => string | readonly string[];
}

const defaultPaths: LoginPaths = {
  login: '/:name',
  callback: '/:name/callback',
  renew: '/:name/renew',
  link: '/:name/link',
  choose: '/choose',
  logout: '/logout',
};

/** Reads the providers and the paths of their routes. */
export function readRoutes(reader: OptionReader): RouteSettings {
  const basePath = trimSlashes(reader.read('basePath', isBasePath, 'a path such as /auth') ?? '/auth');
  const paths = readPaths(reader);
  const routes = { basePath, paths };
  const cookieSecret = reader.read('cookieSecret', isCookieSecret, cookieSecretRule);
  const { providers: choose } = reader.given;
  if (!isChoice(choose)) return { ...routes, providers: readProviders(reader, routes), providersOf: undefined };
  // Without it, the key of each provider would be stretched from its secret, with effort, at its first request.
  if (cookieSecret === undefined) reader.reject('"cookieSecret" is missing: all providers need one');
  const names = ['providers', 'cookieSecret'];
  const caller = 'loginWith: what "providers" returned';
  const parse = (list: object) => {
    const read = (inner: OptionReader) => readProviders(inner, routes);
    return parseOptions({ caller, names, example: '' }, { providers: list, cookieSecret }, read);
  };
  return { ...routes, providers: [], providersOf: { choose, parse, cookieSecret: () => cookieSecret ?? '' } };
}

function readProviders(reader: OptionReader, { basePath, paths }: Pick<RouteSettings, 'basePath' | 'paths'>) {
  const { given, reject } = reader;
  const { providers: list, cookieSecret } = given;
  if (!Array.isArray(list) || list.length === 0) {
    reject('"providers" must be a list with one { provider, appId, appSecret } per provider');
    return [];
  }
  const providers = list.flatMap((each: unknown, index) => {
    const options =
      isObject(each) && each.cookieSecret === undefined && isCookieSecret(cookieSecret)
        ? { ...each, cookieSecret }
        : each;
    const callbackPath = basePath + paths.callback;
    const provider = readProvider(options, callbackPath, (message) => reject(`"providers[${index}]": ${message}`));
    return provider === undefined ? [] : [provider];
  });
  checkRoutes(reader, providers, paths);
  checkIdentities(reader, providers);
  return providers;
}

/** Options of the strategy that belong elsewhere here. */
const misplacedOptions: Readonly<Record<string, string>> = {
  passReqToCallback: 'is for the strategy; "onLogin" gets the request here',
  verifyTimeout: 'is an option of loginWith() itself',
  trustedOrigins: 'is an option of loginWith() itself',
  limits: 'is an option of loginWith() itself, because all providers share the counts',
};

function readProvider(
  options: unknown,
  callbackPath: string,
  reject: (message: string) => void,
): LoginSettings | undefined {
  const misplaced = isObject(options) ? Object.entries(misplacedOptions).filter(([name]) => name in options) : [];
  for (const [name, advice] of misplaced) reject(`"${name}" ${advice}`);
  if (misplaced.length > 0) return undefined;
  try {
    const settings = parseStrategyOptions(options);
    const path = trimSlashes(callbackPath.replace(':name', settings.name));
    const { callbackURL = path } = settings;
    if (!pathOf(callbackURL).endsWith(path))
      reject(`"callbackURL" does not end with ${path}, where the callback is; set "paths" or "basePath"`);
    return { ...settings, callbackURL };
  } catch (error) {
    reject(errorText(error).replace(/^LoginWithStrategy:? ?/, ''));
    return undefined;
  }
}

function readPaths(reader: OptionReader): LoginPaths {
  const inner = reader.readObject('paths', Object.keys(defaultPaths), '{ logout: "/bye" }');
  const read = (name: keyof LoginPaths) => {
    const fallback = defaultPaths[name];
    const path = inner.read(name, isPath, `a path such as ${fallback}`) ?? fallback;
    if (fallback.includes(':name') !== path.includes(':name'))
      reader.reject(`"paths.${name}" must ${path.includes(':name') ? 'not ' : ''}have ":name" in it`);
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

/** Of two routes on one path only the first would be reached; the router ignores case and a slash at the end. */
function checkRoutes({ reject }: OptionReader, providers: readonly LoginSettings[], paths: LoginPaths): void {
  const owners = new Map([[trimSlashes(paths.choose).toLowerCase(), '"choose"']]);
  for (const { name } of providers) {
    for (const route of ['login', 'callback', 'renew', 'link'] as const) {
      const path = trimSlashes(paths[route].replace(':name', name)).toLowerCase();
      const owner = owners.get(path);
      if (owner !== undefined) {
        reject(`${owner} and "${route}" of provider "${name}" are both on ${path}; give one another "paths" or "name"`);
        return;
      }
      owners.set(path, `"${route}" of provider "${name}"`);
    }
  }
}

/** The provider's name and the user's id are an identity; many databases compare texts without regard to case. */
function checkIdentities({ reject }: OptionReader, providers: readonly LoginSettings[]): void {
  const sites = new Map<string, string>();
  for (const { provider } of providers) {
    const identity = provider.name.toLowerCase();
    const other = sites.get(identity);
    if (other !== undefined && other !== provider.baseURL)
      reject(
        `${other} and ${provider.baseURL} are both called "${provider.name}", so that user 1 of the one would be ` +
          'user 1 of the other; give each provider a "name" of its own',
      );
    sites.set(identity, provider.baseURL);
  }
}

function isChoice(value: unknown): value is ProvidersOf['choose'] {
  return isFunction(value);
}

function isBasePath(value: unknown): value is string {
  return isPath(value) && !value.includes(':');
}

/** A path of this app; a ":" only as the start of ":name". */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && /^\/(?!\/)[\w.~/-]*$/.test(value.replace(':name', 'x'));
}
