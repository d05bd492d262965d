import type { LoginWithError } from 'passport-loginwith';
import { createRateLimiter, type Permit, type RateLimiter } from '../../lib/login/rate-limit';

export const windowMs = 60_000;

export const createLimiter = (limits: Partial<Parameters<typeof createRateLimiter>[0]> = {}): RateLimiter =>
  createRateLimiter({ limit: 3, overallLimit: 1000, windowMs, store: undefined, ...limits });

/** Timers of the tests; what waits for nothing but the event loop goes on. */
export const holdTime = () =>
  jest.useFakeTimers({ now: 1_000_000, doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });

let attempts = 0;

/** Acquires a permit for the first key of a new attempt. */
export const acquire = (limiter: RateLimiter, address: string | undefined): Promise<Permit> =>
  limiter.acquire({ address }, { id: `attempt ${attempts++}` });

export const wrongKey = { type: 'wrong_key', isRestarted: false } as const;
export const noGuess = { type: 'no_guess' } as const;

/** Lets everything run that waits for nothing but the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'in',
    (error: unknown) => (error as LoginWithError).code,
  );
}

/** An exchange with a wrong key. */
export async function guess(limiter: RateLimiter, address?: string): Promise<string> {
  return codeOf(acquire(limiter, address).then((permit) => permit.release(wrongKey)));
}
