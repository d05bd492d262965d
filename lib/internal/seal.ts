import { createCipheriv, createDecipheriv, hkdf } from 'node:crypto';
import { promisify } from 'node:util';
import { randomBytes } from './random.js';

/** Encrypts and authenticates values with AES-256-GCM, as text for a cookie, a form, a URL or a session. */
export interface Sealer {
  /** @param expiresAt milliseconds since 1970 until which the value can be opened; without end if absent. */
  seal(value: unknown, expiresAt?: number): string;
  /** Returns the value that this sealer sealed; `undefined` for any other text and for an expired one. */
  unseal(sealed: string): unknown;
}

/** Returns the sealer of a purpose. A sealer with another purpose cannot open its texts. */
export type Sealers = (purpose: string) => Promise<Sealer>;

/** The secrets in the order of their age: the newest one seals, and each opens. */
export type SealingSecrets = () => Promise<readonly (string | Uint8Array)[]>;

const nonceLength = 12;
const tagLength = 16;
const deriveKey = promisify(hkdf);

/**
 * Creates the sealers of one owner. Their keys are derived from the secrets (HKDF-SHA-256) when they are first needed.
 *
 * @param owner names whose texts these are; another owner's sealers cannot open them, even with the same secrets.
 */
export function createSealers(secrets: SealingSecrets, owner: readonly string[]): Sealers {
  const sealers = new Map<string, Promise<Sealer>>();
  return (purpose) => {
    const sealer = sealers.get(purpose) ?? createSealer(secrets, [purpose, ...owner]);
    sealers.set(purpose, sealer);
    return sealer;
  };
}

async function createSealer(secrets: SealingSecrets, purpose: readonly string[]): Promise<Sealer> {
  const derive = (secret: string | Uint8Array) => deriveKey('sha256', secret, '', JSON.stringify(purpose), 32);
  const keys = (await Promise.all((await secrets()).map(derive))).map((key) => new Uint8Array(key));
  const [newest = new Uint8Array()] = keys;
  return {
    seal: (value, expiresAt) => encrypt(JSON.stringify([value, expiresAt]), newest),
    unseal(sealed) {
      const text = findText(sealed, keys);
      if (text === undefined) return undefined;
      // Only seal() can have written this text.
      const [value, expiresAt] = JSON.parse(text) as [unknown, number | null];
      return expiresAt === null || Date.now() <= expiresAt ? value : undefined;
    },
  };
}

function findText(sealed: string, keys: readonly Uint8Array[]): string | undefined {
  for (const key of keys) {
    const text = decrypt(sealed, key);
    if (text !== undefined) return text;
  }
  return undefined;
}

function encrypt(text: string, key: Uint8Array): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function decrypt(sealed: string, key: Uint8Array): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  // The decoder ignores invalid characters, but only the exact text that was sealed is accepted.
  if (bytes.toString('base64url') !== sealed) return undefined;
  try {
    const nonce = bytes.subarray(0, nonceLength);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
    decipher.setAuthTag(bytes.subarray(-tagLength));
    const text = decipher.update(bytes.subarray(nonceLength, -tagLength));
    // Throws unless this is the text that was sealed.
    decipher.final();
    return text.toString('utf8');
  } catch {
    return undefined;
  }
}
