import type { LimitOptions, RateLimitCount, RateLimitStore } from 'passport-loginwith/express';
import {
  closeSites,
  madeUpCallback,
  openSite,
  sessions,
  takeCallback,
  type Site,
  type SiteSetUp,
} from '../support/express-site';
import { byClient, type Browser, type TestResponse } from '../support/test-browser';

/* Many people look like one attacker, and one attacker like many people. */

afterEach(async () => {
  jest.restoreAllMocks();
  await closeSites();
});

const openWith = (limits: LimitOptions, setUp: SiteSetUp = {}): Promise<Site> =>
  openSite({ ...setUp, options: (providers) => ({ providers, limits }) });

/** How many keys the provider was asked for. */
const exchangesOf = (site: Site) => site.provider.requests.filter(({ endpoint }) => endpoint === 'authorize').length;

interface Tab {
  username: string;
  browser: Browser;
  callback: string;
}

/** Loads a callback, and goes to the provider once more if the app asks for it. */
async function arrive(site: Site, { username, browser, callback }: Tab): Promise<TestResponse> {
  const response = await browser.visit(callback);
  if (response.location?.startsWith(site.provider.url) !== true) return response;
  const start = `${site.url}/auth/pimbuzz`;
  const fetch = async (url: string) => (url === start ? response : browser.get(url));
  return site.provider.signIn(fetch, username, { start });
}

describe('thirty pupils behind one address, each with two tabs, all get in', () => {
  test.each<[string, (tabs: [Tab, Tab][]) => Tab[]]>([
    ['tab by tab', (tabs) => tabs.flat()],
    [
      'the first tabs before the second ones',
      (tabs) => [...tabs.map(([first]) => first), ...tabs.map((all) => all[1])],
    ],
    [
      'the second tabs before the first ones',
      (tabs) => [...tabs.map((all) => all[1]), ...tabs.map(([first]) => first)],
    ],
  ])('at the same moment, %s', async (_order, inOrder) => {
    const site = await openSite();
    const pupils = Array.from({ length: 30 }, (_, index) => {
      const { username } = site.provider.addUser({ username: `pupil${index}` });
      site.provider.approve(username, site.provider.apps[0]!);
      return { username, browser: site.browser() };
    });
    const openTab = async ({ username, browser }: (typeof pupils)[number]): Promise<Tab> => ({
      username,
      browser,
      callback: await takeCallback(site, browser, '/auth/pimbuzz', username),
    });
    // The second tab makes the key of the first one void.
    const tabs = await Promise.all(
      pupils.map(async (pupil): Promise<[Tab, Tab]> => [await openTab(pupil), await openTab(pupil)]),
    );
    const pages = await Promise.all(inOrder(tabs).map((tab) => arrive(site, tab)));
    expect(pages.map(({ status, location }) => [status, location])).toEqual(pages.map(() => [302, '/']));
    const users = await Promise.all(pupils.map(async ({ browser }) => (await browser.get('/me')).json.username));
    expect(users).toEqual(pupils.map(({ username }) => username));
    expect(exchangesOf(site)).toBeGreaterThanOrEqual(90);
  });
});

test('an attacker with an account takes three wrong keys back with it, and no more', async () => {
  const site = await openWith({ limit: 5 });
  let guesses = 0;
  for (let status = 302; status === 302; guesses += 1) {
    const attacker = site.browser();
    // A made-up key, and after it the one of the attacker's own login.
    await attacker.get('/auth/pimbuzz');
    ({ status } = await arrive(site, { username: 'sam', browser: attacker, callback: madeUpCallback() }));
    if (guesses > 20) break;
  }
  // The last one was refused.
  expect(guesses - 1).toBe(5 + 3);
});

test('one connection that makes up 300 addresses tries as many keys as the overall limit allows', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const site = await openWith(
    {},
    {
      before(app) {
        app.set('trust proxy', true);
        app.use(sessions());
      },
    },
  );
  const attacker = site.browser();
  await attacker.get('/auth/pimbuzz', { 'x-forwarded-for': '203.0.113.9' });
  expect(warned).toHaveBeenCalledWith(
    expect.stringContaining('"trust proxy" is true'),
    expect.objectContaining({ code: 'LOGINWITH_TRUST_EVERY_PROXY' }),
  );
  const cookie = await attacker.jar.getCookieString(site.url);
  const statuses = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const address = `198.51.${index >> 8}.${index & 255}`;
      const headers = { ...byClient, accept: 'application/json', cookie, 'x-forwarded-for': address };
      return (await site.browser().get(madeUpCallback(), headers)).status;
    }),
  );
  expect(exchangesOf(site)).toBe(100);
  expect(statuses.filter((status) => status === 429)).toHaveLength(200);
}, 20_000);

describe("the app's own store", () => {
  /** Counts in memory, as rate-limit-redis would. */
  function createStore(more: Partial<RateLimitStore> = {}) {
    const counts = new Map<string, RateLimitCount>();
    const add = (key: string, hits: number) => {
      const count = { totalHits: (counts.get(key)?.totalHits ?? 0) + hits, resetTime: undefined };
      counts.set(key, count);
      return count;
    };
    const store: RateLimitStore = { get: (key) => counts.get(key), increment: (key) => add(key, 1), ...more };
    return { store, counts, decrement: (key: string) => void add(key, -1) };
  }

  test.each([
    ['takes the wrong key of a second tab back', true, 0],
    ['without decrement counts it', false, 1],
  ])('%s, and sees no address, account or key', async (_what, canDecrement, hits) => {
    const { store, counts, decrement } = createStore();
    const site = await openWith({ store: canDecrement ? { ...store, decrement } : store });
    const browser = site.browser();
    const [first, second] = [await takeCallback(site, browser), await takeCallback(site, browser)];
    expect((await browser.get(second)).location).toBe('/');
    expect((await arrive(site, { username: 'renee', browser, callback: first })).location).toBe('/');
    const found = Object.fromEntries(
      [...counts].map(([key, { totalHits }]) => [key.replace(/ [\w-]{22}$/, ' ID'), totalHits]),
    );
    expect(found).toEqual({
      'loginwith client ID': hits,
      'loginwith overall': hits,
      'loginwith retry ID': 1,
      'loginwith account ID': 1,
    });
  });

  test('whose init fails later ends no process; the login says so, and the next one tries again', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    let failures = 2;
    const { store } = createStore({
      init: () => (failures-- > 0 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve()),
    });
    const site = await openWith({ store });
    await new Promise(setImmediate);
    expect((await site.logIn(site.browser())).json).toEqual({ error: 'limits_failed' });
    expect((await site.logIn(site.browser())).location).toBe('/');
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
