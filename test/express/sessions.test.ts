import { MemoryStore, type SessionData } from 'express-session';
import type { Express, RequestHandler } from 'express';
import type { LoginWithOptions } from 'passport-loginwith/express';
import { byFetch } from '../support/test-browser';
import {
  closeSites,
  cookieSessions,
  openSite,
  sessions,
  showData,
  tokenOn,
  type SiteSetUp,
} from '../support/express-site';

afterEach(closeSites);

/** Stores later than it is told to, as every store outside of the process does. */
class RemoteStore extends MemoryStore {
  readonly content = new Map<string, SessionData>();
  /** Fails the next calls of these methods. */
  failing: ('set' | 'destroy')[] = [];

  override set(...[id, session, done]: Parameters<MemoryStore['set']>): void {
    const copy = JSON.parse(JSON.stringify(session)) as SessionData;
    setImmediate(() => {
      if (this.failing.includes('set')) {
        done?.(new Error('the store is full'));
        return;
      }
      this.content.set(id, copy);
      super.set(id, copy, done);
    });
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    if (this.failing.includes('destroy')) {
      done?.(new Error('the store is down'));
      return;
    }
    this.content.delete(id);
    super.destroy(id, done);
  }

  get text(): string {
    return JSON.stringify([...this.content.values()]);
  }
}

/** A site on such a store, which notes what was stored at the moment when the headers of each response were sent. */
async function openRemoteSite(setUp: SiteSetUp = {}) {
  const store = new RemoteStore();
  const storedAtHeaders: string[] = [];
  const site = await openSite({
    ...setUp,
    before(app: Express) {
      app.use((_req, res, next) => {
        const writeHead = res.writeHead.bind(res) as (...parameters: unknown[]) => typeof res;
        res.writeHead = (...parameters: unknown[]) => {
          storedAtHeaders.push(store.text);
          return writeHead(...parameters);
        };
        next();
      }, sessions({ store }));
      setUp.before?.(app);
    },
  });
  return { site, store, storedAtHeaders };
}

/** What an app may keep for every visitor. */
const countVisits: RequestHandler = (req, _res, next) => {
  Object.assign(req.session, { visits: 1 });
  next();
};

const withData: SiteSetUp = {
  providers: ['pimbuzz', 'lookloox'],
  options: (providers) => ({ providers, onLink: () => undefined }),
  routes: (app, auth) => app.get('/data', auth.requireAccessToken('pimbuzz'), showData),
};

describe('a session is stored before the headers of the response are sent', () => {
  test('at a login, with user, account and token', async () => {
    const { site, storedAtHeaders } = await openRemoteSite(withData);
    await site.logIn(site.browser());
    expect(storedAtHeaders.at(-1)).toMatch(
      /"user":\{"provider":"pimbuzz".*"accounts":\{"pimbuzz":"2"\},"tokens":\{"pimbuzz":"/,
    );
  });

  test('at a renewal: its binding before the redirect to the provider, and the token before the one back', async () => {
    const { site, storedAtHeaders } = await openRemoteSite({
      ...withData,
      routes(app, auth) {
        withData.routes?.(app, auth);
        app.get('/forget', (req, res) => {
          Reflect.deleteProperty(req.session['loginWith /auth' as never], 'data');
          res.end();
        });
      },
    });
    const browser = site.browser();
    await site.logIn(browser);
    await browser.get('/forget');
    await browser.get('/data');
    expect(storedAtHeaders.at(-1)).toMatch(/"nonce":"[\w-]{22}","accounts":\{\},"tokens":\{\}/);
    // The session does not know the account any more, so a page asks.
    const token = tokenOn(await site.logIn(browser, 'renee', '/data'));
    expect(storedAtHeaders.at(-1)).toMatch(/"accounts":\{\},"tokens":\{\},"link":"[\w-]{22}"/);
    await browser.postForm('/auth/pimbuzz/link', { token });
    expect(storedAtHeaders.at(-1)).toMatch(/"accounts":\{"pimbuzz":"2"\}/);
    expect((await site.logIn(browser, 'renee', '/data')).location).toBe('/data');
    expect(storedAtHeaders.at(-1)).toMatch(/"accounts":\{"pimbuzz":"2"\},"tokens":\{"pimbuzz":"/);
  });

  test('when an account was linked', async () => {
    const { site, storedAtHeaders } = await openRemoteSite(withData);
    const browser = site.browser();
    await site.logIn(browser);
    const page = await site.logIn(browser, 'sam', '/auth/lookloox/link', 'lookloox');
    await browser.postForm('/auth/lookloox/link', { token: tokenOn(page) });
    expect(storedAtHeaders.at(-1)).toContain('"accounts":{"pimbuzz":"2","lookloox":"3"}');
  });

  test.each([
    ['on our page', {}, {}],
    ['as JSON', {}, byFetch],
    ['with a redirect', { logoutRedirect: '/bye' }, {}],
  ])('at a logout %s', async (_name, options: Partial<LoginWithOptions>, headers) => {
    const { site, storedAtHeaders } = await openRemoteSite({
      options: (providers) => ({
        providers,
        onLogout(req, _res, next) {
          Object.assign((req as unknown as { session: object }).session, { farewell: 'see you' });
          next();
        },
        ...options,
      }),
    });
    const browser = site.browser();
    await site.logIn(browser);
    await browser.postForm('/auth/logout', {}, headers);
    expect(storedAtHeaders.at(-1)).toContain('"farewell":"see you"');
    expect(storedAtHeaders.at(-1)).not.toContain('pimbuzz');
  });
});

describe('a store that fails', () => {
  const setUp: SiteSetUp = { options: (providers) => ({ providers, onLogin: (_req, _res, next) => next() }) };

  test.each([
    ['to store after the login', { options: (providers) => ({ providers }) } satisfies SiteSetUp, 'set', 'is full'],
    ['to store after onLogin has called next', setUp, 'set', 'is full'],
    ['to regenerate the session', setUp, 'destroy', 'is down'],
  ] as const)('%s ends the login in the error handlers', async (_name, options: SiteSetUp, method, message) => {
    const { site, store } = await openRemoteSite(options);
    store.failing = [method];
    const browser = site.browser();
    expect((await site.logIn(browser)).json).toEqual({ error: `Error: the store ${message}` });
    store.failing = [];
    expect((await browser.get('/me')).status).toBe(302);
  });

  test('with something that is no Error is reported as one', async () => {
    const { site, store } = await openRemoteSite();
    store.set = (_id, _session, done) => done?.('full');
    expect((await site.logIn(site.browser())).json).toEqual({
      error: 'Error: session: the store failed without an Error',
    });
  });

  test('to connect is named at the login, and pages for everybody still work', async () => {
    const { site, store } = await openRemoteSite();
    store.emit('disconnect');
    const browser = site.browser();
    expect((await browser.get('/')).text).toBe('home');
    expect((await browser.get('/auth/pimbuzz')).json).toEqual({ error: 'session_missing' });
    expect((await browser.visit('/auth/pimbuzz/callback?auth_key=abc')).json).toEqual({ error: 'session_missing' });
    expect((await browser.get('/me')).location).toBe('/auth/pimbuzz?returnTo=%2Fme');
  });
});

describe('the session', () => {
  test('gets a new id at the login, and keeps what keepSession names', async () => {
    const site = await openSite({
      options: (providers) => ({ providers, keepSession: ['cart'] }),
      routes(app) {
        app.get('/fill', (req, res) => {
          Object.assign(req.session, { cart: ['book'], other: 'of a visitor' });
          res.send('filled');
        });
        app.get('/session', (req, res) => void res.json({ ...req.session, id: req.sessionID }));
      },
    });
    const browser = site.browser();
    await browser.get('/fill');
    const before = (await browser.get('/session')).json;
    const stolen = await browser.jar.getCookieString(site.url);
    await site.logIn(browser);
    const after = (await browser.get('/session')).json;
    expect(after.id).not.toBe(before.id);
    expect(after.cart).toEqual(['book']);
    expect(after.other).toBeUndefined();
    expect((await site.browser().get('/me', { cookie: stolen })).status).toBe(302);
  });

  test('is not made for who only starts a login, and not changed by a page', async () => {
    const { site, store } = await openRemoteSite(withData);
    const browser = site.browser();
    expect((await browser.get('/auth/pimbuzz')).headers.getSetCookie()).toHaveLength(1);
    await browser.get('/data');
    await browser.postForm('/auth/logout');
    expect(store.content.size).toBe(0);
    await site.logIn(browser);
    const { text } = store;
    await browser.get('/data');
    await browser.get('/me');
    expect(store.text).toBe(text);
  });

  test.each([
    ['neither requireAccessToken nor keepAccessToken is used', {}, false, '{}'],
    ['keepAccessToken is true', { keepAccessToken: true }, false, '{"pimbuzz":"'],
    ['requireAccessToken is used', {}, true, '{"pimbuzz":"'],
  ])('when %s, keeps these tokens: …', async (_name, options, isGuarded, tokens) => {
    const { site, store } = await openRemoteSite({
      options: (providers) => ({ providers, ...options }),
      routes: (app, auth) => isGuarded && app.get('/data', auth.requireAccessToken('pimbuzz'), showData),
    });
    await site.logIn(site.browser());
    expect(store.text).toContain(`"tokens":${tokens}`);
  });

  test('shows no token, in the store or in a cookie', async () => {
    let token = '';
    const site = await openSite({
      before: (app) => app.use(cookieSessions()),
      routes: (app, auth) =>
        app.get('/data', auth.requireAccessToken('pimbuzz'), (req, res) => {
          token = req.loginWith!.accessToken;
          res.end();
        }),
    });
    const browser = site.browser();
    await site.logIn(browser);
    await browser.get('/data');
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    const cookies = await browser.jar.getCookies(site.url);
    const content = Buffer.from(cookies.find(({ key }) => key === 'session')!.value, 'base64').toString();
    expect(content).toContain('"tokens":{"pimbuzz":"');
    expect(content).not.toContain(token);
  });

  test('holds neither user nor accounts nor tokens after a logout', async () => {
    const { site, store } = await openRemoteSite({ ...withData, before: (app) => app.use(countVisits) });
    const browser = site.browser();
    await site.logIn(browser);
    expect(store.text).toMatch(/"accounts".*"tokens"/);
    await browser.postForm('/auth/logout');
    await browser.get('/');
    expect(store.text).toContain('visits');
    expect(store.text).not.toMatch(/loginWith|pimbuzz|accounts|tokens/);
  });

  test('of nobody is refused with what to do about it', async () => {
    const site = await openSite({ before: () => undefined });
    expect((await site.browser().get('/auth/pimbuzz')).json).toEqual({ error: 'session_missing' });
    expect((site.errors[0] as { hint: string }).hint).toContain(
      'Put express-session or cookie-session before loginWith()',
    );
    expect((await site.browser().get('/me')).status).toBe(302);
    expect((await site.browser().postForm('/auth/logout')).status).toBe(200);
  });

  test('that cookie-session was told to remove is none', async () => {
    const site = await openSite({
      before: (app) =>
        app.use(cookieSessions(), (req, _res, next) => {
          req.session = null as never;
          next();
        }),
    });
    expect((await site.browser().get('/auth/pimbuzz')).json).toEqual({ error: 'session_missing' });
    expect((await site.browser().postForm('/auth/logout')).status).toBe(200);
  });
});

describe('without sessions', () => {
  test('the app hands out its own token in onLogin, where getUserInfo works', async () => {
    const site = await openSite({
      before: () => undefined,
      options: (providers) => ({
        providers,
        session: false,
        async onLogin(req, res) {
          res.end(JSON.stringify({ own: (await req.loginWith!.getUserInfo()).username, user: req.user }));
        },
      }),
    });
    const browser = site.browser();
    expect((await site.logIn(browser, 'sam')).json).toMatchObject({ own: 'sam', user: { id: '3' } });
    expect((await browser.get('/me', byFetch)).status).toBe(401);
    const { json } = await browser.postForm('/auth/logout', {}, byFetch);
    expect(json.stillSignedInAt).toEqual(['Pimbuzz']);
  });

  test('onLogout finds nobody signed in', async () => {
    const site = await openSite({
      before: (app) =>
        app.use((req, _res, next) => {
          req.user = { name: 'of a token' };
          next();
        }),
      options: (providers) => ({
        providers,
        session: false,
        onLogin: () => undefined,
        onLogout: (req, res) => res.end(JSON.stringify({ user: req.user ?? 'nobody', is: req.isAuthenticated() })),
      }),
    });
    expect((await site.browser().get('/me')).json).toEqual({ name: 'of a token' });
    expect((await site.browser().postForm('/auth/logout')).json).toEqual({ user: 'nobody', is: false });
  });
});
