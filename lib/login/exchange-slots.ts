import { LoginWithError, type LoginErrorDetails } from '../errors.js';
import { Lock } from '../internal/lock.js';
import type { RateLimits } from '../options.js';
import type { RateLimitCount } from '../types.js';
import type { PendingRetries } from './pending-retries.js';
import { overallKey, type Bucket } from './rate-limit-buckets.js';
import type { Counts } from './rate-limit-store.js';

/** Lets exchanges run as long as a bucket's limit would hold if all of them failed. */
export interface ExchangeSlots {
  /**
   * Waits until there is a slot. The result gives it back.
   *
   * @param exchange names the exchange, which may need a slot of several buckets.
   * @throws LoginWithError `too_many_failures`, `provider_unavailable`, `limits_failed`.
   */
  take(bucket: Bucket, exchange: object): Promise<() => void>;
  /** Lets waiting requests look at a bucket's count again. */
  wake(key: string): void;
}

/** The requests of one bucket that wait for a slot or have one. */
interface BucketState {
  /** Those that wait and those that have a slot; without any the state is dropped. */
  requests: number;
  running: number;
  /** Exchanges that have ended; the time of the last end, and that of the last start, in milliseconds since 1970. */
  ended: number;
  endedAt: number;
  startedAt: number;
  /** Lets one request at a time read the counts. */
  lock: Lock;
  onChange?: () => void;
}

/** How often the request that is next reads the counts, in milliseconds: other clients and processes change them. */
const pollInterval = 250;
/** Nobody waits longer without any answer of the provider, in milliseconds. */
const patience = 1_000;

export function createExchangeSlots(
  counts: Counts,
  { overallLimit, windowMs }: RateLimits,
  retries: PendingRetries,
): ExchangeSlots {
  const states = new Map<string, BucketState>();
  /** The exchanges of all clients. */
  const exchanges = new Set<object>();

  /** @param since when the request came, in milliseconds since 1970. */
  async function waitForSlot(bucket: Bucket, state: BucketState, since: number): Promise<void> {
    for (;;) {
      const { ended } = state;
      const [own, overall] = await Promise.all([counts.read(bucket.key), counts.read(overallKey)]);
      const left = bucket.limit(overall.totalHits >= overallLimit) - own.totalHits;
      if (left <= 0 && !(counts.canDecrement && retries.has(bucket.key))) throw createRefusal(own, windowMs);
      // An exchange that ended during the read may not be in the counts.
      if (state.ended !== ended) continue;
      // All that are running may fail, too: many addresses at once must not get past the overall limit.
      const safelyLeft = bucket.limit(overall.totalHits + exchanges.size >= overallLimit) - own.totalHits;
      if (state.running < safelyLeft) return;
      if (left <= 0) {
        await waitForChange(state, pollInterval);
        continue;
      }
      // While the provider answers nothing, one exchange a second finds out whether it is back.
      const now = Date.now();
      const probeAt = Math.max(state.endedAt, state.startedAt) + patience;
      if (now >= probeAt) return;
      const waitsUntil = Math.max(state.endedAt, since) + patience;
      if (now >= waitsUntil) throw createSilentError();
      await waitForChange(state, Math.min(probeAt - now, waitsUntil - now, pollInterval));
    }
  }

  return {
    async take(bucket, exchange) {
      const { key } = bucket;
      const since = Date.now();
      const fresh: BucketState = { requests: 0, running: 0, ended: 0, endedAt: 0, startedAt: 0, lock: new Lock() };
      const state = states.get(key) ?? fresh;
      states.set(key, state);
      state.requests += 1;
      const leave = () => {
        state.requests -= 1;
        if (state.requests === 0) states.delete(key);
      };
      const unlock = await state.lock.acquire();
      try {
        await waitForSlot(bucket, state, since);
      } catch (error) {
        leave();
        throw error;
      } finally {
        unlock();
      }
      state.running += 1;
      state.startedAt = Date.now();
      exchanges.add(exchange);
      return () => {
        state.running -= 1;
        state.ended += 1;
        state.endedAt = Date.now();
        exchanges.delete(exchange);
        state.onChange?.();
        leave();
      };
    },
    wake: (key) => states.get(key)?.onChange?.(),
  };
}

/** Waits until an exchange of the bucket has ended, but not longer than this time in milliseconds. */
function waitForChange(state: BucketState, time: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, time);
    state.onChange = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function createRefusal({ resetTime }: RateLimitCount, windowMs: number): LoginWithError {
  const milliseconds = resetTime === undefined ? windowMs : resetTime.getTime() - Date.now();
  return refuse('too many logins from this address have failed', {
    code: 'too_many_failures',
    hint:
      'Somebody may be trying out keys. If all users are refused, the app sees one address for all of them: ' +
      'set Express\'s "trust proxy".',
    retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)),
  });
}

function createSilentError(): LoginWithError {
  return refuse('the logins from this address have no answer of the provider', {
    code: 'provider_unavailable',
    hint: 'The provider is slow or down, so the key was not sent. Load the page again in a moment.',
  });
}

function refuse(what: string, details: Pick<LoginErrorDetails, 'code' | 'hint' | 'retryAfter'>): LoginWithError {
  return new LoginWithError(`callback: ${what}`, { ...details, stage: 'callback', retryable: true });
}
