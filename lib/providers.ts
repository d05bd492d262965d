import { trimSlashes } from './internal/urls.js';
import type { AuthorizeMethod, Provider, ProviderDefinition } from './types.js';

/** The name of a provider of which only the base URL is known. */
export const bareProviderName = 'loginwith';

const authorizeMethods: readonly ('auto' | AuthorizeMethod)[] = ['auto', 'GET', 'POST'];

/** The providers of record, by name. */
export const providers = Object.freeze({
  pimbuzz: defineProvider({ name: 'pimbuzz', displayName: 'Pimbuzz', baseURL: 'https://pimbuzz.com' }),
  lookloox: defineProvider({ name: 'lookloox', displayName: 'Look Loox', baseURL: 'https://lookloox.com' }),
});

/**
 * Describes a network that runs the same script, checked and frozen.
 *
 * @param definition `name` (letters, digits, `.`, `_`, `-`), `baseURL` (https, or http on a loopback host), and optionally
 *   `displayName`, `uploadsURL` (where pictures are, if the site uses a CDN) and `authorizeMethod` (`'auto'`, `'GET'`, `'POST'`).
 * @throws TypeError that names every mistake.
 * @example
 * const example = defineProvider({ name: 'example', baseURL: 'https://social.example' });
 */
export function defineProvider(definition: ProviderDefinition): Provider {
  const { name, baseURL, displayName, uploadsURL, authorizeMethod = 'auto' } = definition;
  const mistakes: string[] = [];
  if (!isName(name)) {
    mistakes.push('"name" must be letters, digits, ".", "_" or "-", because it names a route and a cookie');
  }
  const base = parseSiteURL(baseURL, 'baseURL', mistakes);
  const uploads = uploadsURL === undefined ? undefined : parseSiteURL(uploadsURL, 'uploadsURL', mistakes);
  if (displayName !== undefined && (typeof displayName !== 'string' || displayName.trim() === '')) {
    mistakes.push('"displayName" must be the name that people see');
  }
  if (!authorizeMethods.includes(authorizeMethod)) {
    mistakes.push(`"authorizeMethod" must be one of ${authorizeMethods.join(', ')}`);
  }
  const known = ['name', 'baseURL', 'displayName', 'uploadsURL', 'authorizeMethod'];
  mistakes.push(...Object.keys(definition).flatMap((key) => (known.includes(key) ? [] : [`"${key}" is not known`])));
  if (mistakes.length > 0) throw new TypeError(`defineProvider: ${mistakes.join('; ')}`);
  return Object.freeze({
    name,
    baseURL: base,
    displayName: displayName ?? name,
    authorizeMethod,
    ...(uploads === undefined ? {} : { uploadsURL: uploads }),
  });
}

/**
 * The provider that an option names: one of record, one on a base URL, or one that was defined.
 *
 * @throws TypeError that names every mistake.
 */
export function findProvider(option: unknown): Provider {
  if (option === 'pimbuzz' || option === 'lookloox') return providers[option];
  if (typeof option === 'string') {
    if (!option.includes(':')) {
      throw new TypeError(
        `"provider" ${JSON.stringify(option)} is not known; use 'pimbuzz', 'lookloox', or a base URL such as 'https://social.example'`,
      );
    }
    const mistakes: string[] = [];
    const baseURL = parseSiteURL(option, 'provider', mistakes);
    if (mistakes.length > 0) throw new TypeError(mistakes.join('; '));
    return defineProvider({ name: bareProviderName, displayName: new URL(baseURL).host, baseURL });
  }
  if (typeof option === 'object' && option !== null && 'name' in option && 'baseURL' in option) {
    // defineProvider checks each field, whatever it is.
    return defineProvider(option as ProviderDefinition);
  }
  throw new TypeError(
    `"provider" is ${option === undefined ? 'missing' : 'not usable'}; use 'pimbuzz', 'lookloox', a base URL, or what defineProvider returned`,
  );
}

/** Whether it can name a provider: a name stands in routes, cookies and profiles. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9][a-z0-9._-]*$/i.test(value);
}

/** Whether a host name always means this machine, so that plain http is safe. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function parseSiteURL(value: unknown, option: string, mistakes: string[]): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  const problem =
    url === undefined
      ? 'must be an absolute URL such as https://social.example'
      : url.protocol !== 'https:' && url.protocol !== 'http:'
        ? 'must start with https://'
        : url.protocol === 'http:' && !isLoopback(url.hostname)
          ? 'must start with https://, because the secret goes there (http only for localhost)'
          : url.username !== '' || url.password !== ''
            ? 'must not hold a user name or a password'
            : url.search !== '' || url.hash !== ''
              ? 'must not have a query or a fragment'
              : undefined;
  if (url === undefined || problem !== undefined) {
    mistakes.push(`"${option}" ${problem ?? ''}`);
    return '';
  }
  return url.origin + trimSlashes(url.pathname);
}
