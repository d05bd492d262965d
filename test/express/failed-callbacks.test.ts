import { MemoryStore } from 'express-session';
import { LoginWithError } from 'passport-loginwith';
import type { Handler, LoginWithOptions } from 'passport-loginwith/express';
import type { Fault } from 'passport-loginwith/provider';
import { Agent, buildConnector } from 'undici';
import {
  closeSites,
  createAuth,
  openProviders,
  openSite,
  serve,
  sessions,
  showData,
  takeCallback,
  type Site,
  type SiteSetUp,
} from '../support/express-site';
import { frameworks } from '../support/framework-apps';
import { moveTime, skipPauses } from '../support/strategy-app';
import { Browser, byClient } from '../support/test-browser';

/*
 * A failed callback must leave no key in the address bar, in the history or in a bookmark: a key that is unused logs in
 * whoever it is sent to. The browser is sent on to the bare address, and the failure is shown there.
 */

afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await closeSites();
});

const bare = '/auth/pimbuzz/callback';
const inJSON = { ...byClient, accept: 'application/json' };

const exchangesOf = (site: Site) => site.provider.requests.filter(({ endpoint }) => endpoint === 'authorize').length;
const keyOf = (callback: string) => new URL(callback).searchParams.get('auth_key')!;

/** A site whose next exchanges fail, and a browser that is on its way back to it. */
async function openFailing(faults: Fault<'authorize'>[], options: Partial<LoginWithOptions> = {}) {
  const site = await openSite({ options: (providers) => ({ providers, ...options }) });
  for (const fault of faults) site.provider.once('authorize', fault);
  const browser = site.browser();
  return { site, browser, callback: await takeCallback(site, browser) };
}

describe('the address of a failed callback has no key:', () => {
  test.each([
    ['our page', 'get_user_info', 'deleted_user', 403, 'user_not_found'],
    ["the app's own page", 'authorize', 'maintenance', 502, 'response_html'],
    ["the app's own page", 'authorize', 'wrong_secret', 500, 'app_secret_invalid'],
  ] as const)('%s is at the bare address, after %s with %s', async (whose, endpoint, fault, status, code) => {
    const { site, browser, callback } = await openFailing([]);
    site.provider.once(endpoint, fault);
    const sent = await browser.get(callback);
    expect([sent.status, sent.location]).toEqual([303, bare]);
    expect(sent.headers.get('cache-control')).toBe('no-store');
    expect(sent.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^login-failure-pimbuzz=[\w-]+; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/),
    );
    expect([...sent.headers].join() + sent.text).not.toContain(keyOf(callback));
    expect(site.errors).toEqual([]);

    const page = await browser.get(bare);
    expect([page.status, page.text]).toEqual([status, expect.stringContaining(code)]);
    expect([...page.headers].join() + page.text).not.toContain(keyOf(callback));
    expect(site.errors).toHaveLength(whose === 'our page' ? 0 : 1);
  });

  test('failureRedirect leads away from it at once, but not when the app or the provider failed', async () => {
    const { site, browser, callback } = await openFailing(['wrong_secret'], { failureRedirect: '/login' });
    expect((await site.browser().get(callback)).location).toBe('/login?error=attempt_missing');
    expect((await browser.get(callback)).location).toBe(bare);
    expect((await browser.get(bare)).json).toEqual({ error: 'app_secret_invalid' });
  });

  test('a client of an API gets the failure at once', async () => {
    const { browser, callback } = await openFailing(['wrong_secret']);
    expect((await browser.get(callback, inJSON)).json).toEqual({ error: 'app_secret_invalid' });
  });
});

test('onError gets the same error after the redirect, rebuilt without anything that is secret', async () => {
  skipPauses();
  const errors: LoginWithError[] = [];
  const agent = new Agent({ connect: (_options, done) => done(refused(), null) });
  const site = await openSite({
    options: ([options]) => ({
      providers: [{ ...options!, dispatcher: agent }],
      onError(error, req, res) {
        errors.push(error as LoginWithError);
        res.writeHead(418).end(req.url);
      },
    }),
  });
  const callback = `${bare}?auth_key=${'0'.repeat(32)}`;
  const [script, browser] = [site.browser(), site.browser()];
  for (const each of [script, browser]) await each.get('/auth/pimbuzz');
  expect((await script.get(callback, inJSON)).text).toBe(callback);
  expect((await browser.visit(callback)).text).toBe(bare);
  const [first, rebuilt] = errors as [LoginWithError, LoginWithError];
  expect(rebuilt).toBeInstanceOf(LoginWithError);
  const describe = ({ cause, message, ...rest }: LoginWithError) => {
    const { name, code, message: why } = cause as Error & { code: string };
    return [
      { ...rest, message: message.replace(/\d+ ms/, 'some ms') },
      { name, code, message: why },
    ];
  };
  expect(describe(rebuilt)).toEqual(describe(first));
  expect(rebuilt).toMatchObject({ code: 'connection_refused', stage: 'authorize', status: 502, retryAfter: 5 });
  expect(rebuilt.cause).toMatchObject({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 192.0.2.1:443' });
  await agent.close();
});

describe('a failure of the provider that may pass tells when to come back', () => {
  test.each([
    ['Express 4', { status: 503 }, 502],
    ['Express 5', { status: 503 }, 502],
    ['Express 5', 'maintenance', 502],
  ] as const)("through %s's own error handler, after %j", async (framework, fault, status) => {
    skipPauses();
    const app = frameworks[framework]!();
    const url = await serve(app.listener);
    const { byName, options } = await openProviders(url, ['pimbuzz']);
    const provider = byName.pimbuzz!;
    const auth = createAuth({ providers: options });
    app.use(sessions() as Handler, auth);
    app.route('GET', '/data', auth.requireAccessToken('pimbuzz'), showData as unknown as Handler);
    const browser = new Browser(url);
    const start = { start: `${url}/auth/pimbuzz` };
    provider.once('authorize', fault);
    const failed = await provider.signIn(browser.fetch, 'renee', start);
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([status, '5']);
    await provider.signIn(browser.fetch, 'renee', start);
    // Not from us, but from a handler of the app.
    for (let call = 0; call < 3; call += 1) provider.once('get_user_info', fault);
    const data = await browser.get('/data');
    expect([data.status, data.headers.get('retry-after')]).toEqual([status, '5']);
  });

  test('and one that stays does not', async () => {
    const { site, browser, callback } = await openFailing(['wrong_secret']);
    expect((await browser.visit(callback)).headers.get('retry-after')).toBeNull();
    expect((site.errors[0] as LoginWithError).retryAfter).toBeUndefined();
  });
});

describe('the page of a failure, loaded again,', () => {
  /** Gets the failure, then the bare address twice: the first time shows the failure, the second time tries again. */
  async function reload({ browser, callback }: { browser: Browser; callback: string }, mend: () => unknown) {
    expect((await browser.get(callback)).location).toBe(bare);
    expect((await browser.get(bare)).status).toBeGreaterThanOrEqual(400);
    await mend();
    return browser.get(bare);
  }

  test.each(['maintenance', 'html', 'module_disabled', 'wrong_secret'] as const)(
    'tries an unused key again, after %s',
    async (fault) => {
      const failing = await openFailing([fault, fault]);
      expect((await reload(failing, () => undefined)).status).toBeGreaterThanOrEqual(500);
      expect((await failing.browser.get(bare)).location).toBe('/');
      expect((await failing.browser.get('/me')).json.username).toBe('renee');
      expect(exchangesOf(failing.site)).toBe(3);
      expect((await failing.browser.jar.getCookies(failing.site.url)).map(({ key }) => key)).not.toContain(
        'login-failure-pimbuzz',
      );
    },
  );

  test('still tries again when a picture has requested it meanwhile', async () => {
    const { browser, callback } = await openFailing(['maintenance', 'maintenance']);
    await browser.get(callback);
    for (let i = 0; i < 2; i += 1)
      expect((await browser.get(bare, { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
    expect((await browser.get(bare)).json).toEqual({ error: 'response_html' });
    await browser.get(bare);
    expect((await browser.get(bare)).location).toBe('/');
  });

  test('tries again when the provider was never reached', async () => {
    skipPauses();
    let isDown = true;
    const connect = buildConnector({});
    const agent = new Agent({
      connect: (options, done) => (isDown ? done(refused(), null) : connect(options, done)),
    });
    const site = await openSite({ options: ([options]) => ({ providers: [{ ...options!, dispatcher: agent }] }) });
    const browser = site.browser();
    const failing = { browser, callback: await takeCallback(site, browser) };
    expect((await reload(failing, () => (isDown = false))).location).toBe('/');
    await agent.close();
  });

  test('tries again when the limits had refused the key', async () => {
    const { site, browser, callback } = await openFailing([], { limits: { limit: 1, windowMs: 60_000 } });
    const attacker = site.browser();
    await attacker.get('/auth/pimbuzz');
    await attacker.get(`${bare}?auth_key=${'0'.repeat(32)}`);
    moveTime(3001);
    expect((await reload({ browser, callback }, () => moveTime(60_000))).location).toBe('/');
  });

  test('tries again when there was no session, because its store was away', async () => {
    const store = new MemoryStore();
    const setUp: SiteSetUp = { before: (app) => app.use(sessions({ store })) };
    const site = await openSite(setUp);
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    store.emit('disconnect');
    expect((await reload({ browser, callback }, () => store.emit('connect'))).location).toBe('/');
  });

  test.each<[string, Fault<'authorize'>[]]>([
    ['was used up, and its answer lost', ['reset']],
    ['was used up, and its answer replaced by a proxy', [{ status: 500, sideEffects: true }]],
    ['was wrong twice', ['used_key', 'used_key']],
  ])('shows the same failure, and exchanges nothing, when the key %s', async (_what, faults) => {
    const site = await openSite();
    for (const fault of faults) site.provider.once('authorize', fault);
    const browser = site.browser();
    const failed = await site.logIn(browser);
    const { length } = site.provider.requests;
    const again = await browser.get(bare);
    expect([again.status, again.text.replace(/nonce="[^"]+"/, '')]).toEqual([
      failed.status,
      failed.text.replace(/nonce="[^"]+"/, ''),
    ]);
    expect(site.provider.requests).toHaveLength(length);
    moveTime(5 * 60_000 + 1000);
    expect((await browser.visit(bare)).text).toContain('auth_key_missing');
  });

  test('is no failure any more after a new start', async () => {
    const { browser, callback } = await openFailing(['maintenance']);
    await browser.visit(callback);
    const { headers } = await browser.get('/auth/pimbuzz');
    expect(headers.getSetCookie()).toContainEqual(expect.stringMatching(/^login-failure-pimbuzz=; Max-Age=0;/));
    expect((await browser.get(bare)).text).toContain('auth_key_missing');
  });

  test('does not sign anybody in after a logout, although the key is unused', async () => {
    const { site, browser, callback } = await openFailing(['maintenance']);
    await browser.visit(callback);
    await browser.postForm('/auth/logout');
    expect((await browser.visit(bare)).text).toContain('attempt_missing');
    expect((await browser.get('/me')).status).toBe(302);
    expect(exchangesOf(site)).toBe(1);
  });

  test('shows nothing of a failure that somebody else has made up', async () => {
    const site = await openSite();
    const headers = { cookie: `login-failure-pimbuzz=${'A'.repeat(200)}` };
    expect((await site.browser().get(bare, headers)).text).toContain('auth_key_missing');
  });
});

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:443'), { code: 'ECONNREFUSED' });
}
