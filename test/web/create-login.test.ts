import type { Attempt } from 'passport-loginwith';
import { createLogin, type CreateLoginOptions, type LoginResult } from 'passport-loginwith/web';
import { closeSites, takeCallback } from '../support/express-site';
import { cookieSecret, moveTime } from '../support/strategy-app';
import { byFetch } from '../support/test-browser';
import { openWebSite, showResult } from '../support/web-site';

afterEach(async () => {
  jest.useRealTimers();
  await closeSites();
});

const callbackPath = '/auth/pimbuzz/callback';
const foreign = { 'sec-fetch-site': 'cross-site' };

describe('a login', () => {
  test('redirects to the provider and ends with the profile, the token and where to go', async () => {
    const results: LoginResult[] = [];
    const site = await openWebSite({}, (login) => async (request) => {
      const result = await login.handle(request);
      results.push(result);
      return result.response;
    });
    const browser = site.browser();
    const start = await browser.get('/auth/pimbuzz?returnTo=/caf%C3%A9');
    const { appId } = site.provider.apps[0]!;
    expect([start.status, start.location]).toEqual([302, `${site.provider.url}/api/oauth?app_id=${appId}`]);
    expect(start.headers.get('cache-control')).toBe('no-store');
    expect(start.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^loginwith-pimbuzz=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);

    const end = await browser.get(await takeCallback(site, browser, '/auth/pimbuzz?returnTo=/caf%C3%A9'));
    expect([end.status, end.location, end.headers.get('cache-control')]).toEqual([302, '/caf%C3%A9', 'no-store']);
    const success = results.at(-1)!;
    expect(success).toMatchObject({
      type: 'success',
      profile: { provider: 'pimbuzz', id: site.provider.users[0]!.id },
      accessToken: expect.stringMatching(/^[\da-f]{32}$/),
      expiresAt: expect.any(Date),
      returnTo: '/café',
    });
    if (success.type === 'success') expect(success.headers.getSetCookie()[0]).toMatch(/^loginwith\.used-pimbuzz=/);
  });

  test('goes back to the start once when its key was replaced, and two tabs both get in', async () => {
    const site = await openWebSite();
    const browser = site.browser();
    const first = await takeCallback(site, browser);
    const second = await takeCallback(site, browser);
    expect((await browser.get(second)).json).toMatchObject({ id: expect.stringMatching(/^pimbuzz:/) });
    const again = await browser.get(first);
    expect([again.status, again.location]).toEqual([302, expect.stringContaining('/api/oauth')]);
    expect((await browser.get(await takeCallback(site, browser))).status).toBe(200);
  });

  test('is shared by two requests for the same callback, with one exchange', async () => {
    const site = await openWebSite();
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    const responses = await Promise.all([browser.get(callback), browser.get(callback)]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(site.provider.requests.filter(({ endpoint }) => endpoint === 'authorize')).toHaveLength(1);
  });

  test('waits for a click when another site asked for it, with a link to the same address', async () => {
    const site = await openWebSite();
    const browser = site.browser();
    const page = await browser.get('/auth/pimbuzz?returnTo=/x&a=%26', foreign);
    expect([page.status, page.headers.getSetCookie()]).toEqual([200, []]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).toContain('href="./pimbuzz?returnTo=/x&amp;a=%26"');
    expect((await browser.get('/auth/pimbuzz?returnTo=/x', { 'sec-fetch-site': 'same-origin' })).status).toBe(302);
  });

  test.each(['/', '/?returnTo=/x', '//evil.example/?x', '/auth/', '/a:b/c:d'])(
    'links from that page to the address itself, with the slashes it has: %s',
    async (path) => {
      const site = await openWebSite();
      const { text } = await site.browser().get(site.url + path, foreign);
      const [, href = ''] = /<a class="button primary" href="([^"]*)"/.exec(text) ?? [];
      expect(new URL(href, site.url + path).href).toBe(site.url + path);
    },
  );

  test('takes the path of the app that handle() is given, and no other site’s', async () => {
    const returnTos = ['/given', 'https://evil.example'];
    const site = await openWebSite({}, (login) => async (request) => {
      const result = await login.handle(request, { returnTo: returnTos[0] });
      return result.type === 'success' ? new Response(result.returnTo) : result.response;
    });
    expect((await site.logIn(site.browser())).text).toBe('/given');
    returnTos.shift();
    expect((await site.logIn(site.browser())).text).toBe('/');
  });

  test.each([
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }],
    ['HEAD', { method: 'HEAD' }],
  ])('uses nothing up for %s', async (_name, request) => {
    const site = await openWebSite();
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    for (const path of ['/auth/pimbuzz', callback]) expect((await browser.send(path, request)).status).toBe(204);
    expect((await browser.get(callback)).status).toBe(200);
  });

  test('gives a script that asks for the start JSON in place of a redirect', async () => {
    const site = await openWebSite();
    const { status, json } = await site.browser().get('/auth/pimbuzz', byFetch);
    expect([status, json.code]).toEqual([401, 'login_required']);
  });
});

describe('a failure', () => {
  test('leaves no key in the address, and is shown there with its code and a way back', async () => {
    const site = await openWebSite();
    const sent = await site.browser().get(`${callbackPath}?auth_key=0123456789abcdef0123456789abcdef`);
    expect([sent.status, sent.location, sent.headers.get('cache-control')]).toEqual([303, './callback', 'no-store']);
    const browser = site.browser();
    await browser.get(`${callbackPath}?auth_key=0123456789abcdef0123456789abcdef`);
    const page = await browser.get(callbackPath);
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
    expect(page.text).toContain('href="../pimbuzz"');
    expect(page.text).toContain('<html lang="en">');
    expect((await browser.get(callbackPath)).status).toBe(302);
  });

  test('stays at the address of its callback when that ends with a slash', async () => {
    const site = await openWebSite({ callbackURL: `${callbackPath}/` });
    const { status, text } = await site.browser().visit(`${callbackPath}/?auth_key=0123456789abcdef0123456789abcdef`);
    expect([status, text]).toEqual([403, expect.stringContaining('attempt_missing')]);
    expect(text).toContain('href="../../pimbuzz"');
  });

  test.each([undefined, null, ''])('of clients whose address is %j counts for all of them', async (clientAddress) => {
    const site = await openWebSite({ limits: { limit: 1, overallLimit: 2 } }, (login) => async (request) => {
      const result = await login.handle(request, { clientAddress });
      return result.type === 'success' ? new Response('in') : result.response;
    });
    const tryKey = async (key: string) => {
      const browser = site.browser();
      await takeCallback(site, browser);
      await browser.get(`${callbackPath}?auth_key=${key.repeat(32)}`);
      await browser.get(`${callbackPath}?auth_key=${'f'.repeat(32)}`);
    };
    await tryKey('0');
    const browser = site.browser();
    await browser.get(await takeCallback(site, browser));
    expect((await browser.get(callbackPath)).status).toBe(429);
  });

  test('is a result with its error, for a page of the app’s own', async () => {
    const site = await openWebSite({ callbackURL: callbackPath }, (login) => async (request) => {
      const result = await login.handle(request);
      if (result.type !== 'failure') return result.response;
      return Response.json({ ...result.error }, { status: 418, headers: result.headers });
    });
    site.provider.once('get_user_info', 'deleted_user');
    const browser = site.browser();
    await browser.get(await takeCallback(site, browser));
    for (const _time of [1, 2]) {
      const { status, json, headers } = await browser.get(callbackPath);
      expect([status, json.code, headers.get('cache-control')]).toEqual([418, 'user_not_found', 'no-store']);
      expect(json.hint).toContain('deleted the account');
    }
  });

  test('before the provider looked at the key: the same page, loaded again, tries it again', async () => {
    const site = await openWebSite();
    site.provider.once('authorize', 'maintenance');
    const browser = site.browser();
    await browser.get(await takeCallback(site, browser));
    expect((await browser.get(callbackPath)).status).toBe(502);
    expect((await browser.get(callbackPath)).json).toMatchObject({ id: expect.stringMatching(/^pimbuzz:/) });
  });

  test('of such a second try is shown at the same address, and the key can be tried once more', async () => {
    const site = await openWebSite();
    site.provider.once('authorize', 'maintenance');
    site.provider.once('authorize', 'maintenance');
    const browser = site.browser();
    await browser.get(await takeCallback(site, browser));
    await browser.get(callbackPath);
    expect((await browser.get(callbackPath)).status).toBe(502);
    expect((await browser.get(callbackPath)).status).toBe(200);
  });

  test('goes to a client of an API at once, as JSON', async () => {
    const site = await openWebSite();
    const { status, json } = await site
      .browser()
      .get(`${callbackPath}?auth_key=a b`, { accept: 'application/json', 'sec-fetch-site': undefined });
    expect([status, json.code]).toEqual([400, 'auth_key_malformed']);
  });

  test('without a key at the address of callbackURL names the likely cause; elsewhere that is a start', async () => {
    const named = await openWebSite({ callbackURL: callbackPath });
    const page = await named.browser().get(callbackPath);
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('auth_key_missing')]);
    const other = await openWebSite();
    expect((await other.browser().get(callbackPath)).status).toBe(302);
  });

  test('says when to come back', async () => {
    const site = await openWebSite({ limits: { limit: 1 } });
    const browser = site.browser();
    await takeCallback(site, browser);
    const statuses: number[] = [];
    const tryKey = async (key: string) =>
      statuses.push((await browser.get(`${callbackPath}?auth_key=${key.repeat(32)}`)).status);
    await tryKey('0');
    await tryKey('1');
    await takeCallback(site, browser);
    await tryKey('2');
    // Back to the start once, and twice to the page of a failure.
    expect(statuses).toEqual([302, 303, 303]);
    const page = await browser.get(callbackPath);
    expect([page.status, page.text]).toEqual([429, expect.stringContaining('too_many_failures')]);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(3000);
  });

  test.each([true, false])('leads who is signed in home, and not to a login: %s', async (isSignedIn) => {
    const site = await openWebSite({}, (login) => async (request) => {
      const result = await login.handle(request, { isSignedIn });
      return result.type === 'success' ? new Response('in') : result.response;
    });
    const { text } = await site.browser().visit(`${callbackPath}?error=access_denied`);
    expect(text.includes('You are logged in here.')).toBe(isSignedIn);
    expect(text.includes('href="../pimbuzz"')).toBe(!isSignedIn);
    expect(text).toMatch(/Pimbuzz, refused to share/);
  });

  test('shows its hint in development only', async () => {
    const site = await openWebSite();
    const browser = site.browser();
    const hint = 'No provider sends such a key';
    await browser.get(`${callbackPath}?auth_key=a.b`);
    expect((await browser.get(callbackPath)).text).toContain(hint);
    await browser.get(`${callbackPath}?auth_key=a.b`);
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    expect((await browser.get(callbackPath)).text).not.toContain(hint);
    process.env.NODE_ENV = before;
  });

  test('an old callback of a browser that is signed in leads into the app', async () => {
    const site = await openWebSite({}, (login) => async (request) => {
      const returnTo = new URL(request.url).searchParams.get('back') ?? undefined;
      const result = await login.handle(request, { isSignedIn: true, returnTo });
      return result.type === 'success' ? new Response('in') : result.response;
    });
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    expect((await browser.get(callback)).text).toBe('in');
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'], now: Date.now() });
    moveTime(11 * 60_000);
    const again = await browser.get(callback);
    expect([again.status, again.location]).toEqual([302, '/']);
    expect((await browser.get(`${callback}&back=/page`)).location).toBe('/page');
    expect((await browser.get(`${callback}&back=//evil.example`)).location).toBe('/');
  });

  test('the app’s own pages replace ours', async () => {
    const site = await openWebSite({
      loginURL: '/sign-in',
      templates: { start: ({ href }) => `start ${href}`, failure: ({ code, href }) => `${code} ${href}` },
    });
    const browser = site.browser();
    expect((await browser.get('/auth/pimbuzz', foreign)).text).toBe('start ./pimbuzz');
    await browser.get(`${callbackPath}?auth_key=`);
    expect((await browser.get(callbackPath)).text).toBe('auth_key_malformed /sign-in');
  });
});

test('forgetAttempts() ends the logins that this browser has started', async () => {
  const site = await openWebSite({}, (login) => async (request, address) => {
    if (new URL(request.url).pathname !== '/logout') return showResult(login)(request, address);
    return new Response(null, { headers: await login.forgetAttempts(request) });
  });
  const browser = site.browser();
  const callback = await takeCallback(site, browser);
  const { cookies } = await browser.jar.serialize();
  expect((await browser.get(callback)).status).toBe(200);
  await browser.get('/logout');
  expect(await browser.jar.getCookies(site.url)).toEqual([]);
  // Not even a copy of the cookies shares the outcome.
  const cookie = cookies.map(({ key, value }) => `${key}=${value}`).join('; ');
  expect((await browser.visit(callback, { cookie })).text).not.toContain('pimbuzz:');
});

test('a store of the app remembers the attempts, and gets the request', async () => {
  const kept: Attempt[] = [];
  const requests: unknown[] = [];
  const site = await openWebSite({
    attempts: {
      begin: (request, attempt) => void (requests.push(request), kept.push(attempt)),
      take: (request) => (requests.push(request), kept.pop()),
    },
  });
  expect((await site.logIn(site.browser())).status).toBe(200);
  expect(requests).toEqual([expect.any(Request), expect.any(Request)]);
});

test('a store of the app that fails is a failure of the login, whose key does not stay in the address', async () => {
  const fail = () => {
    throw new Error('the database is down');
  };
  const site = await openWebSite({ attempts: { begin: fail, take: fail } });
  const callback = `${callbackPath}?auth_key=0123456789abcdef0123456789abcdef`;
  expect((await site.browser().get(callback)).location).toBe('./callback');
  for (const path of ['/auth/pimbuzz', callback]) {
    const { status, text } = await site.browser().visit(path);
    expect([status, text]).toEqual([500, expect.stringContaining('attempts_failed')]);
  }
});

describe('behind a proxy', () => {
  const inside = 'http://10.0.0.7:3000/auth/pimbuzz';
  const headers = { accept: 'text/html', host: '10.0.0.7:3000', 'user-agent': 'Mozilla/5.0' };
  const options: CreateLoginOptions = { provider: 'https://social.example', appId: '1', appSecret: 's', cookieSecret };

  test('that speaks https, an absolute callbackURL makes the cookies Secure', async () => {
    const login = createLogin({ ...options, callbackURL: 'https://app.example/auth/pimbuzz/callback' });
    const request = new Request(inside, { headers: { ...headers, 'sec-fetch-site': 'none' } });
    const { response } = await login.handle(request);
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-loginwith-.* Secure; /);
  });

  test.each(['createLogin()', 'handle()'])('that hides the host, "origin" of %s tells which it is', async (where) => {
    const start = (referer: string, origin?: string) => {
      const [shared, own] = where === 'handle()' ? [{}, { origin }] : [{ origin }, {}];
      return createLogin({ ...options, ...shared }).handle(
        new Request(inside, { headers: { ...headers, referer } }),
        own,
      );
    };
    expect((await start('https://app.example/')).response.status).toBe(200);
    expect((await start('https://app.example/', 'https://app.example')).response.status).toBe(302);
    expect((await start('https://evil.example/', 'https://app.example')).response.status).toBe(200);
    const { response } = await start('https://app.example/', 'https://app.example');
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-/);
  });

  test('that speaks https, forgetAttempts() removes the cookies that "origin" has made Secure', async () => {
    const login = createLogin({ ...options, origin: 'https://app.example' });
    const cookie = '__Host-loginwith-social.example=x';
    const forgotten = await login.forgetAttempts(new Request(inside, { headers: { ...headers, cookie } }));
    expect(forgotten.getSetCookie()).toEqual([expect.stringMatching(/^__Host-loginwith-social\.example=; Max-Age=0;/)]);
  });

  test('an origin that is none is refused', async () => {
    await expect(createLogin(options).handle(new Request(inside), { origin: 'app.example' })).rejects.toThrow(
      'handle: "origin" must be an origin such as https://app.example, and is app.example',
    );
  });
});

test('options from a function are read when the login is first used, and again after a mistake', async () => {
  let appId = '';
  let count = 0;
  const login = createLogin(() => {
    count += 1;
    return { provider: 'https://social.example', appId, appSecret: 's', cookieSecret };
  });
  expect(count).toBe(0);
  const start = () =>
    login.handle(
      new Request('http://app.example/auth', { headers: { 'sec-fetch-site': 'none', accept: 'text/html' } }),
    );
  await expect(start()).rejects.toThrow(/^createLogin: "appId" is missing/);
  appId = '1';
  expect((await start()).response.headers.get('location')).toBe('https://social.example/api/oauth?app_id=1');
  expect((await start()).response.status).toBe(302);
  expect(count).toBe(2);
});

test('all mistakes in the options are reported at once', () => {
  const given = { provider: 'x', appId: '', callbackUrl: '/', loginURL: 'x', origin: 'x/', templates: { star: 1 } };
  const message =
    /^createLogin: .*"loginURL" must.*"origin" must.*"templates.star" is not.*"appSecret" is missing.*"callbackUrl" is not/s;
  expect(() => createLogin(given as never)).toThrow(message);
  expect(() => createLogin(undefined as never)).toThrow('createLogin needs an options object');
});
