import { createSealers, type Sealer } from '../../lib/internal/seal';

const secret = 'a secret of the app';
const open = (secrets: string[], purpose = 'test', owner = ['an app']): Promise<Sealer> =>
  createSealers(() => Promise.resolve(secrets), owner)(purpose);
let sealer: Sealer;
beforeAll(async () => {
  sealer = await open([secret]);
});

afterEach(() => jest.useRealTimers());

test.each([[{ a: [1, 'é', null] }], ['text'], [0], [false], [null]])(
  'what was sealed comes back: %j',
  async (value) => {
    expect(sealer.unseal(sealer.seal(value))).toEqual(value);
    expect((await open([secret])).unseal(sealer.seal(value))).toEqual(value);
  },
);

test('each text has a nonce of its own, so that nobody can compare or forge two of them', async () => {
  const texts = Array.from({ length: 200 }, () => sealer.seal('the same'));
  const nonces = texts.map((text) => Buffer.from(text, 'base64url').subarray(0, 12).toString('hex'));
  expect(new Set(nonces).size).toBe(200);
  expect(new Set(texts).size).toBe(200);
});

test('a sealed text shows nothing and fits into a cookie and a URL', async () => {
  const text = sealer.seal({ returnTo: '/visible' });
  expect(text).toMatch(/^[\w-]+$/);
  expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('visible');
});

test.each([
  ['secret', open(['another secret'])],
  ['purpose', open([secret], 'other')],
  ['owner', open([secret], 'test', ['another app'])],
  ['split of purpose and owner', open([secret], 'test an', ['app'])],
])('a sealer with another %s cannot open it', async (_name, other) => {
  expect((await other).unseal(sealer.seal('x'))).toBeUndefined();
});

test('a text is refused when any of its bits is changed', async () => {
  const bytes = Buffer.from(sealer.seal('x'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(sealer.unseal(changed.toString('base64url'))).toBeUndefined();
  }
});

test('a text is refused when it is cut off at any place', async () => {
  const text = sealer.seal('x');
  for (let length = 0; length < text.length; length++) expect(sealer.unseal(text.slice(0, length))).toBeUndefined();
});

test.each(['=', '==', '.', ' ', '\n', '!', 'A', 'AAAA'])('a text is refused with %j behind it', async (added) => {
  expect(sealer.unseal(sealer.seal('x') + added)).toBeUndefined();
});

test('a text is refused in the alphabet of plain Base64', async () => {
  let text = sealer.seal('x');
  while (!/[-_]/.test(text)) text = sealer.seal('x');
  expect(sealer.unseal(text.replaceAll('-', '+').replaceAll('_', '/'))).toBeUndefined();
});

test('a text opens until its end, and not a millisecond longer', async () => {
  jest.useFakeTimers({ now: 5_000 });
  const text = sealer.seal('x', 6_000);
  jest.setSystemTime(6_000);
  expect(sealer.unseal(text)).toBe('x');
  jest.setSystemTime(6_001);
  expect(sealer.unseal(text)).toBeUndefined();
});

test('the first of several secrets seals, and each opens, so that one can replace the other', async () => {
  const [before, both, after] = [await open(['old']), await open(['new', 'old']), await open(['new'])];
  expect(both.unseal(before.seal('x'))).toBe('x');
  expect(after.unseal(both.seal('x'))).toBe('x');
  expect(before.unseal(both.seal('x'))).toBeUndefined();
  expect(after.unseal(before.seal('x'))).toBeUndefined();
});
