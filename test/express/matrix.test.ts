import type express from 'express';
import type { Passport as AppPassport } from 'passport';
import { byFetch, type TestResponse } from '../support/test-browser';
import {
  closeSites,
  cookieSessions,
  openSite,
  sessions,
  showData,
  type Site,
  type SiteSetUp,
} from '../support/express-site';

/** The same packages in other versions, under names of their own; their typings are those of the newer ones. */
const frameworks = { 'Express 4': 'express4', 'Express 5': 'express' };
const passports = { 'Passport 0.6': 'passport06', 'Passport 0.7': 'passport' };
const kinds = ['express-session', 'cookie-session', 'no session'] as const;
const owners = ["the app's Passport", 'a Passport of its own'] as const;

type Kind = (typeof kinds)[number];

const combinations = Object.keys(frameworks).flatMap((framework) =>
  Object.keys(passports).flatMap((version) =>
    kinds.flatMap((kind) => owners.map((owner) => ({ framework, version, kind, owner }) as const)),
  ),
);

interface User {
  key: string;
}

/** People of the app, as a database would have them; and the app's own tokens where there is no session. */
const users = new Map<string, User>();
const tokens = new Map<string, User>();

beforeEach(() => {
  users.clear();
  tokens.clear();
});
afterEach(async () => {
  jest.resetModules();
  await closeSites();
});

function verify(_token: string, _refresh: undefined, profile: { provider: string; id: string }): User {
  const user = { key: `${profile.provider}:${profile.id}` };
  users.set(user.key, user);
  return user;
}

function setUpFor(framework: string, version: string, kind: Kind, owner: string): SiteSetUp {
  const create = jest.requireActual<typeof express>(frameworks[framework as keyof typeof frameworks]);
  const packageName = passports[version as keyof typeof passports];
  jest.doMock('passport', () => jest.requireActual<object>(packageName));
  const { Passport } = jest.requireActual<{ Passport: typeof AppPassport }>(packageName);
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, (user as unknown as User).key));
  passport.deserializeUser<string>((key, done) => done(null, users.get(key) ?? false));
  const isAppPassport = owner === "the app's Passport";
  return {
    framework: create,
    before(app) {
      if (kind === 'express-session') app.use(sessions());
      if (kind === 'cookie-session') app.use(cookieSessions());
      if (isAppPassport) app.use(passport.initialize());
      if (isAppPassport && kind !== 'no session') app.use(passport.session());
      if (kind === 'no session')
        app.use((req, _res, next) => {
          const user = tokens.get(/own=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? '');
          if (user !== undefined) Object.assign(req, { user });
          next();
        });
    },
    options(providers) {
      if (kind === 'no session') {
        return {
          providers,
          verify: verify as never,
          session: false,
          onLogin(req, res, next) {
            tokens.set('t1', (req as { user?: unknown }).user as User);
            res.appendHeader('Set-Cookie', 'own=t1; Path=/; HttpOnly');
            next();
          },
          onLogout(_req, res, next) {
            res.appendHeader('Set-Cookie', 'own=; Path=/; Max-Age=0');
            next();
          },
        };
      }
      const own = {
        serialize: (user: unknown) => (user as User).key,
        deserialize: (key: never) => users.get(key) as never,
      };
      return { providers, verify: verify as never, ...(isAppPassport ? { passport } : own) };
    },
    routes(app, auth) {
      if (kind !== 'no session') app.get('/data', auth.requireAccessToken('pimbuzz'), showData);
    },
  };
}

describe.each(combinations)('$framework, $version, $owner, $kind', ({ framework, version, kind, owner }) => {
  const open = (): Promise<Site> => openSite(setUpFor(framework, version, kind, owner));

  test('takes users to the login and back to their page, knows them there, and logs them out', async () => {
    const site = await open();
    const browser = site.browser();
    const sent = await browser.get('/me?a=1');
    expect([sent.status, sent.location]).toEqual([302, '/auth/pimbuzz?returnTo=%2Fme%3Fa%3D1']);

    const back = await site.logIn(browser, 'renee', sent.location);
    expect([back.status, back.location]).toEqual([302, '/me?a=1']);
    expect((await browser.get('/me')).json).toEqual({ key: 'pimbuzz:2' });

    const out = await browser.postForm('/auth/logout');
    expect(out.status).toBe(200);
    expect((await browser.get('/me')).status).toBe(302);
    expect((await browser.get('/me', byFetch)).json.code).toBe('login_required');
  });

  test('gives two users at once two logins', async () => {
    const site = await open();
    const [first, second] = [site.browser(), site.browser()];
    await site.logIn(first, 'renee');
    if (kind === 'no session') return;
    await site.logIn(second, 'sam');
    expect((await first.get('/me')).json).toEqual({ key: 'pimbuzz:2' });
    expect((await second.get('/me')).json).toEqual({ key: 'pimbuzz:3' });
  });

  if (kind === 'no session') return;
  test('renews a token by one silent redirect', async () => {
    const site = await open();
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    expect((await browser.get('/data')).json).toEqual({ id: '2' });

    site.provider.advance(61_000);
    const renewed: TestResponse = await site.logIn(browser, 'renee', '/data');
    expect([renewed.status, renewed.location]).toEqual([302, '/data']);
    expect((await browser.get('/data')).json).toEqual({ id: '2' });
    expect((await browser.get('/me')).json).toEqual({ key: 'pimbuzz:2' });
  });
});
