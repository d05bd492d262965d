import { isPathPrefix, parseURL, pathOf } from '../internal/urls.js';
import type { LoginSettings } from '../options.js';
import { classifyRequest, findParameter } from './request.js';

/** The options that decide which `returnTo` is accepted. */
type ReturnToRules = Partial<Pick<LoginSettings, 'callbackURL' | 'trustedOrigins'>>;

const maximumLength = 512;

/**
 * Returns the value if it is a path of this app, the normalized URL if it is on a trusted origin, and `/` if it could
 * lead to another site. A link to the registered redirect URL is refused too, and one with a key to the route above it,
 * which starts the login: a login that ends there would go on with a key that somebody else has put into the link.
 */
export function sanitizeReturnTo(value: unknown, { callbackURL, trustedOrigins = [] }: ReturnToRules = {}): string {
  if (typeof value !== 'string' || value.length > maximumLength || /\p{Cc}/u.test(value)) return '/';
  const target = findPath(value) ?? findTrustedURL(value, trustedOrigins);
  return target === undefined || (callbackURL !== undefined && isCallback(target.url, callbackURL))
    ? '/'
    : target.value;
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
 * Whether a path is that of the callback, wherever the app is mounted; routers ignore case and a slash at the end, and
 * some decode the path. The callback of an app behind a proxy that takes a prefix off is told by its query, because
 * other paths are as short.
 */
function isCallback({ pathname, search }: URL, callbackURL: string): boolean {
  const [path, callbackPath] = [pathOf(decode(pathname)).toLowerCase(), pathOf(callbackURL).toLowerCase()];
  if (callbackPath !== '' && path.endsWith(callbackPath)) return true;
  const { type } = classifyRequest({ method: 'GET', url: pathname + search, headers: {} }, undefined);
  if (type === 'callback' || type === 'malformed')
    return callbackPath.endsWith(path) || callbackPath.includes(`${path}/`);
  // With "resume", the callback of loginWith() goes on with a key that is sealed in it.
  return callbackPath.endsWith(path) && (type !== 'start' || findParameter(search, 'resume') !== undefined);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
