import { parseURL, pathOf } from '../internal/urls.js';
import type { StrategySettings } from '../options.js';
import { findParameter } from './request.js';

/** The options that decide which `returnTo` is accepted. */
type ReturnToRules = Partial<Pick<StrategySettings, 'callbackURL' | 'trustedOrigins'>>;

const maximumLength = 512;

/**
 * Returns the value if it is a path of this app, the normalized URL if it is on a trusted origin, and `/` if it could
 * lead to another site. A link to the registered redirect URL is refused too: a login that ends there would go on with
 * a key that somebody else has put into the link.
 */
export function sanitizeReturnTo(value: unknown, { callbackURL, trustedOrigins = [] }: ReturnToRules = {}): string {
  if (typeof value !== 'string' || value.length > maximumLength || /\p{Cc}/u.test(value)) return '/';
  const target = findPath(value) ?? findTrustedURL(value, trustedOrigins);
  return target === undefined || (callbackURL !== undefined && isBelow(target.pathname, callbackURL))
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
  pathname: string;
}

function findPath(value: string): Target | undefined {
  if (!/^\/(?![/\\])/.test(value)) return undefined;
  const url = parseURL(value, 'http://origin.invalid');
  // The parser resolves dot segments and backslashes as a browser does. The result must not start with "//" either.
  if (url?.origin !== 'http://origin.invalid' || url.pathname.startsWith('//')) return undefined;
  return { value, pathname: url.pathname };
}

/** A fragment may stay: whoever can make such a link can also link to the page itself. */
function findTrustedURL(value: string, trustedOrigins: readonly string[]): Target | undefined {
  // Without what parsers read in different ways: a name before the host, backslashes, and slashes that are too many.
  const url = /^https?:\/\/[^/\\?#@]+(?:[/?#][^\\]*)?$/i.test(value) ? parseURL(value) : undefined;
  if (url === undefined || !trustedOrigins.includes(url.origin) || url.href.length > maximumLength) return undefined;
  return { value: url.href, pathname: url.pathname };
}

/** Whether a path is that of the callback, wherever the app is mounted; routers ignore case and a slash at the end. */
function isBelow(path: string, callbackURL: string): boolean {
  const callbackPath = pathOf(callbackURL).toLowerCase();
  return callbackPath !== '' && pathOf(path).toLowerCase().endsWith(callbackPath);
}
