import type { RateLimiter } from '../../lib/login/rate-limit';
import { acquire, codeOf, createLimiter as create, guess, holdTime, settle, wrongKey } from '../support/rate-limiter';

beforeEach(holdTime);
afterEach(() => jest.useRealTimers());

describe('while the provider answers nothing', () => {
  const hang = (limiter: RateLimiter, count: number) =>
    Promise.all(Array.from({ length: count }, () => acquire(limiter, '192.0.2.1')));

  test('one that comes later does not wait behind those that hang, so that it finds the provider back', async () => {
    const limiter = create({ limit: 2 });
    await hang(limiter, 2);
    const waiting = Promise.all(Array.from({ length: 5 }, () => codeOf(acquire(limiter, '192.0.2.1'))));
    await settle();
    jest.advanceTimersByTime(1_000);
    const results = await waiting;
    expect(results).toEqual(['in', ...Array<string>(4).fill('provider_unavailable')]);
    jest.advanceTimersByTime(1_000);
    expect(await codeOf(acquire(limiter, '192.0.2.1'))).toBe('in');
  });

  test('a slow one multiplies nobody’s guesses: one more a second, while there is no answer', async () => {
    const limiter = create({ limit: 10 });
    let guesses = 0;
    for (let time = 0; time < 9_500; time += 100) {
      void acquire(limiter, '192.0.2.1').then(
        () => (guesses += 1),
        () => undefined,
      );
      jest.advanceTimersByTime(100);
      await settle();
    }
    expect(guesses).toBeGreaterThanOrEqual(10);
    expect(guesses).toBeLessThanOrEqual(20);
  });

  test('a wrong key counts, however late its answer is', async () => {
    const limiter = create({ limit: 2 });
    const permits = await hang(limiter, 2);
    jest.advanceTimersByTime(1_000);
    for (const permit of permits) await permit.release(wrongKey);
    expect(await guess(limiter, '192.0.2.1')).toBe('too_many_failures');
  });
});

test('a request that waits because of many other addresses is let in when their exchanges have ended', async () => {
  const limiter = create({ limit: 3, overallLimit: 4 });
  const others = await Promise.all(['198.51.100.1', '198.51.100.2'].map((address) => acquire(limiter, address)));
  await acquire(limiter, '192.0.2.1');
  await acquire(limiter, '192.0.2.1');
  // With four under way, each address may have two.
  let isIn = false;
  const third = acquire(limiter, '192.0.2.1').then(() => (isIn = true));
  await settle();
  expect(isIn).toBe(false);
  for (const permit of others) await permit.release({ type: 'no_guess' });
  jest.advanceTimersByTime(250);
  await settle();
  expect(isIn).toBe(true);
  await third;
});
