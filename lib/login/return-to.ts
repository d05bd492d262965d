import { parseURL, pathOf } from '../internal/urls.js';
import { findParameter } from './request.js';

const maximumLength = 512;

/**
 * Returns the value if it is a path of this app, and `/` if it could lead to another site.
 *
 * @param callbackURL the registered redirect URL. A link to it is refused too: a login that ends there would go on with
 *   a key that somebody else has put into the link.
 */
export function sanitizeReturnTo(value: unknown, callbackURL?: string): string {
  if (typeof value !== 'string' || value.length > maximumLength || !/^\/(?![/\\])/.test(value) || /\p{Cc}/u.test(value))
    return '/';
  const url = parseURL(value, 'http://origin.invalid');
  // The parser resolves dot segments and backslashes as a browser does. The result must not start with "//" either.
  if (url?.origin !== 'http://origin.invalid' || url.pathname.startsWith('//')) return '/';
  return callbackURL !== undefined && isBelow(url.pathname, callbackURL) ? '/' : value;
}

/** Finds the query's `returnTo` and sanitizes it. */
export function findReturnTo(url: string, callbackURL?: string): string | undefined {
  const value = findParameter(url, 'returnTo');
  return value === undefined ? undefined : sanitizeReturnTo(value, callbackURL);
}

/** Whether a path is that of the callback, wherever the app is mounted; routers ignore case and a slash at the end. */
function isBelow(path: string, callbackURL: string): boolean {
  const callbackPath = pathOf(callbackURL).toLowerCase();
  return callbackPath !== '' && pathOf(path).toLowerCase().endsWith(callbackPath);
}
