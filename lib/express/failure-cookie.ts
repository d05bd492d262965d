import type { ServerResponse } from 'node:http';
import { LoginWithError, type LoginErrorDetails } from '../errors.js';
import { loadOnce } from '../internal/load-once.js';
import { omitUndefined } from '../internal/omit-undefined.js';
import { errorCodeOf, isError } from '../internal/unknown-error.js';
import { createSealedCookie } from '../login/sealed-cookie.js';
import { toLoginRequest, type ExpressRequest } from '../node-request.js';
import type { StrategySettings } from '../options.js';

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
  read(req: ExpressRequest): Promise<StoredFailure | undefined>;
  /** Returns the value of a `Set-Cookie` header. */
  write(req: ExpressRequest, failure: StoredFailure): Promise<string>;
  /** Removes the cookie, if the request has it. */
  clear(req: ExpressRequest, res: ServerResponse): Promise<void>;
}

/** How long the page may be loaded again, in milliseconds. */
const lifetime = 5 * 60_000;
/** Characters of each text that is kept: browsers drop a cookie of more than 4096 bytes. */
const maximumTextLength = 500;

export function createFailureCookie({ provider, sealers }: StrategySettings): FailureCookie {
  // Not "loginwith-…", by which a started login is found.
  const getCookie = loadOnce(async () =>
    createSealedCookie(await sealers('failure 1'), `login-failure-${provider.name}`, lifetime),
  );
  return {
    async read(req) {
      const reading = (await getCookie()).read(req.headers.cookie, toLoginRequest(req).secure);
      if (!reading.found) return undefined;
      // Only write() can have sealed it.
      const { message, details, ...rest } = reading.value as SealedFailure;
      return { authKey: undefined, popup: undefined, ...rest, error: new LoginWithError(message, details) };
    },
    async write(req, { error, ...rest }) {
      const { message, code, stage, hint, retryable, retryAfter, cause } = error;
      const details = omitUndefined({
        code,
        stage,
        hint: hint === undefined ? undefined : shorten(hint),
        retryable,
        retryAfter,
        cause: isError(cause)
          ? omitUndefined({ name: cause.name, code: errorCodeOf(cause), message: shorten(cause.message) })
          : undefined,
      });
      const failure: SealedFailure = { ...omitUndefined(rest), message: shorten(message), details };
      const cookie = await getCookie();
      return cookie.write(cookie.seal(failure), toLoginRequest(req).secure);
    },
    async clear(req, res) {
      const setCookie = (await getCookie()).clear(req.headers.cookie, toLoginRequest(req).secure);
      if (setCookie !== undefined) res.appendHeader('Set-Cookie', setCookie);
    },
  };
}

interface SealedFailure {
  message: string;
  details: LoginErrorDetails;
  authKey?: string;
  isShown: boolean;
  popup?: FailedPopup;
}

function shorten(text: string): string {
  return text.slice(0, maximumTextLength);
}
