import { isPathPrefix, parseURL, pathOf } from '../internal/urls.js';
import { classifyRequest, findParameter } from './request.js';

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
  return callbackURL !== undefined && isCallback(url, callbackURL) ? '/' : value;
}

/** Finds the query's `returnTo` and sanitizes it. */
export function findReturnTo(url: string, callbackURL?: string): string | undefined {
  const value = findParameter(url, 'returnTo');
  return value === undefined ? undefined : sanitizeReturnTo(value, callbackURL);
}

/**
 * Finds what a proxy has taken off the path of a callback: what stands before the path in `callbackURL`. Empty if the
 * registered redirect URL is another one.
 */
export function findPrefix(url: string, callbackURL: string | undefined): string {
  const [path, callbackPath] = [pathOf(url), pathOf(callbackURL ?? '')];
  const prefix = path !== '' && callbackPath.endsWith(path) ? callbackPath.slice(0, -path.length) : '';
  return isPathPrefix(prefix) ? prefix : '';
}

/**
 * Whether a path is that of the callback, wherever the app is mounted; routers ignore case and a slash at the end. The
 * callback of an app behind a proxy that takes a prefix off is told by its key, because other paths are as short.
 */
function isCallback({ pathname, search }: URL, callbackURL: string): boolean {
  const [path, callbackPath] = [pathOf(pathname).toLowerCase(), pathOf(callbackURL).toLowerCase()];
  if (callbackPath !== '' && path.endsWith(callbackPath)) return true;
  const { type } = classifyRequest({ method: 'GET', url: pathname + search, headers: {} }, undefined);
  return callbackPath.endsWith(path) && type !== 'start';
}
