import { randomFillSync } from 'node:crypto';

/** Drawn together, because most of a draw's cost does not depend on its length. */
const drawn = Buffer.alloc(4096);
let used = drawn.length;

/** Returns random bytes that nobody else gets, at most 4096. */
export function randomBytes(length: number): Buffer {
  if (used + length > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += length;
  return Buffer.from(drawn.subarray(used - length, used));
}
