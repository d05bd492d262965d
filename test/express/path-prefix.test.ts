import type { RequestListener } from 'node:http';
import express, { type RequestHandler } from 'express';
import { Passport } from 'passport';
import { loginWith, type LoginWithOptions } from 'passport-loginwith/express';
import { closeSites, openProviders, serve, sessions, tokenOn, type ProviderName } from '../support/express-site';
import { frameworks } from '../support/framework-apps';
import { stripPrefix } from '../support/prefix-proxy';
import { createStrategy } from '../support/strategy-app';
import { Browser, byFetch } from '../support/test-browser';
import type { Handler } from 'passport-loginwith/express';

afterEach(closeSites);

/** How an app can know what the proxy takes off. */
const ways = {
  'X-Forwarded-Prefix of a trusted proxy': { headers: { 'x-forwarded-prefix': '/apps/shop' }, trust: 'loopback' },
  callbackURL: { headers: {}, trust: false, tellsCallbackURL: true },
  both: { headers: { 'x-forwarded-prefix': '/apps/shop/' }, trust: 1, tellsCallbackURL: true },
};

interface SetUp {
  headers?: Record<string, string>;
  trust?: unknown;
  tellsCallbackURL?: boolean;
  names?: ProviderName[];
  /** Where the app mounts the middleware. */
  mount?: string;
  options?: Partial<LoginWithOptions>;
}

const prefix = '/apps/shop';

/** An app whose pages are below `/apps/shop` in the browser, and below `/` for itself. */
async function openShop({ headers = {}, trust = false, mount = '', ...rest }: SetUp = {}) {
  const app = express();
  app.set('trust proxy', trust);
  const appURL = await serve(app);
  const url = await serve(stripPrefix(prefix, () => appURL, headers));
  const { names = ['pimbuzz'], tellsCallbackURL = false, options } = rest;
  const { byName, options: providers } = await openProviders(url + prefix + mount, names);
  const callbackURLOf = (name = '') => `${url}${prefix}${mount}/auth/${name}/callback`;
  const auth = loginWith({
    providers: providers.map((each, index) =>
      tellsCallbackURL ? { ...each, callbackURL: callbackURLOf(names[index]) } : each,
    ),
    ...options,
  });
  app.use(sessions());
  if (mount === '') app.use(auth);
  else app.use(mount, auth);
  app.get(['/me', '/apps/shop/me'], auth.requireLogin(), (req, res) => void res.json({ path: req.path }));
  app.post('/me', auth.requireLogin());
  app.get('/data', auth.requireAccessToken('pimbuzz'), (req, res) => void res.json(req.loginWith?.returnTo));
  app.use((req, res) => void res.status(req.path === '/gone' ? 404 : 200).json({ path: req.path }));
  const browser = new Browser(url);
  const logIn = (start: string, name = names[0]!) =>
    byName[name]!.signIn(browser.fetch, 'renee', { start: url + start });
  return { app, url, browser, logIn, byName };
}

describe.each(Object.entries(ways))('behind a proxy that takes a prefix off, known by %s,', (_name, way) => {
  test('a guarded page redirects to the login, and the login comes back to the page', async () => {
    const { browser, logIn } = await openShop(way);
    const refused = await browser.get(`${prefix}/me?a=1`);
    expect(refused.location).toBe('/apps/shop/auth/pimbuzz?returnTo=%2Fapps%2Fshop%2Fme%3Fa%3D1');
    const loggedIn = await logIn(refused.location!);
    expect(loggedIn.location).toBe('/apps/shop/me?a=1');
    expect((await browser.get(loggedIn.location!)).json).toEqual({ path: '/me' });
  });

  test('a page of the app below a path that is called like the prefix is found, too', async () => {
    const { browser, logIn } = await openShop(way);
    const refused = await browser.get(`${prefix}/apps/shop/me`);
    const loggedIn = await logIn(refused.location!);
    expect((await browser.get(loggedIn.location!)).json).toEqual({ path: '/apps/shop/me' });
  });

  test.each([
    ['', '/apps/shop/'],
    ['?returnTo=/cart', '/apps/shop/cart'],
    ['?returnTo=/apps/shop/cart%23x', '/apps/shop/cart#x'],
    ['?returnTo=/apps/shop', '/apps/shop'],
    ['?returnTo=/apps/shopping', '/apps/shop/apps/shopping'],
    ['?returnTo=/apps/shop/../other', '/apps/shop/apps/other'],
    ['?returnTo=/../other', '/apps/shop/other'],
    ['?returnTo=//evil.example', '/apps/shop/'],
    ['?returnTo=/auth/pimbuzz/callback%3Fauth_key%3Dabc', '/apps/shop/'],
    ['?returnTo=/apps/shop/auth/pimbuzz/callback%3Fauth_key%3Dabc', '/apps/shop/'],
  ])('a login that starts with %s ends at %s', async (query, expected) => {
    const { logIn } = await openShop(way);
    expect((await logIn(`${prefix}/auth/pimbuzz${query}`)).location).toBe(expected);
  });

  test('redirects, links, forms and URLs in JSON have the prefix', async () => {
    const { browser, logIn } = await openShop({
      ...way,
      names: ['pimbuzz', 'lookloox'],
      options: { onLink: () => {} },
    });
    expect((await browser.get(`${prefix}/me`)).location).toMatch(/^\/apps\/shop\/auth\/choose\?/);
    expect((await browser.get(`${prefix}/auth/choose`)).text).toContain('href="/apps/shop/auth/lookloox"');
    expect((await browser.get(`${prefix}/me`, byFetch)).json.loginURL).toMatch(/^http:.*\d\/apps\/shop\/auth\/choose$/);
    expect((await browser.get(`${prefix}/auth/pimbuzz`, byFetch)).json.loginURL).toMatch(
      /^http:.*\d\/apps\/shop\/auth\/pimbuzz$/,
    );
    const foreign = await browser.get(`${prefix}/auth/pimbuzz`, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.text).toContain('href="/apps/shop/auth/pimbuzz?returnTo=%2F"');
    expect((await browser.postForm(`${prefix}/me`)).text).toContain('href="/apps/shop/auth/choose"');
    const failed = await browser.get(`${prefix}/auth/pimbuzz/callback?auth_key=abc`);
    expect(failed.location).toBe('/apps/shop/auth/pimbuzz/callback');
    expect((await browser.get(failed.location!)).text).toContain('href="/apps/shop/auth/choose"');
    const keyless = await new Browser(browser.url).get(`${prefix}/auth/pimbuzz/callback`);
    expect(keyless.text).toContain('auth_key_missing');

    await logIn(`${prefix}/auth/pimbuzz`);
    expect((await browser.get(`${prefix}/data`)).json).toBe('/apps/shop/');
    const link = await logIn(`${prefix}/auth/lookloox/link?returnTo=/settings`, 'lookloox');
    expect(link.text).toMatch(/action="\/apps\/shop\/auth\/lookloox\/link"[^]*href="\/apps\/shop\/settings"/);
    const linked = await browser.postForm(`${prefix}/auth/lookloox/link`, { token: tokenOn(link) });
    expect(linked.location).toBe('/apps/shop/settings');
    const loggedOut = await browser.postForm(`${prefix}/auth/logout`);
    expect(loggedOut.text).toContain('href="/apps/shop/auth/choose"');
  });

  test('redirects to pages that the app has named have it, and those to other sites do not', async () => {
    const targets = { successRedirect: '/home', failureRedirect: '/in', logoutRedirect: '/apps/shop/bye' };
    const { browser, logIn } = await openShop({ ...way, options: targets });
    expect((await logIn(`${prefix}/auth/pimbuzz`)).location).toBe('/apps/shop/home');
    const reloaded = await browser.get(`${prefix}/auth/pimbuzz/callback?auth_key=abc`);
    expect(reloaded.location).toBe('/apps/shop/home');
    expect((await browser.postForm(`${prefix}/auth/logout`)).location).toBe('/apps/shop/bye');
    const failed = await browser.get(`${prefix}/auth/pimbuzz/callback?auth_key=abc`);
    expect(failed.location).toBe('/apps/shop/in?error=attempt_missing');
    const elsewhere = await openShop({ ...way, options: { successRedirect: 'https://www.example.org/in' } });
    expect((await elsewhere.logIn(`${prefix}/auth/pimbuzz`)).location).toBe('https://www.example.org/in');
  });

  test('the path under which the app has mounted the middleware comes behind the prefix', async () => {
    const { browser, logIn } = await openShop({ ...way, mount: '/account' });
    const loggedIn = await logIn(`${prefix}/account/auth/pimbuzz?returnTo=/me`);
    expect(loggedIn.location).toBe('/apps/shop/me');
    expect((await browser.get(loggedIn.location!)).status).toBe(200);
    const loggedOut = await browser.postForm(`${prefix}/account/auth/logout`);
    expect(loggedOut.text).toContain('href="/apps/shop/account/auth/pimbuzz"');
  });

  test('the strategy comes back to the page, and its page with one link leads to the start', async () => {
    const app = express();
    app.set('trust proxy', way.trust);
    const appURL = await serve(app);
    const url = await serve(stripPrefix(prefix, () => appURL, way.headers));
    const { byName, options } = await openProviders(url + prefix, ['pimbuzz']);
    const callbackURL = 'tellsCallbackURL' in way ? { callbackURL: `${url}${prefix}/auth/pimbuzz/callback` } : {};
    const passport = new Passport();
    passport.use(createStrategy({ name: 'pimbuzz', ...options[0]!, ...callbackURL }));
    const authenticate = passport.authenticate('pimbuzz', { session: false }) as RequestHandler;
    app.get(['/auth/pimbuzz', '/auth/pimbuzz/callback'], authenticate);
    app.use((req, res) => res.redirect(req.loginWith?.returnTo ?? '/none'));
    const browser = new Browser(url);
    const page = await browser.get(`${prefix}/auth/pimbuzz?returnTo=/me`, { 'sec-fetch-site': 'cross-site' });
    const href = /class="button primary" href="([^"]*)"/.exec(page.text)?.[1] ?? 'none';
    const start = new URL(href, `${url}${prefix}/auth/pimbuzz?returnTo=/me`).href;
    expect(start).toBe(`${url}/apps/shop/auth/pimbuzz?returnTo=/me`);
    expect((await byName.pimbuzz!.signIn(browser.fetch, 'renee', { start })).location).toBe('/apps/shop/me');
  });
});

describe('X-Forwarded-Prefix', () => {
  const targetOf = async (setUp: SetUp) => {
    const { browser } = await openShop(setUp);
    return (await browser.get(`${prefix}/me`)).location;
  };

  test.each([
    ['of a proxy that the app does not trust', { trust: false }],
    ['of a proxy at an address that the app does not trust', { trust: '192.0.2.1' }],
  ])('%s is not heeded', async (_name, { trust }) => {
    const headers = { 'x-forwarded-prefix': '/apps/shop' };
    expect(await targetOf({ headers, trust })).toBe('/auth/pimbuzz?returnTo=%2Fme');
  });

  test.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/x//evil.example',
    'https://evil.example',
    'https:/evil.example',
    'evil.example',
    '@evil.example',
    '/..//evil.example',
    '/../x',
    '/x/./y',
    '/%2e%2e/x',
    '/.',
    '/x?y',
    '/x#y',
    '/x, /y',
    '/x y',
    '/"><script>',
    '/\tx',
    '/é',
    `/${'x'.repeat(200)}`,
  ])('%j is not heeded', async (value) => {
    const headers = { 'x-forwarded-prefix': Buffer.from(value).toString('latin1') };
    expect(await targetOf({ headers, trust: true })).toBe('/auth/pimbuzz?returnTo=%2Fme');
  });

  test('without Express it is not heeded, because nobody says which proxy is trusted; callbackURL is', async () => {
    const open = async (callbackPath?: string) => {
      const app = frameworks['node:http']!();
      const appURL = await serve(app.listener);
      const url = await serve(stripPrefix(prefix, () => appURL, { 'x-forwarded-prefix': '/evil' }));
      const { options } = await openProviders(url + prefix, ['pimbuzz']);
      const callbackURL = callbackPath === undefined ? {} : { callbackURL: url + callbackPath };
      const auth = loginWith({ providers: options.map((each) => ({ ...each, ...callbackURL })) });
      app.use(sessions() as Handler, auth);
      app.route('GET', '/me', auth.requireLogin());
      return (await new Browser(url).get(`${prefix}/me`)).location;
    };
    expect(await open()).toBe('/auth/pimbuzz?returnTo=%2Fme');
    expect(await open('/apps/shop/auth/pimbuzz/callback')).toMatch(/^\/apps\/shop\/auth\/pimbuzz\?/);
    expect(await open('//evil.example/auth/pimbuzz/callback')).toBe('/auth/pimbuzz?returnTo=%2Fme');
  });

  test('of a guarded page outside the path of the middleware, callbackURL tells where the login is', async () => {
    const { browser, logIn } = await openShop({ tellsCallbackURL: true, mount: '/account' });
    const refused = await browser.get(`${prefix}/me`);
    expect(refused.location).toBe('/apps/shop/account/auth/pimbuzz?returnTo=%2Fme');
    expect((await logIn(refused.location!)).location).toBe('/apps/shop/me');
  });
});

test('the strategy knows a callback without a key by the path in the browser', async () => {
  const app = express();
  app.set('trust proxy', 1);
  const appURL = await serve(app);
  const url = await serve(stripPrefix(prefix, () => appURL, { 'x-forwarded-prefix': prefix }));
  const { options } = await openProviders(url + prefix, ['pimbuzz']);
  const strategy = createStrategy({ ...options[0]!, callbackURL: `${url}${prefix}/callback` });
  app.get('/callback', (req, res, next) => {
    const respond = (_error: unknown, _user: unknown, failure: unknown) => res.json(failure);
    (new Passport().authenticate(strategy, { session: false }, respond) as RequestHandler)(req, res, next);
  });
  expect((await new Browser(url).get(`${prefix}/callback`)).json.code).toBe('auth_key_missing');
});

test('without a proxy, a callbackURL below the path of the middleware is no prefix', async () => {
  const app: express.Express = express();
  const url = await serve(app as RequestListener);
  const { byName, options } = await openProviders(`${url}/account`, ['pimbuzz']);
  const callbackURL = `${url}/account/auth/pimbuzz/callback`;
  const auth = loginWith({ providers: options.map((each) => ({ ...each, callbackURL })) });
  app.use(sessions()).use('/account', auth);
  const browser = new Browser(url);
  const start = `${url}/account/auth/pimbuzz?returnTo=/me`;
  expect((await byName.pimbuzz!.signIn(browser.fetch, 'renee', { start })).location).toBe('/me');
});
