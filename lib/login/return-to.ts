import { findParameter } from './request.js';

const maximumLength = 512;

/** Returns the value if it is a path of this app, and `/` if it could lead to another site. */
export function sanitizeReturnTo(value: unknown): string {
  if (typeof value !== 'string' || value.length > maximumLength || !value.startsWith('/') || /\p{Cc}/u.test(value))
    return '/';
  const url = URL.canParse(value, 'http://origin.invalid') ? new URL(value, 'http://origin.invalid') : undefined;
  // The parser resolves dot segments and backslashes as a browser does. The result must not start with "//" either.
  return url?.origin === 'http://origin.invalid' && !url.pathname.startsWith('//') ? value : '/';
}

/** Finds the query's `returnTo` and sanitizes it. */
export function findReturnTo(url: string): string | undefined {
  const value = findParameter(url, 'returnTo');
  return value === undefined ? undefined : sanitizeReturnTo(value);
}
