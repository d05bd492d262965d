import { findParameter } from './request.js';

const maximumLength = 512;

/** A path of this app to return to after the login; `/` for anything that could lead elsewhere. */
export function sanitizeReturnTo(value: unknown): string {
  if (typeof value !== 'string' || value.length > maximumLength || !value.startsWith('/') || /\p{Cc}/u.test(value))
    return '/';
  const url = URL.canParse(value, 'http://origin.invalid') ? new URL(value, 'http://origin.invalid') : undefined;
  // The parser resolves dot segments and backslashes as a browser does: the result must not start with "//" either.
  return url?.origin === 'http://origin.invalid' && !url.pathname.startsWith('//') ? value : '/';
}

/** The query's `returnTo`, sanitized; `undefined` if there is none. */
export function findReturnTo(url: string): string | undefined {
  const value = findParameter(url, 'returnTo');
  return value === undefined ? undefined : sanitizeReturnTo(value);
}
