import { Lock, type Release } from '../../lib/internal/lock';

test('callers come in one after the other, in the order of their calls', async () => {
  const lock = new Lock();
  const order: string[] = [];
  let inside = 0;
  const enter = async (name: string) => {
    const release = await lock.acquire();
    order.push(name);
    inside++;
    expect(inside).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
    release();
  };
  await Promise.all(['a', 'b', 'c'].map(enter));
  expect(order).toEqual(['a', 'b', 'c']);
  await enter('d');
  expect(order).toHaveLength(4);
});

test('nobody comes in before the one inside has left', async () => {
  const lock = new Lock();
  const release = await lock.acquire();
  let next: Release | undefined;
  void Promise.resolve(lock.acquire()).then((given) => (next = given));
  await new Promise((resolve) => setImmediate(resolve));
  expect(next).toBeUndefined();
  release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(next).toBeDefined();
});

describe('with a maximum time', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** Calls `enter` with the result of `acquire`, whenever that is. */
  const enter = (lock: Lock, entered: (release: Release) => void) =>
    void Promise.resolve(lock.acquire()).then((release) => entered(release));

  test('the next comes in so long after the one before, whose release does nothing any more', async () => {
    const lock = new Lock(1000);
    const first = await lock.acquire();
    await jest.advanceTimersByTimeAsync(400);
    const [second, third] = [jest.fn(), jest.fn()];
    enter(lock, second);
    enter(lock, third);
    await jest.advanceTimersByTimeAsync(599);
    expect(second).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(second).toHaveBeenCalledTimes(1);
    first();
    await jest.advanceTimersByTimeAsync(999);
    expect(third).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(third).toHaveBeenCalledTimes(1);
  });

  test('there is a timer only while somebody waits', async () => {
    const lock = new Lock(1000);
    const first = await lock.acquire();
    expect(jest.getTimerCount()).toBe(0);
    const second = jest.fn();
    enter(lock, second);
    expect(jest.getTimerCount()).toBe(1);
    first();
    await jest.advanceTimersByTimeAsync(0);
    expect(second).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});

test('is free when the last has left, and not before', async () => {
  const lock = new Lock();
  expect(lock.isFree).toBe(true);
  const first = await lock.acquire();
  const second = lock.acquire();
  expect(lock.isFree).toBe(false);
  first();
  expect(lock.isFree).toBe(false);
  (await second)();
  first();
  expect(lock.isFree).toBe(true);
});
