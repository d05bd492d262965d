import { LoginWithError } from 'passport-loginwith';
import { closeSites, openSite } from '../support/express-site';

afterEach(closeSites);

describe('a login that does not work', () => {
  test('is shown in JSON to who asks for JSON', async () => {
    const site = await openSite();
    const answer = await site.browser().get('/auth/pimbuzz/callback?error=1', { accept: 'application/json' });
    expect([answer.status, answer.json.code]).toEqual([401, 'access_denied']);
  });

  test('leads to the failure page of the app with its code', async () => {
    const site = await openSite({ options: (providers) => ({ providers, failureRedirect: '/login?from=x#form' }) });
    const answer = await site.browser().get('/auth/pimbuzz/callback?auth_key=');
    expect([answer.status, answer.location]).toEqual([302, '/login?from=x&error=auth_key_malformed#form']);
  });

  test('says nothing to the developer in production', async () => {
    const site = await openSite();
    jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: 'production' });
    const answer = await site.browser().get('/auth/pimbuzz/callback?auth_key=abc');
    jest.restoreAllMocks();
    expect(answer.text).toContain('attempt_missing');
    expect(answer.text).not.toContain('cookies');
  });

  test('goes to the error handlers when it is not the visitor who caused it', async () => {
    const site = await openSite();
    site.provider.once('authorize', 'wrong_secret');
    const answer = await site.logIn(site.browser());
    expect(answer.json).toEqual({ error: 'app_secret_invalid' });
    expect(site.errors[0]).toBeInstanceOf(LoginWithError);
  });

  test.each(['used_key', 'wrong_secret'] as const)('goes to onError, whoever caused it: %s', async (fault) => {
    const seen: unknown[] = [];
    const site = await openSite({
      options: (providers) => ({
        providers,
        onError(error, _req, res) {
          seen.push((error as LoginWithError).code);
          res.writeHead(418).end();
        },
      }),
    });
    site.provider.once('authorize', fault).once('authorize', fault);
    expect((await site.logIn(site.browser())).status).toBe(418);
    expect(seen).toEqual([fault === 'used_key' ? 'auth_key_invalid' : 'app_secret_invalid']);
  });

  test.each([
    ['nobody', () => Promise.resolve(false as const), 401, 'user_rejected'],
    [
      'nobody, with a reason',
      (done: (e: null, u: false, i: object) => void) => done(null, false, { message: 'blocked' }),
      401,
      'user_rejected',
    ],
    [
      'nobody, with an object',
      (done: (e: null, u: false, i: object) => void) => done(null, false, { why: 1 }),
      401,
      'user_rejected',
    ],
    ['an error', () => Promise.reject(new Error('database')), 500, 'database'],
  ])('ends so when verify finds %s, and nobody is signed in', async (_name, answerVerify, status, text) => {
    const site = await openSite({
      options: (providers) => ({
        providers,
        verify: (_token, _refresh, _profile, done) => answerVerify(done),
        serialize: String,
        deserialize: () => null,
      }),
    });
    const browser = site.browser();
    const answer = await site.logIn(browser);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    expect((await browser.get('/me')).status).toBe(302);
  });
});

describe('onLogin', () => {
  test('may answer itself, with the user and the login at hand', async () => {
    const site = await openSite({
      options: (providers) => ({
        providers,
        onLogin(req, res) {
          const { provider, accessToken, returnTo } = req.loginWith!;
          res.end(JSON.stringify({ user: req.user, provider, returnTo, hasToken: accessToken.length === 32 }));
        },
      }),
    });
    const answer = await site.logIn(site.browser(), 'sam', '/auth/pimbuzz?returnTo=/x');
    expect(answer.json).toMatchObject({ provider: 'pimbuzz', returnTo: '/x', hasToken: true, user: { id: '3' } });
  });

  test.each([
    ['hands over an error', (next: (error?: unknown) => void) => next(new Error('late'))],
    ['throws', () => Promise.reject(new Error('late'))],
  ])('that %s ends in the error handlers', async (_name, fail) => {
    const site = await openSite({ options: (providers) => ({ providers, onLogin: (_req, _res, next) => fail(next) }) });
    expect((await site.logIn(site.browser())).json).toEqual({ error: 'Error: late' });
  });
});
