import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import connect from 'connect';
import type { Passport as PassportClass } from 'passport';
import { LoginWithError, type Profile } from 'passport-loginwith';
import type { ErrorHandler, Handler, LoginWithOptions } from 'passport-loginwith/express';
import type { LocalProvider } from 'passport-loginwith/provider';
import {
  closeSites,
  cookieSessions,
  createAuth,
  openProviders,
  serve,
  sessions,
  takeCallback,
  tokenOn,
} from '../support/express-site';
import { frameworks } from '../support/framework-apps';
import { sendRaw } from '../support/raw-request';
import { cookieSecret } from '../support/strategy-app';
import { Browser, byFetch } from '../support/test-browser';

interface User {
  key: string;
}

type AppRequest = IncomingMessage & Express.Request;

/** The users of the app, as a database would have them; and the app's own tokens where there is no session. */
const users = new Map<string, User>();
const tokens = new Map<string, User>();

afterAll(closeSites);

const sendJSON = (res: ServerResponse, value: unknown): void =>
  void res.setHeader('Content-Type', 'application/json').end(JSON.stringify(value ?? null));

const verify = (_token: string, _refresh: undefined, { provider, id }: Profile): User => {
  const user = { key: `${provider}:${id}` };
  users.set(user.key, user);
  return user;
};

/** Middlewares before `loginWith()`, and options that go with them. */
interface Variant {
  before: () => Handler[];
  options: Partial<LoginWithOptions<User>>;
}

const serializers = { serialize: (user: User) => user.key, deserialize: (key: never) => users.get(key) };

const withoutSession: Variant = {
  before: () => [
    (req, _res, next) => {
      const user = tokens.get(/own=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? '');
      if (user !== undefined) Object.assign(req, { user });
      next();
    },
  ],
  options: {
    session: false,
    onLogin(req, res, next) {
      const token = `t${tokens.size}`;
      tokens.set(token, req.user as User);
      res.appendHeader('Set-Cookie', `own=${token}; Path=/; HttpOnly`);
      next();
    },
    onLogout(_req, res, next) {
      res.appendHeader('Set-Cookie', 'own=; Path=/; Max-Age=0');
      next();
    },
  },
};

const ownSessions: Record<string, Variant> = {
  'express-session': { before: () => [sessions() as Handler], options: serializers },
  'cookie-session': { before: () => [cookieSessions() as Handler], options: serializers },
};

/** The app's Passport; 0.6 is installed under a name of its own, and the typings are those of 0.7. */
function withPassport(packageName: string, session: () => Handler): Variant {
  const { Passport } = jest.requireActual<{ Passport: typeof PassportClass }>(packageName);
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, (user as unknown as User).key));
  passport.deserializeUser<string>((key, done) => done(null, users.get(key) ?? false));
  return {
    before: () => [session(), passport.initialize() as Handler, passport.session() as Handler],
    options: { passport },
  };
}

interface App {
  url: string;
  provider: LocalProvider;
  providers: Record<string, LocalProvider>;
}

/** The same app on each framework. */
async function openApp(framework: string, { before, options }: Variant, limit?: number): Promise<App> {
  const app = frameworks[framework]!();
  const url = await serve(app.listener);
  const providers = await openProviders(url, ['pimbuzz', 'lookloox']);
  const auth = createAuth({
    providers: providers.options,
    failureRedirect: undefined,
    verify,
    ...(limit === undefined ? {} : { limits: { limit } }),
    ...(options.session === false ? {} : { onLink: () => undefined }),
    ...options,
  } as unknown as LoginWithOptions);
  app.use(...before(), auth);
  app.route('GET', '/me', auth.requireLogin(), (req, res) => sendJSON(res, (req as AppRequest).user));
  if (options.session !== false) {
    app.route('GET', '/data', auth.requireAccessToken('pimbuzz'), (req, res, next) => {
      const login = (req as AppRequest).loginWith!;
      login.getUserInfo().then(({ id }) => sendJSON(res, { id }), next);
    });
  }
  const sendError: ErrorHandler = (error, _req, res, _next) => {
    res.statusCode = 500;
    sendJSON(res, { error: error instanceof LoginWithError ? error.code : String(error) });
  };
  app.useForErrors(auth.handleErrors(), sendError);
  return { url, provider: providers.byName.pimbuzz!, providers: providers.byName };
}

const logIn = ({ url, providers }: App, browser: Browser, user: string, start = '/auth/pimbuzz', name = 'pimbuzz') =>
  providers[name]!.signIn(browser.fetch, user, { start: url + start });

/** A guarded page, the login, the page, and the logout. */
async function expectWholeLogin(app: App): Promise<void> {
  const browser = new Browser(app.url);
  const refused = await browser.get('/me?a=1');
  expect([refused.status, refused.location]).toEqual([302, '/auth/choose?returnTo=%2Fme%3Fa%3D1']);
  const choice = await browser.get(refused.location!);
  expect(choice.text).toContain('href="/auth/pimbuzz?returnTo=%2Fme%3Fa%3D1"');
  const loggedIn = await logIn(app, browser, 'renee', '/auth/pimbuzz?returnTo=%2Fme%3Fa%3D1');
  expect([loggedIn.status, loggedIn.location]).toEqual([302, '/me?a=1']);
  expect((await browser.get('/me?a=1')).json).toEqual({ key: 'pimbuzz:2' });

  const other = new Browser(app.url);
  await logIn(app, other, 'sam');
  expect((await other.get('/me')).json).toEqual({ key: 'pimbuzz:3' });
  expect((await browser.get('/me')).json).toEqual({ key: 'pimbuzz:2' });

  expect((await browser.postForm('/auth/logout', {}, byFetch)).json.loggedOut).toBe(true);
  expect((await browser.get('/me')).status).toBe(302);
  expect((await browser.get('/me', byFetch)).json.code).toBe('login_required');
  expect((await other.get('/me')).json).toEqual({ key: 'pimbuzz:3' });
}

async function expectRenewal(app: App): Promise<void> {
  const browser = new Browser(app.url);
  await logIn(app, browser, 'renee');
  expect((await browser.get('/data')).json).toEqual({ id: '2' });
  app.provider.once('get_user_info', 'dead_token');
  const renewed = await logIn(app, browser, 'renee', '/data?page=2');
  expect([renewed.status, renewed.location]).toEqual([302, '/data?page=2']);
  expect((await browser.get('/data?page=2')).json).toEqual({ id: '2' });
}

describe.each(Object.keys(frameworks))('on %s', (framework) => {
  describe.each(Object.entries({ ...ownSessions, 'no session': withoutSession }))('with %s', (kind, variant) => {
    let app: App;
    beforeAll(async () => (app = await openApp(framework, variant)));

    test('users log in, come back to their page, and log out', () => expectWholeLogin(app));

    test('two tabs that start at once both arrive', async () => {
      const browser = new Browser(app.url);
      const first = await takeCallback(app, browser, '/auth/pimbuzz?returnTo=/first', 'layla');
      const second = await takeCallback(app, browser, '/auth/pimbuzz?returnTo=/second', 'layla');
      expect((await browser.get(second)).location).toBe('/second');
      // The second start has replaced the first key at the provider: the first tab goes back there by itself.
      expect((await browser.get(first)).location).toContain(`${app.provider.url}/api/oauth`);
      expect((await logIn(app, browser, 'layla', '/auth/pimbuzz?returnTo=/first')).location).toBe('/first');
    });

    test('a failed login gets the failure page, or JSON', async () => {
      const failed = await new Browser(app.url).visit('/auth/pimbuzz/callback?auth_key=abc');
      expect([failed.status, failed.text]).toEqual([403, expect.stringContaining('<code>attempt_missing</code>')]);
      const inJSON = await new Browser(app.url).get('/auth/pimbuzz/callback?error=1', { accept: 'application/json' });
      expect([inJSON.status, inJSON.json.code]).toEqual([401, 'access_denied']);
    });

    test('a failure of the provider gets the failure page, too', async () => {
      app.provider.once('authorize', 'wrong_secret');
      const failed = await logIn(app, new Browser(app.url), 'renee');
      expect([failed.status, failed.text]).toEqual([500, expect.stringContaining('<code>app_secret_invalid</code>')]);
    });

    test('what is no path of ours goes to the app', async () => {
      expect((await new Browser(app.url).get('/auth/nobody')).status).toBe(404);
      expect((await new Browser(app.url).send('/auth/pimbuzz', { method: 'POST' })).status).toBe(404);
    });

    test('paths are found in any case and with a slash at the end', async () => {
      for (const path of ['/Auth/Pimbuzz', '/auth/pimbuzz/', '/auth/pimbuzz/?returnTo=/x'])
        expect((await new Browser(app.url).get(path)).location).toContain(`${app.provider.url}/api/oauth`);
    });

    if (kind === 'no session') return;

    test('a token is renewed by one redirect', () => expectRenewal(app));

    test('a second account is linked after a confirmation', async () => {
      const browser = new Browser(app.url);
      await logIn(app, browser, 'renee');
      const page = await logIn(app, browser, 'sam', '/auth/lookloox/link?returnTo=/settings', 'lookloox');
      const linked = await browser.postForm('/auth/lookloox/link', { token: tokenOn(page) });
      expect([linked.status, linked.location]).toEqual([303, '/settings']);
      expect((await browser.get('/me')).json).toEqual({ key: 'pimbuzz:2' });
    });
  });

  test.each(
    ['passport', 'passport06'].flatMap((packageName) =>
      [sessions, cookieSessions].map((session) => [packageName, session.name, session] as const),
    ),
  )('with the users of the app’s own %s in %s', async (packageName, _name, session) => {
    const app = await openApp(
      framework,
      withPassport(packageName, () => session() as Handler),
    );
    await expectWholeLogin(app);
    await expectRenewal(app);
  });
});

describe('without Express', () => {
  const serializeNobody = ownSessions['cookie-session']!;

  test('failed exchanges count per address of the connection', async () => {
    const app = await openApp('node:http', serializeNobody, 1);
    const [attacker, neighbour] = [new Browser(app.url), new Browser(app.url)];
    attacker.address = '127.0.0.2';
    await attacker.get('/auth/pimbuzz');
    await attacker.get(`/auth/pimbuzz/callback?auth_key=${'a'.repeat(32)}`);
    expect((await logIn(app, attacker, 'renee')).status).toBe(429);
    expect((await logIn(app, neighbour, 'sam')).location).toBe('/');
    neighbour.address = '127.0.0.2';
    expect((await logIn(app, neighbour, 'sam')).status).toBe(429);
  });

  test('connect redirects nobody to the site of a request for a whole URL', async () => {
    const app = connect();
    const { port } = new URL(await serve(app));
    const auth = createAuth({ providers: [{ provider: 'pimbuzz', appId: '1', appSecret: 'x', cookieSecret }] });
    app.use(sessions() as Handler).use('/account-of-this-app', auth);
    const path = '/account-of-this-app/auth/pimbuzz/callback';
    const headers = { host: 'app.example', accept: 'text/html' };
    const response = await sendRaw(Number(port), `http://evil.example${path}?error=1`, { headers });
    expect([response.status, response.headers.location]).toEqual([303, path]);
  });

  test('next is called once, whatever onError does after it', async () => {
    const calls: unknown[] = [];
    const auth = createAuth({
      providers: [{ provider: 'pimbuzz', appId: '1', appSecret: 'x' }],
      onError(_error, _req, _res, next) {
        next(new Error('first'));
        throw new Error('second');
      },
    });
    const url = await serve((req, res) => {
      auth(req, res, (error) => {
        calls.push(error);
        setImmediate(() => res.end());
      });
    });
    await new Browser(url).get('/auth/pimbuzz');
    expect(calls).toEqual([new Error('first')]);
  });

  describe('in a process where neither Express nor Passport can be loaded', () => {
    let child: ChildProcess;
    let url: string;
    let provider: LocalProvider;
    beforeAll(async () => {
      child = fork(join(__dirname, '../support/app-without-express.ts'), {
        execArgv: ['-r', join(__dirname, '../support/ts-hook.cjs')],
      });
      [{ url }] = (await once(child, 'message')) as [{ url: string }];
      const { byName, options } = await openProviders(url, ['pimbuzz']);
      provider = byName.pimbuzz!;
      child.send({ providers: options });
      await once(child, 'message');
      // A process that compiles TypeScript takes a while to start on a busy machine.
    }, 60_000);
    afterAll(() => void child.kill());

    test('users log in', async () => {
      const browser = new Browser(url);
      const response = await provider.signIn(browser.fetch, 'renee', { start: `${url}/auth/pimbuzz` });
      expect([response.status, response.location]).toEqual([302, '/']);
      expect((await browser.get('/')).json).toMatchObject({ failed: false, user: { provider: 'pimbuzz', id: '2' } });
    });

    test('an exception in the next handler is no failed login, and next is not called again', async () => {
      expect((await new Browser(url).get('/throw')).text).toBe('sent');
      const { calls, errors } = (await new Browser(url).get('/thrown')).json;
      expect([calls, errors]).toEqual([1, ['Error: of the app']]);
    });
  });
});
