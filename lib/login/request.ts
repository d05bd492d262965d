import { pathOf } from '../internal/urls.js';

/** The parts of a request that show whether it is a start or a callback. */
export interface RequestLine {
  method: string;
  /** Path and query, as received. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
}

/** Each kind of request to a login route. */
export type RequestKind =
  /** A prefetch or HEAD request. No user sees the response, so nothing may be used up. */
  | { type: 'prefetch' }
  | { type: 'start' }
  | { type: 'callback'; authKey: string }
  | { type: 'malformed'; reason: string }
  | { type: 'denied' }
  /** A request for the path of `callbackURL` without a key. */
  | { type: 'keyless' };

const maximumKeyLength = 128;
/** Headers with which browsers say why they ask for a page. */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];

/**
 * Tells which kind a request is. The key is also found if the provider's concatenation has broken the query, as in
 * `?x=1?auth_key=K`, `??auth_key=K` and `?x=1&amp;y=2?auth_key=K` (PROTOCOL.md, the start and the return). Pure.
 *
 * @param callbackURL the registered redirect URL. If given, a request for its path without a key is `keyless` and not a
 *   start.
 */
export function classifyRequest(request: RequestLine, callbackURL: string | undefined): RequestKind {
  if (request.method === 'HEAD' || isPrefetch(request.headers)) return { type: 'prefetch' };
  const parameters = splitQuery(request.url);
  const keys = parameters.filter(([name]) => name === 'auth_key' || name.startsWith('auth_key['));
  const [key] = keys;
  if (key !== undefined) {
    const reason = keys.length > 1 ? 'is given more than once' : findKeyMistake(key);
    return reason === undefined ? { type: 'callback', authKey: key[1] } : { type: 'malformed', reason };
  }
  if (parameters.some(([name]) => name === 'error' || name === 'denied')) return { type: 'denied' };
  return callbackURL !== undefined && pathOf(request.url) === pathOf(callbackURL)
    ? { type: 'keyless' }
    : { type: 'start' };
}

/** Finds the first value of a query parameter. */
export function findParameter(url: string, parameter: string): string | undefined {
  return splitQuery(url).find(([name]) => name === parameter)?.[1];
}

function findKeyMistake([name, value]: [name: string, value: string]): string | undefined {
  if (name !== 'auth_key') return 'is a list';
  if (value === '') return 'is empty';
  if (value.length > maximumKeyLength) return `is longer than ${maximumKeyLength} characters`;
  return /^[A-Za-z0-9_-]+$/.test(value) ? undefined : 'has invalid characters';
}

function isPrefetch(headers: RequestLine['headers']): boolean {
  for (const name of purposeHeaders) {
    const purpose = headers[name];
    if (purpose !== undefined && /\b(?:prefetch|preview|prerender)\b/i.test(String(purpose))) return true;
  }
  return false;
}

/** Splits at each "?" too, and at "&amp;" as at "&", because the provider stores the redirect URL entity-encoded. */
function splitQuery(url: string): [name: string, value: string][] {
  if (!url.includes('?')) return [];
  const query = url.replace(/#.*/s, '').replace(/[^?]*\??/, '');
  return query
    .split(/&(?:amp;)?|\?/)
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals === -1 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    });
}

function decode(text: string): string {
  // A query can have thousands of names and values, and decoding costs most of the time.
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
