import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** A key for {@link seal}, derived from a secret (HKDF-SHA-256); what `purpose` names, nothing else can open. */
export function deriveKey(secret: string, purpose: readonly string[]): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', JSON.stringify(purpose), 32));
}

/** Encrypts and signs a value as text for a cookie, a form or a URL: AES-256-GCM. */
export function seal(value: unknown, key: Uint8Array): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = cipher.update(JSON.stringify(value), 'utf8');
  return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** What was sealed with this key; `undefined` for anything else. */
export function unseal(sealed: string, key: Uint8Array): unknown {
  const bytes = Buffer.from(sealed, 'base64url');
  // The decoder ignores what it cannot read: only the exact text that was sealed is accepted.
  if (bytes.length < 28 || bytes.toString('base64url') !== sealed) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(bytes.subarray(-16));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8'));
  } catch {
    return undefined;
  }
}
