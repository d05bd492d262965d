import { createHmac, hash } from 'node:crypto';

/** Names a text without revealing it, in 22 characters: 132 bits of its SHA-256. */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** The same, where the text could be guessed from its digest: only who knows the secret can check a guess. */
export function keyedDigest(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22);
}
