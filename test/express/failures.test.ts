import { LoginWithError } from 'passport-loginwith';
import type { LoginWithOptions, Next } from 'passport-loginwith/express';
import { closeSites, openSite, type Site } from '../support/express-site';
import { byClient, byFetch } from '../support/test-browser';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeSites();
});

const openWith = (options: Partial<LoginWithOptions>): Promise<Site> =>
  openSite({ options: (providers) => ({ providers, ...options }) });

const withoutAttempt = '/auth/pimbuzz/callback?auth_key=abc';

describe('a failed login', () => {
  test('is sent as JSON to who asks for JSON', async () => {
    const site = await openSite();
    const response = await site.browser().get('/auth/pimbuzz/callback?error=1', { accept: 'application/json' });
    expect([response.status, response.json]).toEqual([
      401,
      { code: 'access_denied', message: expect.any(String) as string },
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('redirects to failureRedirect with its code', async () => {
    const site = await openWith({ failureRedirect: '/login?from=x#form' });
    const response = await site.browser().get('/auth/pimbuzz/callback?auth_key=');
    expect([response.status, response.location]).toEqual([302, '/login?from=x&error=auth_key_malformed#form']);
    const inJSON = { ...byClient, accept: 'application/json' };
    expect((await site.browser().get('/auth/pimbuzz/callback?auth_key=', inJSON)).status).toBe(400);
    expect((await site.browser().get('/auth/pimbuzz/callback?auth_key=', byFetch)).status).toBe(403);
  });

  test.each(['https://login.example/ž?from=x', 'http://login.example/%C5%BE?from=x'])(
    'redirects to another site, %s',
    async (failureRedirect) => {
      const site = await openWith({ failureRedirect });
      const { location } = await site.browser().get(withoutAttempt);
      expect(location).toMatch(/^https?:\/\/login\.example\/%C5%BE\?from=x&error=attempt_missing$/);
    },
  );

  test.each([
    ['development', true],
    ['production', false],
  ])('tells the developer what to do in %s: %s', async (mode, isTold) => {
    const site = await openSite();
    jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: mode });
    const page = await site.browser().visit(withoutAttempt);
    expect(page.text).toContain('attempt_missing');
    expect(page.text.includes('no cookies at all')).toBe(isTold);
    const { json } = await site.browser().get(withoutAttempt, { accept: 'application/json' });
    expect(json).toEqual({ code: 'attempt_missing', message: 'callback: this browser has not started a login here' });
  });

  test("ends in the app's error handlers when the app or the provider caused it", async () => {
    const site = await openWith({ failureRedirect: '/login' });
    site.provider.once('authorize', 'wrong_secret');
    expect((await site.logIn(site.browser())).json).toEqual({ error: 'app_secret_invalid' });
    expect(site.errors[0]).toBeInstanceOf(LoginWithError);
  });

  test.each([
    ['false', () => Promise.resolve(false), 401, 'user_rejected'],
    ['false, with a reason', (done: Done) => done(null, false, { message: 'blocked' }), 401, 'verify: blocked'],
    ['false, with an object', (done: Done) => done(null, false, { why: 1 }), 401, 'verify: the app has no such user'],
    ['false, with no text for a reason', (done: Done) => done(null, false, { message: 1 }), 401, 'no such user'],
    ['an error', () => Promise.reject(new Error('database')), 500, 'database'],
  ])('signs nobody in when verify ends with %s', async (_name, end, status, text) => {
    const site = await openWith({
      verify: (_token, _refresh, _profile, done) => end(done),
      serialize: String,
      deserialize: () => null,
      onError: (error, _req, res, next) => {
        if (!(error instanceof LoginWithError)) {
          next(error);
          return;
        }
        res.writeHead(error.status).end(`${error.code} ${error.message}`);
      },
    });
    const browser = site.browser();
    const response = await site.logIn(browser);
    expect(response.status).toBe(status);
    expect(response.text).toContain(text);
    expect((await browser.get('/me')).status).toBe(302);
  });
});

type Done = (error: null, user: false, info: object) => void;

describe('onError', () => {
  test.each(['used_key', 'wrong_secret'] as const)('gets the failure, whoever caused it: %s', async (fault) => {
    const seen: unknown[] = [];
    const site = await openWith({
      failureRedirect: '/login',
      onError(error, req, res) {
        seen.push((error as LoginWithError).code, req.url);
        res.writeHead(418).end();
      },
    });
    site.provider.once('authorize', fault).once('authorize', fault);
    expect((await site.logIn(site.browser())).status).toBe(418);
    // Without the key.
    expect(seen).toEqual([fault === 'used_key' ? 'auth_key_invalid' : 'app_secret_invalid', '/auth/pimbuzz/callback']);
    expect(site.errors).toEqual([]);
  });

  test.each<[string, (next: Next) => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('in onError');
      },
      'in onError',
    ],
    ['rejects', () => Promise.reject(new Error('in onError')), 'in onError'],
    ['hands an error on', (next) => next(new Error('in onError')), 'in onError'],
    [
      'hands an error on and throws another one',
      (next) => {
        next(new Error('first'));
        throw new Error('second');
      },
      'first',
    ],
  ])('that %s ends in the error handlers, called once', async (_name, end, message) => {
    const onError = jest.fn<unknown, [unknown, unknown, unknown, Next]>((_error, _req, _res, next) => end(next));
    const site = await openWith({ onError });
    for (const path of [withoutAttempt, '/auth/pimbuzz/callback?error=1']) {
      const response = await site.browser().visit(path);
      expect([response.status, response.json]).toEqual([500, { error: `Error: ${message}` }]);
    }
    expect(onError).toHaveBeenCalledTimes(2);
    expect(site.errors).toHaveLength(2);
  });

  test('may pass the request on', async () => {
    const site = await openWith({ onError: (_error, _req, _res, next) => next() });
    expect((await site.browser().visit(withoutAttempt)).status).toBe(404);
  });
});

test('a template that fails ends in the error handlers', async () => {
  const failure = () => {
    throw new Error('in the template');
  };
  const site = await openWith({ templates: { failure } });
  expect((await site.browser().visit(withoutAttempt)).json).toEqual({ error: 'Error: in the template' });
});

describe('onLogin', () => {
  test('may respond itself, with the user and the login at hand', async () => {
    const site = await openWith({
      onLogin(req, res) {
        const { provider, accessToken, returnTo } = req.loginWith!;
        res.end(JSON.stringify({ user: req.user, provider, returnTo, hasToken: accessToken.length === 32 }));
      },
    });
    const response = await site.logIn(site.browser(), 'sam', '/auth/pimbuzz?returnTo=/x');
    expect(response.json).toMatchObject({ provider: 'pimbuzz', returnTo: '/x', hasToken: true, user: { id: '3' } });
  });
});

describe.each(['onLogin', 'onLogout'] as const)('%s', (name) => {
  /** Opens a site with this hook, and gets the response after it. */
  async function run(hook: (next: Next, res: { end(text: string): unknown }) => unknown, options = {}) {
    const site = await openWith({ [name]: (_req: unknown, res: never, next: Next) => hook(next, res), ...options });
    const browser = site.browser();
    const response = await (name === 'onLogin' ? site.logIn(browser) : browser.postForm('/auth/logout'));
    return { site, browser, response };
  }

  test.each<[string, (next: Next) => unknown]>([
    ['hands an error on', (next) => next(new Error('in the hook'))],
    [
      'throws',
      () => {
        throw new Error('in the hook');
      },
    ],
    ['rejects', () => Promise.reject(new Error('in the hook'))],
  ])('that %s ends in the error handlers, or in onError', async (_name, fail) => {
    expect((await run(fail)).response.json).toEqual({ error: 'Error: in the hook' });
    const onError: LoginWithOptions['onError'] = (error, _req, res) => res.end(`onError: ${String(error)}`);
    expect((await run(fail, { onError })).response.text).toBe('onError: Error: in the hook');
  });

  test('that calls next later, or twice, is waited for and redirects once', async () => {
    const { response, site } = await run((next) =>
      setImmediate(() => {
        next();
        next();
        next(new Error('late'));
      }),
    );
    expect(response.status).toBe(name === 'onLogin' ? 302 : 200);
    expect(site.errors).toEqual([]);
  });

  test('that fails after it has responded ends in the error handlers, and not in onError', async () => {
    const onError = jest.fn();
    const hook = (_req: unknown, res: { end(text: string): unknown }) => {
      res.end('sent');
      throw new Error('late');
    };
    const site = await openWith({ [name]: hook, onError });
    const browser = site.browser();
    // The app's error handler may cut the response off.
    await (name === 'onLogin' ? site.logIn(browser) : browser.postForm('/auth/logout')).catch(() => undefined);
    expect(site.errors).toEqual([new Error('late')]);
    expect(onError).not.toHaveBeenCalled();
  });

  test('leaves the user signed in or out when it fails', async () => {
    const { browser } = await run(() => Promise.reject(new Error('in the hook')));
    expect((await browser.get('/me')).status).toBe(name === 'onLogin' ? 200 : 302);
  });
});
