import { isPathPrefix, parseURL, pathOf } from '../internal/urls.js';
import type { LoginSettings } from '../options.js';
import { classifyRequest, findParameter } from './request.js';

/** The options that decide which `returnTo` is accepted. */
type ReturnToRules = Partial<Pick<LoginSettings, 'callbackURL' | 'trustedOrigins'>>;

const maximumLength = 512;

/**
 * Returns the value if it is a path of this app, the normalized URL if it is on a trusted origin, and `/` if it could
 * lead to another site. A link with a key is refused too, and one to the registered redirect URL: a login that ends
 * there would go on with a key that somebody else has put into the link.
 */
export function sanitizeReturnTo(value: unknown, { callbackURL, trustedOrigins = [] }: ReturnToRules = {}): string {
  if (typeof value !== 'string' || value.length > maximumLength || /\p{Cc}/u.test(value)) return '/';
  const target = findPath(value) ?? findTrustedURL(value, trustedOrigins);
  if (target === undefined) return '/';
  const { pathname, search } = target.url;
  const { type } = classifyRequest({ method: 'GET', url: pathname + search, headers: {} }, undefined);
  // Every login route takes a key, whatever its path, which routers decode.
  if (type === 'callback' || type === 'malformed') return '/';
  // With "resume", the callback of loginWith() goes on with a key that is sealed in it.
  const hasAnswer = type !== 'start' || findParameter(search, 'resume') !== undefined;
  return callbackURL !== undefined && isCallback(pathname, hasAnswer, callbackURL) ? '/' : target.value;
}

/** Finds the query's `returnTo` and sanitizes it. */
export function findReturnTo(url: string, rules?: ReturnToRules): string | undefined {
  const value = findParameter(url, 'returnTo');
  return value === undefined ? undefined : sanitizeReturnTo(value, rules);
}

interface Target {
  value: string;
  /** As a browser reads it. */
  url: URL;
}

function findPath(value: string): Target | undefined {
  if (!/^\/(?![/\\])/.test(value)) return undefined;
  const url = parseURL(value, 'http://origin.invalid');
  // The parser resolves dot segments and backslashes as a browser does. The result must not start with "//" either.
  if (url?.origin !== 'http://origin.invalid' || url.pathname.startsWith('//')) return undefined;
  return { value, url };
}

/** A fragment may stay: whoever can make such a link can also link to the page itself. */
function findTrustedURL(value: string, trustedOrigins: readonly string[]): Target | undefined {
  // Without what parsers read in different ways: a name before the host, backslashes, and slashes that are too many.
  const url = /^https?:\/\/[^/\\?#@]+(?:[/?#][^\\]*)?$/i.test(value) ? parseURL(value) : undefined;
  if (url === undefined || !trustedOrigins.includes(url.origin) || url.href.length > maximumLength) return undefined;
  return { value: url.href, url };
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
 * callback of an app behind a proxy that takes a prefix off is told by its query, because other paths are as short.
 */
function isCallback(pathname: string, hasAnswer: boolean, callbackURL: string): boolean {
  const [path, callbackPath] = [pathOf(pathname).toLowerCase(), pathOf(callbackURL).toLowerCase()];
  if (callbackPath !== '' && path.endsWith(callbackPath)) return true;
  return callbackPath.endsWith(path) && hasAnswer;
}
