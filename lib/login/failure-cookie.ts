import { LoginWithError, type LoginErrorDetails } from '../errors.js';
import { digest } from '../internal/digest.js';
import { loadOnce } from '../internal/load-once.js';
import { omitUndefined } from '../internal/omit-undefined.js';
import { errorCodeOf, isError } from '../internal/unknown-error.js';
import { pathOf } from '../internal/urls.js';
import type { LoginSettings } from '../options.js';
import type { LoginRequest } from './outcome.js';
import { createSealedCookie } from './sealed-cookie.js';

/** A failed callback, on its way to a page whose address has no key. */
export interface StoredFailure {
  error: LoginWithError;
  /** The key, if it is unused: the page loaded again tries it again. */
  authKey: string | undefined;
  /** Whether the page has been shown, so that it is being loaded again. */
  isShown: boolean;
  popup: FailedPopup | undefined;
}

/** A popup whose login has failed. */
export interface FailedPopup {
  returnTo: string;
  /** Whether its opener has been told. */
  isTold: boolean;
}

/** Keeps a failure in the browser, sealed, for the request after the redirect. */
export interface FailureCookie {
  /** Finds the failure of a callback with the same path. */
  read(request: CookieRequest): Promise<StoredFailure | undefined>;
  /** Returns the value of a `Set-Cookie` header. */
  write(request: CookieRequest, failure: StoredFailure): Promise<string>;
  /** Returns the values of `Set-Cookie` headers that remove the cookie, if the request has it. */
  clear(request: CookieRequest): Promise<string[]>;
}

type CookieRequest = Pick<LoginRequest, 'url' | 'headers' | 'secure'>;

/** How long the page may be loaded again, in milliseconds. */
const lifetime = 5 * 60_000;
/** Bytes of each text that is kept: browsers drop a cookie of more than 4096. */
const maximumTextSize = 600;

export function createFailureCookie({ provider, sealers }: LoginSettings): FailureCookie {
  // Not "loginwith-…", by which a started login is found.
  const getCookie = loadOnce(async () =>
    createSealedCookie(await sealers('failure 3'), `login-failure-${provider.name}`, lifetime),
  );
  return {
    async read({ url, headers, secure }) {
      const reading = (await getCookie()).read(headers.cookie?.toString(), secure);
      if (!reading.found) return undefined;
      // Only write() can have sealed it.
      const { path, message, details, retryAt, ...rest } = reading.value as SealedFailure;
      if (path !== digest(pathOf(url))) return undefined;
      const retryAfter = retryAt && Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
      const error = new LoginWithError(message, { ...details, retryAfter });
      return { authKey: undefined, popup: undefined, ...rest, error };
    },
    async write({ url, secure }, { error, ...rest }) {
      const { message, code, stage, hint, reason, retryable, retryAfter, cause } = error;
      const details = omitUndefined({
        code,
        stage,
        hint: hint === undefined ? undefined : shorten(hint),
        reason: reason === undefined ? undefined : shorten(reason),
        retryable,
        cause: isError(cause)
          ? omitUndefined({ name: cause.name, code: errorCodeOf(cause), message: shorten(cause.message) })
          : undefined,
      });
      const path = digest(pathOf(url));
      const retryAt = retryAfter && Date.now() + retryAfter * 1000;
      const failure: SealedFailure = omitUndefined({ ...rest, path, message: shorten(message), details, retryAt });
      const cookie = await getCookie();
      return cookie.write(cookie.seal(failure), secure);
    },
    async clear({ headers, secure }) {
      const setCookie = (await getCookie()).clear(headers.cookie?.toString(), secure);
      return setCookie === undefined ? [] : [setCookie];
    },
  };
}

interface SealedFailure {
  /** A digest, because a path may be longer than a cookie. */
  path: string;
  message: string;
  details: LoginErrorDetails;
  /** When a new login may succeed, in milliseconds since 1970. */
  retryAt?: number;
  authKey?: string;
  isShown: boolean;
  popup?: FailedPopup;
}

function shorten(text: string): string {
  // As part of a stream, the bytes of a character that was cut are left out.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, maximumTextSize), { stream: true });
}
