import { MemoryStore, ipKeyGenerator } from 'express-rate-limit';
import { LoginWithError } from '../errors.js';
import type { Settings } from '../express/options.js';
import type { RateLimitCount } from '../express/types.js';

/**
 * Limits how many made-up keys can be tried: keys are guessable (PROTOCOL.md, `get_user_info`). Only exchanges that failed count, so a login
 * with a right key is never refused for the number of logins. Two counts:
 *
 * - per client address: who has used it up waits until the window is over;
 * - overall: once it is used up, somebody tries from many addresses at once. To refuse everybody then would hand the attacker a way to
 *   keep all people out. Instead the count per address shrinks to two, which is what an honest login needs whose first key was replaced.
 *
 * A client that comes before its last exchanges have ended waits for them as soon as they, if they all failed, would use up its count:
 * a burst must not get around the limit, and a class of pupils behind one address must not be refused.
 */
export interface Failures {
  /** @throws LoginWithError `too_many_failures`, with the seconds to wait in {@link retryAfterOf}; `limits_failed`. */
  enter(ip: string | undefined): Promise<Entry>;
}

/** A client's exchange; `leave` must be called once. */
export interface Entry {
  leave(hasFailed: boolean): Promise<void>;
}

/** What an honest person may need when a second tab or device replaced the first key. */
const leastPerClient = 2;
const overallKey = 'loginwith overall';

const waits = new WeakMap<LoginWithError, number>();

/** Seconds until a client that was refused may try again. */
export function retryAfterOf(error: unknown): number | undefined {
  return error instanceof LoginWithError ? waits.get(error) : undefined;
}

export function createFailures({ perClient, overall, window, store: given }: Settings['limits']): Failures {
  const store = given ?? new MemoryStore();
  // Types of express-rate-limit want all of its options; stores read the window.
  void (store.init as ((options: { windowMs: number }) => unknown) | undefined)?.call(store, { windowMs: window });
  const pending = new Map<string, { count: number; waiting: (() => void)[] }>();

  const read = (key: string) => guard(async () => (await store.get?.(key)) ?? noFailures);
  const begin = (key: string) => {
    const state = pending.get(key) ?? { count: 0, waiting: [] };
    state.count += 1;
    pending.set(key, state);
  };
  const end = (key: string) => {
    const state = pending.get(key);
    if (state === undefined) return;
    state.count -= 1;
    if (state.count === 0) pending.delete(key);
    // All look again: how many can go on depends on how this one ended.
    for (const goOn of state.waiting.splice(0)) goOn();
  };

  return {
    async enter(ip = 'unknown') {
      const key = `loginwith client ${ipKeyGenerator(ip)}`;
      for (;;) {
        const [client, all] = await Promise.all([read(key), read(overallKey)]);
        const limit = all.totalHits < overall ? perClient : Math.min(perClient, leastPerClient);
        if (client.totalHits >= limit) throw refuse(client, window);
        const state = pending.get(key);
        if (state === undefined || client.totalHits + state.count < limit) break;
        await new Promise<void>((resolve) => state.waiting.push(resolve));
      }
      begin(key);
      return {
        async leave(hasFailed) {
          try {
            if (hasFailed) await guard(() => Promise.all([store.increment(key), store.increment(overallKey)]));
          } finally {
            end(key);
          }
        },
      };
    },
  };
}

const noFailures: RateLimitCount = { totalHits: 0, resetTime: undefined };

function refuse({ resetTime }: RateLimitCount, window: number): LoginWithError {
  const error = new LoginWithError('callback: too many logins from this address have failed', {
    code: 'too_many_failures',
    stage: 'callback',
    hint: 'Somebody may be trying out keys. If everybody is refused, the app sees one address for all: set Express\'s "trust proxy".',
    retryable: true,
  });
  waits.set(
    error,
    Math.max(1, Math.ceil((resetTime === undefined ? window : resetTime.getTime() - Date.now()) / 1000)),
  );
  return error;
}

async function guard<T>(use: () => Promise<T>): Promise<T> {
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
