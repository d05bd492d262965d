import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts and authenticates values with AES-256-GCM, as text for a cookie, a form, a URL or a session. */
export interface Sealer {
  /** @param expiresAt milliseconds since 1970 until which the value can be opened; without end if absent. */
  seal(value: unknown, expiresAt?: number): string;
  /** Returns the value that this sealer sealed; `undefined` for any other text and for an expired one. */
  unseal(sealed: string): unknown;
}

const nonceLength = 12;
const tagLength = 16;

/**
 * Creates a sealer with a key derived from a secret (HKDF-SHA-256). A sealer with another purpose cannot open its
 * texts.
 */
export function createSealer(secret: string, purpose: readonly string[]): Sealer {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', JSON.stringify(purpose), 32));
  return {
    seal: (value, expiresAt) => encrypt(JSON.stringify([value, expiresAt]), key),
    unseal(sealed) {
      const text = decrypt(sealed, key);
      if (text === undefined) return undefined;
      // Only seal() can have written this text.
      const [value, expiresAt] = JSON.parse(text) as [unknown, number | null];
      return expiresAt === null || Date.now() <= expiresAt ? value : undefined;
    },
  };
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
    return decipher.update(bytes.subarray(nonceLength, -tagLength), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
