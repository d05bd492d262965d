import crypto from 'node:crypto';
import { isCookieSecret, secretsOf, stretchSecret } from '../../lib/internal/cookie-secret';
import type { StrategyOptions } from '../../lib/strategy';

afterEach(() => {
  jest.restoreAllMocks();
  jest.resetModules();
});

test.each<[unknown, boolean]>([
  ['x'.repeat(32), true],
  ['x'.repeat(31), false],
  [['x'.repeat(32), 'y'.repeat(40)], true],
  [['x'.repeat(32), 'short'], false],
  [[], false],
  [undefined, false],
  [Buffer.alloc(32), false],
])('%p may seal cookies: %p', (value, expected) => {
  expect(isCookieSecret(value)).toBe(expected);
});

test('one secret is a list of one', async () => {
  expect(await secretsOf('a secret')()).toEqual(['a secret']);
  expect(await secretsOf(['new', 'old'])()).toEqual(['new', 'old']);
});

describe('a secret that is derived from an app secret', () => {
  test('depends on the app secret and on the salt', async () => {
    const derive = async (secret: string, salt: string) => String((await stretchSecret(secret, salt)())[0]);
    const derived = await Promise.all([derive('a', 'x'), derive('a', 'x'), derive('b', 'x'), derive('a', 'y')]);
    expect(derived[1]).toBe(derived[0]);
    expect(new Set(derived).size).toBe(3);
  });

  test('costs whoever guesses 32 MiB and tens of milliseconds a guess, and the main thread nothing', async () => {
    const before = process.cpuUsage();
    let turns = 0;
    const turn = () => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    await stretchSecret('a secret', 'salt')();
    clearImmediate(timer);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeGreaterThan(40);
    expect(turns).toBeGreaterThan(20);
  });

  test('is derived once, when it is first needed', async () => {
    // The file takes the function when it is loaded.
    const derive = jest.spyOn(crypto, 'scrypt');
    jest.resetModules();
    const fresh = jest.requireActual<typeof import('../../lib/internal/cookie-secret.js')>(
      '../../lib/internal/cookie-secret',
    );
    const secrets = fresh.stretchSecret('a secret', 'salt');
    expect(derive).not.toHaveBeenCalled();
    const [first, second] = await Promise.all([secrets(), secrets()]);
    expect(await secrets()).toBe(first);
    expect(second).toBe(first);
    expect(derive).toHaveBeenCalledTimes(1);
    expect(derive.mock.calls[0]).toMatchObject([
      'a secret',
      'salt',
      32,
      { N: 32_768, r: 8, p: 3 },
      expect.any(Function),
    ]);
  });
});

describe('the warning of a missing cookieSecret', () => {
  const good = { provider: 'pimbuzz', appId: '1', appSecret: 's' };
  const cookieSecret = 'of the tests, and long enough for them';

  /** The codes of the warnings for strategies with these options, in a process that has loaded the package just now. */
  function warningsOf(environment: string | undefined, ...options: StrategyOptions[]): unknown[] {
    const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    jest.resetModules();
    jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: environment });
    const { LoginWithStrategy } = jest.requireActual<typeof import('passport-loginwith')>('passport-loginwith');
    for (const each of options) new LoginWithStrategy(each as typeof good, () => false);
    return emit.mock.calls.map(([, details]) => (details as unknown as { code: string }).code);
  }

  test('comes once in production, for however many strategies', () => {
    expect(warningsOf('production', good, good)).toEqual(['LOGINWITH_COOKIE_SECRET']);
  });

  test.each<[string | undefined, StrategyOptions]>([
    ['production', { ...good, cookieSecret }],
    ['development', good],
    [undefined, good],
  ])('does not come in %s with %j', (environment, options) => {
    expect(warningsOf(environment, options)).toEqual([]);
  });
});
