import { createSealer } from '../../lib/internal/seal';

const secret = 'a secret of the app';
const sealer = createSealer(secret, ['test']);

afterEach(() => jest.useRealTimers());

test.each([[{ a: [1, 'é', null] }], ['text'], [0], [false], [null]])('what was sealed comes back: %j', (value) => {
  expect(sealer.unseal(sealer.seal(value))).toEqual(value);
  expect(createSealer(secret, ['test']).unseal(sealer.seal(value))).toEqual(value);
});

test('each text has a nonce of its own, so that nobody can compare or forge two of them', () => {
  const texts = Array.from({ length: 200 }, () => sealer.seal('the same'));
  const nonces = texts.map((text) => Buffer.from(text, 'base64url').subarray(0, 12).toString('hex'));
  expect(new Set(nonces).size).toBe(200);
  expect(new Set(texts).size).toBe(200);
});

test('a sealed text shows nothing and fits into a cookie and a URL', () => {
  const text = sealer.seal({ returnTo: '/visible' });
  expect(text).toMatch(/^[\w-]+$/);
  expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('visible');
});

test.each([
  ['secret', createSealer('another secret', ['test'])],
  ['purpose', createSealer(secret, ['other'])],
  ['split of the purpose', createSealer(secret, ['te', 'st'])],
])('a sealer with another %s cannot open it', (_name, other) => {
  expect(other.unseal(sealer.seal('x'))).toBeUndefined();
});

test('a text is refused when any of its bits is changed', () => {
  const bytes = Buffer.from(sealer.seal('x'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(sealer.unseal(changed.toString('base64url'))).toBeUndefined();
  }
});

test('a text is refused when it is cut off at any place', () => {
  const text = sealer.seal('x');
  for (let length = 0; length < text.length; length++) expect(sealer.unseal(text.slice(0, length))).toBeUndefined();
});

test.each(['=', '==', '.', ' ', '\n', '!', 'A', 'AAAA'])('a text is refused with %j behind it', (added) => {
  expect(sealer.unseal(sealer.seal('x') + added)).toBeUndefined();
});

test('a text is refused in the alphabet of plain Base64', () => {
  let text = sealer.seal('x');
  while (!/[-_]/.test(text)) text = sealer.seal('x');
  expect(sealer.unseal(text.replaceAll('-', '+').replaceAll('_', '/'))).toBeUndefined();
});

test('a text opens until its end, and not a millisecond longer', () => {
  jest.useFakeTimers({ now: 5_000 });
  const text = sealer.seal('x', 6_000);
  jest.setSystemTime(6_000);
  expect(sealer.unseal(text)).toBe('x');
  jest.setSystemTime(6_001);
  expect(sealer.unseal(text)).toBeUndefined();
});
