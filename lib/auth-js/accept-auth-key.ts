/// <reference types="node" preserve="true" />
import { AsyncLocalStorage } from 'node:async_hooks';
import { readCallback } from '../adapters/callback.js';
import type { LoginErrorCode } from '../errors.js';
import { trimSlashes } from '../internal/urls.js';
import type { Profile } from '../types.js';

/** A callback while Auth.js handles it. Auth.js itself gets neither the key nor a token. */
interface RunningCallback {
  readonly authKey: string;
  readonly request: Request;
  profile?: Profile;
  error?: LoginErrorCode;
}

/** The callback that the current request is, if {@link acceptAuthKey} has let it through. */
export const runningCallback = new AsyncLocalStorage<RunningCallback>();

/**
 * Wraps the handler of Auth.js for GET, so that it accepts the callbacks of `loginWithProvider`, which bring an
 * `auth_key` and no `code`. Requests without one go to the handler as they are.
 *
 * A callback that fails, also one without a login that this browser has started, goes to the app's sign-in page with
 * `?error=`. The session's cookie is kept from the callback, so that Auth.js never links an account to the user who is
 * signed in: without a `state` in the protocol, it could be an attacker's.
 *
 * @example
 * export const GET = acceptAuthKey(handlers.GET);
 */
export function acceptAuthKey<R extends Request, Rest extends unknown[]>(
  handler: (request: R, ...rest: Rest) => Promise<Response>,
): (request: R, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    if (!isCallback(request)) return handler(request, ...rest);
    const callback = readCallback(request);
    if (callback.type === 'ignored') return callback.response;
    const fail = (error: LoginErrorCode) => handler(withQuery(request, { error }), ...rest);
    if (callback.type === 'refused') return fail(callback.error);
    const running: RunningCallback = { authKey: callback.authKey, request };
    // Auth.js asks for a code. What is exchanged is the key of `running`.
    const next = withQuery(request, { code: 'auth_key' });
    const response = await runningCallback.run(running, () => handler(next, ...rest));
    // Without an error the key was not exchanged, because Auth.js has found no attempt of this browser.
    return running.profile === undefined ? fail(running.error ?? 'attempt_missing') : response;
  };
}

function isCallback({ url }: Request): boolean {
  const { pathname, search } = new URL(url);
  return /\/callback\/[^/]+$/.test(trimSlashes(pathname)) && search.includes('auth_key');
}

/** A copy of the request with this query instead of its own, and with the cookies of the login alone. */
function withQuery<R extends Request>(request: R, query: Record<string, string>): R {
  const url = new URL(request.url);
  url.search = new URLSearchParams(query).toString();
  const headers = new Headers(request.headers);
  const cookies = (headers.get('cookie') ?? '')
    .split(/;\s*/)
    .filter((cookie) => /^[^=]*(?:pkce|callback|csrf)/i.test(cookie));
  headers.set('cookie', cookies.join('; '));
  // Next's request has more properties, and the constructor that makes them takes what that of Request takes.
  const Copy = request.constructor as new (url: string, init: RequestInit) => R;
  return new Copy(url.href, { headers });
}
