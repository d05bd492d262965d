import { randomBytes } from 'node:crypto';
import { omitUndefined } from '../internal/omit-undefined.js';
import type { StrategySettings } from '../options.js';
import type { Attempt } from '../types.js';
import { createSealedCookie } from './sealed-cookie.js';

/** How long a started login may take, in milliseconds. */
const attemptLifetime = 10 * 60_000;
const maximumAttempts = 5;
/** In bytes. Browsers drop a cookie that is longer than 4096 bytes with its name and attributes. */
const maximumValueLength = 3800;
const cookiePrefix = 'loginwith-';

/** An attempt in the cookie. */
export interface StoredAttempt extends Attempt {
  /** Digest of the key that used the attempt up; absent while the attempt is unused. */
  usedFor?: string;
}

/** The logins of one browser with one provider. */
export interface AttemptCookieContent {
  /** Oldest first. */
  attempts: StoredAttempt[];
  /** Times at which this browser started its latest logins, in milliseconds since 1970. */
  starts: number[];
}

/** The content of a request's cookie, or the reason why there is none. */
export type AttemptCookieReading =
  | { found: true; content: AttemptCookieContent }
  | { found: false; why: 'no_cookies' | 'not_ours' | 'other_provider' | 'other_scheme' | 'tampered' | 'ambiguous' };

/** Keeps the attempts of one strategy in the browser, sealed, so that any instance of the app can finish a login. */
interface AttemptCookie {
  read(cookieHeader: string | undefined, secure: boolean): Promise<AttemptCookieReading>;
  /** Returns the value of a `Set-Cookie` header. */
  write(content: AttemptCookieContent, secure: boolean): Promise<string>;
  /** Returns the value of a `Set-Cookie` header that removes the cookie, if the request has it. */
  clear(cookieHeader: string | undefined, secure: boolean): string | undefined;
}

/** Creates the cookie of a strategy. Only a strategy with the same provider, app id and `cookieSecret` can open it. */
export function createAttemptCookie({ provider, sealers }: StrategySettings): AttemptCookie {
  // The purpose contains the version of the format, so that a cookie of another version is not opened.
  const cookie = createSealedCookie(sealers('attempts 3'), cookiePrefix + provider.name, attemptLifetime);
  return {
    async read(cookieHeader, secure) {
      const reading = await cookie.read(cookieHeader, secure);
      // Only write() can have sealed it.
      if (reading.found) return { found: true, content: reading.value as AttemptCookieContent };
      const { why, names } = reading;
      return { found: false, why: why === 'absent' ? explainAbsence(names, cookie.name) : why };
    },
    async write({ starts, attempts }, secure) {
      const kept = attempts.slice(-maximumAttempts);
      let sealed = await cookie.seal({ starts, attempts: kept });
      while (sealed.length > maximumValueLength) {
        kept.shift();
        sealed = await cookie.seal({ starts, attempts: kept });
      }
      return cookie.write(sealed, secure);
    },
    clear: (cookieHeader, secure) => cookie.clear(cookieHeader, secure),
  };
}

/** Creates an attempt that starts now. */
export function createAttempt({
  provider,
  host,
  returnTo,
  restarts,
  retryOf,
  binding,
}: Omit<Attempt, 'id' | 'startedAt'>): Attempt {
  const id = randomBytes(16).toString('base64url');
  return omitUndefined({ id, provider, host, startedAt: Date.now(), returnTo, restarts, retryOf, binding });
}

export type AttemptVerdict = 'valid' | 'expired' | 'other_host' | 'other_provider';

/** Tells whether an attempt is valid now and on this host, or why it is not. */
export function checkAttempt(attempt: Attempt, provider: string, host: string): AttemptVerdict {
  if (attempt.provider !== provider) return 'other_provider';
  if (attempt.host !== host) return 'other_host';
  return Math.abs(Date.now() - attempt.startedAt) <= attemptLifetime ? 'valid' : 'expired';
}

function explainAbsence(cookieNames: string[], plainName: string) {
  const names = cookieNames.map((name) => name.replace(/^__Host-/, ''));
  if (names.length === 0) return 'no_cookies';
  if (names.includes(plainName)) return 'other_scheme';
  return names.some((name) => name.startsWith(cookiePrefix)) ? 'other_provider' : 'not_ours';
}
