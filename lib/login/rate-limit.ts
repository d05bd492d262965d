import ipaddr from 'ipaddr.js';
import { LoginWithError } from '../errors.js';
import { createLock } from '../internal/lock.js';
import type { RateLimitCount, RateLimitStore } from '../types.js';

/**
 * Limits how many made-up keys can be tried: keys are guessable (PROTOCOL.md, entropy of keys). Only failed exchanges
 * count, so a login with a right key is never refused for the number of logins. Two counts:
 *
 * - per client address: a client that has used it up waits until the window is over;
 * - overall: once it is used up, somebody tries from many addresses at once. Refusing everybody would let the attacker
 *   keep all users out. Instead the count per address shrinks to two: what an honest login needs whose first key was
 *   replaced.
 *
 * A client whose running exchanges would use up its count if all of them failed waits for one of them to end: a burst
 * must not get around the limit, and a class of pupils behind one address must not be refused.
 */
export interface RateLimiter {
  /**
   * Call it before an exchange.
   *
   * @param address the client's; all clients without one are counted together
   * @throws LoginWithError `too_many_failures`, with the seconds to wait in {@link findRetryAfter}; `limits_failed`
   */
  acquire(address: string | undefined): Promise<Permit>;
}

/** Allows one exchange. */
export interface Permit {
  /** Must be called once, after the exchange. @throws LoginWithError `limits_failed` */
  release(hasFailed: boolean): Promise<void>;
}

export interface RateLimits {
  /** Failed exchanges from one client address within the window. */
  limit: number;
  /** Failed exchanges altogether, from which on a client has only two of its own. */
  overallLimit: number;
  /** Length of the window, in milliseconds. */
  windowMs: number;
  /** The memory of this process if absent. */
  store: RateLimitStore | undefined;
}

/** What an honest user may need when a second tab or device replaced the first key. */
const leastLimit = 2;
const overallKey = 'loginwith overall';
const noFailures: RateLimitCount = { totalHits: 0, resetTime: undefined };

const retryAfter = new WeakMap<LoginWithError, number>();

/** Seconds until a client that was refused may try again. */
export function findRetryAfter(error: unknown): number | undefined {
  return error instanceof LoginWithError ? retryAfter.get(error) : undefined;
}

export function createRateLimiter({ limit, overallLimit, windowMs, store: given }: RateLimits): RateLimiter {
  const store = given ?? createMemoryStore(windowMs);
  void store.init?.({ windowMs });
  const clients = new Map<string, Client>();
  const read = async (key: string) => (await store.get?.(key)) ?? noFailures;

  /** Waits until the client has an exchange left; called for one request of a client at a time. */
  async function waitForExchange(key: string, client: Client): Promise<void> {
    for (;;) {
      const { releases } = client;
      const [own, overall] = await useStore(() => Promise.all([read(key), read(overallKey)]));
      const left = (overall.totalHits < overallLimit ? limit : Math.min(limit, leastLimit)) - own.totalHits;
      if (left <= 0) throw createRefusal(own, windowMs);
      // An exchange that ended meanwhile may have been counted after the read.
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

/** The requests of one client address that wait for an exchange or run one. */
interface Client {
  requests: number;
  /** Exchanges that run now. */
  running: number;
  /** Exchanges that have ended. */
  releases: number;
  /** Lets one request at a time look at the counts. */
  lock: ReturnType<typeof createLock>;
  onRelease?: () => void;
}

/** One key per IPv4 address; a /56 network of IPv6 counts as one client, because it is what one customer gets. */
function clientKey(address = 'unknown'): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv4 ? parsed.toString() : parsed.toByteArray().slice(0, 7).join('.');
}

/** Counts in the memory of this process. */
function createMemoryStore(windowMs: number): RateLimitStore {
  const counts = new Map<string, { totalHits: number; resetTime: Date }>();
  const dropExpired = () => {
    // In the order of their first hit, which is that of their end.
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
      'Somebody may be trying out keys. If all visitors are refused, the app sees one address for all of them: ' +
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
      hint: 'The option "limits.store" is the app\'s own; its error is the cause.',
      retryable: true,
      cause,
    });
  }
}
