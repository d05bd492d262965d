import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { SealingSecrets } from './seal.js';
import { emitWarning } from './warning.js';

const minimumLength = 32;

/** 32 MiB and some tenths of a second, one of the parameter sets that OWASP recommends for guessable secrets. */
const stretching = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 };
const stretch = promisify<string, string, number, typeof stretching, Buffer>(scrypt);

/** Whether a value is a secret that nobody guesses, or a list of such, for rotation. */
export function isCookieSecret(value: unknown): value is string | readonly string[] {
  // Array.isArray makes any[] of unknown.
  const secrets = Array.isArray(value) ? (value as unknown[]) : [value];
  return secrets.length > 0 && secrets.every((each) => typeof each === 'string' && each.length >= minimumLength);
}

/** What {@link isCookieSecret} accepts, for messages. */
export const cookieSecretRule =
  `${minimumLength} or more random characters, or a list of such texts: the first seals, all open. Set the environment ` +
  'variable that it comes from (such as SESSION_SECRET) to what this prints: ' +
  `node -p "crypto.randomBytes(32).toString('hex')"`;

export function secretsOf(cookieSecret: string | readonly string[]): SealingSecrets {
  const secrets = [cookieSecret].flat();
  return () => Promise.resolve(secrets);
}

/**
 * Derives the secret of the cookies from an app secret. App secrets are guessable, and each visitor gets a cookie
 * against which guesses can be tested (PROTOCOL.md, entropy of keys, tokens and secrets), so each guess must be
 * expensive. The work is done once, when it is first needed, and not on the main thread.
 *
 * @param salt keeps a table of guesses for one app from serving for another.
 */
export function stretchSecret(appSecret: string, salt: string): SealingSecrets {
  let stretched: Promise<Buffer[]> | undefined;
  return () => (stretched ??= stretch(appSecret, salt, 32, stretching).then((key) => [key]));
}

let hasWarned = false;

/** Warns once per process, in production only. */
export function warnOfMissingCookieSecret(): void {
  if (hasWarned || process.env.NODE_ENV !== 'production') return;
  hasWarned = true;
  emitWarning(
    'LOGINWITH_COOKIE_SECRET',
    'The option "cookieSecret" is missing, so the cookies are sealed with a key derived from appSecret, which can be ' +
      'guessed with much effort. Set it to 32 or more random characters, the same in all processes of the app.',
  );
}
