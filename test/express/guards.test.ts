import type { RequestHandler } from 'express';
import { LoginWithError } from 'passport-loginwith';
import { moveTime } from '../support/strategy-app';
import { byClient, byFetch, type Browser } from '../support/test-browser';
import {
  closeSites,
  openSite,
  sessions,
  showData,
  takeCallback,
  tokenOn,
  type Site,
  type SiteSetUp,
} from '../support/express-site';

afterEach(async () => {
  jest.useRealTimers();
  await closeSites();
});

const withData: SiteSetUp = {
  handleErrors: true,
  routes: (app, auth) => {
    app.get('/data', auth.requireAccessToken('pimbuzz'), showData);
    app.post('/data', auth.requireAccessToken('pimbuzz'), (_req, res) => void res.json({ posted: true }));
    app.get('/token', auth.requireAccessToken('pimbuzz'), (req, res) => void res.json({ ...req.loginWith }));
  },
};
const withTwo: SiteSetUp = {
  providers: ['pimbuzz', 'lookloox'],
  routes: (app, auth) => app.get('/data', auth.requireAccessToken('lookloox'), showData),
};

describe('requireLogin', () => {
  test.each([
    ['fetch of a page', byFetch],
    ['XHR', { 'x-requested-with': 'XMLHttpRequest', 'sec-fetch-site': undefined }],
    ['a client of an API', { accept: 'application/json', 'sec-fetch-site': undefined }],
    ['a picture in a page', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame in a page', { 'sec-fetch-dest': 'iframe' }],
    ['curl', { ...byClient, accept: '*/*' }],
    ['a client without Accept', { ...byClient, accept: undefined }],
  ])('responds to %s with JSON and no redirect', async (_name, headers) => {
    const site = await openSite();
    const response = await site.browser().get('/me?a=1', headers);
    expect([response.status, response.location]).toEqual([401, undefined]);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.json).toEqual({
      code: 'login_required',
      message: expect.any(String) as string,
      loginURL: `${site.url}/auth/pimbuzz`,
    });
  });

  test('tells a script the origin of the registered redirect URL, where alone a login comes back', async () => {
    const callbackURL = 'https://app.example:8443/auth/lookloox/callback';
    const site = await openSite({
      ...withTwo,
      options: ([pimbuzz, lookloox]) => ({ providers: [pimbuzz!, { ...lookloox!, callbackURL }] }),
    });
    const loginURLOf = async (path: string) => (await site.browser().get(path, byFetch)).json.loginURL;
    expect(await loginURLOf('/me')).toBe('https://app.example:8443/auth/choose');
    expect(await loginURLOf('/data')).toBe('https://app.example:8443/auth/lookloox');
    expect(await loginURLOf('/auth/pimbuzz')).toBe(`${site.url}/auth/pimbuzz`);
  });

  test('tells a script the login page of the app, which may be on another site', async () => {
    const failureRedirect = 'https://spa.example/login';
    const site = await openSite({ ...withTwo, options: (providers) => ({ providers, failureRedirect }) });
    expect((await site.browser().get('/me', byFetch)).json.loginURL).toBe(failureRedirect);
  });

  test('sends a page in response to a form, because a redirect would lose what is in it', async () => {
    const site = await openSite();
    const response = await site.browser().postForm('/me', { text: 'long' });
    expect(response.status).toBe(401);
    expect(response.text).toContain('Please log in');
    expect(response.text).toContain('href="/auth/pimbuzz"');
    const byScript = await site.browser().postForm('/me', {}, byFetch);
    expect([byScript.status, byScript.json.code]).toEqual([401, 'login_required']);
  });

  test('lets users choose among several providers, and brings them back to the page', async () => {
    const site = await openSite({ providers: ['pimbuzz', 'lookloox'] });
    const browser = site.browser();
    const sent = await browser.get('/me?a=1');
    expect(sent.location).toBe('/auth/choose?returnTo=%2Fme%3Fa%3D1');
    const page = await browser.get(sent.location!);
    expect(page.text).toContain('href="/auth/pimbuzz?returnTo=%2Fme%3Fa%3D1"');
    expect(page.text).toContain('Log in with Look Loox');
    const start = '/auth/lookloox?returnTo=%2Fme%3Fa%3D1';
    expect((await site.logIn(browser, 'sam', start, 'lookloox')).location).toBe('/me?a=1');
    expect((await browser.get('/auth/choose')).text).toContain('href="/auth/pimbuzz"');
  });

  test("leads to the app's own login page when there are several providers and it has one", async () => {
    const site = await openSite({
      providers: ['pimbuzz', 'lookloox'],
      options: (providers) => ({ providers, failureRedirect: '/login' }),
    });
    expect((await site.browser().get('/me')).location).toBe('/login?returnTo=%2Fme');
  });

  test('brings users back to pages of this site only', async () => {
    const site = await openSite({ routes: (app, auth) => app.get('*all', auth.requireLogin()) });
    expect((await site.browser().get(`${site.url}//evil.example/x`)).location).toBe('/auth/pimbuzz');
  });

  test('on routes that the middleware does not reach, lets users through and tells others the mistake', async () => {
    const site = await openSite({ mount: '/only/here' });
    const browser = site.browser();
    const { status, json } = await browser.get('/me');
    expect([status, json]).toEqual([500, { error: 'middleware_missing' }]);
    expect(site.errors).toEqual([expect.objectContaining({ hint: expect.stringMatching(/^Put app\.use\(auth\)/) })]);
    await site.logIn(browser, 'renee', '/only/here/auth/pimbuzz');
    expect((await browser.get('/me')).json.id).toBe('2');
  });
});

test('a login page of the app is known on routes that the middleware does not reach, too', async () => {
  const site = await openSite({
    mount: '/only/here',
    providers: ['pimbuzz', 'lookloox'],
    options: (providers) => ({ providers, failureRedirect: '/login' }),
  });
  expect((await site.browser().get('/me')).location).toBe('/login?returnTo=%2Fme');
});

test('requireAccessToken tells the mistake on routes that the middleware does not reach, to everybody', async () => {
  const site = await openSite({
    mount: '/only/here',
    routes: (app, auth) => app.get('/data', auth.requireAccessToken('lookloox'), (_req, res) => void res.send('data')),
    providers: ['pimbuzz', 'lookloox'],
  });
  const browser = site.browser();
  expect((await browser.get('/data')).json).toEqual({ error: 'middleware_missing' });
  await site.logIn(browser, 'renee', '/only/here/auth/pimbuzz');
  expect((await browser.get('/data')).json).toEqual({ error: 'middleware_missing' });
});

test.each(['requireLogin()', "requireAccessToken('pimbuzz')", 'handleErrors()'])(
  'auth.%s without its parentheses is no handler that never responds, but a mistake that says so',
  async (call) => {
    const name = call.replace(/\(.*/, '');
    const site = await openSite({ routes: (app, auth) => app.use(Reflect.get(auth, name) as RequestHandler) });
    const error = `TypeError: auth.${name} got a request, and only makes the handler for it; call it: auth.${call}`;
    expect((await site.browser().get('/guarded')).json).toEqual({ error });
  },
);

describe('requireAccessToken', () => {
  const renewed = (site: Site, browser: Browser, user = 'renee') => site.logIn(browser, user, '/data');

  test('lets users through with the token of their login, for the handler to use', async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    expect((await browser.get('/data')).location).toBe('/auth/pimbuzz?returnTo=%2Fdata');
    await site.logIn(browser);
    expect((await browser.get('/data')).json).toEqual({ id: '2' });
    const { provider, expiresAt, returnTo } = (await browser.get('/token')).json;
    expect([provider, returnTo]).toEqual(['pimbuzz', '/']);
    expect(Date.parse(String(expiresAt)) - Date.now()).toBeGreaterThan(59 * 60_000);
  });

  test.each([
    ['has expired', (site: Site) => site.provider.advance(61_000)],
    ['was replaced', (site: Site) => site.provider.once('get_user_info', 'dead_token')],
    ['is past its documented hour', () => moveTime(61 * 60_000)],
  ])('renews a token that %s by one redirect, which ends on the page that was asked for', async (_name, end) => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser);
    end(site);
    const sent = await browser.get('/data?page=2');
    expect([sent.status, sent.location]).toEqual([
      302,
      expect.stringContaining(`${site.provider.url}/api/oauth?app_id=`),
    ]);
    const back = await site.logIn(browser, 'renee', '/data?page=2');
    expect(back.location).toBe('/data?page=2');
    expect((await browser.get('/data')).json).toEqual({ id: '2' });
  });

  test('tells a script where to send the browser, and the renewal there leads back', async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser);
    site.provider.advance(61_000);
    const response = await browser.get('/data', byFetch);
    expect(response.status).toBe(401);
    const calls = site.provider.requests.length;
    expect((await browser.get('/data')).location).toContain('/api/oauth');
    expect(site.provider.requests).toHaveLength(calls);
    expect(response.json).toEqual({
      code: 'token_expired',
      message: expect.any(String) as string,
      renewURL: `${site.url}/auth/pimbuzz/renew`,
    });
    const back = await site.logIn(browser, 'renee', '/auth/pimbuzz/renew?returnTo=/page');
    expect(back.location).toBe('/page');
    expect((await browser.get('/data', byFetch)).json).toEqual({ id: '2' });
  });

  test('sends a page in response to a form', async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser);
    moveTime(61 * 60_000);
    const response = await browser.postForm('/data', { text: 'long' });
    expect([response.status, response.location]).toEqual([401, undefined]);
    expect(response.text).toContain('href="/auth/pimbuzz/renew"');
  });

  test.each([
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }],
  ])('starts no renewal for %s', async (_name, request) => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser);
    moveTime(61 * 60_000);
    const response = await browser.send('/data', request);
    expect([response.status, response.headers.getSetCookie()]).toEqual([204, []]);
  });

  test('stops a browser that goes round in circles, and says why', async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser);
    const rounds: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      site.provider.once('get_user_info', 'dead_token');
      const response = await browser.get('/data');
      rounds.push(response.status);
      if (response.status === 429) expect(response.text).toContain('login_loop');
    }
    expect(rounds).toEqual([302, 302, 302, 302, 302, 302, 302, 429, 429]);
  });

  test('does not change the user when another one is signed in at the provider by now', async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    site.provider.advance(61_000);
    const response = await renewed(site, browser, 'sam');
    expect(response.status).toBe(403);
    expect(response.text).toContain('account_mismatch');
    expect((await browser.get('/me')).json.id).toBe('2');
    expect((await renewed(site, browser)).location).toBe('/data');
    expect((await browser.get('/data')).json).toEqual({ id: '2' });
  });

  test('stays a renewal when it has to go back to the start', async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    site.provider.advance(61_000);
    await browser.get('/data');
    site.provider.once('authorize', 'used_key');
    expect((await renewed(site, browser, 'sam')).text).toContain('account_mismatch');
    expect((await browser.get('/me')).json.id).toBe('2');
  });

  test.each([
    ['logged out', (_site: Site, browser: Browser) => browser.postForm('/auth/logout'), 'attempt_missing'],
    ['logged in', (site: Site, browser: Browser) => site.logIn(browser, 'sam'), 'account_mismatch'],
  ])('does not hand a token on when somebody has %s meanwhile', async (_name, act, code) => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    site.provider.advance(61_000);
    const callback = await takeCallback(site, browser, '/data');
    await act(site, browser);
    const response = await browser.visit(callback);
    expect([response.status, response.text]).toEqual([403, expect.stringContaining(code)]);
  });

  test('asks for a second provider beside the login without changing who is signed in', async () => {
    const site = await openSite(withTwo);
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const page = await site.logIn(browser, 'sam', '/data?page=2', 'lookloox');
    expect([page.status, page.location]).toEqual([200, undefined]);
    expect(page.text).toContain('Use this Look Loox account?');
    expect(page.text).toContain('Sam Nguyễn');
    expect(page.text).toContain('href="/data?page=2">Cancel</a>');
    const confirmed = await browser.postForm('/auth/lookloox/link', { token: tokenOn(page) });
    expect([confirmed.status, confirmed.location]).toEqual([303, '/data?page=2']);
    expect((await site.logIn(browser, 'sam', '/data?page=2', 'lookloox')).location).toBe('/data?page=2');
    expect((await browser.get('/data')).json).toEqual({ id: '3' });
    expect((await browser.get('/me')).json).toMatchObject({ provider: 'pimbuzz', id: '2' });
  });

  test('asks with the page of the linking, and links, where there is onLink', async () => {
    const links: unknown[] = [];
    const site = await openSite({
      ...withTwo,
      options: (providers) => ({ providers, onLink: (_req, { profile }) => void links.push(profile.id) }),
    });
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const page = await site.logIn(browser, 'sam', '/data', 'lookloox');
    expect(page.text).toContain('Add this Look Loox account?');
    expect(links).toEqual([]);
    expect((await browser.postForm('/auth/lookloox/link', { token: tokenOn(page) })).location).toBe('/data');
    expect(links).toEqual(['3']);
  });

  test('asks for a click when another site triggers the first use of a provider, but not for a renewal', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site' };
    const two = await openSite(withTwo);
    const browser = two.browser();
    await two.logIn(browser, 'renee');
    const sent = await browser.get('/data', foreign);
    expect(sent.location).toBe('/auth/lookloox/renew?returnTo=%2Fdata');
    const page = await browser.get(sent.location!, foreign);
    expect([page.status, page.text]).toEqual([
      200,
      expect.stringContaining('href="/auth/lookloox/renew?returnTo=%2Fdata"'),
    ]);

    const one = await openSite(withData);
    const other = one.browser();
    await one.logIn(other, 'renee');
    one.provider.advance(61_000);
    for (const path of ['/data', '/auth/pimbuzz/renew'])
      expect((await other.get(path, foreign)).location).toContain('/api/oauth');
  });

  test('is an ordinary login if nobody is signed in', async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser, 'renee', '/auth/pimbuzz/renew');
    expect((await browser.get('/me')).json.id).toBe('2');
  });

  test("does not read the page's own auth_key or error as a callback's", async () => {
    const site = await openSite(withData);
    const browser = site.browser();
    await site.logIn(browser);
    moveTime(61 * 60_000);
    for (const query of [`auth_key=${'a'.repeat(32)}`, 'auth_key=', 'error=1', 'returnTo=/elsewhere']) {
      const sent = await browser.get(`/data?${query}`);
      expect([sent.status, sent.location]).toEqual([302, expect.stringContaining('/api/oauth?app_id=')]);
    }
    expect((await site.logIn(browser, 'renee', '/data?auth_key=mine')).location).toBe('/data?auth_key=mine');
  });

  test('shows its user on req.user where another Passport has set its own', async () => {
    const site = await openSite({
      before: (app) =>
        app.use(sessions(), (req, _res, next) => {
          req.user = { name: 'of another Passport' };
          next();
        }),
      routes(app, auth) {
        app.get('/who', (req, res) => void res.json(req.user));
        app.get('/data', auth.requireAccessToken('pimbuzz'), (req, res) => void res.json(req.user));
      },
    });
    const browser = site.browser();
    await site.logIn(browser);
    expect((await browser.get('/who')).json).toEqual({ name: 'of another Passport' });
    expect((await browser.get('/data')).json.id).toBe('2');
    expect((await browser.get('/me')).json.id).toBe('2');
  });

  test('sends users of another provider to the login at the one that it needs', async () => {
    const site = await openSite(withTwo);
    expect((await site.browser().get('/data?page=2')).location).toBe('/auth/lookloox?returnTo=%2Fdata%3Fpage%3D2');
    expect((await site.browser().get('/data', byFetch)).json.loginURL).toBe(`${site.url}/auth/lookloox`);
  });

  test('leaves other errors to the app, and one that comes when half of the response is sent', async () => {
    const site = await openSite({
      routes(app, auth) {
        withData.routes?.(app, auth);
        app.get('/broken', auth.requireAccessToken('pimbuzz'), (_req, _res, next) => next(new Error('mine')));
        app.get('/unguarded', (_req, _res, next) =>
          next(new LoginWithError('user_info: expired', { code: 'token_expired', stage: 'user_info' })),
        );
        app.get('/late', auth.requireAccessToken('pimbuzz'), (req, res, next) => {
          res.write('half');
          showData(req, res, next).catch(next);
        });
      },
    });
    const browser = site.browser();
    await site.logIn(browser);
    expect((await browser.get('/broken')).json).toEqual({ error: 'Error: mine' });
    site.provider.once('get_user_info', 'deleted_user');
    expect((await browser.get('/data')).json).toEqual({ error: 'user_not_found' });
    expect((await browser.get('/unguarded')).json).toEqual({ error: 'token_expired' });
    site.provider.once('get_user_info', 'dead_token');
    await expect(browser.get('/late')).rejects.toThrow();
    expect(site.errors).toHaveLength(4);
  });

  test.each([
    ['somewhere', {}, 'there is no provider "somewhere"; there are pimbuzz'],
    [undefined, {}, "the name of the provider is missing; call it: auth.requireAccessToken\\('pimbuzz'\\)"],
    ['pimbuzz', { keepAccessToken: false }, '"keepAccessToken" is false'],
    ['pimbuzz', { session: false, onLogin: () => undefined }, 'nowhere to keep a token'],
  ])('throws a TypeError for %s with %j', async (name, options, message) => {
    const site = await openSite({ options: (providers) => ({ providers, ...options }) });
    expect(() => site.auth.requireAccessToken(name as string)).toThrow(new RegExp(`^requireAccessToken: .*${message}`));
  });
});
