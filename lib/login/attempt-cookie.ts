import { createHash, randomBytes } from 'node:crypto';
import { deriveKey, seal, unseal } from '../internal/seal.js';
import type { Attempt, AttemptBinding } from '../types.js';

/** How long a started login may take, in milliseconds. */
const attemptLifetime = 10 * 60_000;
/** Within this many milliseconds a browser may start {@link maximumStarts} logins. */
export const startsWindow = 30_000;
export const maximumStarts = 8;

const maximumAttempts = 5;
/** Browsers drop a cookie of more than 4096 bytes, its name included. */
const maximumCookieLength = 3800;
const cookiePrefix = 'loginwith-';

/** An attempt, and which key it was spent on, if any. */
export interface KeptAttempt extends Attempt {
  /** Digest of the key that this attempt was used for. */
  usedFor?: string;
}

/** What one browser has of its logins with one provider; it lives in a cookie. */
export interface AttemptJar {
  /** Oldest first. */
  attempts: KeptAttempt[];
  /** When this browser started logins lately, milliseconds since 1970. */
  starts: number[];
}

/** What the cookies of a request tell. */
export type JarReading =
  | { found: true; jar: AttemptJar }
  | { found: false; why: 'no_cookies' | 'not_ours' | 'other_provider' | 'other_scheme' | 'tampered' };

/** The sealed cookie of one strategy: attempts in the browser, so that nothing is kept on the server and any instance can go on. */
export interface AttemptCookie {
  read(cookieHeader: string | undefined, secure: boolean): JarReading;
  /** The value of a `Set-Cookie` header. */
  write(jar: AttemptJar, secure: boolean): string;
}

/**
 * Makes the cookie of a strategy: AES-256-GCM with a key derived from the app's secret (HKDF-SHA-256), bound to the strategy's name, the
 * provider and the app.
 */
export function createAttemptCookie(
  name: string,
  baseURL: string,
  appId: string,
  appSecret: () => string,
): AttemptCookie {
  const key = deriveKey(appSecret(), ['passport-loginwith attempts 1', name, baseURL, appId]);
  const plainName = cookiePrefix + name;
  const cookieName = (secure: boolean) => (secure ? `__Host-${plainName}` : plainName);

  return {
    read(cookieHeader, secure) {
      const cookies = parseCookies(cookieHeader);
      const sealed = cookies.get(cookieName(secure));
      if (sealed !== undefined) {
        // Only this file can have sealed it, and the key changes with the format: see the first word of the key's info.
        const jar = unseal(sealed, key) as AttemptJar | undefined;
        return jar === undefined ? { found: false, why: 'tampered' } : { found: true, jar };
      }
      const names = [...cookies.keys()].map((cookie) => cookie.replace(/^__Host-/, ''));
      const why =
        names.length === 0
          ? 'no_cookies'
          : names.includes(plainName)
            ? 'other_scheme'
            : names.some((cookie) => cookie.startsWith(cookiePrefix))
              ? 'other_provider'
              : 'not_ours';
      return { found: false, why };
    },
    write(jar, secure) {
      const kept: AttemptJar = { starts: jar.starts, attempts: jar.attempts.slice(-maximumAttempts) };
      let sealed = seal(kept, key);
      while (sealed.length > maximumCookieLength) {
        kept.attempts.shift();
        sealed = seal(kept, key);
      }
      const seconds = attemptLifetime / 1000;
      return `${cookieName(secure)}=${sealed}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    },
  };
}

/** A digest to recognize a key by without keeping it. */
export function digestKey(authKey: string): string {
  return createHash('sha256').update(authKey).digest('base64url').slice(0, 22);
}

/** A new attempt of now. */
export function createAttempt(
  provider: string,
  host: string,
  returnTo: string,
  restarts = 0,
  binding?: AttemptBinding,
): Attempt {
  const id = randomBytes(16).toString('base64url');
  const attempt: Attempt = { id, provider, host, startedAt: Date.now(), returnTo, restarts };
  return binding === undefined ? attempt : { ...attempt, binding };
}

/** Whether an attempt is still good at this time and on this host, and if not, why. */
export function judgeAttempt(
  attempt: Attempt,
  provider: string,
  host: string,
): 'good' | 'expired' | 'other_host' | 'other_provider' {
  if (attempt.provider !== provider) return 'other_provider';
  if (attempt.host !== host) return 'other_host';
  return Math.abs(Date.now() - attempt.startedAt) <= attemptLifetime ? 'good' : 'expired';
}

function parseCookies(header: string | undefined): Map<string, string> {
  const pairs = (header ?? '').split(';').flatMap((part): [string, string][] => {
    const equals = part.indexOf('=');
    return equals === -1 ? [] : [[part.slice(0, equals).trim(), part.slice(equals + 1).trim()]];
  });
  return new Map(pairs);
}
