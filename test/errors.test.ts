import { inspect } from 'node:util';
import fc from 'fast-check';
import { LoginWithError, redactURL, type LoginErrorCode } from 'passport-loginwith';
import { hasCode } from '../lib/errors';
import { cpuTimeOf } from './support/cpu-time';

const create = (details: object = {}, message = 'what happened') =>
  new LoginWithError(message, { code: 'timeout', stage: 'authorize', ...details });

test('an error has its code, stage, status, hint and whether a new login may succeed', () => {
  expect(create({ hint: 'what to do', retryable: true })).toMatchObject({
    name: 'LoginWithError',
    message: 'what happened',
    code: 'timeout',
    stage: 'authorize',
    status: 504,
    hint: 'what to do',
    retryable: true,
  });
  expect(create()).toMatchObject({ hint: undefined, retryable: false });
  expect(create()).not.toHaveProperty('cause');
  expect(create()).toBeInstanceOf(Error);
});

test.each<[LoginErrorCode, number]>([
  ['auth_key_malformed', 400],
  ['access_denied', 401],
  ['attempt_missing', 403],
  ['login_loop', 429],
  ['app_secret_invalid', 500],
  ['provider_error', 502],
  ['timeout', 504],
])('%s has the status %i', (code, status) => {
  expect(create({ code }).status).toBe(status);
});

test('an error as JSON has everything but the stack and the cause', () => {
  const error = create({ hint: 'what to do', cause: new Error('low-level') });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'LoginWithError',
    code: 'timeout',
    stage: 'authorize',
    status: 504,
    message: 'what happened',
    hint: 'what to do',
    documentation: 'passport-loginwith/docs/errors.md#timeout',
    retryable: false,
  });
});

test.each<[unknown, LoginErrorCode[], boolean]>([
  [create(), ['timeout'], true],
  [create(), ['tls_failed', 'timeout'], true],
  [create(), ['tls_failed'], false],
  [create(), [], false],
  [Object.assign(new Error(), { code: 'timeout' }), ['timeout'], false],
  [undefined, ['timeout'], false],
])('%p with one of the codes %j: %p', (error, codes, expected) => {
  expect(hasCode(error, ...codes)).toBe(expected);
});

test('what Express and loggers print of an error, its stack, has what to do and the cause, and no secret', () => {
  const cause = new RangeError('auth_key=canary at the store');
  const lines = create({ hint: 'what to do with app_secret=canary', cause }).stack!.split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'LoginWithError: what happened',
    '    Hint: what to do with app_secret=[redacted]',
    '    Cause: RangeError: auth_key=[redacted] at the store',
    '    See passport-loginwith/docs/errors.md#timeout',
  ]);
  expect(lines[4]).toMatch(/^ {4}at /);
  expect(create().stack).toMatch(/^LoginWithError: what happened\n {4}See passport-loginwith\S+\n {4}at /);
});

describe('a key, token or secret in a message, a hint or a reason is masked', () => {
  const key = '0123456789abcdef0123456789ABCDEF';

  test.each([
    [`x ${key}`, 'x [redacted]'],
    [`x ${key}${key} y`, 'x [redacted] y'],
    ['auth_key=canary', 'auth_key=[redacted]'],
    ['auth_key: canary', 'auth_key: [redacted]'],
    ['auth_key  = "canary"', 'auth_key  = [redacted]"'],
    ["ACCESS_TOKEN='canary'", "ACCESS_TOKEN=[redacted]'"],
    ['app_secret%3Dcanary', 'app_secret%3D[redacted]'],
    ['auth_key[]=canary&x=1', 'auth_key=[redacted]&x=1'],
    ['auth_key[a b]=canary;x', 'auth_key=[redacted];x'],
    ['(auth_key=canary)', '(auth_key=[redacted])'],
    ['{auth_key:canary, x:1}', '{auth_key:[redacted], x:1}'],
    ['{"access_token": "canary"}', '{"access_token": [redacted]"}'],
    ["{'app_secret' : 'canary'}", "{'app_secret' : [redacted]'}"],
    ['"{\\"access_token\\":\\"canary\\"}"', '"{\\"access_token\\":[redacted]"}"'],
    ['auth_key=canary access_token=canary', 'auth_key=[redacted] access_token=[redacted]'],
    ['the auth_key is missing', 'the auth_key is missing'],
    ['my_auth_key=x', 'my_auth_key=x'],
    ['0123456789abcdef0123456789abcde', '0123456789abcdef0123456789abcde'],
  ])('%s', (text, expected) => {
    const error = create({ hint: text, reason: text, cause: new Error(text) }, text);
    expect([error.message, error.hint, error.reason]).toEqual([expected, expected, expected]);
    expect((error.cause as Error).message).toBe(expected);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/canary|0123456789abcdef0123456789abcdef/i);
  });
});

describe('a cause', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const throwing = (field: string) =>
    Object.defineProperty({}, field, {
      get: () => {
        throw new Error('canary');
      },
    });

  test('keeps its name, its code and its redacted message and stack, and nothing else', () => {
    const cause = Object.assign(new Error('Unexpected token=x, access_token=abc at 0123456789abcdef0123456789abcdef'), {
      code: 'E_X',
      request: { secret: 'canary' },
    });
    cause.name = 'LowLevelError';
    cause.stack = 'LowLevelError: auth_key=canary\n    at elsewhere (low-level.js:1:1)';
    const error = create({ cause });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/abc at|0123456789abcdef|canary/);
    expect(error.cause).toMatchObject({
      name: 'LowLevelError',
      code: 'E_X',
      message: 'Unexpected token=x, access_token=[redacted] at [redacted]',
    });
    expect((error.cause as Error).stack).toBe(
      'LowLevelError: auth_key=[redacted]\n    at elsewhere (low-level.js:1:1)',
    );
  });

  test('may be a function, whose source is not shown', () => {
    expect(inspect(create({ cause: () => 'canary' }), { showHidden: true, depth: 9 })).not.toContain('canary');
  });

  test.each(['name', 'code'])('has no secret in its %s', (field) => {
    const error = create({ cause: Object.assign(new Error(), { [field]: 'auth_key=canary' }) });
    expect(error.cause).toHaveProperty(field, 'auth_key=[redacted]');
  });

  test.each([
    ['a text', 'a text'],
    [null, 'null'],
    [7, '7'],
    [{ message: 8, stack: 9, name: 10, code: 11 }, ''],
    [throwing('message'), ''],
    [throwing('name'), ''],
    [throwing('code'), ''],
    [throwing('stack'), ''],
    [revoked.proxy, ''],
  ])('may be %#', (cause, message) => {
    const copy = create({ cause }).cause as Error & { code?: unknown };
    expect(copy).toBeInstanceOf(Error);
    expect(copy).toMatchObject({ name: 'Error', message, stack: expect.stringContaining('Error') });
    expect(copy).not.toHaveProperty('code');
  });
});

describe('redactURL', () => {
  test.each([
    ['/cb?auth_key=KEY', '/cb?auth_key=[redacted]'],
    ['/cb?x=1&auth_key=KEY&y=2', '/cb?x=1&auth_key=[redacted]&y=2'],
    ['/cb?x=1?auth_key=KEY', '/cb?x=1?auth_key=[redacted]'],
    ['/cb?x=1&amp;y=2?auth_key=KEY', '/cb?x=1&amp;y=2?auth_key=[redacted]'],
    ['/cb#f?auth_key=KEY', '/cb#f?auth_key=[redacted]'],
    ['/cb?auth_key[]=KEY', '/cb?auth_key[]=[redacted]'],
    ['/cb?auth_key[a][b]=KEY', '/cb?auth_key[a][b]=[redacted]'],
    ['/cb?auth%5Fkey=KEY', '/cb?auth%5Fkey=[redacted]'],
    ['/cb?auth%5fkey=%zzKEY', '/cb?auth%5fkey=[redacted]'],
    ['/cb?%61uth_key=KEY', '/cb?%61uth_key=[redacted]'],
    ['/cb?AUTH_KEY=KEY', '/cb?AUTH_KEY=[redacted]'],
    ['/cb?auth_key%20=KEY', '/cb?auth_key%20=[redacted]'],
    ['/cb?auth_key=a\nKEY', '/cb?auth_key=[redacted]'],
    ['/cb? auth_key=KEY', '/cb? auth_key=[redacted]'],
    ['/login?to=%2Fcb%3Fauth_key%3DKEY', '/login?to=[redacted]'],
    ['/login?to=%252Fcb%253Fauth_key%253DKEY', '/login?to=[redacted]'],
    ['/login/%2Fcb%3Fauth_key%3dKEY', '/login/%2Fcb%3Fauth_key=[redacted]'],
    ['/login/%25252Fcb%25253Fauth_key%25253DKEY', '/login/%25252Fcb%25253Fauth_key=[redacted]'],
    ['/login?to=x%26access_token=KEY', '/login?to=[redacted]'],
    ['/login?to=auth_key=KEY', '/login?to=[redacted]'],
    [
      'https://x.example/api/authorize?app_id=1&app_secret=KEY&auth_key=KEY',
      'https://x.example/api/authorize?app_id=1&app_secret=[redacted]&auth_key=[redacted]',
    ],
    ['/api/get_user_info?access_token=KEY', '/api/get_user_info?access_token=[redacted]'],
    ['/cb?x=%zz&auth_key=KEY', '/cb?x=%zz&auth_key=[redacted]'],
    ['/plain?q=key', '/plain?q=key'],
    ['/plain?q=auth_key', '/plain?q=auth_key'],
    ['/plain?auth_key', '/plain?auth_key'],
    ['/plain?xauth_key=1', '/plain?xauth_key=1'],
    ['/plain?auth_keys=1', '/plain?auth_keys=1'],
    ['/plain?a=%41%zz%25', '/plain?a=%41%zz%25'],
    ['', ''],
  ])('%j becomes %j', (url, expected) => {
    expect(redactURL(url)).toBe(expected);
  });

  test('lets no value through, whatever the URL before it, and however often it is encoded', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true }),
        fc.constantFrom('auth_key', 'access_token', 'app_secret'),
        fc.constantFrom('?', '&', '&amp;', '??'),
        fc.nat(4),
        (url, name, separator, layers) => {
          let assignment = `${separator}${name}=canary`;
          for (let layer = 0; layer < layers; layer++) assignment = encodeURIComponent(assignment);
          expect(redactURL(`${url}${assignment}`)).not.toContain('canary');
        },
      ),
    );
  });

  test.each(['%25', '%', '=', ' ', '%20', '%5B', 'auth_key[', 'auth_key ', '%25auth_key[%20', '?', '25'])(
    'reads a long URL of %j without delay',
    (text) => {
      const work = () => {
        redactURL(`/cb?%${text.repeat(20_000)}x`);
        redactURL(`/cb?auth_key[${text.repeat(20_000)}x`);
        create({}, `auth_key[${text.repeat(20_000)}x`);
      };
      expect(cpuTimeOf(work)).toBeLessThan(1000);
    },
  );
});
