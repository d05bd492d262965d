import type { LoginErrorCode } from '../errors.js';
import { isNavigation } from '../login/cross-site.js';
import { classifyRequest } from '../login/request.js';

/** What a request for the path of a callback is. */
export type Callback =
  | { type: 'key'; authKey: string }
  /** The library should send the user to its page for errors. */
  | { type: 'refused'; error: LoginErrorCode }
  /** No user went to this page, so the library should not see the request, and nothing is used up. */
  | { type: 'ignored'; response: Response };

/** Reads a request for the registered redirect URL (PROTOCOL.md, the start and the return). */
export function readCallback({ method, url, headers }: Request): Callback {
  const request = { method, url, headers: Object.fromEntries(headers) };
  const kind = classifyRequest(request, undefined);
  if (kind.type === 'prefetch') return ignore(204);
  if (method !== 'GET') return ignore(405);
  if (!isNavigation(request)) return ignore(403);
  switch (kind.type) {
    case 'callback':
      return { type: 'key', authKey: kind.authKey };
    case 'malformed':
      return { type: 'refused', error: 'auth_key_malformed' };
    case 'denied':
      return { type: 'refused', error: 'access_denied' };
    default:
      return { type: 'refused', error: 'auth_key_missing' };
  }
}

function ignore(status: number): Callback {
  return { type: 'ignored', response: new Response(null, { status, headers: { 'Cache-Control': 'no-store' } }) };
}
