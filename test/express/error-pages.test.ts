import { inspect } from 'node:util';
import express from 'express';
import { LoginWithError, type Attempt } from 'passport-loginwith';
import { loginWith, type LoginWithOptions } from 'passport-loginwith/express';
import {
  closeSites,
  madeUpCallback,
  openSite,
  serve,
  showData,
  takeCallback,
  type Site,
  type SiteSetUp,
} from '../support/express-site';
import { Browser, byClient, type TestResponse } from '../support/test-browser';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeSites();
});

const users: Partial<LoginWithOptions> = {
  verify: (_token, _refresh, profile) => profile,
  serialize: (user) => user,
  deserialize: (stored: never) => stored,
};

const openWith = (options: Partial<LoginWithOptions> = {}, setUp: SiteSetUp = {}): Promise<Site> =>
  openSite({ handleErrors: true, options: (providers) => ({ providers, ...options }), ...setUp });

/** Outside tests errors are printed. */
function watchErrors(mode = 'development'): string[] {
  const printed: string[] = [];
  jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: mode });
  jest.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => {
    printed.push(parts.map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 9 }))).join(' '));
  });
  return printed;
}

const secret = 'a password of the database';
const failing = () => Promise.reject(new Error(secret));

/** Whether a response tells anything that only the app should know. */
function expectDiscreet({ text, headers }: TestResponse): void {
  const all = text + inspect([...headers]);
  expect(all).not.toContain(secret);
  expect(all).not.toMatch(/\n\s*at |\.ts\b|\.js\b|node_modules/);
}

describe('handleErrors() shows a page', () => {
  test.each([
    ['wrong_secret', 500, 'app_secret_invalid', 'This site is not set up correctly'],
    ['maintenance', 502, 'response_html', 'Pimbuzz has a problem'],
  ] as const)('for a failure of the app or the provider: %s', async (fault, status, code, title) => {
    const printed = watchErrors();
    const site = await openWith();
    site.provider.once('authorize', fault);
    const browser = site.browser();
    const page = await browser.visit(await takeCallback(site, browser));
    expect([page.status, page.text]).toEqual([status, expect.stringContaining(`<h1>${title}</h1>`)]);
    expect(page.text).toContain(`<code>${code}</code>`);
    expect(page.text).toContain(`<code>passport-loginwith/docs/errors.md#${code}</code>`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('retry-after')).toBe(status === 502 ? '5' : null);
    expectDiscreet(page);
    expect(printed).toEqual([
      expect.stringMatching(new RegExp(`^LoginWithError: authorize: [^]*\n    See \\S+errors\\.md#${code}\n`)),
    ]);
    expect(printed.join()).not.toContain(site.provider.apps[0]!.appSecret);
    expect(site.errors).toEqual([]);
  });

  test('in production with the code alone', async () => {
    watchErrors('production');
    const site = await openWith();
    site.provider.once('authorize', 'wrong_secret');
    const browser = site.browser();
    const { text } = await browser.visit(await takeCallback(site, browser));
    expect(text).toContain('<code>app_secret_invalid</code>');
    expect(text).not.toMatch(/For the developer|errors\.md|dashboard/);
  });

  test('in production with nothing for the developer of what the app has thrown', async () => {
    watchErrors('production');
    const site = await openWith({ ...users, verify: failing });
    const { text } = await site.logIn(site.browser());
    expect(text).toContain('<h1>Something went wrong here</h1>');
    expect(text).not.toMatch(/Code:|For the developer|errors\.md/);
  });

  test.each<[string, Partial<LoginWithOptions>, (site: Site, browser: Browser) => Promise<TestResponse>]>([
    ['verify', { ...users, verify: failing }, (site, browser) => site.logIn(browser)],
    ['serialize', { ...users, serialize: failing }, (site, browser) => site.logIn(browser)],
    ['onLogin', { onLogin: failing }, (site, browser) => site.logIn(browser)],
    [
      'onLogin, with next',
      { onLogin: (_req, _res, next) => next(new Error(secret)) },
      (site, browser) => site.logIn(browser),
    ],
    ['onLogout', { onLogout: failing }, (_site, browser) => browser.postForm('/auth/logout')],
    ['onError', { ...users, verify: () => false, onError: failing }, (site, browser) => site.logIn(browser)],
  ])('for what %s has thrown, with nothing of the error', async (_name, options, open) => {
    const printed = watchErrors();
    const site = await openWith(options);
    const page = await open(site, site.browser());
    expect([page.status, page.text]).toEqual([500, expect.stringContaining('<h1>Something went wrong here</h1>')]);
    expect(page.text).not.toContain('Code:');
    expect(page.text).toContain('A function of this app, such as verify, threw an error; the terminal has it.');
    expect(page.text).toContain('<code>passport-loginwith/docs/errors.md#server_error</code>');
    expectDiscreet(page);
    expect(printed).toEqual([expect.stringMatching(new RegExp(`^Error: ${secret}\n +at `))]);
    expect(site.errors).toEqual([]);
  });

  test('for an error without a stack, which is printed all the same', async () => {
    const printed = watchErrors();
    const verify = () => {
      throw Object.assign(new Error(secret), { stack: undefined });
    };
    const site = await openWith({ ...users, verify });
    expectDiscreet(await site.logIn(site.browser()));
    expect(printed).toEqual([`Error: ${secret}`]);
  });

  test('for a LoginWithError of a route of the app', async () => {
    const printed = watchErrors();
    const site = await openWith(
      {},
      { routes: (app, auth) => app.get('/data', auth.requireAccessToken('pimbuzz'), showData) },
    );
    const browser = site.browser();
    await site.logIn(browser);
    site.provider.once('get_user_info', 'deleted_user');
    const page = await browser.get('/data');
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('<h1>This account is gone</h1>')]);
    expect(page.text).toContain('no longer at Pimbuzz');
    // The user's affair, not one for the log.
    expect(printed).toEqual([]);
  });

  test('with the time after which to come back', async () => {
    watchErrors();
    const late = () => {
      throw new LoginWithError('late', { code: 'provider_unavailable', stage: 'user_info', retryAfter: 7 });
    };
    const site = await openWith({}, { routes: (app) => app.get('/late', late) });
    const { status, headers, text } = await site.browser().get('/late');
    expect([status, headers.get('retry-after')]).toEqual([502, '7']);
    expect(text).toContain('<h1>The other site is out of order</h1>');
  });

  test('for a request without providers, on which nothing is known', async () => {
    watchErrors();
    const app = express();
    const auth = loginWith({ providers: () => undefined, cookieSecret: 'x'.repeat(32), brand: { name: 'Example' } });
    app.use(auth, auth.requireLogin(), auth.handleErrors());
    const page = await new Browser(await serve(app)).get('/me');
    expect([page.status, page.text]).toEqual([404, expect.stringContaining('<h1>There is no such login here</h1>')]);
    expect(page.text).toContain('Example');
  });

  test('for what fails while a token is renewed', async () => {
    const printed = watchErrors();
    const kept: Attempt[] = [];
    const attempts = {
      begin: (_req: unknown, attempt: Attempt) => (kept.length === 0 ? void kept.push(attempt) : failing()),
      take: () => kept[0],
    };
    const site = await openWith(
      {},
      {
        options: ([provider]) => ({ providers: [{ ...provider!, attempts }] }),
        routes: (app, auth) => app.get('/data', auth.requireAccessToken('pimbuzz'), showData),
      },
    );
    const browser = site.browser();
    await site.logIn(browser);
    site.provider.once('get_user_info', 'dead_token');
    const page = await browser.get('/data');
    expect([page.status, page.text]).toEqual([500, expect.stringContaining('<code>attempts_failed</code>')]);
    expect(printed).toHaveLength(1);
  });

  test('that leads who is logged in nevertheless home, and not to a login in the place of this one', async () => {
    const site = await openWith();
    const browser = site.browser();
    await site.logIn(browser);
    const page = await browser.visit('/auth/pimbuzz/callback?error=access_denied');
    expect([page.status, page.text]).toEqual([401, expect.stringContaining('<p>You are logged in here.</p>')]);
    expect(page.text).toContain('<a class="button primary" href="/">Go to the start page</a>');
    expect(page.text).not.toContain('href="/auth/');
    expect((await browser.get('/me')).json.username).toBe('renee');
  });

  test('with the reason that verify gave', async () => {
    const verify: LoginWithOptions['verify'] = (_token, _refresh, _profile, done) =>
      done(null, false, { message: 'Only <members> may log in.' });
    const site = await openWith({ ...users, verify });
    const { status, text } = await site.logIn(site.browser());
    expect([status, text]).toEqual([401, expect.stringContaining('Only &lt;members&gt; may log in.')]);
    expect(text).toContain('<h1>This account cannot be used here</h1>');
  });

  test('with a reason of any length and language, in a cookie that browsers keep', async () => {
    const verify: LoginWithOptions['verify'] = (_token, _refresh, _profile, done) =>
      done(null, false, { message: '会'.repeat(1000) });
    const site = await openWith({ ...users, verify });
    const browser = site.browser();
    const callback = await browser.get(await takeCallback(site, browser));
    const cookie = callback.headers.getSetCookie().find((each) => each.startsWith('login-failure-')) ?? '';
    // Browsers drop a longer one, and the page with it.
    expect(cookie.split(';')[0]?.length).toBeLessThan(4096);
    expect((await browser.get('/auth/pimbuzz/callback')).text).toMatch(/"notice"[^>]*>会{150,}<\/p>/);
  });

  test.each([
    ['en', 'Try again in 60 minutes.'],
    ['fr', 'Réessayez dans 60 minutes.'],
  ])('that says, in %s, when those may try again who have failed too often', async (language, advice) => {
    const site = await openWith({ limits: { limit: 1 } });
    const browser = site.browser();
    browser.headers = { 'accept-language': language };
    for (let failures = 0; failures < 2; failures += 1) {
      await browser.get('/auth/pimbuzz');
      site.provider.once('authorize', 'used_key');
      await browser.visit(madeUpCallback());
      await browser.visit(madeUpCallback());
    }
    await browser.get('/auth/pimbuzz');
    const page = await browser.visit(madeUpCallback());
    expect([page.status, page.text.replaceAll('\u00a0', ' ')]).toEqual([429, expect.stringContaining(advice)]);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(3500);
    expect(page.text).not.toMatch(/Try again<|Réessayer</);
  });
});

describe('handleErrors() sends JSON to scripts and clients of an API', () => {
  test.each([
    ['the code and the message of a failure of the provider', {}, 500, 'app_secret_invalid', /^authorize: /],
    ['nothing of an error of the app', { ...users, verify: failing }, 500, 'server_error', /error in the app$/],
  ])('with %s', async (_name, options, status, code, message) => {
    const printed = watchErrors();
    const site = await openWith(options);
    if (!('verify' in options)) site.provider.once('authorize', 'wrong_secret');
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    const response = await browser.get(callback, { ...byClient, accept: 'application/json' });
    expect([response.status, response.json]).toEqual([status, { code, message: expect.stringMatching(message) }]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expectDiscreet(response);
    expect(printed).toHaveLength(1);
  });
});

describe('handleErrors() passes on', () => {
  test('errors of the routes of the app', async () => {
    const printed = watchErrors();
    const site = await openWith(
      {},
      {
        routes(app, auth) {
          app.get('/broken', auth.requireLogin(), failing);
          app.get('/open', failing);
          app.get('/data', auth.requireAccessToken('pimbuzz'), failing);
        },
      },
    );
    const browser = site.browser();
    await site.logIn(browser);
    for (const path of ['/open', '/broken', '/data'])
      expect((await browser.get(path)).json).toEqual({ error: `Error: ${secret}` });
    expect(printed).toEqual([]);
  });

  test('what fails before our route: the session', async () => {
    const before: SiteSetUp['before'] = (app) => app.use((_req, _res, next) => next(new Error('no session')));
    const site = await openWith({}, { before });
    expect((await site.browser().get('/auth/pimbuzz')).json).toEqual({ error: 'Error: no session' });
  });

  test('what fails when a response is on its way', async () => {
    const onLogin: LoginWithOptions['onLogin'] = (_req, res) => {
      res.write('half');
      throw new LoginWithError('late', { code: 'timeout', stage: 'session' });
    };
    const site = await openWith({ onLogin });
    await site.logIn(site.browser()).catch(() => undefined);
    expect(site.errors).toEqual([expect.objectContaining({ code: 'timeout' })]);
  });

  test('what a template of the app has thrown', async () => {
    watchErrors();
    const failure = () => {
      throw new Error('in the template');
    };
    const site = await openWith({ templates: { failure } });
    const { json } = await site.browser().visit('/auth/pimbuzz/callback?auth_key=abc');
    expect(json).toEqual({ error: 'Error: in the template' });
  });
});

test('nothing is printed in the tests of an app', async () => {
  const printed = watchErrors('test');
  const site = await openWith({ ...users, verify: failing });
  expect((await site.logIn(site.browser())).status).toBe(500);
  expect(printed).toEqual([]);
});
