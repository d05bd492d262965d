import { moveTime } from '../support/strategy-app';
import type { Browser } from '../support/test-browser';
import {
  closeSites,
  cookieSessions,
  openSite,
  sessions,
  showData,
  type Site,
  type SiteSetUp,
} from '../support/express-site';

beforeEach(() => void jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined));
afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await closeSites();
});

describe.each([
  ['express-session', () => sessions({ cookie: { sameSite: 'strict' } })],
  ['express-session, with true', () => sessions({ cookie: { sameSite: true } })],
  ['cookie-session', () => cookieSessions({ sameSite: 'Strict' as 'strict' })],
])('a SameSite=Strict session of %s', (_name, session) => {
  const setUp: SiteSetUp = {
    handleErrors: true,
    before: (app) => app.use(session()),
    options: (providers) => ({ providers, keepSession: ['cart'], onLink: () => undefined }),
    routes(app, auth) {
      app.get('/fill', (req, res) => {
        Object.assign(req.session, { cart: ['book'] });
        res.end();
      });
      app.get('/cart', (req, res) => void res.json((req.session as { cart?: unknown } | null)?.cart ?? null));
      app.get('/data', auth.requireAccessToken('pimbuzz'), showData);
    },
  };

  /** Like a browser: sends the session's cookie from a page of this site, not on the way back from the provider. */
  async function goThrough(site: Site, browser: Browser, start: string) {
    const page = await site.provider.signIn(
      (url: string) => (url.includes('auth_key') ? getWithoutSession(browser, url) : browser.get(url)),
      'renee',
      { start: site.url + start },
    );
    const href = /<meta http-equiv="refresh" content="0; url=([^"]+)"/.exec(page.text)![1]!;
    return { page, href, response: await browser.get(href, { 'sec-fetch-site': 'same-origin' }) };
  }

  async function getWithoutSession(browser: Browser, url: string) {
    const cookies = await browser.jar.getCookies(url);
    const sent = cookies.filter(({ key }) => key.startsWith('loginwith-')).map((cookie) => cookie.cookieString());
    return browser.get(url, { cookie: sent.join('; '), 'sec-fetch-site': 'cross-site' });
  }

  test('survives the way back: the login finishes from a page of this site', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    await browser.get('/fill');
    const { page, href, response } = await goThrough(site, browser, '/auth/pimbuzz?returnTo=/me');
    expect(page.status).toBe(200);
    expect(href).toMatch(/^\/auth\/pimbuzz\/callback\?resume=[\w-]+$/);
    expect(page.text).toContain(`href="${href}"`);
    expect([response.status, response.location]).toEqual([302, '/me']);
    expect((await browser.get('/me')).json.id).toBe('2');
    expect((await browser.get('/cart')).text).toBe('["book"]');
  });

  test('renews and links in the session of who is signed in', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    await goThrough(site, browser, '/auth/pimbuzz');
    site.provider.advance(61_000);
    expect((await goThrough(site, browser, '/data')).response.location).toBe('/data');
    expect((await goThrough(site, browser, '/auth/pimbuzz/link')).response.text).toContain('<form method="post"');
  });

  test('shows no key on the page in between, and takes it once within a minute', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    let key = '';
    const page = await site.provider.signIn(
      async (url: string) => {
        key = new URL(url).searchParams.get('auth_key') ?? '';
        return browser.get(url);
      },
      'renee',
      { start: `${site.url}/auth/pimbuzz` },
    );
    expect(page.text).not.toContain(key);
    const href = /url=([^"]+)"/.exec(page.text)![1]!;
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await site.browser().visit(href, foreign)).text).toContain('attempt_missing');
    moveTime(61_000);
    expect((await browser.visit(href)).text).toContain('auth_key_missing');
    expect((await browser.visit('/auth/pimbuzz/callback?resume=AAAA')).text).toContain('auth_key_missing');
  });
});
