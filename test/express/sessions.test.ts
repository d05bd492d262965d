import { MemoryStore } from 'express-session';
import { Passport } from 'passport';
import { loginWith, type LoginWith } from 'passport-loginwith/express';
import { byFetch, type Browser } from '../support/test-browser';
import { moveTime } from '../support/strategy-app';
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
  ['cookie-session', () => cookieSessions({ sameSite: 'strict' })],
])('a SameSite=Strict session of %s', (_name, session) => {
  const setUp: SiteSetUp = {
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

  /** As browsers do it: on the way back from the provider the session's cookie is not sent, from a page of this site it is. */
  async function goThrough(site: Site, browser: Browser, start: string) {
    const page = await site.provider.signIn(
      (url: string) => (url.includes('auth_key') ? visitWithoutSession(browser, url) : browser.get(url)),
      'renee',
      { start: site.url + start },
    );
    const href = /<meta http-equiv="refresh" content="0; url=([^"]+)"/.exec(page.text)![1]!;
    return { page, href, answer: await browser.get(href, { 'sec-fetch-site': 'same-origin' }) };
  }

  async function visitWithoutSession(browser: Browser, url: string) {
    const cookies = await browser.jar.getCookies(url);
    const sent = cookies.filter(({ key }) => key.startsWith('loginwith-')).map((cookie) => cookie.cookieString());
    return browser.get(url, { cookie: sent.join('; '), 'sec-fetch-site': 'cross-site' });
  }

  test('survives the way back: the login finishes on a page of this site', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    await browser.get('/fill');
    const { page, href, answer } = await goThrough(site, browser, '/auth/pimbuzz?returnTo=/me');
    expect(page.status).toBe(200);
    expect(href).toMatch(/^\/auth\/pimbuzz\/callback\?resume=[\w-]+$/);
    expect(page.text).toContain(`href="${href}"`);
    expect([answer.status, answer.location]).toEqual([302, '/me']);
    expect((await browser.get('/me')).json.id).toBe('2');
    expect((await browser.get('/cart')).text).toBe('["book"]');
  });

  test('renews and links in the session of who is signed in', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    await goThrough(site, browser, '/auth/pimbuzz');
    site.provider.advance(61_000);
    expect((await goThrough(site, browser, '/data')).answer.location).toBe('/data');
    expect((await goThrough(site, browser, '/auth/pimbuzz/link')).answer.text).toContain('<form method="post"');
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
    moveTime(61_000);
    expect((await browser.get(href)).text).toContain('auth_key_missing');
    expect((await browser.get('/auth/pimbuzz/callback?resume=AAAA')).text).toContain('auth_key_missing');
  });
});

describe('without a session', () => {
  test('a login needs one and says what to do', async () => {
    const site = await openSite({ before: () => undefined });
    expect((await site.browser().get('/auth/pimbuzz')).json).toEqual({ error: 'session_missing' });
    expect((site.errors[0] as { hint: string }).hint).toContain(
      'Put express-session or cookie-session before loginWith()',
    );
    expect((await site.browser().get('/me')).status).toBe(302);
  });

  test("the app's own token does, and getUserInfo works where it is handed out", async () => {
    const site = await openSite({
      before: () => undefined,
      options: (providers) => ({
        providers,
        session: false,
        async onLogin(req, res) {
          res.end(JSON.stringify({ own: (await req.loginWith!.getUserInfo()).username }));
        },
      }),
    });
    const browser = site.browser();
    expect((await site.logIn(browser, 'sam')).json).toEqual({ own: 'sam' });
    expect((await browser.get('/me', byFetch)).status).toBe(401);
    const out = await browser.postForm('/auth/logout', {}, byFetch);
    expect(out.json.stillSignedInAt).toEqual(['Pimbuzz']);
  });
});

describe('a warning at the first start', () => {
  test.each([
    ['LOGINWITH_TRUST_PROXY', () => sessions({ cookie: { secure: true } }), undefined],
    ['LOGINWITH_TRUST_PROXY', () => cookieSessions({ secure: true }), undefined],
    ['LOGINWITH_SAMESITE_STRICT', () => sessions({ cookie: { sameSite: 'strict' } }), undefined],
    ['LOGINWITH_MEMORY_STORE', () => sessions(), 'production'],
    ['LOGINWITH_CLIENT_ADDRESS', () => sessions(), undefined],
  ])('%s comes once', async (code, session, mode) => {
    const warnings: unknown[] = [];
    jest
      .spyOn(process, 'emitWarning')
      .mockImplementation((_message, options) => void warnings.push((options as { code: string }).code));
    jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: mode });
    const site = await openSite({ before: (app) => app.use(session()) });
    const headers = code === 'LOGINWITH_CLIENT_ADDRESS' ? { 'x-forwarded-for': '203.0.113.9' } : {};
    await site.browser().get('/auth/pimbuzz', headers);
    await site.browser().get('/auth/pimbuzz', headers);
    expect(warnings).toEqual([code]);
  });

  test.each(['203.0.113.9', '127.0.0.1'])(
    'does not come for a set-up that works, for a visitor from %s',
    async (visitor) => {
      const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const store = new (class OtherStore extends MemoryStore {})();
      jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: 'production' });
      const site = await openSite({
        before(app) {
          app.set('trust proxy', true);
          app.use(sessions({ store, cookie: { secure: true, sameSite: 'lax' } }));
        },
      });
      const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': visitor };
      await site.browser().get('/auth/pimbuzz', headers);
      expect(warn).not.toHaveBeenCalled();
    },
  );
});

describe('several logins in one app', () => {
  /** The staff log in with the app's own Passport, the customers with one `loginWith()`, the partners with another. */
  async function openShop() {
    const passport = new Passport();
    passport.serializeUser((user, done) => done(null, user));
    passport.deserializeUser<object>((user, done) => done(null, user));
    let partners: LoginWith | undefined;
    const site = await openSite({
      before(app) {
        app.use(sessions(), passport.initialize(), passport.session());
        app.get('/staff/login', (req, res, next) =>
          req.logIn({ staff: 1 }, (error) => (error ? next(error) : res.end())),
        );
      },
      options(providers) {
        partners = loginWith({ providers, basePath: '/partners' });
        return { providers };
      },
      routes(app, auth) {
        app.use(partners!);
        app.get('/staff/later', (req, res, next) =>
          req.logIn({ staff: 2 }, { session: true, keepSessionInfo: true }, (error) =>
            error ? next(error) : res.end(),
          ),
        );
        app.get(
          '/who',
          (req, res) =>
            void res.json({
              user: req.user,
              customer: auth.user(req)?.username,
              partner: partners!.user(req)?.username,
            }),
        );
        app.get('/customers', auth.requireLogin(), (req, res) => void res.json(req.user));
        app.get('/staff', (req, res) => void res.json({ staff: req.isAuthenticated() && req.user }));
      },
    });
    site.provider.createApp({ name: 'x', redirectURL: `${site.url}/partners/pimbuzz/callback` });
    return { site, close: () => partners!.close() };
  }

  /** Partners come back to another callback than the one that is registered. */
  const logInPartner = (site: Site, browser: Browser, person: string) =>
    site.provider.signIn(
      (url: string) => browser.get(url.replace('/auth/pimbuzz/callback', '/partners/pimbuzz/callback')),
      person,
      {
        start: `${site.url}/partners/pimbuzz`,
      },
    );

  test('know their own people and leave the others alone, at the login and at the logout', async () => {
    const { site, close } = await openShop();
    const browser = site.browser();
    await browser.get('/staff/login');
    await site.logIn(browser, 'renee');
    await logInPartner(site, browser, 'sam');
    expect((await browser.get('/who')).json).toEqual({ user: { staff: 1 }, customer: 'renee', partner: 'sam' });
    expect((await browser.get('/customers')).json.username).toBe('renee');

    await browser.postForm('/auth/logout');
    expect((await browser.get('/who')).json).toEqual({ user: { staff: 1 }, partner: 'sam' });
    await browser.get('/staff/later');
    expect((await browser.get('/who')).json).toEqual({ user: { staff: 2 }, partner: 'sam' });
    await close();
  });

  test('a person is visible on req.user when no other login has put one there', async () => {
    const { site, close } = await openShop();
    const browser = site.browser();
    await logInPartner(site, browser, 'sam');
    expect((await browser.get('/who')).json).toMatchObject({ user: { username: 'sam' }, partner: 'sam' });
    await close();
  });
});

describe("the app's Passport", () => {
  function withPassport(userProperty?: string): SiteSetUp {
    const passport = new Passport();
    passport.serializeUser((user, done) => done(null, (user as { id?: string }).id));
    passport.deserializeUser<string>((id, done) => done(null, id === '4' ? false : { id }));
    return {
      before(app) {
        app.use(sessions());
        if (userProperty !== undefined) app.use(passport.initialize({ userProperty }));
        app.get('/switch', (req, res, next) =>
          req.logIn({ id: '77' }, { session: true, keepSessionInfo: true }, (error) =>
            error ? next(error) : res.end(),
          ),
        );
      },
      options: (providers) => ({
        providers,
        passport,
        userProperty,
        verify: (_token, _refresh, profile) => profile,
      }),
      routes(app, auth) {
        app.get('/data', auth.requireAccessToken('pimbuzz'), showData);
        app.get(
          '/account',
          auth.requireLogin(),
          (req, res) => void res.json({ account: (req as { account?: unknown }).account }),
        );
      },
    };
  }

  test('need not be on the app: the user is there all the same', async () => {
    const site = await openSite(withPassport());
    const browser = site.browser();
    await site.logIn(browser, 'sam');
    expect((await browser.get('/me')).json).toEqual({ id: '3' });
    await browser.postForm('/auth/logout');
    expect((await browser.get('/me')).status).toBe(302);
  });

  test('may call its user by another name', async () => {
    const site = await openSite(withPassport('account'));
    const browser = site.browser();
    await site.logIn(browser, 'sam');
    expect((await browser.get('/account')).json).toEqual({ account: { id: '3' } });
  });

  test('has the last word on who is still a user', async () => {
    const site = await openSite(withPassport());
    const browser = site.browser();
    await site.logIn(browser, 'blank');
    expect((await browser.get('/me')).status).toBe(302);
  });

  test('hands no token on when somebody else logs in and keeps the session', async () => {
    const site = await openSite(withPassport('user'));
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    expect((await browser.get('/data')).json).toEqual({ id: '2' });
    await browser.get('/switch');
    expect((await browser.get('/me')).json).toEqual({ id: '77' });
    expect((await browser.get('/data')).status).toBe(302);
  });
});

test('a user that deserialize does not find any more is signed out; an error goes to the error handlers', async () => {
  let answer: () => unknown = () => ({ id: 'u1' });
  const site = await openSite({
    options: (providers) => ({
      providers,
      verify: () => ({ id: 'u1' }) as never,
      serialize: (user) => (user as { id: string }).id,
      deserialize: () => answer() as never,
    }),
  });
  const browser = site.browser();
  await site.logIn(browser);
  expect((await browser.get('/me')).json).toEqual({ id: 'u1' });
  answer = () => Promise.reject(new Error('database'));
  expect((await browser.get('/me')).json).toEqual({ error: 'Error: database' });
  answer = () => undefined;
  expect((await browser.get('/me')).status).toBe(302);
});
