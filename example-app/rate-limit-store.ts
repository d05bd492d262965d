import type { RateLimitStore } from 'passport-loginwith/express';
import type { Redis } from './redis.js';

/** Counts failed logins in Redis, so that an attacker cannot start again on the next machine. */
export function createRateLimitStore({ ask }: Redis): RateLimitStore {
  let window = 0;
  const nameOf = (key: string) => `example:failures:${key}`;
  const toCount = (hits: unknown, left: unknown) => ({
    totalHits: Number(hits ?? 0),
    resetTime: Number(left) > 0 ? new Date(Date.now() + Number(left)) : undefined,
  });
  return {
    init: ({ windowMs }) => (window = windowMs),
    async get(key) {
      const name = nameOf(key);
      const [hits, left] = await ask((client) => client.multi().get(name).pTTL(name).exec());
      return toCount(hits, left);
    },
    async increment(key) {
      const name = nameOf(key);
      const begin = { expiration: { type: 'PX', value: window }, condition: 'NX' } as const;
      const [, hits, left] = await ask((client) => client.multi().set(name, 0, begin).incr(name).pTTL(name).exec());
      return toCount(hits, left);
    },
  };
}
