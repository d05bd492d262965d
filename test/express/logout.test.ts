import { byFetch } from '../support/test-browser';
import { closeSites, cookieSessions, openSite, sessions } from '../support/express-site';

afterEach(closeSites);

/** What an old browser sends, which does not say where a request comes from. */
const old = { 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined, 'sec-fetch-dest': undefined };

describe('a logout', () => {
  test.each([
    ['a form of this site', { 'sec-fetch-site': 'same-origin' }, 200],
    [
      'a form of this site under helmet, which hides the referrer',
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      200,
    ],
    ['the user alone', { 'sec-fetch-site': 'none' }, 200],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['a subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example' }, 403],
    ['another origin of the app', { 'sec-fetch-site': 'same-site', origin: 'https://www.example.org' }, 200],
    ['this site in an old browser', { ...old, origin: 'OWN' }, 200],
    ['this site in an old browser, by the referrer', { ...old, referer: 'OWN/page' }, 200],
    ['another site in an old browser', { ...old, origin: 'https://evil.example' }, 403],
    ['a sandboxed frame in an old browser', { ...old, origin: 'null' }, 403],
    ['another site in an old browser, by the referrer', { ...old, referer: 'https://evil.example/OWN' }, 403],
    ['nobody knows whom', old, 403],
  ])('by %s gets status %3$d', async (_name, headers, status) => {
    const site = await openSite({
      options: (providers) => ({ providers, trustedOrigins: ['https://www.example.org'] }),
    });
    const browser = site.browser();
    await site.logIn(browser);
    const given = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value?.replace(/^OWN/, site.url)]),
    );
    const response = await browser.postForm('/auth/logout', {}, given);
    expect(response.status).toBe(status);
    if (status === 403) expect(response.text).toContain('foreign_request');
    expect((await browser.get('/me')).status).toBe(status === 403 ? 200 : 302);
  });

  test('is judged by the host name that the proxy has seen, if the app trusts it', async () => {
    const site = await openSite({
      before(app) {
        app.set('trust proxy', true);
        app.use(sessions());
      },
    });
    const headers = { ...old, origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' };
    expect((await site.browser().postForm('/auth/logout', {}, headers)).status).toBe(200);
    expect(
      (await site.browser().postForm('/auth/logout', {}, { ...headers, 'x-forwarded-host': 'other.example' })).status,
    ).toBe(403);
  });
});

describe('behind a proxy that hides the host', () => {
  const post = async (headers: Record<string, string>) =>
    (await site.browser().postForm('/auth/logout', {}, { ...old, ...headers })).text.replaceAll('&quot;', '"');
  let site: Awaited<ReturnType<typeof openSite>>;
  beforeEach(async () => (site = await openSite()));

  test('a logout that is refused says which hosts came, and what to do', async () => {
    const page = await post({ origin: 'http://site.example' });
    expect(page).toContain(`it is on site.example, and the request was received for ${new URL(site.url).host}.`);
    expect(page).toContain('nginx: proxy_set_header Host $http_host;');
    expect(page).toContain('Express: "trust proxy"');
    expect(page).toContain('list http://site.example in "trustedOrigins"');
  });

  test('one of another site does not', async () => {
    const headers = { origin: 'http://evil.example', 'x-forwarded-host': 'site.example' };
    expect(await post(headers)).toContain('Send it with a form or fetch of the same origin');
    expect(await post({ origin: 'http://evil.example', host: 'site.example' })).not.toContain('evil.example');
  });
});

describe('after a logout', () => {
  test('a page says that the user stays signed in at the provider', async () => {
    const site = await openSite();
    const browser = site.browser();
    await site.logIn(browser);
    const response = await browser.postForm('/auth/logout');
    expect(response.text).toContain('You are still signed in at Pimbuzz.');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('JSON says so, too', async () => {
    const site = await openSite({ providers: ['pimbuzz', 'lookloox'] });
    const browser = site.browser();
    await site.logIn(browser);
    const response = await browser.postForm('/auth/logout', {}, byFetch);
    expect(response.json).toEqual({
      loggedOut: true,
      message: expect.stringContaining('stays signed in there') as string,
      stillSignedInAt: ['Pimbuzz'],
    });
  });

  test('logoutRedirect is requested with GET', async () => {
    const site = await openSite({ options: (providers) => ({ providers, logoutRedirect: '/bye' }) });
    const response = await site.browser().postForm('/auth/logout');
    expect([response.status, response.location]).toEqual([303, '/bye']);
  });

  test.each([
    ['express-session', sessions],
    ['cookie-session', cookieSessions],
  ])('nobody is signed in any more, with a cookie of %s', async (_name, session) => {
    const site = await openSite({ before: (app) => app.use(session()) });
    const browser = site.browser();
    await site.logIn(browser);
    await browser.postForm('/auth/logout');
    expect((await browser.get('/me')).status).toBe(302);
    const again = await browser.postForm('/auth/logout');
    expect([again.status, again.text]).toEqual([200, expect.not.stringContaining('Pimbuzz')]);
  });

  test('onLogout may respond itself, or call next for our page', async () => {
    const site = await openSite({
      options: (providers) => ({
        providers,
        onLogout: (req, res, next) => (req.url?.includes('own') ? res.end('own page') : next()),
      }),
    });
    expect((await site.browser().postForm('/auth/logout?own')).text).toBe('own page');
    expect((await site.browser().postForm('/auth/logout')).text).toContain('You are logged out here');
  });
});

describe('the address of the logout, opened by hand or by a link', () => {
  const actionOn = (text: string) => /<form method="post" action="([^"]+)">/.exec(text)?.[1];

  test.each([{}, { 'sec-fetch-site': 'cross-site' }, old])('asks, and logs nobody out: %j', async (headers) => {
    const site = await openSite();
    const browser = site.browser();
    await site.logIn(browser);
    const page = await browser.get('/auth/logout', headers);
    expect([page.status, actionOn(page.text)]).toEqual([200, '/auth/logout']);
    expect(page.text).toContain('<a class="button" href="/">Cancel</a>');
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect((await browser.get('/me')).status).toBe(200);
    expect((await browser.postForm('/auth/logout')).text).toContain('You are logged out here');
    expect((await browser.get('/me')).status).toBe(302);
  });

  test('says to nobody that nobody is logged in, without a session for it', async () => {
    const site = await openSite();
    const page = await site.browser().get('/auth/logout');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('You are logged out here')]);
    expect(page.headers.getSetCookie()).toEqual([]);
  });

  test('sends nobody on to logoutRedirect', async () => {
    const site = await openSite({ options: (providers) => ({ providers, logoutRedirect: '/bye' }) });
    const { status, location } = await site.browser().get('/auth/logout');
    expect([status, location]).toEqual([302, '/bye']);
  });

  test('asks where the app alone knows who is logged in', async () => {
    const site = await openSite({
      options: (providers) => ({ providers, session: false, onLogin: (_req, res) => void res.end() }),
    });
    expect((await site.browser().get('/auth/logout')).text).toContain('Log out?');
  });

  test.each([
    ['fetch', byFetch],
    ['an API client', { accept: 'application/json' }],
  ])('refuses the method to %s', async (_name, headers) => {
    const { status, headers: given, json } = await (await openSite()).browser().get('/auth/logout', headers);
    expect([status, given.get('allow'), json.code]).toEqual([405, 'POST', 'method_not_allowed']);
  });

  test('is that of the mount path, basePath and paths, behind a proxy, too', async () => {
    const site = await openSite({
      mount: '/inner',
      before(app) {
        app.set('trust proxy', 'loopback');
        app.use(sessions());
      },
      options: ([provider]) => ({
        providers: [{ ...provider!, callbackURL: '/inner/account/pimbuzz/callback' }],
        session: false,
        onLogin: (_req, res) => void res.end(),
        basePath: '/account',
        paths: { logout: '/bye' },
      }),
    });
    const page = await site.browser().get('/inner/account/bye', { 'x-forwarded-prefix': '/shop' });
    expect(actionOn(page.text)).toBe('/shop/inner/account/bye');
    expect(page.text).toContain('href="/shop/">Cancel</a>');
  });

  test('starts the login of a provider that is called like it', async () => {
    const site = await openSite({ options: ([provider]) => ({ providers: [{ ...provider!, name: 'logout' }] }) });
    expect((await site.browser().get('/auth/logout')).location).toContain('/api/oauth');
  });
});
