import request from 'supertest';
import type { LoginWithClient } from 'passport-loginwith';
import { LoginWithError } from 'passport-loginwith';
import { createSharedExchanges } from '../../lib/login/shared-exchange';
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

/** Exchanges whose client answers as a test says, and the keys that it has sent. */
function create(exchange: () => Promise<unknown> = () => Promise.resolve('a token')) {
  const sent: string[] = [];
  const client = {
    exchange(authKey: string) {
      sent.push(authKey);
      return exchange();
    },
  };
  return { sent, exchanges: createSharedExchanges(client as unknown as LoginWithClient) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const fakeTimeouts = () => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });

describe('an outcome', () => {
  test.each([
    ['a success', () => Promise.resolve('a token')],
    [
      'a failure',
      () => Promise.reject(new LoginWithError('refused', { code: 'auth_key_invalid', stage: 'authorize' })),
    ],
  ])('%s is shared for 60 seconds after it came, and no longer', async (_name, exchange) => {
    fakeTimeouts();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const { exchanges } = create(() => ended.then(exchange));
    const shared = exchanges.begin('a', 'key');
    jest.advanceTimersByTime(100_000);
    expect(exchanges.find('a')).toBe(shared);
    end();
    await settle();
    jest.advanceTimersByTime(59_999);
    expect(exchanges.find('a')).toBe(shared);
    jest.advanceTimersByTime(1);
    expect(exchanges.find('a')).toBeUndefined();
  });

  test.each<[string, LoginWithError | Error, boolean]>([
    [
      'the provider was not reached',
      new LoginWithError('x', {
        code: 'connection_refused',
        stage: 'authorize',
        cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }),
      }),
      false,
    ],
    [
      'the connection was lost',
      new LoginWithError('x', { code: 'connection_lost', stage: 'authorize', cause: new Error() }),
      true,
    ],
    [
      'only the profile was out of reach',
      new LoginWithError('x', {
        code: 'connection_refused',
        stage: 'user_info',
        cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }),
      }),
      true,
    ],
    ['something unknown happened', Object.assign(new Error(), { code: 'ECONNREFUSED' }), true],
  ])('if %s, the failure is kept or forgotten', async (_name, error, isKept) => {
    fakeTimeouts();
    const { exchanges } = create(() => Promise.reject(error));
    await expect(exchanges.begin('a', 'key').outcome).rejects.toBe(error);
    await settle();
    expect(exchanges.find('a') !== undefined).toBe(isKept);
  });
});

test('the oldest outcome is forgotten when there are more than 10,000', () => {
  fakeTimeouts();
  const { exchanges } = create();
  for (let i = 1; i <= 10_000; i++) exchanges.begin(`${i}`, 'key');
  expect(exchanges.find('1')).toBeDefined();
  exchanges.begin('one more', 'key');
  expect(exchanges.find('1')).toBeUndefined();
  expect(exchanges.find('2')).toBeDefined();
  expect(exchanges.find('one more')).toBeDefined();
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
