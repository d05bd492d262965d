import type { ServerResponse } from 'node:http';
import { LoginWithClient } from 'passport-loginwith';
import type express from 'express';
import { Passport } from 'passport';
import { closeAll, cookieSecret, createStrategy, moveTime, optionsFor, withResolvers } from '../support/strategy-app';
import { byClient, type Browser, type TestRequest } from '../support/test-browser';
import { closeSites, openSite, takeCallback, tokenOn, type Site, type SiteSetUp } from '../support/express-site';

/*
 * The protocol has no `state`: a callback logs in whoever has started a login, with whatever key it brings. An attacker
 * gets a key by logging in as themselves and keeping the link of the callback. The victim, who would then be signed in
 * as the attacker, must neither open that link unasked nor have an attempt that they have not asked for.
 */

afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await closeSites();
  await closeAll();
});

type Headers = NonNullable<TestRequest['headers']>;

/** What a browser says of itself over plain http, where it sends no Sec-Fetch headers. */
const overHTTP: Headers = { ...byClient, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' };
const evil = 'https://evil.example/';

/** The callback of the attacker, who is sam; any browser can open it. */
const linkOfAttacker = (site: Site) => takeCallback(site, site.browser(), '/auth/pimbuzz', 'sam');

const exchangesOf = (site: Site) => site.provider.requests.filter(({ endpoint }) => endpoint === 'authorize').length;

async function expectNobody(site: Site, browser: Browser): Promise<void> {
  expect((await browser.get('/me')).status).toBe(302);
  expect(exchangesOf(site)).toBe(0);
}

/** What another site can embed in its page, in a browser with Sec-Fetch headers and in one without. */
const embedded: [what: string, headers: Headers][] = [
  ['a picture', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', accept: 'image/avif,image/webp,*/*;q=0.8' }],
  ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script', accept: '*/*' }],
  ['a style sheet', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'style', accept: 'text/css,*/*;q=0.1' }],
  ['fetch without CORS', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty', accept: '*/*' }],
  ['fetch without CORS that asks for HTML', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' }],
  ['a frame', { 'sec-fetch-dest': 'iframe' }],
  ['an object', { 'sec-fetch-dest': 'object' }],
  ['a picture over plain http', { ...overHTTP, accept: 'image/avif,image/webp,*/*;q=0.8' }],
  ['a script over plain http', { ...overHTTP, accept: '*/*' }],
];

describe('login CSRF: another site that embeds the callback with its own key', () => {
  test.each(embedded)('in %s signs nobody in, and the login under way goes on', async (_what, headers) => {
    const site = await openSite();
    const [link, victim] = [await linkOfAttacker(site), site.browser()];
    const own = await takeCallback(site, victim, '/auth/pimbuzz', 'renee');
    const response = await victim.visit(link, { 'sec-fetch-site': 'cross-site', ...headers });
    expect([response.status, response.text]).toEqual([403, expect.stringContaining('foreign_request')]);
    await expectNobody(site, victim);
    expect((await victim.get(own, { 'sec-fetch-site': 'cross-site' })).location).toBe('/');
    expect((await victim.get('/me')).json.username).toBe('renee');
  });
});

describe('login CSRF: another site that starts a login, and then opens the callback with its own key,', () => {
  const navigations: [how: string, headers: Headers][] = [
    ['with a link', { 'sec-fetch-site': 'cross-site', referer: evil }],
    ['from another host of this site', { 'sec-fetch-site': 'same-site', referer: 'https://blog.example/' }],
    ['without a referrer', { 'sec-fetch-site': 'cross-site' }],
    ['over plain http', { ...overHTTP, referer: evil }],
    ['over plain http, without a referrer', overHTTP],
    ['over plain http, from another host of this site', { ...overHTTP, referer: 'http://blog.127.0.0.1.example/' }],
    ['over plain http, with its referrer cut to nothing', { ...overHTTP, referer: '' }],
  ];

  test.each([...navigations, ...embedded])('%s, signs nobody in', async (_how, headers) => {
    const site = await openSite();
    const [link, victim] = [await linkOfAttacker(site), site.browser()];
    for (const start of ['/auth/pimbuzz', '/auth/pimbuzz/renew', '/me']) {
      const started = await victim.get(start, { 'sec-fetch-site': 'cross-site', ...headers });
      expect(started.location ?? '').not.toContain('/api/oauth');
    }
    expect(await victim.jar.getCookies(site.url)).toEqual([]);
    const response = await victim.visit(link, { 'sec-fetch-site': 'cross-site' });
    expect([response.status, response.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
    await expectNobody(site, victim);
  });
});

describe('a callback that is still in the history after a logout', () => {
  const logOut = (browser: Browser) => browser.postForm('/auth/logout');

  test('signs nobody in, neither with the cookies of the browser nor with the old ones', async () => {
    const site = await openSite();
    const victim = site.browser();
    const callback = await takeCallback(site, victim);
    const [attempt] = await victim.jar.getCookies(site.url);
    await victim.get(callback);
    const used = (await victim.jar.getCookies(site.url)).find(({ key }) => key === attempt!.key)!;
    expect((await victim.get('/me')).json.username).toBe('renee');
    const loggedOut = await logOut(victim);
    expect(loggedOut.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^loginwith-pimbuzz=; Max-Age=0;/));

    const again = await victim.visit(callback);
    expect([again.status, again.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
    for (const cookie of [attempt!.cookieString(), used.cookieString()]) {
      const stranger = site.browser();
      // The provider knows who sits there.
      expect((await stranger.get(callback, { cookie })).location).toContain(`${site.provider.url}/api/oauth`);
      expect((await stranger.get('/me')).status).toBe(302);
    }
    expect((await victim.get('/me')).status).toBe(302);
    expect(exchangesOf(site)).toBe(1);
  });

  test('signs nobody in when its exchange was still under way at the logout', async () => {
    const site = await openSite();
    const victim = site.browser();
    const callback = await takeCallback(site, victim);
    const released = withResolvers();
    const arrived = withResolvers();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on its client below
    const { exchange } = LoginWithClient.prototype;
    jest.spyOn(LoginWithClient.prototype, 'exchange').mockImplementationOnce(async function (
      this: LoginWithClient,
      key,
    ) {
      arrived.resolve();
      await released.promise;
      return exchange.call(this, key);
    });
    const late = victim.visit(callback);
    await arrived.promise;
    await logOut(victim);
    released.resolve();
    expect((await late).text).toContain('attempt_missing');
    expect((await victim.get('/me')).status).toBe(302);
  });

  test('in another tab signs nobody in when the key was not used yet', async () => {
    const site = await openSite();
    const victim = site.browser();
    await site.logIn(victim);
    const other = await takeCallback(site, victim);
    await logOut(victim);
    expect((await victim.visit(other)).text).toContain('attempt_missing');
    expect((await victim.get('/me')).status).toBe(302);
  });

  test('of a second provider signs nobody in either', async () => {
    const site = await openSite({ providers: ['pimbuzz', 'lookloox'] });
    const victim = site.browser();
    const lookloox = { url: site.url, provider: site.providers.lookloox! };
    const callback = await takeCallback(lookloox, victim, '/auth/lookloox');
    await site.logIn(victim);
    const { headers } = await logOut(victim);
    const removed = headers.getSetCookie().filter((cookie) => cookie.includes('Max-Age=0'));
    expect(removed.map((cookie) => cookie.split('=')[0])).toEqual([
      'loginwith-pimbuzz',
      'loginwith.used-pimbuzz',
      'loginwith-lookloox',
    ]);
    expect((await victim.visit(callback)).text).toContain('attempt_missing');
  });

  test('leaves a browser without a login under way without a cookie', async () => {
    const site = await openSite();
    expect((await logOut(site.browser())).headers.getSetCookie()).toEqual([]);
  });
});

describe('a returnTo that is the callback with the key of an attacker', () => {
  test.each(['/auth/pimbuzz/callback', '/AUTH/pimbuzz/Callback/', '/x/../auth/pimbuzz/callback'])(
    'leads to the start page, as %s',
    async (path) => {
      const site = await openSite();
      const link = new URL(await linkOfAttacker(site));
      const start = `/auth/pimbuzz?returnTo=${encodeURIComponent(path + link.search)}`;
      expect((await site.logIn(site.browser(), 'renee', start)).location).toBe('/');
    },
  );

  test('leads to the start page where the app is mounted', async () => {
    const site = await openSite({ mount: '/shop' });
    const start = `/shop/auth/pimbuzz?returnTo=${encodeURIComponent('/shop/auth/pimbuzz/callback?auth_key=abc')}`;
    expect((await site.logIn(site.browser(), 'renee', start)).location).toBe('/');
  });

  test('leads to the start page if it is another host, //origin.invalid', async () => {
    const site = await openSite();
    const start = `/auth/pimbuzz?returnTo=${encodeURIComponent('//origin.invalid/x')}`;
    expect((await site.logIn(site.browser(), 'renee', start)).location).toBe('/');
  });
});

describe('another host of the site that adds a cookie of the same name, over plain http,', () => {
  const cookieOf = async (browser: Browser, site: Site) =>
    (await browser.jar.getCookies(site.url)).find(({ key }) => key === 'loginwith-pimbuzz')!.cookieString();

  test.each([
    ['before', (own: string) => `loginwith-pimbuzz=garbage; ${own}`],
    ['behind', (own: string) => `${own}; loginwith-pimbuzz=garbage`],
    ['before and behind', (own: string) => `loginwith-pimbuzz=; ${own}; loginwith-pimbuzz=${'A'.repeat(300)}`],
  ])('of garbage, %s the good one, keeps nobody from logging in', async (_where, add) => {
    const site = await openSite();
    const victim = site.browser();
    const callback = await takeCallback(site, victim);
    expect((await victim.get(callback, { cookie: add(await cookieOf(victim, site)) })).location).toBe('/');
  });

  test.each([
    ['before', (own: string, foreign: string) => `${foreign}; ${own}`],
    ['behind', (own: string, foreign: string) => `${own}; ${foreign}`],
  ])("of the attacker's own attempt, %s the victim's, signs nobody in", async (_where, add) => {
    const site = await openSite();
    const [attacker, victim] = [site.browser(), site.browser()];
    const link = await takeCallback(site, attacker, '/auth/pimbuzz', 'sam');
    await victim.get('/auth/pimbuzz');
    const cookie = add(await cookieOf(victim, site), await cookieOf(attacker, site));
    const { location } = await victim.get(link, { cookie, 'sec-fetch-site': 'cross-site' });
    const response = await victim.get(location!);
    expect([response.status, response.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
    await expectNobody(site, victim);
  });
});

describe('an attacker whose key comes back in place of the one of a renewal', () => {
  const setUp: SiteSetUp = {
    providers: ['pimbuzz', 'lookloox'],
    routes: (app, auth) =>
      app.get('/data', auth.requireAccessToken('lookloox'), (req, res) => {
        res.json({ provider: req.loginWith!.provider });
      }),
  };

  test('gives the victim nothing of the account without a click on a page that shows it', async () => {
    const site = await openSite(setUp);
    const [attacker, victim] = [site.browser(), site.browser()];
    const lookloox = { url: site.url, provider: site.providers.lookloox! };
    const link = await takeCallback(lookloox, attacker, '/auth/lookloox', 'sam');
    await site.logIn(victim, 'renee');
    // The victim goes to the page, which starts the renewal, and the attacker's link is faster than the provider.
    expect((await victim.get('/data')).location).toContain('/api/oauth');
    const page = await victim.get(link, { 'sec-fetch-site': 'cross-site' });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Use this Look Loox account?')]);
    expect(page.text).toContain('Sam Nguyễn');
    expect((await victim.get('/data')).location).toContain('/api/oauth');

    const fields = { token: tokenOn(page) };
    const forged = await victim.postForm('/auth/lookloox/link', fields, { 'sec-fetch-site': 'cross-site' });
    expect([forged.status, forged.text]).toEqual([403, expect.stringContaining('foreign_request')]);
    moveTime(6 * 60_000);
    expect((await victim.postForm('/auth/lookloox/link', fields)).text).toContain('link_invalid');
    expect((await victim.get('/data')).location).toContain('/api/oauth');
  });

  test('cannot send the form that the attacker has got', async () => {
    const site = await openSite(setUp);
    const [attacker, victim] = [site.browser(), site.browser()];
    await site.logIn(attacker, 'sam');
    const token = tokenOn(await site.logIn(attacker, 'sam', '/data', 'lookloox'));
    await site.logIn(victim, 'renee');
    expect((await victim.postForm('/auth/lookloox/link', { token })).text).toContain('account_mismatch');
    const stranger = await site.browser().postForm('/auth/lookloox/link', { token });
    expect([stranger.status, stranger.text]).toEqual([401, expect.stringContaining('Please log in')]);
  });
});

test('a renewal, which another site can cause, ends as no login of a strategy beside loginWith()', async () => {
  const outcomes: unknown[] = [];
  const site = await openSite({
    options: (providers) => ({ providers, keepAccessToken: true }),
    routes(app) {
      app.get('/strategy/callback', (req, res, next) => {
        const options = { ...optionsFor(site.provider), name: 'pimbuzz', cookieSecret };
        const passport = new Passport().use(createStrategy(options));
        const finish = (error: unknown, user: unknown, failed: unknown) => {
          outcomes.push(error ?? (user || failed));
          res.end();
        };
        (passport.authenticate('pimbuzz', { session: false }, finish) as express.RequestHandler)(req, res, next);
      });
    },
  });
  const victim = site.browser();
  await site.logIn(victim, 'renee');
  const started = await victim.get('/auth/pimbuzz/renew', { 'sec-fetch-site': 'cross-site' });
  expect(started.status).toBe(302);
  const link = await linkOfAttacker(site);
  await victim.get(`/strategy/callback${new URL(link).search}`);
  expect(outcomes).toEqual([expect.objectContaining({ code: 'attempt_missing' })]);
});

describe('a cache in front of the app', () => {
  const send = (_error: unknown, _req: unknown, res: ServerResponse) => void res.end('of the app');

  test('keeps no page of the app for a failure, with the cookie of this user', async () => {
    const site = await openSite({ options: (providers) => ({ providers, onError: send }) });
    const victim = site.browser();
    await victim.get('/auth/pimbuzz');
    site.provider.once('authorize', 'maintenance');
    const page = await victim.visit('/auth/pimbuzz/callback?auth_key=abc');
    expect(page.text).toBe('of the app');
    expect(page.headers.getSetCookie().join()).toContain('login-failure-pimbuzz=');
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  test('keeps no page that the app sends after a login', async () => {
    const onLogin = (_req: unknown, res: ServerResponse) => void res.end('of the app');
    const site = await openSite({ options: (providers) => ({ providers, onLogin }) });
    const page = await site.logIn(site.browser());
    expect([page.text, page.headers.get('cache-control')]).toEqual(['of the app', 'no-store']);
  });
});
