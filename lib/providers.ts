import { omitUndefined } from './internal/omit-undefined.js';
import { parseURL, trimSlashes } from './internal/urls.js';
import type { AuthorizeMethod, Provider, ProviderDefinition } from './types.js';

const authorizeMethods: readonly ('auto' | AuthorizeMethod)[] = ['auto', 'GET', 'POST'];
const knownDisplayNames = new Map([
  ['pimbuzz', 'Pimbuzz'],
  ['lookloox', 'Look Loox'],
]);
/** What this file has returned. It needs no second check, which the name of a bare base URL would not pass. */
const checkedProviders = new WeakSet<object>();

/** The known providers, by name. */
export const providers = Object.freeze({
  pimbuzz: defineProvider({ name: 'pimbuzz', baseURL: 'https://pimbuzz.com' }),
  lookloox: defineProvider({ name: 'lookloox', baseURL: 'https://lookloox.com' }),
});

/**
 * Defines a network that runs the same script, for the option `provider`. The result is checked and frozen.
 *
 * @param definition `name` (letters, digits, `.`, `_`, `-`), `baseURL` (https, or http on a loopback host), and
 *   optionally `displayName`, `uploadsURL` (the folder of the pictures, if the site uses a CDN) and `authorizeMethod`
 *   (`'auto'`, `'GET'` or `'POST'`).
 * @throws TypeError that lists every mistake at once.
 * @example
 * const provider = defineProvider({ name: 'example', baseURL: 'https://social.example' });
 */
export function defineProvider(definition: ProviderDefinition): Provider {
  const { name, baseURL, displayName, uploadsURL, authorizeMethod = 'auto' } = definition;
  const mistakes: string[] = [];
  if (!isName(name)) {
    mistakes.push('"name" must be letters, digits, ".", "_" or "-", because it names a route and a cookie');
  }
  const checkedBaseURL = parseSiteURL(baseURL, 'baseURL', mistakes);
  const checkedUploadsURL = uploadsURL === undefined ? undefined : parseSiteURL(uploadsURL, 'uploadsURL', mistakes);
  if (displayName !== undefined && (typeof displayName !== 'string' || displayName.trim() === '')) {
    mistakes.push('"displayName" must be the name that users see');
  }
  if (!authorizeMethods.includes(authorizeMethod)) {
    mistakes.push(`"authorizeMethod" must be one of ${authorizeMethods.join(', ')}`);
  }
  const known = ['name', 'baseURL', 'displayName', 'uploadsURL', 'authorizeMethod'];
  mistakes.push(...Object.keys(definition).flatMap((key) => (known.includes(key) ? [] : [`"${key}" is not known`])));
  if (mistakes.length > 0) throw new TypeError(`defineProvider: ${mistakes.join('; ')}`);
  return markChecked(
    omitUndefined({
      name,
      baseURL: checkedBaseURL,
      displayName: displayName ?? knownDisplayNames.get(name) ?? name,
      authorizeMethod,
      uploadsURL: checkedUploadsURL,
    }),
  );
}

/**
 * Finds the provider that the option `provider` names: a known one, one on a base URL, or one that `defineProvider`
 * returned. One on a base URL is named by its host and path, so that no two sites share a name.
 *
 * @throws TypeError that lists every mistake at once.
 */
export function findProvider(option: unknown): Provider {
  if (option === 'pimbuzz' || option === 'lookloox') return providers[option];
  if (typeof option === 'string') return createBareProvider(option);
  if (typeof option === 'object' && option !== null && 'name' in option && 'baseURL' in option) {
    // defineProvider checks the type of each field, and what is marked comes from it or from here.
    return checkedProviders.has(option) ? (option as Provider) : defineProvider(option as ProviderDefinition);
  }
  throw new TypeError(
    `"provider" is ${option === undefined ? 'missing' : 'not usable'}; use 'pimbuzz', 'lookloox', a base URL, or ` +
      'what defineProvider returned',
  );
}

/** Gives a provider the name that the app uses for it. */
export function renameProvider(provider: Provider, name: string): Provider {
  const displayName = isBare(provider) ? (knownDisplayNames.get(name) ?? provider.displayName) : provider.displayName;
  return markChecked({ ...provider, name, displayName });
}

/** Whether only the address of a provider is known. */
export function isBare({ name, baseURL }: Provider): boolean {
  return name === addressOf(baseURL);
}

function addressOf(baseURL: string): string {
  return baseURL.replace(/^https?:\/\//, '');
}

function createBareProvider(url: string): Provider {
  if (!url.includes(':')) {
    throw new TypeError(
      `"provider" ${JSON.stringify(url)} is not known; use 'pimbuzz', 'lookloox', or a base URL such as ` +
        "'https://social.example'",
    );
  }
  const mistakes: string[] = [];
  const baseURL = parseSiteURL(url, 'provider', mistakes);
  if (mistakes.length > 0) throw new TypeError(mistakes.join('; '));
  return markChecked({
    name: addressOf(baseURL),
    displayName: new URL(baseURL).host,
    baseURL,
    authorizeMethod: 'auto',
  });
}

function markChecked(provider: Provider): Provider {
  checkedProviders.add(provider);
  return Object.freeze(provider);
}

/** Whether a value can name a provider. The name is a part of routes, cookies and profiles. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9][a-z0-9._-]*$/i.test(value);
}

/** Whether a host name always means this machine, so that plain http is safe. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/**
 * Returns the URL without a slash at its end; reports a mistake and returns an empty string if it is not a site's URL.
 */
function parseSiteURL(value: unknown, option: string, mistakes: string[]): string {
  const url = checkSiteURL(value);
  if (typeof url !== 'string') return url.origin + trimSlashes(url.pathname);
  mistakes.push(`"${option}" ${url}`);
  return '';
}

/** Returns the URL, or what is wrong with it. */
function checkSiteURL(value: unknown): URL | string {
  const url = typeof value === 'string' ? parseURL(value) : undefined;
  if (url === undefined) return 'must be an absolute URL such as https://social.example';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https://';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'must start with https://, because the secret is sent there (http only for localhost)';
  }
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or a password';
  return url.search !== '' || url.hash !== '' ? 'must not have a query or a fragment' : url;
}
