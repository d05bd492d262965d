/** What of a request tells whether it starts a login or brings one back. */
export interface RequestLine {
  method: string;
  /** Path and query, as they came. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
}

/** What a request to a login route is. */
export type LoginRequestKind =
  /** Fetched ahead or asked about, not visited: nothing may be used up. */
  | { type: 'prefetch' }
  | { type: 'start' }
  | { type: 'callback'; authKey: string }
  | { type: 'malformed'; reason: string }
  | { type: 'denied' }
  /** On the callback's route, and no key in sight. */
  | { type: 'keyless' };

const maximumKeyLength = 128;

/**
 * Tells what a request is. The key is found also where the provider's plain concatenation garbled the query: `?x=1?auth_key=K`,
 * `??auth_key=K`, `?x=1&amp;y=2?auth_key=K` (PROTOCOL.md, the start and the return).
 *
 * @param callbackURL the registered redirect URL, if known: on its path a missing key is a mistake and not a start.
 */
export function classifyRequest(request: RequestLine, callbackURL: string | undefined): LoginRequestKind {
  if (request.method === 'HEAD' || isPrefetch(request.headers)) return { type: 'prefetch' };
  const parameters = splitQuery(request.url);
  const keys = parameters.filter(([name]) => name === 'auth_key' || name.startsWith('auth_key['));
  const [first] = keys;
  if (first !== undefined) {
    const [name, value] = first;
    const reason =
      keys.length > 1
        ? 'more than one'
        : name !== 'auth_key'
          ? 'a list'
          : value === ''
            ? 'empty'
            : value.length > maximumKeyLength
              ? `longer than ${maximumKeyLength} characters`
              : !/^[A-Za-z0-9_-]+$/.test(value)
                ? 'with characters that no key has'
                : undefined;
    return reason === undefined ? { type: 'callback', authKey: value } : { type: 'malformed', reason };
  }
  if (parameters.some(([name]) => name === 'error' || name === 'denied')) return { type: 'denied' };
  return callbackURL !== undefined && pathOf(request.url) === pathOf(callbackURL)
    ? { type: 'keyless' }
    : { type: 'start' };
}

/** A path of this app to return to after the login, or `/` for anything that could lead elsewhere. */
export function sanitizeReturnTo(value: unknown): string {
  if (typeof value !== 'string' || value.length > 512 || !value.startsWith('/') || /\p{Cc}/u.test(value)) return '/';
  const url = URL.canParse(value, 'http://origin.invalid') ? new URL(value, 'http://origin.invalid') : undefined;
  // Dot segments and backslashes are resolved here as a browser does: nothing may come out that starts with "//".
  return url?.origin === 'http://origin.invalid' && !url.pathname.startsWith('//') ? value : '/';
}

/** The value of the query's `returnTo`, if there is one. */
export function findReturnTo(url: string): string | undefined {
  return splitQuery(url).find(([name]) => name === 'returnTo')?.[1];
}

function isPrefetch(headers: RequestLine['headers']): boolean {
  return ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /\b(?:prefetch|preview|prerender)\b/i.test(String(headers[name] ?? '')),
  );
}

/** Splits at every "?" too, and reads "&amp;" as "&": the stored redirect URL is entity-encoded. */
function splitQuery(url: string): [name: string, value: string][] {
  const query = url.replace(/#.*$/s, '').replace(/^[^?]*\??/, '');
  return query
    .split(/&(?:amp;)?|\?/)
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals === -1 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path.replace(/\/+$/, '');
}
