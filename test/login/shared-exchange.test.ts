import request from 'supertest';
import type { LoginWithClient } from 'passport-loginwith';
import { defineProvider, LoginWithError, toProfile } from 'passport-loginwith';
import { markNeverSent } from '../../lib/client/network-errors';
import { digest } from '../../lib/internal/digest';
import { createAttempt, type StoredAttempt } from '../../lib/login/attempt-cookie';
import type { RateLimiter } from '../../lib/login/rate-limit';
import { createSharedExchanges, isKeyUnused } from '../../lib/login/shared-exchange';
import {
  callsTo,
  closeAll,
  cookiesOf,
  createApp,
  createStrategy,
  issueKey,
  openProvider,
  optionsFor,
} from '../support/strategy-app';

afterEach(async () => {
  jest.useRealTimers();
  await closeAll();
});

const provider = defineProvider({ name: 'x', baseURL: 'https://x.example' });
const exchanged = (length = 0) => {
  const raw = '{"user_info":{"user_id":"7"}}'.padEnd(length);
  return { accessToken: 'a token', expiresAt: new Date(1e12), profile: toProfile(JSON.parse(raw), provider, raw) };
};

/** Exchanges whose client answers as a test says, and the keys that it has sent. */
function create(exchange: () => Promise<unknown> = () => Promise.resolve(exchanged()), limiter?: RateLimiter) {
  const sent: string[] = [];
  const client = {
    exchange(authKey: string) {
      sent.push(authKey);
      return exchange();
    },
  };
  const exchanges = createSharedExchanges(client as unknown as LoginWithClient, provider, limiter);
  /** Brings a key in an attempt; the outcome, or why there is none. */
  const bring = async (key: string, used: Partial<StoredAttempt> = {}) => {
    const shared = exchanges.share(
      () => ({ address: undefined }),
      { ...attempt, ...used },
      { authKey: key, keyDigest: digest(key) },
      [],
    );
    return shared === 'used' ? shared : shared.outcome.catch((error: unknown) => error);
  };
  /** Brings a key, and lets time pass when its exchange has ended. */
  const bringAndWait = async (key: string, milliseconds: number) => {
    await bring(key);
    await settle();
    jest.advanceTimersByTime(milliseconds);
  };
  return { sent, exchanges, bring, bringAndWait };
}

const attempt = createAttempt({ provider: 'x', host: 'h', returnTo: '/', restarts: 0 });
const usedFor = digest('key');

const settle = () => new Promise((resolve) => setImmediate(resolve));
const fakeTimeouts = () => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });

describe('an outcome', () => {
  test.each([
    ['a success', () => Promise.resolve(exchanged())],
    [
      'a failure',
      () => Promise.reject(new LoginWithError('refused', { code: 'auth_key_invalid', stage: 'authorize' })),
    ],
  ])('%s is shared for 60 seconds after it came, and no longer', async (_name, exchange) => {
    fakeTimeouts();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const { sent, bring } = create(() => ended.then(exchange));
    const first = bring('key');
    await settle();
    jest.advanceTimersByTime(100_000);
    const second = bring('key');
    end();
    expect(await second).toEqual(await first);
    await settle();
    jest.advanceTimersByTime(59_999);
    expect(await bring('key')).toEqual(await first);
    jest.advanceTimersByTime(1);
    expect(await bring('key', { usedFor })).toBe('used');
    expect(sent).toEqual(['key']);
  });

  test.each<[string, LoginWithError | Error, boolean]>([
    ['the provider was not reached', neverSent(), false],
    ['the site is closed', new LoginWithError('x', { code: 'response_html', stage: 'authorize' }), false],
    ['the app is unknown', new LoginWithError('x', { code: 'app_id_invalid', stage: 'authorize' }), false],
    ['the secret is wrong', new LoginWithError('x', { code: 'app_secret_invalid', stage: 'authorize' }), false],
    ['the feature is off', new LoginWithError('x', { code: 'module_disabled', stage: 'authorize' }), false],
    ['the connection was lost', new LoginWithError('x', { code: 'connection_lost', stage: 'authorize' }), true],
    ['the provider broke', new LoginWithError('x', { code: 'provider_unavailable', stage: 'authorize' }), true],
    ['only the profile is HTML', new LoginWithError('x', { code: 'response_html', stage: 'user_info' }), true],
    ['something unknown happened', Object.assign(new Error(), { code: 'ECONNREFUSED' }), true],
  ])('if %s, the failure is kept or forgotten', async (_name, error, isKept) => {
    fakeTimeouts();
    const { sent, bring } = create(() => Promise.reject(error));
    expect(await bring('key')).toBe(error);
    await settle();
    expect(await bring('key')).toBe(error);
    expect(sent).toHaveLength(isKept ? 1 : 2);
  });

  test('of an attempt that was ended is not shared any more, nor is its key sent again', async () => {
    const { sent, exchanges, bring } = create();
    await bring('key');
    exchanges.end({ ...attempt, usedFor });
    expect(await bring('key')).toBe('used');
    expect(await bring('key', { usedFor })).toBe('used');
    expect(sent).toEqual(['key']);
  });

  test('that comes after its attempt was ended is not kept', async () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const { exchanges, bring } = create(() => ended.then(() => exchanged()));
    const first = bring('key');
    await settle();
    exchanges.end({ ...attempt, usedFor });
    end();
    await first;
    await settle();
    expect(await bring('key')).toBe('used');
  });
});

test('of many exchanges one timer is kept, and each is forgotten within a second after its minute', async () => {
  fakeTimeouts();
  const { sent, bring, bringAndWait } = create();
  await bringAndWait('1', 500);
  await bringAndWait('2', 400);
  await bringAndWait('3', 59_100);
  expect(jest.getTimerCount()).toBe(1);
  expect(await bring('1', { usedFor: digest('1') })).toBe('used');
  expect(await bring('2')).toMatchObject({ accessToken: 'a token' });
  jest.advanceTimersByTime(999);
  expect(await bring('2')).toMatchObject({ accessToken: 'a token' });
  jest.advanceTimersByTime(1);
  for (const key of ['2', '3']) expect(await bring(key, { usedFor: digest(key) })).toBe('used');
  expect(sent).toEqual(['1', '2', '3']);
  expect(jest.getTimerCount()).toBe(0);
});

test('a failure that is forgotten takes no login with it', async () => {
  fakeTimeouts();
  const failed = new LoginWithError('refused', { code: 'auth_key_invalid', stage: 'authorize' });
  const { sent, bring, bringAndWait } = create(() =>
    sent.length === 1 ? Promise.reject(failed) : Promise.resolve(exchanged(2 ** 20)),
  );
  await bringAndWait('1', 30_000);
  await bringAndWait('2', 0);
  await bringAndWait('3', 30_000);
  await bringAndWait('4', 0);
  expect(await bring('2')).toBe('used');
  for (const key of ['3', '4']) expect(await bring(key)).toMatchObject({ accessToken: 'a token' });
});

describe('requests that share an exchange continue one by one', () => {
  const keyed = { authKey: 'key', keyDigest: usedFor };
  const shareOne = () => {
    const shared = create().exchanges.share(() => ({ address: undefined }), attempt, keyed, []);
    if (shared === 'used') throw new Error('the key was used');
    return shared.exchange;
  };
  /** Whether the next one comes in at once. */
  const isFree = async (exchange: ReturnType<typeof shareOne>) => {
    let isIn = false;
    void exchange.acquire().then(() => (isIn = true));
    await settle();
    return isIn;
  };

  test('also one that comes when the first has left and the second is inside', async () => {
    const exchange = shareOne();
    const first = await exchange.acquire();
    const second = exchange.acquire();
    first();
    await second;
    expect(await isFree(exchange)).toBe(false);
  });

  test('also when the first leaves twice, the second time while another is inside', async () => {
    const exchange = shareOne();
    const first = await exchange.acquire();
    first();
    const second = await exchange.acquire();
    first();
    expect(await isFree(exchange)).toBe(false);
    second();
  });
});

test('long profiles are kept up to two million characters, and no key is sent again for the others', async () => {
  const { sent, bring } = create(() => Promise.resolve(exchanged(2 ** 20)));
  for (const key of ['1', '2', '3']) {
    await bring(key);
    await settle();
  }
  expect(await bring('1')).toBe('used');
  for (const key of ['2', '3']) expect(await bring(key)).toMatchObject({ accessToken: 'a token' });
  expect(sent).toEqual(['1', '2', '3']);
});

describe('an attempt to which several keys come', () => {
  const keyed = (authKey: string) => ({ authKey, keyDigest: digest(authKey) });

  test('is used for the first of them, and for no other', async () => {
    const { exchanges, bring } = create();
    expect(exchanges.isUsedForOther(attempt, digest('1'))).toBe(false);
    await bring('1');
    await bring('2');
    expect(exchanges.isUsedForOther(attempt, digest('1'))).toBe(false);
    expect(exchanges.isUsedForOther(attempt, digest('2'))).toBe(true);
    expect(exchanges.isUsedForOther({ ...attempt, id: 'another' }, digest('2'))).toBe(false);
  });

  test('forgets each of them by itself, and the attempt with the last', async () => {
    fakeTimeouts();
    const { exchanges, bring, sent } = create();
    await bring('1');
    await settle();
    jest.advanceTimersByTime(30_000);
    await bring('2');
    await settle();
    jest.advanceTimersByTime(30_000);
    expect(exchanges.isUsedForOther(attempt, digest('3'))).toBe(true);
    await bring('2');
    expect(sent).toEqual(['1', '2']);
    jest.advanceTimersByTime(30_000);
    expect(exchanges.isUsedForOther(attempt, digest('3'))).toBe(false);
    await bring('2');
    expect(sent).toEqual(['1', '2', '2']);
  });

  test('ends with the key that its cookie names, else with the first', async () => {
    const { exchanges } = create();
    const share = (key: string) => {
      const shared = exchanges.share(() => ({ address: undefined }), attempt, keyed(key), []);
      if (shared === 'used') throw new Error('the key was used');
      return shared.exchange;
    };
    const [first, second, third] = ['1', '2', '3'].map(share);
    exchanges.end({ ...attempt, usedFor: digest('2') });
    expect([first, second, third].map((shared) => shared!.isEnded)).toEqual([false, true, false]);
    exchanges.end(attempt);
    expect([first, second, third].map((shared) => shared!.isEnded)).toEqual([true, true, false]);
    // Again, and one of which nothing is known.
    exchanges.end(attempt);
    exchanges.end({ ...attempt, id: 'another' });
    expect(third!.isEnded).toBe(false);
  });

  test('leaves its room to other profiles when it has ended, was dropped or is forgotten, and once only', async () => {
    fakeTimeouts();
    const { exchanges, bring, sent } = create(() => Promise.resolve(exchanged(2 ** 20)));
    const bringAll = async (...keys: string[]) => {
      for (const key of keys) {
        await bring(key);
        await settle();
      }
    };
    const kept = async (...keys: string[]) =>
      (await Promise.all(keys.map((key) => bring(key)))).map((outcome) => outcome !== 'used');
    await bringAll('1');
    exchanges.end({ ...attempt, usedFor: digest('1') });
    await bringAll('2', '3');
    expect(await kept('1', '2', '3')).toEqual([false, true, true]);
    await bringAll('4');
    expect(await kept('2', '3', '4')).toEqual([false, true, true]);
    jest.advanceTimersByTime(60_000);
    await bringAll('5', '6', '7');
    expect(await kept('5', '6', '7')).toEqual([false, true, true]);
    expect(sent).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  });
});

describe('a key is', () => {
  const limitsFailed = new LoginWithError('x', { code: 'limits_failed', stage: 'callback' });

  test('unused if the limits fail before it is sent', async () => {
    const { sent, bring } = create(undefined, { acquire: () => Promise.reject(limitsFailed) });
    expect(isKeyUnused(await bring('key'))).toBe(true);
    expect(await bring('key')).toBe(limitsFailed);
    expect(sent).toEqual([]);
  });

  test('used, and not sent again, if the limits fail after it was sent', async () => {
    const failed = new LoginWithError('x', { code: 'limits_failed', stage: 'callback' });
    const permit = { release: () => Promise.reject(failed) };
    const { sent, bring } = create(undefined, { acquire: () => Promise.resolve(permit) });
    expect(isKeyUnused(await bring('key'))).toBe(false);
    expect(await bring('key')).toBe(failed);
    expect(sent).toEqual(['key']);
  });

  test('counted once, however many requests bring it while the limits make it wait', async () => {
    const release = jest.fn(() => Promise.resolve());
    const acquire = jest.fn(() => Promise.resolve({ release }));
    const { sent, bring } = create(undefined, { acquire });
    await Promise.all([bring('key'), bring('key'), bring('key')]);
    expect(acquire).toHaveBeenCalledTimes(1);
    expect(release.mock.calls).toEqual([[{ type: 'login', account: 'x 7' }]]);
    expect(sent).toEqual(['key']);
  });
});

describe('the same key', () => {
  async function arrive() {
    const provider = await openProvider({ authorizeMethod: 'GET' });
    const app = createApp(createStrategy(optionsFor(provider)));
    return { provider, app, url: `/callback?auth_key=${await issueKey(provider)}` };
  }
  const start = async (app: ReturnType<typeof createApp>) => cookiesOf(await request(app).get('/auth'));

  test('in another browser that has started a login, too, does not log that browser in as the same user', async () => {
    const { provider, app, url } = await arrive();
    const [mine, theirs] = [await start(app), await start(app)];
    await request(app).get(url).set('Cookie', mine).expect(200);
    const other = await request(app).get(url).set('Cookie', theirs);
    expect(other.status).toBe(302);
    expect(other.headers.location).toContain('/api/oauth');
    expect(JSON.stringify(other.body)).not.toContain(provider.users[0]!.id);
  });

  test('in another browser, while the first exchange runs, does not share its outcome', async () => {
    const { provider, app, url } = await arrive();
    const [mine, theirs] = [await start(app), await start(app)];
    provider.once('get_user_info', { delay: 50 });
    const [first, other] = await Promise.all([
      request(app).get(url).set('Cookie', mine),
      request(app).get(url).set('Cookie', theirs),
    ]);
    expect([first.status, other.status].sort()).toEqual([200, 302]);
  });

  test('in a browser that has started no login is refused', async () => {
    const { app, url } = await arrive();
    await request(app)
      .get(url)
      .set('Cookie', await start(app))
      .expect(200);
    await request(app).get(url).expect(403);
  });

  test('is sent once, however many requests of one browser bring it at once', async () => {
    const { provider, app, url } = await arrive();
    const cookie = await start(app);
    const responses = await Promise.all(Array.from({ length: 5 }, () => request(app).get(url).set('Cookie', cookie)));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(callsTo(provider)).toEqual(['GET authorize', 'GET get_user_info']);
  });
});

function neverSent(): LoginWithError {
  const error = new LoginWithError('x', { code: 'connection_refused', stage: 'authorize' });
  markNeverSent(error, true);
  return error;
}
