import { LoginWithError } from 'passport-loginwith';
import type { RateLimitCount, RateLimitStore } from '../../lib/types';
import type { Permit, RateLimiter } from '../../lib/login/rate-limit';
import {
  acquire,
  codeOf,
  createLimiter as create,
  guess,
  holdTime,
  noGuess,
  settle,
  windowMs,
  wrongKey,
} from '../support/rate-limiter';

beforeEach(holdTime);
afterEach(() => jest.useRealTimers());

/** A store as Redis would be one: each call takes a few turns of the event loop. `calls` are its calls. */
function createSlowStore(turns = 3) {
  const counts = new Map<string, RateLimitCount>();
  const calls = { get: 0, increment: 0 };
  const pause = async () => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const store = {
    async get(key: string) {
      calls.get++;
      const count = counts.get(key);
      await pause();
      return count;
    },
    async increment(key: string) {
      calls.increment++;
      await pause();
      const count = { totalHits: (counts.get(key)?.totalHits ?? 0) + 1, resetTime: undefined };
      counts.set(key, count);
      return count;
    },
  } satisfies RateLimitStore;
  return { store, calls, counts };
}

/** Exchanges with wrong keys until the client is refused; the number of them. */
async function countGuesses(limiter: RateLimiter, address?: string): Promise<number> {
  let count = 0;
  while ((await guess(limiter, address)) === 'in') count++;
  return count;
}

describe('a client', () => {
  test('may fail as often as the limit says, and is then refused until the window is over', async () => {
    const limiter = create();
    expect(await countGuesses(limiter, '192.0.2.1')).toBe(3);
    jest.setSystemTime(1_000_000 + windowMs - 1);
    expect(await guess(limiter, '192.0.2.1')).toBe('too_many_failures');
    jest.setSystemTime(1_000_000 + windowMs);
    expect(await countGuesses(limiter, '192.0.2.1')).toBe(3);
  });

  test('is told how many seconds to wait, at least one', async () => {
    const limiter = create({ limit: 1 });
    await guess(limiter, '192.0.2.1');
    const waitOf = async () => {
      const error: unknown = await acquire(limiter, '192.0.2.1').catch((reason: unknown) => reason);
      expect((error as LoginWithError).headers).toEqual({
        'Retry-After': String((error as LoginWithError).retryAfter),
      });
      return (error as LoginWithError).retryAfter;
    };
    expect(await waitOf()).toBe(60);
    jest.setSystemTime(1_000_000 + 30_500);
    expect(await waitOf()).toBe(30);
    jest.setSystemTime(1_000_000 + windowMs - 1);
    expect(await waitOf()).toBe(1);
  });

  test('is never refused for logins that succeed', async () => {
    const limiter = create({ limit: 1 });
    for (let login = 0; login < 5; login++) await (await acquire(limiter, '192.0.2.1')).release(noGuess);
  });

  test('that reached the limit does not keep others out', async () => {
    const limiter = create();
    await countGuesses(limiter, '192.0.2.1');
    expect(await countGuesses(limiter, '192.0.2.2')).toBe(3);
  });

  test('may fail twice, whoever it is, once the overall limit is reached', async () => {
    const limiter = create({ limit: 3, overallLimit: 5 });
    expect(await countGuesses(limiter, '192.0.2.1')).toBe(3);
    expect(await countGuesses(limiter, '192.0.2.2')).toBe(2);
    expect(await countGuesses(limiter, '192.0.2.3')).toBe(2);
    jest.setSystemTime(1_000_000 + windowMs);
    expect(await countGuesses(limiter, '192.0.2.2')).toBe(3);
  });

  test('keeps a limit below two when the overall limit is reached', async () => {
    const limiter = create({ limit: 1, overallLimit: 1 });
    await guess(limiter, '192.0.2.1');
    expect(await countGuesses(limiter, '192.0.2.2')).toBe(1);
  });
});

describe('one client is', () => {
  test.each([
    ['an IPv4 address', '192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['an IPv4 address, also mapped into IPv6', '192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['an IPv6 network of 56 bits', '2001:db8:0:100::1', '2001:db8:0:1ff:9::1', '2001:db8:0:200::1'],
    ['an IPv4 address, with any port', '192.0.2.1', '192.0.2.1:50001', '192.0.2.2:50001'],
    ['an IPv6 network, with any port', '[2001:db8:0:100::1]:50001', '2001:db8:0:1ff:9::1', '[2001:db8:0:200::1]:50001'],
    ['a text that is no address', 'unix:', 'unix:', 'other'],
  ])('%s', async (_name, address, same, other) => {
    const limiter = create({ limit: 1 });
    expect(await guess(limiter, address)).toBe('in');
    expect(await guess(limiter, same)).toBe('too_many_failures');
    expect(await guess(limiter, other)).toBe('in');
  });
});

describe('requests of one client at once', () => {
  test('run as long as all of them may fail, and the others wait for one of these to end', async () => {
    const limiter = create({ limit: 2 });
    const permits: Permit[] = [];
    for (let i = 0; i < 4; i++) void acquire(limiter, '192.0.2.1').then((permit) => permits.push(permit));
    await settle();
    expect(permits).toHaveLength(2);
    await permits[0]!.release(noGuess);
    await settle();
    expect(permits).toHaveLength(3);
    await permits[1]!.release(wrongKey);
    await settle();
    expect(permits).toHaveLength(3);
    await permits[2]!.release(noGuess);
    await settle();
    expect(permits).toHaveLength(4);
  });

  test('that come later wait for those that run already', async () => {
    const limiter = create({ limit: 2 });
    const [first] = await Promise.all([acquire(limiter, '192.0.2.1'), acquire(limiter, '192.0.2.1')]);
    await first.release(noGuess);
    const next = await acquire(limiter, '192.0.2.1');
    let isIn = false;
    const last = acquire(limiter, '192.0.2.1').then(() => (isIn = true));
    await settle();
    expect(isIn).toBe(false);
    await next.release(noGuess);
    await last;
  });

  test('of many addresses do not get past the overall limit either', async () => {
    const limiter = create({ limit: 10, overallLimit: 100 });
    const addresses = Array.from({ length: 60 }, (_, i) => `192.0.2.${i}`);
    const guesses = addresses.flatMap((address) =>
      Array.from({ length: 10 }, async () => {
        const permit = await acquire(limiter, address);
        await settle();
        await permit.release(wrongKey);
      }),
    );
    const ended = Promise.allSettled(guesses);
    for (let turn = 0; turn < 20; turn++) {
      await settle();
      jest.advanceTimersByTime(250);
    }
    const letIn = (await ended).filter(({ status }) => status === 'fulfilled').length;
    expect(letIn).toBeGreaterThanOrEqual(100);
    expect(letIn).toBeLessThanOrEqual(100 + 2 * addresses.length);
  });

  test('are let in in the order in which they came', async () => {
    const limiter = create({ limit: 1 });
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map(async (number) => {
        const permit = await acquire(limiter, '192.0.2.1');
        order.push(number);
        await settle();
        await permit.release(noGuess);
      }),
    );
    expect(order).toEqual([1, 2, 3]);
  });

  test('never get past the limit, however slow the store is', async () => {
    for (const turns of [0, 1, 2, 5]) {
      const { store } = createSlowStore(turns);
      const limiter = create({ limit: 10, store });
      let exchanges = 0;
      const results = await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const permit = await acquire(limiter, '192.0.2.1').catch((error: unknown) => error as LoginWithError);
          if (permit instanceof LoginWithError) return permit.code;
          exchanges++;
          for (let turn = 0; turn < i % 4; turn++) await new Promise((resolve) => setImmediate(resolve));
          await permit.release(wrongKey);
          return 'in';
        }),
      );
      expect(exchanges).toBe(10);
      expect(results.filter((result) => result === 'too_many_failures')).toHaveLength(50);
    }
  });

  test('that are 400 cost about two reads of the store each', async () => {
    const { store, calls } = createSlowStore();
    const limiter = create({ limit: 10, store });
    const results = await Promise.all(Array.from({ length: 400 }, () => guess(limiter, '192.0.2.1')));
    expect(results.filter((result) => result === 'in')).toHaveLength(10);
    expect(calls.increment).toBe(20);
    expect(calls.get).toBeGreaterThanOrEqual(800);
    // A release makes the request at the head of the queue read once more.
    expect(calls.get).toBeLessThanOrEqual(800 + 2 * 2 * 10);
  });

  test('leave nothing behind when all were let in or refused', async () => {
    const limiter = create({ limit: 2 });
    await Promise.all(Array.from({ length: 20 }, () => guess(limiter, '192.0.2.1')));
    jest.setSystemTime(1_000_000 + windowMs);
    const permits = await Promise.all([acquire(limiter, '192.0.2.1'), acquire(limiter, '192.0.2.1')]);
    expect(permits).toHaveLength(2);
  });
});

describe('a store of the app', () => {
  test('is told the window once, and gets keys that name the client', async () => {
    const { store, counts } = createSlowStore();
    const init = jest.fn();
    const limiter = create({ store: { ...store, init } });
    await guess(limiter, '192.0.2.1');
    await guess(limiter, '192.0.2.1');
    expect(init.mock.calls).toEqual([[{ windowMs }]]);
    expect([...counts.values()].map(({ totalHits }) => totalHits)).toEqual([2, 2]);
    expect([...counts.keys()]).toEqual([expect.stringMatching(/^loginwith client [\w-]{22}$/), 'loginwith overall']);
  });

  test('never gets an address, and only short keys', async () => {
    const { store, counts } = createSlowStore();
    const limiter = create({ store });
    const client = { address: 'x'.repeat(8_000), connection: '192.0.2.1' };
    await (await limiter.acquire(client, { id: 'a' })).release(wrongKey);
    expect(counts.size).toBe(3);
    for (const key of counts.keys()) expect(key).toMatch(/^loginwith \w+(?: [\w-]{22})?$/);
  });

  test('whose init rejects is limits_failed, ends no process, and is tried again', async () => {
    const { store } = createSlowStore();
    const init = jest.fn().mockRejectedValueOnce(new Error('not connected')).mockResolvedValue(undefined);
    const limiter = create({ store: { ...store, init } });
    await settle();
    init.mockRejectedValueOnce(new Error('not connected'));
    expect(await codeOf(acquire(limiter, '192.0.2.1'))).toBe('limits_failed');
    await settle();
    expect(await guess(limiter, '192.0.2.1')).toBe('in');
  });

  test('may do without a time of reset: then the whole window is to be waited for', async () => {
    const { store } = createSlowStore();
    const limiter = create({ limit: 1, store });
    await guess(limiter, '192.0.2.1');
    const error: unknown = await acquire(limiter, '192.0.2.1').catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'too_many_failures',
      stage: 'callback',
      status: 429,
      retryable: true,
      retryAfter: 60,
    });
  });

  test.each(['get', 'increment'] as const)(
    'that fails in %s is limits_failed, and works again afterwards',
    async (method) => {
      const { store } = createSlowStore();
      const limiter = create({ limit: 2, store });
      const failing = jest.spyOn(store, method).mockRejectedValueOnce(new Error('connection lost'));
      const error: unknown = await acquire(limiter, '192.0.2.1')
        .then((permit) => permit.release(wrongKey))
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'limits_failed', stage: 'callback', status: 500, retryable: true });
      expect((error as Error).cause).toMatchObject({ message: 'connection lost' });
      failing.mockRestore();
      await settle();
      // A wrong key that the store could not count still counts, in this process.
      const before = await countGuesses(limiter, '192.0.2.1');
      expect(before).toBe(method === 'increment' ? 1 : 2);
      expect(await countGuesses(limiter, '192.0.2.2')).toBe(2);
    },
  );

  test('that fails keeps nobody waiting', async () => {
    const { store } = createSlowStore();
    const limiter = create({ limit: 1, store });
    jest.spyOn(store, 'increment').mockRejectedValueOnce(new Error('connection lost'));
    const permit = await acquire(limiter, '192.0.2.1');
    const waiting = codeOf(acquire(limiter, '192.0.2.1'));
    await settle();
    await expect(permit.release(wrongKey)).rejects.toMatchObject({ code: 'limits_failed' });
    expect(await waiting).toBe('too_many_failures');
  });

  test('that throws at once is limits_failed, too', async () => {
    const limiter = create({
      store: {
        get() {
          throw new Error('not connected');
        },
        increment: () => ({ totalHits: 1, resetTime: undefined }),
      },
    });
    expect(await codeOf(acquire(limiter, '192.0.2.1'))).toBe('limits_failed');
  });
});

describe('whoever has no address', () => {
  test.each([undefined, ''])('shares the overall limit with everybody else who has none (%j)', async (address) => {
    const limiter = create({ limit: 1, overallLimit: 4 });
    expect(await countGuesses(limiter, address)).toBe(4);
    expect(await guess(limiter, '192.0.2.1')).toBe('in');
  });
});

describe('who can make up an address', () => {
  test('has the overall limit with all others behind the same connection', async () => {
    const limiter = create({ limit: 3, overallLimit: 20 });
    const results = [];
    for (let i = 0; i < 30; i++) {
      const client = { address: `203.0.113.${i}`, connection: '192.0.2.1' };
      results.push(
        await codeOf(limiter.acquire(client, { id: `made up ${i}` }).then((permit) => permit.release(wrongKey))),
      );
    }
    expect(results.filter((result) => result === 'in')).toHaveLength(20);
    const other = { address: '203.0.113.99', connection: '192.0.2.2' };
    expect(await codeOf(limiter.acquire(other, { id: 'other' }))).toBe('in');
  });

  test('still has the limit of an address', async () => {
    const limiter = create({ limit: 3, overallLimit: 20 });
    const client = { address: '203.0.113.1', connection: '192.0.2.1' };
    const tryKey = (id: string) => codeOf(limiter.acquire(client, { id }).then((permit) => permit.release(wrongKey)));
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(tryKey))).toEqual(['in', 'in', 'in', 'too_many_failures']);
  });
});

describe('a wrong key whose login then succeeds', () => {
  /** A user's first key is wrong, and the login goes back to the start. */
  const failFirst = async (limiter: RateLimiter, id: string) =>
    (await limiter.acquire({ address: '192.0.2.1' }, { id })).release({ type: 'wrong_key', isRestarted: true });
  const comeBack = async (limiter: RateLimiter, id: string, account = `account of ${id}`) =>
    (await limiter.acquire({ address: '192.0.2.1' }, { id: `${id} again`, retryOf: id })).release({
      type: 'login',
      account,
    });

  test('does not count, so that many users behind one address get in', async () => {
    const limiter = create({ limit: 2 });
    for (let user = 0; user < 10; user++) {
      await failFirst(limiter, `user ${user}`);
      await comeBack(limiter, `user ${user}`);
    }
    expect(await countGuesses(limiter, '192.0.2.1')).toBe(2);
  });

  test('lets the others wait while it is on its way, and try its key although the limit is reached', async () => {
    const limiter = create({ limit: 1 });
    await failFirst(limiter, 'a');
    const waiting = codeOf(acquire(limiter, '192.0.2.1'));
    await settle();
    await comeBack(limiter, 'a');
    expect(await waiting).toBe('in');
  });

  test('lets the others wait for three seconds at the most', async () => {
    const limiter = create({ limit: 1 });
    await failFirst(limiter, 'a');
    const waiting = codeOf(acquire(limiter, '192.0.2.1'));
    await settle();
    for (let time = 0; time <= 3_000; time += 250) {
      jest.advanceTimersByTime(250);
      await settle();
    }
    expect(await waiting).toBe('too_many_failures');
  });

  test('is taken back three times for one account, so that an attacker’s account is of no use', async () => {
    const limiter = create({ limit: 5 });
    for (let guesses = 0; guesses < 5; guesses++) {
      await failFirst(limiter, `guess ${guesses}`);
      await comeBack(limiter, `guess ${guesses}`, 'the attacker');
    }
    expect(await countGuesses(limiter, '192.0.2.1')).toBe(5 - 2);
  });

  test.each([
    ['is taken back by the login of another tab of its browser', ['first tab', 'second tab'], 2],
    ['is not taken back by the login of another browser', ['second tab'], 1],
  ])('%s', async (_name, attemptsOfBrowser, left) => {
    const limiter = create({ limit: 2 });
    await failFirst(limiter, 'first tab');
    const permit = await limiter.acquire({ address: '192.0.2.1' }, { id: 'second tab' }, attemptsOfBrowser);
    await permit.release({ type: 'login', account: 'x 7' });
    // Until then the others wait for the first tab.
    jest.setSystemTime(1_000_000 + 3_001);
    expect(await countGuesses(limiter, '192.0.2.1')).toBe(left);
  });

  test('allows one more key, however often the cookie of the restarted login is sent', async () => {
    const limiter = create({ limit: 1 });
    await failFirst(limiter, 'a');
    const again = () =>
      codeOf(
        limiter
          .acquire({ address: '192.0.2.1' }, { id: 'again', retryOf: 'a' })
          .then((permit) => permit.release(wrongKey)),
      );
    expect([await again(), await again(), await again()]).toEqual(['in', 'too_many_failures', 'too_many_failures']);
  });

  test('that was tried in one attempt with many keys makes nobody wait', async () => {
    const limiter = create({ limit: 2 });
    await failFirst(limiter, 'the attacker’s only one');
    await failFirst(limiter, 'the attacker’s only one');
    expect(await guess(limiter, '192.0.2.1')).toBe('too_many_failures');
  });

  test('at another address gives nobody there more guesses, though the store counts below zero', async () => {
    const counts = new Map<string, number>();
    // As rate-limit-redis does: what was only taken back has no time to live, and the next failure starts at one.
    const add = (key: string, totalHits: number) => {
      counts.set(key, totalHits);
      return { totalHits, resetTime: undefined };
    };
    const store: RateLimitStore = {
      get: (key) => ({ totalHits: counts.get(key) ?? 0, resetTime: undefined }),
      increment: (key) => add(key, Math.max(0, counts.get(key) ?? 0) + 1),
      decrement: (key) => add(key, (counts.get(key) ?? 0) - 1),
    };
    const limiter = create({ limit: 3, store });
    for (let user = 0; user < 9; user++) {
      const permit = await limiter.acquire({ address: `192.0.2.${100 + user}` }, { id: `user ${user}` });
      await permit.release({ type: 'wrong_key', isRestarted: true });
      await comeBack(limiter, `user ${user}`);
    }
    const guesses = Array.from({ length: 12 }, async () => {
      const permit = await acquire(limiter, '192.0.2.1');
      await settle();
      await permit.release(wrongKey);
    });
    expect((await Promise.allSettled(guesses)).filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  test('counts if the store cannot take it back', async () => {
    const { store } = createSlowStore();
    const limiter = create({ limit: 1, store });
    await failFirst(limiter, 'a');
    await comeBack(limiter, 'a');
    expect(await guess(limiter, '192.0.2.1')).toBe('too_many_failures');
  });
});
