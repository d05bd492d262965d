import ipaddr from 'ipaddr.js';
import { LoginWithError } from '../errors.js';
import { createLock } from '../internal/lock.js';
import type { RateLimitCount, RateLimitStore } from '../types.js';

/**
 * Limits how many made-up keys can be tried, because keys are guessable (PROTOCOL.md, entropy of keys, tokens and
 * secrets). Only failed exchanges count: no number of users with right keys reaches a limit. There are two limits:
 *
 * - per client address: a client that has reached it is refused until the window is over.
 * - overall: once it is reached, somebody tries keys from many addresses. Refusing every client would let that attacker
 *   keep all users out. Instead the limit per address shrinks to two, which is enough for a user whose first key was
 *   replaced.
 *
 * If a client's running exchanges would reach the limit by all failing, its next request waits for one of them to end.
 * So a burst cannot get past the limit, and a class of pupils behind one address is not refused.
 */
export interface RateLimiter {
  /**
   * Waits until the client may exchange a key. Call it before each exchange.
   *
   * @param address the client's IP address. Clients without one are counted as one client.
   * @throws LoginWithError `too_many_failures` ({@link findRetryAfter} tells how long to wait), `limits_failed`.
   */
  acquire(address: string | undefined): Promise<Permit>;
}

/** Allows one exchange. */
export interface Permit {
  /**
   * Ends the exchange. Call it once.
   *
   * @param hasFailed whether the provider did not know the key.
   * @throws LoginWithError `limits_failed`.
   */
  release(hasFailed: boolean): Promise<void>;
}

export interface RateLimits {
  /** Failed exchanges that one client address may have within the window. */
  limit: number;
  /** Failed exchanges of all clients, after which a client may have only two. */
  overallLimit: number;
  /** Length of the window, in milliseconds. */
  windowMs: number;
  /** Counts the failed exchanges; the memory of this process if absent. */
  store: RateLimitStore | undefined;
}

/** Enough for a user whose first key was replaced by a second tab or device. */
const reducedLimit = 2;
const overallKey = 'loginwith overall';
const noFailures: RateLimitCount = { totalHits: 0, resetTime: undefined };

const retryAfter = new WeakMap<LoginWithError, number>();

/** Returns the seconds until a client that was refused may try again; `undefined` for any other error. */
export function findRetryAfter(error: unknown): number | undefined {
  return error instanceof LoginWithError ? retryAfter.get(error) : undefined;
}

export function createRateLimiter({ limit, overallLimit, windowMs, store: given }: RateLimits): RateLimiter {
  const store = given ?? createMemoryStore(windowMs);
  void store.init?.({ windowMs });
  const clients = new Map<string, Client>();
  const read = async (key: string) => (await store.get?.(key)) ?? noFailures;

  /** Waits until the client may exchange a key. The lock lets in one request of a client at a time. */
  async function waitForExchange(key: string, client: Client): Promise<void> {
    for (;;) {
      const { releases } = client;
      const [own, overall] = await useStore(() => Promise.all([read(key), read(overallKey)]));
      const left = (overall.totalHits < overallLimit ? limit : Math.min(limit, reducedLimit)) - own.totalHits;
      if (left <= 0) throw createRefusal(own, windowMs);
      // An exchange that ended during the read may not be in the counts.
      if (client.releases !== releases) continue;
      if (client.running < left) return;
      await new Promise<void>((resolve) => (client.onRelease = resolve));
    }
  }

  return {
    async acquire(address) {
      const key = `loginwith client ${clientKey(address)}`;
      const client = clients.get(key) ?? { requests: 0, running: 0, releases: 0, lock: createLock() };
      clients.set(key, client);
      client.requests += 1;
      const end = () => {
        client.requests -= 1;
        if (client.requests === 0) clients.delete(key);
      };
      const unlock = await client.lock();
      try {
        await waitForExchange(key, client);
        client.running += 1;
      } catch (error) {
        end();
        throw error;
      } finally {
        unlock();
      }
      return {
        async release(hasFailed) {
          try {
            if (hasFailed) await useStore(() => Promise.all([store.increment(key), store.increment(overallKey)]));
          } finally {
            client.running -= 1;
            client.releases += 1;
            client.onRelease?.();
            end();
          }
        },
      };
    },
  };
}

/** The requests of one client that wait for an exchange or run one. */
interface Client {
  requests: number;
  /** Exchanges that are running. */
  running: number;
  /** Exchanges that have ended. */
  releases: number;
  /** Lets one request at a time read the counts. */
  lock: ReturnType<typeof createLock>;
  onRelease?: () => void;
}

/**
 * Returns one key per IPv4 address and one per IPv6 /56 network, because an internet customer usually has a whole /56.
 */
function clientKey(address = 'unknown'): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv4 ? parsed.toString() : parsed.toByteArray().slice(0, 7).join('.');
}

/** Counts in the memory of this process. */
function createMemoryStore(windowMs: number): RateLimitStore {
  const counts = new Map<string, { totalHits: number; resetTime: Date }>();
  const dropExpired = () => {
    // The oldest comes first, so it expires first.
    for (const [key, { resetTime }] of counts) {
      if (resetTime.getTime() > Date.now()) return;
      counts.delete(key);
    }
  };
  return {
    get(key) {
      dropExpired();
      return counts.get(key);
    },
    increment(key) {
      dropExpired();
      const { totalHits, resetTime } = counts.get(key) ?? { totalHits: 0, resetTime: new Date(Date.now() + windowMs) };
      const count = { totalHits: totalHits + 1, resetTime };
      counts.set(key, count);
      return count;
    },
  };
}

function createRefusal({ resetTime }: RateLimitCount, windowMs: number): LoginWithError {
  const error = new LoginWithError('callback: too many logins from this address have failed', {
    code: 'too_many_failures',
    stage: 'callback',
    hint:
      'Somebody may be trying out keys. If all users are refused, the app sees one address for all of them: ' +
      'set Express\'s "trust proxy".',
    retryable: true,
  });
  const milliseconds = resetTime === undefined ? windowMs : resetTime.getTime() - Date.now();
  retryAfter.set(error, Math.max(1, Math.ceil(milliseconds / 1000)));
  return error;
}

async function useStore<T>(use: () => Promise<T>): Promise<T> {
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
