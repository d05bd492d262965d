import { digest } from '../../lib/internal/digest';

test('a key is recognized by a short digest that does not reveal it', () => {
  expect(digest('key')).toMatch(/^[\w-]{22}$/);
  expect(digest('key')).toBe(digest('key'));
  expect(digest('key')).not.toBe(digest('Key'));
});
