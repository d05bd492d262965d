import { createLock, type Release } from '../../lib/internal/lock';

test('callers come in one after the other, in the order of their calls', async () => {
  const acquire = createLock();
  const order: string[] = [];
  let inside = 0;
  const enter = async (name: string) => {
    const release = await acquire();
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
  const acquire = createLock();
  const release = await acquire();
  let next: Release | undefined;
  void acquire().then((given) => (next = given));
  await new Promise((resolve) => setImmediate(resolve));
  expect(next).toBeUndefined();
  release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(next).toBeDefined();
});
