import { digest } from '../internal/digest.js';
import type { RateLimits } from '../options.js';
import type { Attempt } from '../types.js';
import { createExchangeSlots } from './exchange-slots.js';
import { createPendingRetries } from './pending-retries.js';
import { bucketsOf, overallKey, type ClientAddress } from './rate-limit-buckets.js';
import { openCounts, ownedCounts, type Counts } from './rate-limit-store.js';

/**
 * Limits how many made-up keys can be tried, because keys are guessable (PROTOCOL.md, entropy of keys, tokens and
 * secrets). Only wrong keys count: no number of users with right keys reaches a limit. There are two limits:
 *
 * - per client address: a client that has reached it is refused until the window is over.
 * - overall: once it is reached, somebody tries keys from many addresses. Refusing every client would let that attacker
 *   keep all users out. Instead the limit per address shrinks to two, which is enough for a user whose first key was
 *   replaced.
 *
 * A user's own second tab replaces the key of the first one. Such a wrong key is taken back when the login that was
 * restarted after it succeeds, a few times for one account. Until then the clients behind the same address wait rather
 * than be refused, and the restarted login itself may always try its one key.
 *
 * If a client's running exchanges would reach the limit by all failing, its next request waits for one of them to end.
 * So a burst cannot get past the limit, and a class of pupils behind one address is not refused. While the provider
 * answers nothing, waiting is of no use: then it ends after a second.
 */
export interface RateLimiter {
  /**
   * Waits until the client may exchange a key. Call it before each exchange.
   *
   * @param attemptsOfBrowser ids of the attempts that this browser has. A login that succeeds takes their wrong keys
   *   back, too: of two tabs at once, one overwrites the cookie that says what the other is a retry of.
   * @throws LoginWithError `too_many_failures`, whose `retryAfter` tells how long to wait; `provider_unavailable` if
   *   the exchanges before it have no answer; `limits_failed`. The key is unused then.
   */
  acquire(
    client: ClientAddress,
    attempt: Pick<Attempt, 'id' | 'retryOf'>,
    attemptsOfBrowser?: readonly string[],
  ): Promise<Permit>;
}

/** Allows one exchange. */
export interface Permit {
  /**
   * Ends the exchange. Call it once.
   *
   * @throws LoginWithError `limits_failed`.
   */
  release(result: ExchangeResult): Promise<void>;
}

/** What the exchange tells about the client: a wrong key may be a guess, and an account belongs to a user. */
export type ExchangeResult =
  { type: 'wrong_key'; isRestarted: boolean } | { type: 'login'; account: string } | { type: 'no_guess' };

/** So many wrong keys are taken back for one account within the window, so that an attacker's account is of no use. */
const maximumTakenBack = 3;

export function createRateLimiter(limits: RateLimits): RateLimiter {
  return createLimiter(openCounts(limits), limits);
}

/** Returns a function that creates limiters in one store, each with counts of its own. */
export function createRateLimiters(limits: RateLimits): (owner: string) => RateLimiter {
  const counts = openCounts(limits);
  return (owner) => createLimiter(ownedCounts(counts, owner), limits);
}

function createLimiter(counts: Counts, limits: RateLimits): RateLimiter {
  const retries = createPendingRetries();
  const slots = createExchangeSlots(counts, limits, retries);

  /** Whether this is the first key after the wrong one of an attempt. */
  async function isFirstRetryOf(attemptId: string): Promise<boolean> {
    return (await counts.increment(`loginwith retry ${attemptId}`)).totalHits === 1;
  }

  async function takeBack(keys: string[], account: string): Promise<void> {
    const { totalHits } = await counts.increment(`loginwith account ${digest(account)}`);
    if (totalHits <= maximumTakenBack) await Promise.all([...keys, overallKey].map((key) => counts.decrement(key)));
  }

  return {
    async acquire(client, attempt, attemptsOfBrowser = []) {
      const buckets = bucketsOf(client, limits);
      const keys = buckets.map(({ key }) => key);
      const { retryOf } = attempt;
      const isFirstRetry = retryOf !== undefined && (await isFirstRetryOf(retryOf));
      const exchange = {};
      const giveBacks: (() => void)[] = [];
      const giveAllBack = () => giveBacks.splice(0).forEach((giveBack) => giveBack());
      try {
        if (!isFirstRetry) for (const bucket of buckets) giveBacks.push(await slots.take(bucket, exchange));
      } catch (error) {
        giveAllBack();
        throw error;
      }
      return {
        async release(result) {
          try {
            if (result.type === 'wrong_key') {
              if (result.isRestarted) retries.add(attempt.id, keys);
              await Promise.all([...keys, overallKey].map((key) => counts.increment(key)));
            } else if (result.type === 'login') {
              if (isFirstRetry) await takeBack(keys, result.account);
              for (const id of attemptsOfBrowser)
                if (id !== retryOf && retries.end(id) && (await isFirstRetryOf(id)))
                  await takeBack(keys, result.account);
            }
          } finally {
            if (retryOf !== undefined) retries.end(retryOf);
            giveAllBack();
            keys.forEach((key) => slots.wake(key));
          }
        },
      };
    },
  };
}
