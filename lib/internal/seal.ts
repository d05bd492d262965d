import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts and signs values as text for a cookie, a form, a URL or a session: AES-256-GCM. */
export interface Sealer {
  /** @param expiresAt milliseconds since 1970 after which the value can no longer be opened; for ever if absent */
  seal(value: unknown, expiresAt?: number): string;
  /** The value that this sealer sealed; `undefined` for anything else and for what has expired. */
  unseal(sealed: string): unknown;
}

const nonceLength = 12;
const tagLength = 16;

/** Creates a sealer whose key is derived from a secret (HKDF-SHA-256). A sealer for another purpose cannot open its texts. */
export function createSealer(secret: string, purpose: readonly string[]): Sealer {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', JSON.stringify(purpose), 32));
  return {
    seal: (value, expiresAt) => encrypt(JSON.stringify([value, expiresAt]), key),
    unseal(sealed) {
      const text = decrypt(sealed, key);
      if (text === undefined) return undefined;
      // Only seal() can have written it.
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
  // The decoder ignores what it cannot read: only the exact text that was sealed is accepted.
  if (bytes.length < nonceLength + tagLength || bytes.toString('base64url') !== sealed) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAuthTag(bytes.subarray(-tagLength));
  try {
    return decipher.update(bytes.subarray(nonceLength, -tagLength), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
