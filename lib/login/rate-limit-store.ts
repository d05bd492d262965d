import { LoginWithError } from '../errors.js';
import { dropExpired } from '../internal/drop-expired.js';
import type { RateLimits } from '../options.js';
import type { RateLimitCount, RateLimitStore } from '../types.js';

/** Counts by key, within the window. Every method throws LoginWithError `limits_failed` if the app's store fails. */
export interface Counts {
  read(key: string): Promise<RateLimitCount>;
  increment(key: string): Promise<RateLimitCount>;
  decrement(key: string): Promise<void>;
  /** Whether {@link decrement} does anything. */
  canDecrement: boolean;
}

/** Opens the counts in the app's store, or in the memory of this process. */
export function openCounts({ windowMs, store: given }: Pick<RateLimits, 'windowMs' | 'store'>): Counts {
  const store = given ?? createMemoryStore(windowMs);
  /** What the app's store could not count: a full or read-only one must not let everybody guess. */
  const unwritten = createMemoryStore(windowMs);
  let ready: Promise<unknown> | undefined;
  // An app's store may throw at once.
  const init = () => new Promise((resolve) => resolve(store.init?.({ windowMs })));
  const open = () => {
    ready ??= init();
    // It is tried again with the next use.
    ready.catch(() => (ready = undefined));
    return ready;
  };
  // At once, as with express-rate-limit. A failure concerns the login that uses the store.
  open().catch(() => undefined);
  const use = <T>(work: () => T | Promise<T>): Promise<T> => withClearError(() => open().then(work));
  return {
    async read(key) {
      const { totalHits, resetTime } = (await use(async () => store.get?.(key))) ?? { totalHits: 0 };
      const missing = await unwritten.get?.(key);
      // A store such as Redis counts below zero when a failure is taken back at another address.
      const counted = Math.max(0, totalHits) + (missing?.totalHits ?? 0);
      return { totalHits: counted, resetTime: resetTime ?? missing?.resetTime };
    },
    async increment(key) {
      try {
        return await use(() => store.increment(key));
      } catch (error) {
        await unwritten.increment(key);
        throw error;
      }
    },
    async decrement(key) {
      await use(() => store.decrement?.(key));
    },
    canDecrement: store.decrement !== undefined,
  };
}

/** The counts of one owner in a store that others use, too. */
export function ownedCounts(counts: Counts, owner: string): Counts {
  const keyOf = (key: string) => `${key} of ${owner}`;
  return {
    read: (key) => counts.read(keyOf(key)),
    increment: (key) => counts.increment(keyOf(key)),
    decrement: (key) => counts.decrement(keyOf(key)),
    canDecrement: counts.canDecrement,
  };
}

/** Counts in the memory of this process. */
function createMemoryStore(windowMs: number): RateLimitStore {
  const counts = new Map<string, { totalHits: number; resetTime: Date }>();
  const endOf = ({ resetTime }: { resetTime: Date }) => resetTime.getTime();
  const add = (key: string, hits: number) => {
    dropExpired(counts, endOf);
    const { totalHits, resetTime } = counts.get(key) ?? { totalHits: 0, resetTime: new Date(Date.now() + windowMs) };
    const count = { totalHits: Math.max(0, totalHits + hits), resetTime };
    counts.set(key, count);
    return count;
  };
  return {
    get(key) {
      dropExpired(counts, endOf);
      return counts.get(key);
    },
    increment: (key) => add(key, 1),
    decrement: (key) => add(key, -1),
  };
}

async function withClearError<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (cause) {
    throw new LoginWithError('callback: the store of the limits failed', {
      code: 'limits_failed',
      stage: 'callback',
      hint: 'The store in the option "limits.store" threw the error in cause.',
      retryable: true,
      cause,
    });
  }
}
