import { MemoryStore } from 'express-session';
import type { Express, RequestHandler } from 'express';
import { Passport } from 'passport';
import type { LoginWith, LoginWithOptions } from 'passport-loginwith/express';
import type { Browser } from '../support/test-browser';
import {
  closeSites,
  createAuth,
  openSite,
  sessions,
  showData,
  tokenOn,
  type Site,
  type SiteSetUp,
} from '../support/express-site';

afterEach(closeSites);

const sendUser: RequestHandler = (req, res) => void res.json(req.user ?? null);

function createPassport(): InstanceType<typeof Passport> {
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser<object>((user, done) => done(null, user));
  return passport;
}

describe('the user of a request', () => {
  let find: (stored: string) => unknown = (id) => ({ id });
  const setUp: SiteSetUp = {
    options: (providers) =>
      ({
        providers,
        verify: (_token: string, _refresh: undefined, { id }: { id: string }) => ({ id, name: 'from verify' }),
        serialize: ({ id }: { id: string }) => id,
        deserialize: (stored: never) => find(stored),
      }) as unknown as LoginWithOptions,
    routes: (app, auth) =>
      app.get('/who', (req, res) => void res.json({ user: req.user ?? null, typed: auth.user(req) ?? null })),
  };
  beforeEach(() => (find = (id) => ({ id })));

  test('is what deserialize returns, on req.user and auth.user(req), also on unguarded pages', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    expect((await browser.get('/who')).json).toEqual({ user: null, typed: null });
    await site.logIn(browser);
    expect((await browser.get('/who')).json).toEqual({ user: { id: '2' }, typed: { id: '2' } });
  });

  test.each([undefined, null, false])('is nobody once deserialize returns %s, and stays so', async (nobody) => {
    const site = await openSite(setUp);
    const browser = site.browser();
    await site.logIn(browser);
    find = () => Promise.resolve(nobody);
    expect((await browser.get('/me')).status).toBe(302);
    find = (id) => ({ id });
    expect((await browser.get('/who')).json).toEqual({ user: null, typed: null });
  });

  test('is looked up once per request', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    await site.logIn(browser);
    const found = jest.fn((id: string) => ({ id }));
    find = found;
    expect((await browser.get('/me')).json).toEqual({ id: '2' });
    expect(found.mock.calls).toEqual([['2']]);
  });

  test('goes to the error handlers, and not to onError, when deserialize rejects', async () => {
    const onError = jest.fn();
    const site = await openSite({
      ...setUp,
      options: (providers) => ({ ...setUp.options!(providers), onError }),
    });
    const browser = site.browser();
    await site.logIn(browser);
    find = () => Promise.reject(new Error('database'));
    for (const path of ['/', '/me', '/auth/pimbuzz'])
      expect((await browser.get(path)).json).toEqual({ error: 'Error: database' });
    expect(onError).not.toHaveBeenCalled();
    find = (id) => ({ id });
    expect((await browser.get('/me')).json).toEqual({ id: '2' });
  });

  test('is no user whom serialize makes nothing of: the login fails', async () => {
    const site = await openSite({
      options: (providers) => ({ ...setUp.options!(providers), serialize: () => undefined }),
    });
    expect((await site.logIn(site.browser())).json).toEqual({
      error: 'TypeError: loginWith: "serialize" returned nothing to keep in the session',
    });
  });
});

describe('the methods that Passport’s users know', () => {
  const done = (res: Parameters<RequestHandler>[1]) => (error?: Error) =>
    void res.json({ error: error === undefined ? null : String(error) });
  const setUp: SiteSetUp = {
    routes(app) {
      app.get('/login', (req, res) => req.login({ id: '9', name: 'by hand' }, done(res)));
      app.get('/logout', (req, res) => req.logout(done(res)));
      app.get('/state', (req, res) => {
        res.json([req.isAuthenticated(), req.isUnauthenticated()]);
      });
    },
  };

  test('req.login and req.logout sign in and out, and store the session before they call back', async () => {
    const site = await openSite(setUp);
    const browser = site.browser();
    expect((await browser.get('/state')).json).toEqual([false, true]);
    expect((await browser.get('/login')).json).toEqual({ error: null });
    expect((await browser.get('/me')).json).toEqual({ id: '9', name: 'by hand' });
    expect((await browser.get('/state')).json).toEqual([true, false]);
    expect((await browser.get('/logout')).json).toEqual({ error: null });
    expect((await browser.get('/me')).status).toBe(302);
  });

  test('the next user has nothing of the one before', async () => {
    const site = await openSite({
      ...setUp,
      routes(app, auth) {
        setUp.routes?.(app, auth);
        app.get('/data', auth.requireAccessToken('pimbuzz'), showData);
      },
    });
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    expect((await browser.get('/data')).json).toEqual({ id: '2' });
    await browser.get('/login');
    expect((await browser.get('/data')).location).toContain('/api/oauth');
    const page = await site.logIn(browser, 'sam', '/data');
    expect(page.text).toContain('Use this Pimbuzz account?');
    expect((await browser.postForm('/auth/pimbuzz/link', { token: tokenOn(page) })).location).toBe('/data');
    expect((await site.logIn(browser, 'sam', '/data')).location).toBe('/data');
    expect((await browser.get('/data')).json).toEqual({ id: '3' });
    expect((await browser.get('/me')).json.id).toBe('9');
  });

  test('hand errors of the store to the callback', async () => {
    const store = new MemoryStore();
    const site = await openSite({ ...setUp, before: (app) => app.use(sessions({ store })) });
    const browser = site.browser();
    await site.logIn(browser);
    store.destroy = (_id, callback) => callback?.(new Error('down'));
    expect((await browser.get('/logout')).json).toEqual({ error: 'Error: down' });
    store.destroy = (_id, callback) => callback?.();
    store.set = (_id, _session, callback) => callback?.(new Error('full'));
    expect((await browser.get('/login')).json).toEqual({ error: 'Error: full' });
  });

  test('need a callback and refuse options, which would have no effect', async () => {
    const site = await openSite({
      routes(app) {
        app.get('/no-callback', (req) => {
          (req.logout as () => void)();
        });
        app.get('/options', (req) => req.login({}, { session: false }, () => undefined));
      },
    });
    for (const path of ['/no-callback', '/options'])
      expect((await site.browser().get(path)).json.error).toMatch(
        /^TypeError: req\.login\(user, done\) and req\.logout/,
      );
  });

  test('are there without sessions, for the app’s own user', async () => {
    const site = await openSite({
      before: (app) =>
        app.use((req, _res, next) => {
          if (req.query.token !== undefined) req.user = { id: 'of a token' };
          next();
        }),
      options: (providers) => ({ providers, session: false, onLogin: () => undefined }),
      routes(app, auth) {
        setUp.routes?.(app, auth);
        app.get('/login-here', (req, res) =>
          req.login({ id: '9' }, () => req.logout(() => void res.json([req.user ?? null, req.isUnauthenticated()]))),
        );
      },
    });
    expect((await site.browser().get('/state')).json).toEqual([false, true]);
    expect((await site.browser().get('/state?token=1')).json).toEqual([true, false]);
    expect((await site.browser().get('/login-here')).json).toEqual([null, true]);
  });
});

describe('several logins in one app', () => {
  /** The staff log in with the app's own Passport, the customers with one `loginWith()`, the partners with another. */
  async function openShop(order: 'Passport first' | 'Passport last') {
    const passport = createPassport();
    let partners: LoginWith | undefined;
    const site = await openSite({
      before(app) {
        app.use(sessions());
        if (order === 'Passport first') app.use(passport.initialize(), passport.session());
      },
      options(providers) {
        partners = createAuth({ providers, basePath: '/partners' });
        return { providers };
      },
      routes(app, auth) {
        app.use(partners!);
        if (order === 'Passport last') app.use(passport.initialize(), passport.session());
        addStaff(app);
        app.get('/customers', auth.requireLogin(), sendUser);
        app.get('/partners-only', partners!.requireLogin(), sendUser);
        app.get('/who', (req, res) => {
          res.json({ user: req.user, customer: auth.user(req)?.username, partner: partners!.user(req)?.username });
        });
      },
    });
    return site;
  }

  function addStaff(app: Express): void {
    app.get('/staff/login', (req, res, next) =>
      req.logIn({ staff: 1 }, { session: true, keepSessionInfo: true }, (error) => (error ? next(error) : res.end())),
    );
    app.get('/staff/logout', (req, res, next) =>
      req.logOut({ keepSessionInfo: true }, (error) => (error ? next(error) : res.end())),
    );
    app.get('/staff', (req, res) => {
      res.json([req.isAuthenticated(), req.isUnauthenticated(), req.user ?? null]);
    });
    app.get('/session', (req, res) => void res.json(req.session));
  }

  /** Partners come back to another callback than the one that is registered. */
  const logInPartner = (site: Site, browser: Browser, user: string) =>
    site.provider.signIn(
      (url: string) => browser.get(url.replace('/auth/pimbuzz/callback', '/partners/pimbuzz/callback')),
      user,
      { start: `${site.url}/partners/pimbuzz` },
    );

  test('know their own users and leave the others alone, at the login and at the logout', async () => {
    const site = await openShop('Passport first');
    const browser = site.browser();
    await browser.get('/staff/login');
    await site.logIn(browser, 'renee');
    await logInPartner(site, browser, 'sam');
    expect((await browser.get('/who')).json).toEqual({ user: { staff: 1 }, customer: 'renee', partner: 'sam' });
    expect((await browser.get('/customers')).json.username).toBe('renee');
    expect((await browser.get('/partners-only')).json.username).toBe('sam');

    await browser.postForm('/auth/logout');
    expect((await browser.get('/who')).json).toEqual({ user: { staff: 1 }, partner: 'sam' });
    await browser.postForm('/partners/logout');
    expect((await browser.get('/who')).json).toEqual({ user: { staff: 1 } });
    expect((await browser.get('/customers')).location).toBe('/auth/pimbuzz?returnTo=%2Fcustomers');
  });

  test.each(['Passport first', 'Passport last'] as const)(
    'with the app’s %s: its req.logIn, req.logOut and req.isAuthenticated are about its own users',
    async (order) => {
      const site = await openShop(order);
      const browser = site.browser();
      expect((await browser.get('/staff')).json).toEqual([false, true, null]);
      await browser.get('/staff/login');
      expect((await browser.get('/session')).json.passport).toEqual({ user: { staff: 1 } });
      expect((await browser.get('/staff')).json).toEqual([true, false, { staff: 1 }]);
      expect((await browser.get('/customers')).status).toBe(302);
      expect((await browser.get('/partners-only')).status).toBe(302);
      await browser.get('/staff/logout');
      expect((await browser.get('/staff')).json).toEqual([false, true, null]);
    },
  );

  test('show a user on req.user if no other login has put one there', async () => {
    const site = await openShop('Passport first');
    const browser = site.browser();
    await logInPartner(site, browser, 'sam');
    expect((await browser.get('/who')).json).toMatchObject({ user: { username: 'sam' }, partner: 'sam' });
  });

  test('show a user where Passport has just logged its own out', async () => {
    const passport = createPassport();
    const site = await openSite({
      before: (app) =>
        app.use(sessions(), passport.initialize(), (req, _res, next) => {
          Object.assign(req, { user: null });
          next();
        }),
      routes: (app) => app.get('/who', sendUser),
    });
    const browser = site.browser();
    await site.logIn(browser);
    expect((await browser.get('/who')).json.id).toBe('2');
  });
});

describe("the app's Passport", () => {
  function withPassport(userProperty?: string): SiteSetUp {
    const passport = new Passport();
    passport.serializeUser((user, done) => done(null, (user as { id?: string }).id));
    passport.deserializeUser<string>((id, done) =>
      id === '5' ? done(new Error('database')) : done(null, id === '4' ? false : { id }),
    );
    return {
      before(app) {
        app.use(sessions());
        if (userProperty !== undefined) app.use(passport.initialize({ userProperty }), passport.session());
      },
      options: (providers) => ({
        providers,
        passport,
        userProperty,
        keepSession: ['cart'],
        verify: (_token, _refresh, profile) => profile,
      }),
      routes(app, auth) {
        app.get('/data', auth.requireAccessToken('pimbuzz'), showData);
        app.get('/account', auth.requireLogin(), (req, res) => {
          res.json({ account: (req as { account?: unknown }).account, user: req.user, typed: auth.user(req) });
        });
        app.get('/switch', (req, res, next) =>
          req.logIn({ id: '77' }, { session: true, keepSessionInfo: true }, (error) =>
            error ? next(error) : res.end(),
          ),
        );
        app.get('/fill', (req, res) => {
          Object.assign(req.session, { cart: ['book'], other: 1, 'loginWith /partners': { user: 'of partners' } });
          res.end();
        });
        app.get('/session', (req, res) => void res.json(req.session));
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

  test('may have another name for its user', async () => {
    const site = await openSite(withPassport('account'));
    const browser = site.browser();
    expect((await browser.get('/account')).status).toBe(302);
    await site.logIn(browser, 'sam');
    expect((await browser.get('/account')).json).toEqual({ account: { id: '3' }, typed: { id: '3' } });
    await browser.postForm('/auth/logout');
    expect((await browser.get('/account')).status).toBe(302);
  });

  test.each([
    ['says who is still a user', 'blank', (browser: Browser) => browser.get('/me'), 302],
    ['fails in the error handlers', 'layla', (browser: Browser) => browser.get('/me'), 500],
  ])('%s', async (_name, user, act, status) => {
    const site = await openSite(withPassport());
    const browser = site.browser();
    await site.logIn(browser, user);
    expect((await act(browser)).status).toBe(status);
  });

  test('loses no entry of another login in the session, at the login or at the logout', async () => {
    const site = await openSite(withPassport());
    const browser = site.browser();
    await browser.get('/fill');
    await site.logIn(browser, 'sam');
    const others = { 'loginWith /partners': { user: 'of partners' } };
    const { cookie: _one, ...loggedIn } = (await browser.get('/session')).json;
    expect(loggedIn).toEqual({
      passport: { user: '3' },
      cart: ['book'],
      ...others,
      'loginWith /auth': { data: expect.objectContaining({ accounts: { pimbuzz: '3' } }) as unknown },
    });
    await browser.postForm('/auth/logout');
    const { cookie: _two, ...loggedOut } = (await browser.get('/session')).json;
    expect(loggedOut).toEqual(others);
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
