import { randomFillSync } from 'node:crypto';

/** In bytes, for AES-GCM. */
export const nonceLength = 12;

/** Random bytes are drawn for so many nonces at once, because a draw costs more than the encryption of a cookie. */
const noncesPerDraw = 64;
/** In milliseconds. */
const maximumAge = 1_000;

const drawn = Buffer.alloc(nonceLength * noncesPerDraw);
let used = drawn.length;
let drawnAt = 0;

/**
 * Returns random bytes, each time others. None is used long after it was drawn: a copy of a process that a snapshot was
 * taken of, when it is resumed, must not use those of the original.
 */
export function createNonce(): Buffer {
  const age = Math.abs(Date.now() - drawnAt);
  if (used === drawn.length || age > maximumAge) {
    randomFillSync(drawn);
    used = 0;
    drawnAt = Date.now();
  }
  used += nonceLength;
  return Buffer.from(drawn.subarray(used - nonceLength, used));
}
