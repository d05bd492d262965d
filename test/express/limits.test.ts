import type { RateLimitCount, LimitOptions } from 'passport-loginwith/express';
import { moveTime } from '../support/strategy-app';
import { byClient, type Browser } from '../support/test-browser';
import { closeSites, madeUpCallback, openSite, sessions, type Site } from '../support/express-site';

afterEach(async () => {
  jest.useRealTimers();
  await closeSites();
});

const hour = 60 * 60_000;

/** An app behind a proxy, so that a test can come from any address. */
function open(limits?: LimitOptions): Promise<Site> {
  return openSite({
    before(app) {
      app.set('trust proxy', 1);
      app.use(sessions());
    },
    options: (providers) => ({ providers, ...(limits === undefined ? {} : { limits }) }),
  });
}

function browserAt(site: Site, address: string): Browser {
  const browser = site.browser();
  browser.headers = { 'x-forwarded-for': address };
  return browser;
}

/** An attacker with an attempt of their own, who keeps its cookie and tries one made-up key after the other. */
async function attackFrom(site: Site, address: string): Promise<(count: number) => Promise<number[]>> {
  const start = await browserAt(site, address).get('/auth/pimbuzz');
  const cookie = start.headers.getSetCookie()[0]!.split(';')[0]!;
  return (count) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const browser = browserAt(site, address);
        const headers = { ...byClient, accept: 'application/json', cookie };
        return (await browser.get(madeUpCallback(), headers)).status;
      }),
    );
}

/** How many keys the provider was asked for. */
const guessesOf = (site: Site) => site.provider.requests.filter(({ endpoint }) => endpoint === 'authorize').length;

test('100 000 guesses from one address take more than 200 days, and users elsewhere notice nothing', async () => {
  const site = await open();
  const attack = await attackFrom(site, '203.0.113.9');
  const names = ['renee', 'sam', 'blank', 'layla'];
  const [statuses, ...logins] = await Promise.all([
    attack(30),
    ...names.map((user, i) => site.logIn(browserAt(site, `198.51.100.${i}`), user)),
  ]);
  expect(logins.map(({ status }) => status)).toEqual([302, 302, 302, 302]);
  expect(statuses.filter((status) => status === 429)).toHaveLength(20);

  const guesses = guessesOf(site);
  moveTime(hour + 1000);
  const attackAgain = await attackFrom(site, '203.0.113.9');
  await attackAgain(30);
  expect(guessesOf(site) - guesses).toBe(10);

  // Each wrong key sends its login back to the start, which allows one key more.
  moveTime(2 * (hour + 1000));
  const restarted = Array.from({ length: 10 }, () => browserAt(site, '203.0.113.9'));
  const before = guessesOf(site);
  await Promise.all(restarted.map((browser) => browser.get('/auth/pimbuzz')));
  for (let key = 0; key < 3; key += 1) await Promise.all(restarted.map((browser) => browser.get(madeUpCallback())));
  const perHour = guessesOf(site) - before;
  expect(perHour).toBe(20);
  expect(100_000 / perHour / 24).toBeGreaterThan(200);
});

test('beyond the overall limit each address has two guesses, and users with right keys are never refused', async () => {
  const site = await open({ overallLimit: 20 });
  const guesses: number[] = [];
  for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4']) {
    const before = guessesOf(site);
    await (
      await attackFrom(site, address)
    )(12);
    guesses.push(guessesOf(site) - before);
  }
  expect(guesses).toEqual([10, 10, 2, 2]);
  // The first key of one of these users was replaced.
  for (const [i, user] of ['renee', 'sam', 'layla'].entries()) {
    if (i === 1) site.provider.once('authorize', 'used_key');
    const browser = browserAt(site, `198.51.100.${i}`);
    await site.logIn(browser, user);
    expect((await browser.get('/me')).json.username).toBe(user);
  }
});

test('a burst does not get around the limit', async () => {
  const site = await open({ limit: 3 });
  const attack = await attackFrom(site, '203.0.113.9');
  const statuses = await attack(20);
  expect(guessesOf(site)).toBe(3);
  expect(statuses.filter((status) => status === 429)).toHaveLength(17);
});

test('a class of pupils behind one address logs in at once, although only one exchange may run at a time', async () => {
  const site = await open({ limit: 1 });
  const names = ['renee', 'sam', 'blank', 'layla'];
  const responses = await Promise.all(names.map((user) => site.logIn(browserAt(site, '198.51.100.7'), user)));
  expect(responses.map(({ status, location }) => [status, location])).toEqual(names.map(() => [302, '/']));
});

test('a client that is refused is told when to come back, and is let in then', async () => {
  const site = await open({ limit: 1 });
  const attack = await attackFrom(site, '2001:db8:1:2::1');
  await attack(1);
  // Until then, whose key was wrong may still come back with a right one.
  moveTime(3001);
  const browser = browserAt(site, '2001:db8:1:2::ffff');
  const refused = await site.logIn(browser);
  expect(refused.status).toBe(429);
  expect(refused.text).toContain('too_many_failures');
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(3590);
  expect(seconds).toBeLessThanOrEqual(3600);
  moveTime(seconds * 1000);
  expect((await site.logIn(browser)).status).toBe(302);
});

test.each([
  ['a key that cannot be one', '/auth/pimbuzz/callback?auth_key=%20', 400],
  ['a callback without an attempt', '/auth/pimbuzz/callback?auth_key=abc', 403],
])('%s is no guess and does not count', async (_name, path, status) => {
  const site = await open({ limit: 1 });
  for (let i = 0; i < 3; i += 1) expect((await browserAt(site, '198.51.100.7').visit(path)).status).toBe(status);
  expect((await site.logIn(browserAt(site, '198.51.100.7'))).status).toBe(302);
});

test('a failure of the provider does not count', async () => {
  const site = await open({ limit: 1 });
  site.provider.once('authorize', { status: 500 });
  expect((await site.logIn(browserAt(site, '198.51.100.7'))).status).toBe(502);
  expect((await site.logIn(browserAt(site, '198.51.100.7'))).status).toBe(302);
});

describe("the app's own store", () => {
  test('is shared by several processes', async () => {
    const counts = new Map<string, RateLimitCount>();
    const store = {
      get: (key: string) => Promise.resolve(counts.get(key)),
      increment(key: string) {
        const count = { totalHits: (counts.get(key)?.totalHits ?? 0) + 1, resetTime: undefined };
        counts.set(key, count);
        return count;
      },
    };
    const [first, second] = [await open({ limit: 2, store }), await open({ limit: 2, store })];
    await (
      await attackFrom(first, '203.0.113.9')
    )(1);
    await (
      await attackFrom(second, '203.0.113.9')
    )(1);
    expect(await (await attackFrom(first, '203.0.113.9'))(1)).toEqual([429]);
    expect([...counts.keys()].sort()).toEqual([
      expect.stringMatching(/^loginwith client [\w-]{22}$/),
      'loginwith overall',
    ]);
    const refused = await site429(first);
    expect(refused.headers.get('retry-after')).toBe('3600');
  });

  test('that fails ends the login with a clear error', async () => {
    const fail = () => Promise.reject(new Error('connection to 10.0.0.1 lost'));
    const site = await open({ store: { get: fail, increment: fail } });
    expect((await site.logIn(browserAt(site, '198.51.100.7'))).json).toEqual({ error: 'limits_failed' });
  });

  test('that can be read but not written lets nobody guess without end, and sends no key again', async () => {
    const increment = () => Promise.reject(new Error('OOM command not allowed'));
    const site = await open({ store: { get: () => undefined, increment } });
    const browser = browserAt(site, '198.51.100.7');
    await browser.get('/auth/pimbuzz');
    await browser.get('/auth/pimbuzz/callback?auth_key=wrong');
    // Loaded again, the page would try an unused key again.
    for (let i = 0; i < 2; i += 1) await browser.get('/auth/pimbuzz/callback');
    expect(guessesOf(site)).toBe(1);

    const attack = await attackFrom(site, '203.0.113.9');
    for (let i = 0; i < 15; i += 1) await attack(1);
    expect(guessesOf(site)).toBe(11);
    expect((await site.logIn(browserAt(site, '198.51.100.8'))).location).toBe('/');
  });
});

async function site429(site: Site) {
  return site.logIn(browserAt(site, '203.0.113.9'));
}
