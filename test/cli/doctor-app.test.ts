import type { Express } from 'express';
import {
  closeProxies,
  diagnose,
  envFor,
  openTLSProxy,
  resolveTestNames,
  type TLSProxyOptions,
} from '../support/doctor';
import { cookieSessions, closeSites, openSite, serve, sessions, type SiteSetUp } from '../support/express-site';
import {
  closeAll,
  cookieSecret,
  createApp,
  createStrategy,
  openProvider,
  openServer,
  optionsFor,
} from '../support/strategy-app';

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([closeSites(), closeAll(), closeProxies()]);
});

const trustProxy = (app: Express) => void app.set('trust proxy', 1);

/** An app with `loginWith()` behind a proxy with TLS. */
async function openPublicApp(before: (app: Express) => void, proxy: TLSProxyOptions = {}, setUp: SiteSetUp = {}) {
  const site = await openSite({ before, ...setUp });
  return { site, env: envFor(site.provider), url: await openTLSProxy(site.url, proxy) };
}

/** An app that is set up well but for what a test changes in its start. */
async function diagnoseStart(
  change: (
    start: { location: string; cookie: string; status: number; cache: string; body: string },
    path: string,
  ) => void,
) {
  const provider = await openProvider();
  const { url } = await openServer((req, res) => {
    const location = `${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`;
    const cookie = `loginwith-pimbuzz=${Math.random()}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax`;
    const start = { location, cookie, status: 302, cache: 'no-store', body: '' };
    change(start, req.url!);
    res.setHeader('set-cookie', start.cookie).setHeader('cache-control', start.cache);
    res.writeHead(start.status, { location: start.location }).end(start.body);
  });
  return { provider, ...(await diagnose({ env: envFor(provider), args: ['--app', url] })) };
}

describe('an app that is set up well', () => {
  test('with loginWith(), on this machine, has nothing to mend', async () => {
    const site = await openSite();
    const args = ['--app', site.url, '--redirect-url', `${site.url}/auth/pimbuzz/callback`];
    const { code, bad, find } = await diagnose({ env: envFor(site.provider), args });
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
    expect(find('start')?.status).toBe('ok');
    const { appId } = site.provider.apps[0]!;
    expect(find('start-provider')?.found).toBe(`to ${site.provider.url}, with the app id ${appId}`);
    expect(find('attempt-cookie')?.found).toBe('loginwith-pimbuzz (HttpOnly, SameSite=Lax)');
    expect(find('redirect-url-app')?.status).toBe('ok');
    expect(find('callback')?.found).toBe(`a login can end at ${site.url}/auth/pimbuzz/callback`);
    expect(site.provider.requests.map(({ endpoint }) => endpoint)).not.toContain('oauth');
    expect(site.errors).toEqual([]);
  });

  test('behind a proxy with TLS has nothing to mend', async () => {
    jest.spyOn(process, 'emitWarning').mockReturnValue();
    const { env, url } = await openPublicApp((app) => {
      trustProxy(app);
      app.use(sessions({ saveUninitialized: true, cookie: { secure: true, sameSite: 'strict' } }));
    });
    const args = ['--app', url, '--redirect-url', `${url}/auth/pimbuzz/callback`];
    const { code, bad, find } = await diagnose({ env, args });
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
    expect(find('app-tls')?.status).toBe('ok');
    expect(find('attempt-cookie')?.found).toBe('__Host-loginwith-pimbuzz (HttpOnly, SameSite=Lax)');
    expect(find('proxy-scheme')?.found).toBe('https');
    expect(find('proxy-host')?.found).toBe('localhost');
    // loginWith() goes on by a page of its own.
    expect(find('session-cookie')).toMatchObject({ status: 'ok', found: 'the cookie connect.sid' });
  });

  test.each([
    ['without callbackURL', {}],
    ['with callbackURL', { callbackURL: '/callback' }],
  ])('with the bare strategy, %s, has nothing to mend', async (_what, options) => {
    const provider = await openProvider();
    const strategy = createStrategy({ ...optionsFor(provider), name: 'pimbuzz', ...options });
    const url = await serve(createApp(strategy));
    const args = ['--app', url, '--start', '/auth', '--redirect-url', `${url}/callback`];
    expect(await diagnose({ env: envFor(provider), args })).toMatchObject({ code: 0, bad: [] });
  });

  test('with a redirect after a failure has nothing to mend', async () => {
    const site = await openSite({ options: (providers) => ({ providers, cookieSecret, failureRedirect: '/oops' }) });
    const args = ['--app', site.url, '--redirect-url', `${site.url}/auth/pimbuzz/callback`];
    expect(await diagnose({ env: envFor(site.provider), args })).toMatchObject({ code: 0, bad: [] });
  });

  test('is found by its redirect, from http to https', async () => {
    resolveTestNames();
    const { env, url } = await openPublicApp((app) => {
      trustProxy(app);
      app.use(sessions());
    });
    const plain = await serve((req, res) => res.writeHead(301, { location: url + req.url! }).end());
    const args = ['--app', plain.replace('127.0.0.1', 'localhost'), '--redirect-url', `${url}/auth/pimbuzz/callback`];
    const { find, code } = await diagnose({ env, args });
    expect(find('app')).toMatchObject({ status: 'warning', advice: expect.stringContaining(`begin with ${url}`) });
    expect(find('redirect-url-app')?.status).toBe('ok');
    expect(code).toBe(0);
  });
});

describe('the start of a login', () => {
  test('with the app id of the other provider is told so', async () => {
    const [pimbuzz, lookloox] = [await openProvider(), await openProvider({ name: 'Look Loox' })];
    const { url } = await openServer((_req, res) => {
      const location = `${pimbuzz.url}/api/oauth?app_id=${lookloox.apps[0]!.appId}`;
      res.writeHead(302, { location, 'cache-control': 'no-store' }).end();
    });
    const env = { ...envFor(pimbuzz), ...envFor(lookloox, 'LOOKLOOX') };
    const { find } = await diagnose({ env, args: ['--app', url] });
    expect(find('start-provider', 'pimbuzz')).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(/^with the app id \d+, that of lookloox, and not the app id \d+$/),
    });
  });

  test('at another site is told so', async () => {
    const { find } = await diagnoseStart((start) => {
      start.location = start.location.replace(/.*\/api/, 'https://pimbuzz.com/api');
    });
    expect(find('start-provider')?.found).toMatch(/^to https:\/\/pimbuzz\.com, and not to http:/);
  });

  test('with the secret in place of the app id does not show it', async () => {
    const { find } = await diagnoseStart((start) => {
      start.location = start.location.replace(/app_id=.*/, `app_id=${'ab12'.repeat(8)}`);
    });
    expect(find('start-provider')?.found).toMatch(/^with an app id that is no number, and not the app id \d+$/);
  });

  test.each([
    ['is guarded by a password', { status: 401 }, /refuses the request before the route \(401\)/, /without a login/],
    ['does not reach the app', { status: 502 }, /answers 502/, /The proxy does not reach the app/],
    ['fails', { status: 500 }, /answers 500/, /Look at what the app logs/],
    [
      'is a page about a loop',
      { status: 429, body: '<code>login_loop</code>' },
      /login_loop/,
      /adds cookies to requests/,
    ],
    ['lost its store', { status: 500, body: '{"code":"attempts_failed"}' }, /\(attempts_failed\)/, /"attempts"/],
    ['is another page', { status: 200 }, /another page answers at \/auth\/pimbuzz \(200\)/, /--start/],
    [
      'leads to a page of the app',
      { location: '/signin?x=1' },
      /redirects to .*\/signin, and not to/,
      /before what redirects/,
    ],
  ])('that %s is explained', async (_what, changes, found, advice) => {
    const { find } = await diagnoseStart((start) => void Object.assign(start, changes));
    expect(find('start')).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(found),
      advice: expect.stringMatching(advice),
    });
    expect(find('callback')).toBeUndefined();
  });

  test('behind a proxy that keeps Sec-Fetch-Site back asks for a click', async () => {
    const { env, url } = await openPublicApp(
      (app) => {
        trustProxy(app);
        app.use(sessions());
      },
      { request: (headers) => delete headers['sec-fetch-site'] },
    );
    const { find } = await diagnose({ env, args: ['--app', url] });
    expect(find('start')).toMatchObject({ status: 'warning', advice: expect.stringContaining('Sec-Fetch-Site') });
  });

  test('elsewhere is found among the links of the home page', async () => {
    const site = await openSite({
      mount: '/very/deep',
      before: (app) => {
        app.get('/', (_req, res) => void res.send('<a href="/very/deep/auth/pimbuzz">Log in with Pimbuzz</a>'));
        app.use(sessions());
      },
    });
    const { find } = await diagnose({ env: envFor(site.provider), args: ['--app', site.url] });
    expect(find('start')?.advice).toContain('There is one at /very/deep/auth/pimbuzz:');
  });

  test('over https where http is spoken is told so', async () => {
    const site = await openSite();
    const env = envFor(site.provider);
    const { find } = await diagnose({ env, args: ['--app', site.url.replace('http:', 'https:')] });
    expect(find('app')).toMatchObject({ status: 'problem', advice: expect.stringContaining(`Use ${site.url} here`) });
  });

  test('that fails for one of two visits at once is a warning', async () => {
    let visits = 0;
    const { find } = await diagnoseStart((start, path) => {
      if (path === '/auth/pimbuzz') start.status = ++visits % 2 === 0 ? 503 : 302;
    });
    expect(find('cache')).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/one was answered 302, and one was answered 503/),
    });
  });

  test('that a proxy lets caches keep is a problem', async () => {
    const { find } = await diagnoseStart((start) => (start.cache = 'public, max-age=60'));
    expect(find('cache')).toMatchObject({ status: 'problem', found: expect.stringContaining('takes Cache-Control') });
  });
});

describe('cookies', () => {
  test.each([
    [' Secure; SameSite=None', /SameSite=none/],
    ['HttpOnly', /without SameSite/],
    ['HttpOnly; SameSite=Lax; Domain=app.test', /has a Domain/],
  ])('of a login with %s were changed on their way', async (attributes, found) => {
    const { find } = await diagnoseStart(
      (start) => (start.cookie = `loginwith-pimbuzz=${Math.random()}; ${attributes}`),
    );
    expect(find('attempt-cookie')).toMatchObject({ status: 'problem', found: expect.stringMatching(found) });
  });

  test.each([
    ['sid=1; HttpOnly; SameSite=None', 'problem', /browsers drop the cookie sid/],
    ['__Host-sid=1; HttpOnly', 'problem', /browsers drop the cookie __Host-sid/],
    ['sid=1', 'warning', /sid is not HttpOnly and not Secure/],
    ['sid=1; HttpOnly', 'warning', /sid is not Secure/],
    ['sid=1; HttpOnly; Secure', 'ok', /the cookie sid/],
  ])('of the app, %s, over https: %s', async (cookie, status, found) => {
    const { env, url } = await openPublicApp((app) => {
      trustProxy(app);
      app.use(sessions(), (_req, res, next) => {
        res.appendHeader('Set-Cookie', cookie);
        next();
      });
    });
    const { find } = await diagnose({ env, args: ['--app', url] });
    expect(find('session-cookie')).toMatchObject({ status, found: expect.stringMatching(found) });
  });

  test('that are secure get lost over http', async () => {
    resolveTestNames();
    const site = await openSite({
      before: (app) => {
        app.use(cookieSessions());
        app.use((_req, res, next) => {
          res.appendHeader('Set-Cookie', 'sid=1; HttpOnly; Secure');
          next();
        });
      },
    });
    const { find } = await diagnose({
      env: envFor(site.provider),
      args: ['--app', site.url.replace('127.0.0.1', 'app.test')],
    });
    expect(find('session-cookie')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('drop the cookie sid'),
    });
    expect(find('app')).toMatchObject({ status: 'problem', found: expect.stringContaining('over http') });
  });

  test('of an app that believes in https get lost over http', async () => {
    const { find } = await diagnoseStart((start) => {
      start.cookie = '__Host-loginwith-pimbuzz=1; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax';
    });
    expect(find('proxy-scheme')).toMatchObject({ status: 'problem', found: expect.stringContaining('--app is http') });
  });
});
