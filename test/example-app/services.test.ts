import { setTimeout as wait } from 'node:timers/promises';
import type { LocalProvider } from 'passport-loginwith/provider';
import { SetUpError } from '../../example-app/config.js';
import type { Example } from '../../example-app/start.js';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../support/postgres.js';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis.js';
import { anyPort, Browser, useExample, type RunningExample } from './running-example.js';

const shared = { ...anyPort, SESSION_SECRET: 'the same everywhere, and long enough' };
const credentialsOf = ({ url, apps: [app] }: LocalProvider) => ({
  PIMBUZZ_URL: url,
  PIMBUZZ_APP_ID: app!.appId,
  PIMBUZZ_APP_SECRET: app!.appSecret,
});

// Making a database takes its time on a busy machine.
jest.setTimeout(60_000);

/** Every page comes in time, whatever a service does. */
const inTime = 5000;

describeWithPostgres('with a PostgreSQL server', () => {
  let postgres: PostgresServer;
  let second: Example | undefined;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.close());
  afterEach(async () => {
    await second?.close();
    second = undefined;
  });
  const env = () => ({ ...shared, DATABASE_URL: postgres.url });

  describe('alone', () => {
    const example = useExample(env);

    test('people are logged in at every process, as the same person with either account', async () => {
      const browser = await example.signedIn();
      await example.link(browser, 'lookloox', 'sam');
      second = await example.start({ ...env(), ...credentialsOf(example.site('pimbuzz')) });
      const cookie = await browser.jar.getCookieString(example.url);
      const other = new Browser(second.url);
      expect((await other.get('/account', { headers: { cookie } })).text).toMatch(/Renée.*Sam Nguyễn/);
      await browser.postForm('/auth/logout');
      expect((await other.get('/me', { headers: { cookie } })).status).toBe(302);
    });

    outagesOf('PostgreSQL', example, () => postgres);

    test('that is not there the app does not start, and tells no password', async () => {
      const url = 'postgres://someone:s3cret@127.0.0.1:9/app';
      const error: unknown = await example.start({ ...env(), DATABASE_URL: url }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SetUpError);
      expect((error as Error).message).toMatch(
        /^PostgreSQL at 127\.0\.0\.1:9 cannot be used: .*ECONNREFUSED.*\. Start it, or correct DATABASE_URL\.$/,
      );
      expect((error as Error).message).not.toContain('s3cret');
    });

    test('that does not answer the app does not start', async () => {
      await example.app.close();
      postgres.pause();
      const [error, time] = await takes(example.start(env()).catch((reason: unknown) => reason));
      postgres.resume();
      expect(error).toBeInstanceOf(SetUpError);
      expect(time).toBeLessThan(inTime);
    });
  });

  describeWithRedis('and Redis', () => {
    let redis: RedisServer;

    beforeEach(async () => {
      redis = await startRedis();
    });
    afterEach(() => redis.stop());
    const withRedis = () => ({ ...env(), REDIS_URL: redis.url });
    const example = useExample(withRedis);

    test('people are logged in at every process', async () => {
      const browser = await example.signedIn();
      second = await example.start({ ...withRedis(), ...credentialsOf(example.site('pimbuzz')) });
      const cookie = await browser.jar.getCookieString(example.url);
      const other = new Browser(second.url);
      expect((await other.get('/me', { headers: { cookie } })).text).toContain('Renée O’Brien-Łukasz');
      await browser.postForm('/auth/logout');
      expect((await other.get('/me', { headers: { cookie } })).status).toBe(302);
    });

    test('processes share the count of failed logins', async () => {
      second = await example.start({ ...withRedis(), ...credentialsOf(example.site('pimbuzz')) });
      const comeBack = async (browser: Browser, key: string) => {
        await browser.get('/auth/pimbuzz');
        return browser.visit(`/auth/pimbuzz/callback?auth_key=${key}`);
      };
      for (let count = 0; count < 10; count += 1) {
        const browser = new Browser(count % 2 === 0 ? example.url : second.url);
        for (let round = 0; round < 2; round += 1) await comeBack(browser, `${count}${round}`.padStart(32, '0'));
      }
      for (const url of [example.url, second.url]) {
        const page = await comeBack(new Browser(url), 'f'.repeat(32));
        expect([page.status, page.text]).toEqual([429, expect.stringContaining('too_many_failures')]);
      }
    });

    outagesOf('Redis', example, () => ({
      ...redis,
      async start() {
        redis = await startRedis(redis.port);
      },
    }));

    test.each([
      ['is not there', () => redis.stop()],
      ['does not answer', async () => redis.pause()],
    ])('that %s the app does not start, and tells no password', async (_what, befall) => {
      await example.app.close();
      await befall();
      const url = redis.url.replace('//', '//someone:s3cret@');
      const [error, time] = await takes(
        example.start({ ...withRedis(), REDIS_URL: url }).catch((reason: unknown) => reason),
      );
      expect(error).toBeInstanceOf(SetUpError);
      expect((error as Error).message).toMatch(/^Redis at 127\.0\.0\.1:\d+ cannot be used: .*correct REDIS_URL\.$/);
      expect((error as Error).message).not.toContain('s3cret');
      expect(time).toBeLessThan(inTime);
    });
  });
});

/** What people and developers see when a service fails, and when it is back. */
function outagesOf(
  name: string,
  example: RunningExample,
  service: () => Pick<PostgresServer, 'stop' | 'start' | 'pause' | 'resume'>,
): void {
  const address = String.raw`127\.0\.0\.1:\d+`;

  test('that is lost says so once, in time, and takes it up again', async () => {
    const browser = await example.signedIn();
    await service().stop();
    for (let count = 0; count < 3; count += 1) {
      const [page, time] = await takes(browser.get('/me'));
      expect([page.status, page.text]).toEqual([503, expect.stringContaining('This does not work right now')]);
      expect(page.html).not.toContain('Renée');
      expect(time).toBeLessThan(inTime);
    }
    const visitor = new Browser(example.url);
    expect((await visitor.get('/')).status).toBe(200);
    expect((await visitor.get('/auth/pimbuzz')).status).toBe(302);
    expect((await example.logIn(visitor, 'pimbuzz', 'sam')).status).toBe(503);
    expect(example.log).toEqual([expect.stringMatching(new RegExp(`^${name} at ${address} is lost: `))]);

    await service().start();
    await comesBack(visitor, '/me');
    expect((await example.logIn(visitor, 'pimbuzz', 'sam')).location).toBe('/me');
    expect((await visitor.get('/me')).text).toContain('Sam Nguyễn');
    while (example.log.length < 2) await visitor.get('/me');
    expect(example.log[1]).toMatch(new RegExp(`^${name} at ${address} is back\\.$`));
  });

  test('that does not answer is not waited for, and keeps people logged in', async () => {
    const [first, other] = [await example.signedIn('pimbuzz', 'renee'), await example.signedIn('pimbuzz', 'sam')];
    service().pause();
    const crowd = Array.from({ length: 30 }, (_, index) => takes((index % 2 === 0 ? first : other).get('/account')));
    for (const [page, time] of await Promise.all(crowd)) {
      expect(page.status).toBe(503);
      expect(time).toBeLessThan(inTime);
    }
    const [answer, time] = await takes(first.postForm('/auth/logout'));
    expect(answer.status).toBe(503);
    expect(time).toBeLessThan(inTime);
    expect(example.log).toHaveLength(1);

    service().resume();
    expect((await comesBack(first, '/me')).text).toContain('Renée');
    expect((await comesBack(other, '/me')).text).toContain('Sam Nguyễn');
  });
}

/** The page as soon as the service is back; waits for that and not for a time. */
async function comesBack(browser: Browser, path: string) {
  for (;;) {
    const page = await browser.get(path);
    if (page.status !== 503) return page;
    await wait(20);
  }
}

async function takes<T>(work: Promise<T>): Promise<[T, number]> {
  const begin = Date.now();
  return [await work, Date.now() - begin];
}
