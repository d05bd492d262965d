import { createClient } from 'redis';
import { codeOf, SetUpError } from './config.js';

type Client = ReturnType<typeof createClient>;

/** Redis cannot be reached, or does not answer in time. */
export class RedisLost extends Error {}

/** A connection to Redis that answers in time or fails, and comes back by itself. */
export interface Redis {
  /** @throws RedisLost after a second at the latest. */
  ask: <T>(command: (client: Client) => Promise<T>) => Promise<T>;
  close: () => void;
}

/** How long a command may take, and how long Redis may say nothing, in milliseconds. */
const commandTimeout = 1000;
const silenceLimit = 2000;
const startLimit = 3000;

/** How long all has to go well before Redis counts as back, in milliseconds. */
const calm = 1000;

/**
 * Connects to Redis.
 *
 * @param log gets one text when Redis is lost, and one when it is back
 * @throws SetUpError when it cannot be used now.
 */
export async function connectRedis(url: string, log: (text: string) => void): Promise<Redis> {
  const { host } = new URL(url);
  let hasStarted = false;
  let isLost = false;
  let failedAt = 0;
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
  const fail = (error: unknown) => {
    failedAt = Date.now();
    if (isLost || !hasStarted) return;
    isLost = true;
    log(`Redis at ${host} is lost: ${describe(error)}. Nobody's session can be read until it is back.`);
  };
  const succeed = () => {
    if (!isLost || Date.now() - failedAt < calm) return;
    isLost = false;
    log(`Redis at ${host} is back.`);
  };
  client.on('error', fail).on('ping-interval', succeed);

  /** Cuts off a connection that does not answer; what else waits on it fails at once. */
  const reconnect = () => {
    if (!client.isReady) return;
    client.destroy();
    client.connect().catch(fail);
  };

  try {
    await within(startLimit, async () => {
      await client.connect();
      await client.ping();
    });
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw new SetUpError(`Redis at ${host} cannot be used: ${describe(error)}. Start it, or correct REDIS_URL.`);
  }
  hasStarted = true;

  return {
    async ask(command) {
      try {
        const answer = await within(commandTimeout, () => command(client));
        succeed();
        return answer;
      } catch (cause) {
        fail(cause);
        if (cause instanceof Late) reconnect();
        throw new RedisLost('Redis does not answer', { cause });
      }
    },
    close() {
      if (client.isOpen) client.destroy();
    },
  };
}

class Late extends Error {
  override readonly message = 'it takes too long to answer';
}

async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Late()), milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Both of a name's addresses may have refused; such an error has a code, but no message. */
function describe(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return String(message || codeOf(error) || error);
}
