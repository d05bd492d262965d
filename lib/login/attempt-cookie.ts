import { randomUUID } from 'node:crypto';
import { omitUndefined } from '../internal/omit-undefined.js';
import type { StrategySettings } from '../options.js';
import type { Attempt } from '../types.js';
import { createSealedCookie, splitCookies } from './sealed-cookie.js';

/** How long a started login may take, in milliseconds. */
const attemptLifetime = 10 * 60_000;
const maximumAttempts = 5;
/** In bytes. Browsers drop a cookie that is longer than 4096 bytes with its name and attributes. */
const maximumValueLength = 3800;
const cookiePrefix = 'loginwith-';
/** No cookie of attempts has a name that begins so. */
const usesCookiePrefix = 'loginwith.used-';

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

/**
 * Keeps the attempts of one strategy in the browser, sealed, so that any instance of the app can finish a login. A
 * cookie of its own says which attempts are used: a callback that ends would otherwise overwrite an attempt that began
 * meanwhile, in another tab or on another instance.
 */
export interface AttemptCookie {
  read(cookieHeader: string | undefined, secure: boolean): AttemptCookieReading;
  /** Returns the value of a `Set-Cookie` header. */
  write(content: AttemptCookieContent, secure: boolean): string;
  /** Returns the value of a `Set-Cookie` header that keeps only which attempts are used. */
  writeUses(content: AttemptCookieContent, secure: boolean): string;
  /** Returns the values of `Set-Cookie` headers that remove the cookies, if the request has them. */
  clear(cookieHeader: string | undefined, secure: boolean): string[];
}

/** Ids of attempts, with the digest of the key that used each of them. */
type AttemptUses = [id: string, usedFor: string][];

/** Opens the cookie of a strategy. Only a strategy with the same provider, app id and `cookieSecret` can open it. */
export async function openAttemptCookie({ provider, sealers }: StrategySettings): Promise<AttemptCookie> {
  // The purpose contains the version of the format, so that a cookie of another version is not opened.
  const cookie = createSealedCookie(await sealers('attempts 3'), cookiePrefix + provider.name, attemptLifetime);
  const usesCookie = createSealedCookie(await sealers('uses 1'), usesCookiePrefix + provider.name, attemptLifetime);
  return {
    read(cookieHeader, secure) {
      const reading = cookie.read(cookieHeader, secure);
      if (!reading.found) {
        const { why } = reading;
        return { found: false, why: why === 'absent' ? explainAbsence(cookieHeader, cookie.name) : why };
      }
      // Only write() and writeUses() can have sealed them.
      const { attempts, starts } = reading.value as AttemptCookieContent;
      const usesReading = usesCookie.read(cookieHeader, secure);
      // Without it a used attempt would be unused again, so it must not be made unreadable.
      if (!usesReading.found && usesReading.why !== 'absent') return { found: false, why: usesReading.why };
      const uses = new Map(usesReading.found ? (usesReading.value as AttemptUses) : []);
      const merged = attempts.map((attempt) =>
        omitUndefined({ ...attempt, usedFor: uses.get(attempt.id) ?? attempt.usedFor }),
      );
      return { found: true, content: { attempts: merged, starts } };
    },
    write({ starts, attempts }, secure) {
      const kept = attempts.slice(-maximumAttempts);
      let sealed = cookie.seal({ starts, attempts: kept });
      while (sealed.length > maximumValueLength) {
        kept.shift();
        sealed = cookie.seal({ starts, attempts: kept });
      }
      return cookie.write(sealed, secure);
    },
    writeUses({ attempts }, secure) {
      const uses: AttemptUses = attempts.flatMap(({ id, usedFor }) => (usedFor === undefined ? [] : [[id, usedFor]]));
      return usesCookie.write(usesCookie.seal(uses), secure);
    },
    clear: (cookieHeader, secure) => [cookie, usesCookie].flatMap((each) => each.clear(cookieHeader, secure) ?? []),
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
  const id = randomUUID();
  return omitUndefined({ id, provider, host, startedAt: Date.now(), returnTo, restarts, retryOf, binding });
}

export type AttemptVerdict = 'valid' | 'expired' | 'other_host' | 'other_provider';

/** Tells whether an attempt is valid now and on this host, or why it is not. */
export function checkAttempt(attempt: Attempt, provider: string, host: string): AttemptVerdict {
  if (attempt.provider !== provider) return 'other_provider';
  if (attempt.host !== host) return 'other_host';
  return Math.abs(Date.now() - attempt.startedAt) <= attemptLifetime ? 'valid' : 'expired';
}

function explainAbsence(cookieHeader: string | undefined, plainName: string) {
  const names = splitCookies(cookieHeader).map(([name]) => name.replace(/^__Host-/, ''));
  if (names.length === 0) return 'no_cookies';
  if (names.includes(plainName)) return 'other_scheme';
  return names.some((name) => name.startsWith(cookiePrefix)) ? 'other_provider' : 'not_ours';
}
