import type { RateLimitStore } from 'passport-loginwith/express';
import { createClient } from 'redis';
import { SetUpError } from './config.js';
import { createOutage, describeError, ServiceLost, within } from './outage.js';

type Client = ReturnType<typeof createClient>;

/** A connection to Redis that answers in time or fails, and comes back by itself. */
export interface Redis {
  /** @throws ServiceLost after a second at the latest. */
  ask: <T>(command: (client: Client) => Promise<T>) => Promise<T>;
  close: () => void;
}

/** How long a command may take, and how long Redis may say nothing, in milliseconds. */
const commandTimeout = 1000;
const silenceLimit = 2000;
const startLimit = 3000;

/**
 * Connects to Redis.
 *
 * @throws SetUpError when it cannot be used now.
 */
export async function connectRedis(url: string, log: (text: string) => void): Promise<Redis> {
  const { host } = new URL(url);
  const outage = createOutage(`Redis at ${host}`, "Nobody's session can be read until it is back.", log);
  let hasStarted = false;
  const client: Client = createClient({
    url,
    // A request must not wait until Redis is back.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    // What does not answer a ping is cut off and connected anew; a machine that is gone closes no connection.
    pingInterval: silenceLimit / 2,
    socket: {
      connectTimeout: silenceLimit,
      socketTimeout: silenceLimit,
      reconnectStrategy: (retries) => hasStarted && Math.min(100 * (retries + 1), 1000),
    },
  });
  client.on('error', (error) => hasStarted && outage.fail(error)).on('ping-interval', outage.succeed);

  /** Cuts off a connection that does not answer; what else waits on it fails at once. */
  const reconnect = () => {
    if (!client.isReady) return;
    client.destroy();
    client.connect().catch(outage.fail);
  };

  try {
    await within(startLimit, async () => {
      await client.connect();
      await client.ping();
    });
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw new SetUpError(`Redis at ${host} cannot be used: ${describeError(error)}. Start it, or correct REDIS_URL.`);
  }
  hasStarted = true;

  return {
    async ask(command) {
      try {
        const answer = await within(commandTimeout, () => command(client));
        outage.succeed();
        return answer;
      } catch (cause) {
        outage.fail(cause);
        if (cause instanceof ServiceLost) reconnect();
        throw new ServiceLost('Redis does not answer', { cause });
      }
    },
    close() {
      if (client.isOpen) client.destroy();
    },
  };
}

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
