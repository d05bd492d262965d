import { LoginWithError, type LoginErrorDetails } from '../errors.js';
import { digest } from '../internal/digest.js';
import { createLock, type Lock } from '../internal/lock.js';
import type { RateLimits } from '../options.js';
import type { Attempt, RateLimitCount } from '../types.js';
import { createPendingRetries } from './pending-retries.js';
import { bucketsOf, type Bucket, type ClientAddress } from './rate-limit-buckets.js';
import { openCounts } from './rate-limit-store.js';

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
/** How often the counts are read while a failure may be taken back, in milliseconds: another process may do so. */
const pollInterval = 250;
/** An exchange that takes longer makes nobody wait, and nobody waits longer without any answer, in milliseconds. */
const patience = 1_000;
const overallKey = 'loginwith overall';

/** The requests of one bucket that wait for an exchange or run one. */
interface BucketState {
  requests: number;
  /** Exchanges that are running. */
  running: number;
  /** Exchanges that have ended, and the time of the last one. */
  releases: number;
  releasedAt: number;
  /** Lets one request at a time read the counts. */
  lock: Lock;
  onChange?: () => void;
}

export function createRateLimiter(limits: RateLimits): RateLimiter {
  const { overallLimit, windowMs } = limits;
  const counts = openCounts(limits);
  const states = new Map<string, BucketState>();
  const retries = createPendingRetries();

  /** Waits until the bucket has room for one more failure, and takes it. The result gives it back. */
  async function enter(bucket: Bucket): Promise<() => void> {
    const { key } = bucket;
    const since = Date.now();
    const state = states.get(key) ?? { requests: 0, running: 0, releases: 0, releasedAt: 0, lock: createLock() };
    states.set(key, state);
    state.requests += 1;
    const leave = () => {
      state.requests -= 1;
      if (state.requests === 0) states.delete(key);
    };
    const unlock = await state.lock();
    try {
      await waitForRoom(bucket, state, since);
      state.running += 1;
    } catch (error) {
      leave();
      throw error;
    } finally {
      unlock();
    }
    let isCounted = true;
    const stopCounting = () => {
      if (isCounted) state.running -= 1;
      isCounted = false;
      state.onChange?.();
    };
    const timer = setTimeout(stopCounting, patience).unref();
    return () => {
      clearTimeout(timer);
      state.releases += 1;
      state.releasedAt = Date.now();
      stopCounting();
      leave();
    };
  }

  /** @param since when the request came, in milliseconds since 1970. */
  async function waitForRoom(bucket: Bucket, state: BucketState, since: number): Promise<void> {
    for (;;) {
      const { releases } = state;
      const [own, overall] = await Promise.all([counts.read(bucket.key), counts.read(overallKey)]);
      const room = bucket.limit(overall.totalHits >= overallLimit) - own.totalHits;
      const mayGetRoom = counts.canDecrement && retries.has(bucket.key);
      if (room <= 0 && !mayGetRoom) throw createRefusal(own, windowMs);
      // An exchange that ended during the read may not be in the counts.
      if (state.releases !== releases) continue;
      if (state.running < room) return;
      const time = Math.max(since, state.releasedAt) + patience - Date.now();
      if (room > 0 && time <= 0) throw createSilentError();
      await waitForChange(state, room > 0 ? time : pollInterval);
    }
  }

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
      const leaves: (() => void)[] = [];
      const leaveAll = () => leaves.splice(0).forEach((leave) => leave());
      try {
        if (!isFirstRetry) for (const bucket of buckets) leaves.push(await enter(bucket));
      } catch (error) {
        leaveAll();
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
            leaveAll();
            for (const key of keys) states.get(key)?.onChange?.();
          }
        },
      };
    },
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
