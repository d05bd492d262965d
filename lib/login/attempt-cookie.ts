import { randomBytes } from '../internal/random.js';
import type { LoginSettings } from '../options.js';
import type { Attempt } from '../types.js';
import { createCookie, createSealedCookie, splitCookies } from './sealed-cookie.js';

/** How long a started login may take, in milliseconds. */
const attemptLifetime = 10 * 60_000;
const maximumAttempts = 5;
/** In bytes. Browsers drop a cookie that is longer than 4096 bytes with its name and attributes. */
const maximumValueLength = 3800;
const cookiePrefix = 'loginwith-';
/** No cookie of attempts has a name that begins so. */
const usesCookiePrefix = 'loginwith.used-';
/** Stays as it is where a framework encodes the values of cookies once more, as Next.js does. */
const separator = '~';

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
 * meanwhile, in another tab or on another instance. That one is not sealed: nobody but us knows the id of an unused
 * attempt, and another host that adds such a cookie can take none away.
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

/** Opens the cookie of a strategy. Only a strategy with the same provider, app id and `cookieSecret` can open it. */
export async function openAttemptCookie({ provider, sealers }: LoginSettings): Promise<AttemptCookie> {
  // The purpose contains the version of the format, so that a cookie of another version is not opened.
  const sealer = await sealers('attempts 3');
  const cookie = createSealedCookie(sealer, cookiePrefix + provider.name, attemptLifetime);
  const usesCookie = createCookie(usesCookiePrefix + provider.name, attemptLifetime);
  return {
    read(cookieHeader, secure) {
      const reading = cookie.read(cookieHeader, secure);
      if (!reading.found) {
        const { why } = reading;
        return { found: false, why: why === 'absent' ? explainAbsence(cookieHeader, cookie.name) : why };
      }
      // Only write() can have sealed it.
      const { attempts, starts } = reading.value as AttemptCookieContent;
      const uses = parseUses(usesCookie.findAll(cookieHeader, secure));
      if (uses.size === 0) return { found: true, content: { attempts, starts } };
      const merged = attempts.map((attempt) => {
        const usedFor = uses.get(attempt.id) ?? attempt.usedFor;
        return usedFor === undefined ? attempt : { ...attempt, usedFor };
      });
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
      const uses = attempts.filter(({ usedFor }) => usedFor !== undefined).map(({ id, usedFor }) => `${id}.${usedFor}`);
      return usesCookie.write(uses.join(separator), secure);
    },
    clear: (cookieHeader, secure) => [cookie, usesCookie].flatMap((each) => each.clear(cookieHeader, secure) ?? []),
  };
}

/** Reads the ids of used attempts, with the digest of the key that used each of them. */
function parseUses(values: readonly string[]): Map<string, string> {
  const uses = values.flatMap((value) => value.split(separator)).map((use) => use.split('.'));
  // Only what writeUses() can have written: the values are written again.
  return new Map(uses.flatMap(([id = '', usedFor = '']) => (/^[\w-]+$/.test(usedFor) ? [[id, usedFor]] : [])));
}

/** Creates an attempt that starts now. */
export function createAttempt({
  provider,
  host,
  returnTo,
  restarts,
  retryOf,
  binding,
  display,
}: Omit<Attempt, 'id' | 'startedAt'>): Attempt {
  const id = randomBytes(16).toString('base64url');
  const attempt: Attempt = { id, provider, host, startedAt: Date.now(), returnTo, restarts };
  if (retryOf !== undefined) attempt.retryOf = retryOf;
  if (binding !== undefined) attempt.binding = binding;
  if (display !== undefined) attempt.display = display;
  return attempt;
}

export type AttemptVerdict = 'valid' | 'expired' | 'other_host' | 'other_provider';

/** Tells whether an attempt is valid now and on this host, or why it is not. */
export function checkAttempt(attempt: Attempt, provider: string, host: string): AttemptVerdict {
  if (attempt.provider !== provider) return 'other_provider';
  if (attempt.host !== host) return 'other_host';
  return Math.abs(Date.now() - attempt.startedAt) <= attemptLifetime ? 'valid' : 'expired';
}

/**
 * Finds the attempt that this key used up, or else the newest unused one: the protocol does not say which one is meant.
 * Two tabs that come back at once bring the same cookie, and each gets an attempt of its own if there are two.
 */
export function findAttempt(
  { attempts }: AttemptCookieContent,
  keyDigest: string,
  isUsedForOther: (attempt: StoredAttempt) => boolean,
): StoredAttempt | undefined {
  const unused = attempts.filter(({ usedFor }) => usedFor === undefined);
  return (
    attempts.find(({ usedFor }) => usedFor === keyDigest) ??
    unused.findLast((attempt) => !isUsedForOther(attempt)) ??
    unused.at(-1)
  );
}

function explainAbsence(cookieHeader: string | undefined, plainName: string) {
  if (cookieHeader === undefined) return 'no_cookies';
  const names = splitCookies(cookieHeader).map(([name]) => name.replace(/^__Host-/, ''));
  if (names.length === 0) return 'no_cookies';
  if (names.includes(plainName)) return 'other_scheme';
  return names.some((name) => name.startsWith(cookiePrefix)) ? 'other_provider' : 'not_ours';
}
