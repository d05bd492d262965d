import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Attempt } from './types.js';

/** How long a started login may take, in milliseconds. */
export const attemptLifetime = 10 * 60_000;
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
  const info = JSON.stringify(['passport-loginwith attempts 1', name, baseURL, appId]);
  const key = new Uint8Array(hkdfSync('sha256', appSecret(), '', info, 32));
  const plainName = cookiePrefix + name;
  const cookieName = (secure: boolean) => (secure ? `__Host-${plainName}` : plainName);

  return {
    read(cookieHeader, secure) {
      const cookies = parseCookies(cookieHeader);
      const sealed = cookies.get(cookieName(secure));
      if (sealed !== undefined) {
        const jar = open(sealed, key);
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
export function createAttempt(provider: string, host: string, returnTo: string, restarts = 0): Attempt {
  return { id: randomBytes(16).toString('base64url'), provider, host, startedAt: Date.now(), returnTo, restarts };
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

function seal(jar: AttemptJar, key: Uint8Array): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = cipher.update(JSON.stringify(jar), 'utf8');
  return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function open(sealed: string, key: Uint8Array): AttemptJar | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  // The decoder ignores what it cannot read: only the exact text that was sealed is accepted.
  if (bytes.length < 28 || bytes.toString('base64url') !== sealed) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(bytes.subarray(-16));
    const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    // Only this file can have sealed it, and the key changes with the format: see the first word of the key's info.
    return JSON.parse(text) as AttemptJar;
  } catch {
    return undefined;
  }
}
