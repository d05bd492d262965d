/**
 * Measures how fast app secrets can be tried against a sealed cookie on one core, with the key derived in either way,
 * and prints how long it takes to try every secret that could have been issued in a day, a month and a year.
 *
 *   node -r ./test/support/ts-hook.cjs test/bench/guesses.ts
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, scryptSync } from 'node:crypto';

/** A secret is the MD5 of the second of issue times a number from 1 to this one (PROTOCOL.md). */
const numbersPerSecond = 99_999;
const latest = Math.floor(Date.now() / 1000);
const periods = { day: 86_400, month: 30 * 86_400, year: 365 * 86_400 };
const scryptCost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 };

const derivations: Record<string, (secret: string) => Buffer> = {
  'HKDF-SHA-256': (secret) => Buffer.from(hkdfSync('sha256', secret, '', 'purpose', 32)),
  'scrypt, N = 2^15, r = 8, p = 3': (secret) => scryptSync(secret, 'purpose', 32, scryptCost),
};

/** The guess with this number, from the latest second backwards. */
function secretAt(guess: number): string {
  return toSecret(latest - Math.floor(guess / numbersPerSecond), (guess % numbersPerSecond) + 1);
}

function toSecret(second: number, number: number): string {
  return createHash('md5')
    .update(String(second * number))
    .digest('hex');
}

/** A text as in our cookie: a nonce, about 200 bytes of JSON, and the tag. */
function seal(key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(Buffer.alloc(200, '{"a":1}')), cipher.final(), cipher.getAuthTag()]);
}

function opens(sealed: Buffer, key: Buffer): boolean {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  decipher.update(sealed.subarray(12, -16));
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

/** Guesses per second, of at least five seconds. The right one comes last, to show that it is found. */
function measureRate(derive: (secret: string) => Buffer): number {
  const right = toSecret(latest + 1, 1);
  const sealed = seal(derive(right));
  const began = performance.now();
  let guesses = 0;
  while (performance.now() - began < 5_000) {
    if (opens(sealed, derive(secretAt(guesses)))) throw new Error('a wrong secret opened the cookie');
    guesses += 1;
  }
  const seconds = (performance.now() - began) / 1000;
  if (!opens(sealed, derive(right))) throw new Error('the right secret did not open it');
  return guesses / seconds;
}

function show(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

console.log(
  `secrets issued in one second: at most ${numbersPerSecond.toLocaleString('en-US')}, ${Math.log2(numbersPerSecond).toFixed(1)} bits`,
);
for (const [derivation, derive] of Object.entries(derivations)) {
  const rate = measureRate(derive);
  console.log(`\n${derivation}: ${show(rate)} guesses a second on one core`);
  for (const [period, length] of Object.entries(periods)) {
    const secrets = length * numbersPerSecond;
    const hours = secrets / rate / 3600;
    const time = hours < 8766 ? `${show(hours)} core-hours` : `${show(hours / 8766)} core-years`;
    console.log(
      `  secrets of a ${period}: ${secrets.toExponential(1)}, ${Math.log2(secrets).toFixed(1)} bits, ${time}`,
    );
  }
}
