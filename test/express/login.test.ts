import { MemoryStore } from 'express-session';
import { byFetch, type Browser } from '../support/test-browser';
import { closeSites, openSite, sessions } from '../support/express-site';

afterEach(closeSites);

test('three lines log somebody in, and the compact profile is the user from then on', async () => {
  const site = await openSite();
  const browser = site.browser();
  const answer = await site.logIn(browser);
  expect([answer.status, answer.location, answer.text]).toEqual([302, '/', 'Redirecting']);
  expect((await browser.get('/me')).json).toEqual({
    provider: 'pimbuzz',
    id: '2',
    username: 'renee',
    displayName: 'Renée O’Brien-Łukasz',
    name: { givenName: 'Renée', familyName: 'O’Brien-Łukasz' },
    emails: [{ value: 'renee@example.org' }],
    photos: [{ value: `${site.provider.url}/content/uploads/photos/2024/01/renee.svg` }],
    profileUrl: `${site.provider.url}/renee`,
  });
});

test('works under a path of the app and with paths of its own', async () => {
  const site = await openSite({
    mount: '/shop',
    options: (providers) => ({ providers, paths: { login: '/with/:name' } }),
  });
  const browser = site.browser();
  await site.logIn(browser, 'sam', '/shop/auth/with/pimbuzz/');
  expect((await browser.get('/me')).json.id).toBe('3');
  expect((await browser.get('/shop/auth/pimbuzz')).status).toBe(404);
  expect((await site.browser().get('/auth/with/pimbuzz')).status).toBe(404);
});

test.each([
  ['GET', '/auth/nobody'],
  ['GET', '/auth/logout'],
  ['POST', '/auth/pimbuzz'],
  ['GET', '/auth/pimbuzz/link'],
])('leaves %s %s to the app', async (method, path) => {
  const site = await openSite();
  expect((await site.browser().send(path, { method })).status).toBe(404);
});

describe('the page to return to', () => {
  test.each([
    ['/orders?id=7&x=%20y#top', '/orders?id=7&x=%20y#top'],
    ['/ä/ö?ü=ß', '/%C3%A4/%C3%B6?%C3%BC=%C3%9F'],
    ['/', '/'],
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['///evil.example/', '/'],
    ['/\\evil.example/', '/'],
    ['\\/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/x/..//evil.example', '/'],
    ['/%09/evil.example', '/%09/evil.example'],
    ['/\t/evil.example', '/'],
    ['/\r\nSet-Cookie: x=1', '/'],
    ['javascript:alert(1)', '/'],
    [' /x', '/'],
    ['evil.example', '/'],
    ['@evil.example', '/'],
    ['', '/'],
    [`/${'x'.repeat(512)}`, '/'],
  ])('%j leads to %j and never to another site', async (asked, expected) => {
    const site = await openSite({ options: (providers) => ({ providers, successRedirect: '/welcome' }) });
    const browser = site.browser();
    const answer = await site.logIn(browser, 'renee', `/auth/pimbuzz?returnTo=${encodeURIComponent(asked)}`);
    expect(answer.location).toBe(expected);
    expect(new URL(answer.location!, site.url).origin).toBe(site.url);
  });

  test('is the success page for who had none in mind, also on another site', async () => {
    const site = await openSite({ options: (providers) => ({ providers, successRedirect: 'https://spa.example/in' }) });
    expect((await site.logIn(site.browser())).location).toBe('https://spa.example/in');
    expect((await site.logIn(site.browser(), 'sam', '/auth/pimbuzz?returnTo=/here')).location).toBe('/here');
  });
});

describe('the session', () => {
  test('gets a new id at the login and keeps only what it is told to', async () => {
    const site = await openSite({
      options: (providers) => ({ providers, keepSession: ['cart'] }),
      routes(app) {
        app.get('/fill', (req, res) => {
          Object.assign(req.session, { cart: ['book'], secret: 'of a visitor' });
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
    expect(after.secret).toBeUndefined();
    const thief = site.browser();
    expect((await thief.get('/me', { cookie: stolen })).status).toBe(302);
  });

  test('is stored before the browser is sent on, also by a store that needs half a second', async () => {
    class SlowStore extends MemoryStore {
      override set(...[id, data, done]: Parameters<MemoryStore['set']>): void {
        const copy = JSON.parse(JSON.stringify(data)) as typeof data;
        setTimeout(() => super.set(id, copy, done), 500);
      }
    }
    const store = new SlowStore();
    const stored = () =>
      new Promise<string>((resolve) => store.all((_error, sessions) => resolve(JSON.stringify(sessions))));
    const site = await openSite({
      before: (app) => app.use(sessions({ store })),
      options: (providers) => ({ providers, keepAccessToken: true }),
    });
    const browser = site.browser();
    expect((await site.logIn(browser)).status).toBe(302);
    // Read right after the redirect: user, account and token are all there.
    expect(await stored()).toMatch(
      /"user":\{"provider":"pimbuzz".*"accounts":\{"pimbuzz":"2"\},"tokens":\{"pimbuzz":"/,
    );
    expect((await browser.get('/me')).status).toBe(200);
  });

  test('is not made for visitors who only start a login', async () => {
    const store = new MemoryStore();
    const site = await openSite({ before: (app) => app.use(sessions({ store })) });
    await site.browser().get('/auth/pimbuzz');
    const all = await new Promise((resolve) => store.all((_error, sessions) => resolve(sessions)));
    expect(all).toEqual({});
  });

  test.each(['down', 'failing'])('is missed with a clear error when its store is %s', async (state) => {
    const store = new MemoryStore();
    const site = await openSite({ before: (app) => app.use(sessions({ store })) });
    const browser = site.browser();
    const start = await browser.get('/auth/pimbuzz');
    expect(start.status).toBe(302);
    if (state === 'down') store.emit('disconnect');
    else store.set = (_id, _session, done) => done?.(new Error('the store is full'));
    if (state === 'down') {
      expect((await browser.get('/auth/pimbuzz')).json).toEqual({ error: 'session_missing' });
      expect((await browser.get('/auth/pimbuzz/callback?auth_key=abc')).json).toEqual({ error: 'session_missing' });
    } else {
      expect((await site.logIn(browser)).json).toEqual({ error: 'Error: the store is full' });
      expect((await browser.get('/me')).status).toBe(302);
    }
  });
});

describe('a start', () => {
  const foreign = { 'sec-fetch-site': 'cross-site', referer: 'https://evil.example/' };

  test('that another site triggered waits for a click on a page of this site', async () => {
    const site = await openSite();
    const browser = site.browser();
    const page = await browser.get('/auth/pimbuzz?returnTo=/x', foreign);
    expect(page.status).toBe(200);
    expect(page.headers.getSetCookie()).toEqual([]);
    const [, href] = /<a class="button" href="([^"]+)">/.exec(page.text)!;
    expect(href).toBe('/auth/pimbuzz?returnTo=%2Fx');
    const clicked = await browser.get(href!, { 'sec-fetch-site': 'same-origin' });
    expect(clicked.location).toContain(`${site.provider.url}/api/oauth`);
  });

  test.each([
    ['from a site that is trusted', { 'sec-fetch-site': 'cross-site', referer: 'https://www.example.org/page' }, 302],
    ['from a subdomain', { 'sec-fetch-site': 'same-site' }, 302],
    ['typed into the address bar', { 'sec-fetch-site': 'none' }, 302],
    ['in an old browser from another site', { 'sec-fetch-site': undefined, referer: 'https://evil.example/x' }, 200],
    ['in an old browser from this site', { 'sec-fetch-site': undefined, referer: 'OWN' }, 302],
    ['in an old browser without a referrer', { 'sec-fetch-site': undefined }, 302],
  ])('%s is judged by who triggered it', async (_name, headers, status) => {
    const site = await openSite({
      options: (providers) => ({ providers, trustedOrigins: ['https://www.example.org'] }),
    });
    const given = {
      ...headers,
      ...('referer' in headers && headers.referer === 'OWN' ? { referer: `${site.url}/x` } : {}),
    };
    expect((await site.browser().get('/auth/pimbuzz', given)).status).toBe(status);
  });

  test('by a script gets JSON instead of a redirect that dies in CORS', async () => {
    const site = await openSite();
    const answer = await site.browser().get('/auth/pimbuzz', byFetch);
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      code: 'login_required',
      message: expect.stringContaining('/auth/pimbuzz') as string,
      loginURL: '/auth/pimbuzz',
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test.each([{ 'sec-purpose': 'prefetch' }, { purpose: 'prefetch' }])('is not made by a prefetch', async (headers) => {
    const site = await openSite();
    for (const path of ['/auth/pimbuzz', '/auth/pimbuzz/callback?auth_key=abc', '/auth/pimbuzz/renew']) {
      const answer = await site.browser().get(path, headers);
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([204, []]);
    }
    expect((await site.browser().send('/auth/pimbuzz', { method: 'HEAD' })).status).toBe(204);
  });
});

describe('a callback', () => {
  const keyOf = async (site: Awaited<ReturnType<typeof openSite>>, browser: Browser) => {
    let callback = '';
    await site.provider.signIn(
      async (url: string) => {
        if (!url.includes('auth_key')) return browser.get(url);
        callback = url;
        return { status: 200, headers: {} };
      },
      'renee',
      { start: `${site.url}/auth/pimbuzz` },
    );
    return callback;
  };

  test('without an attempt, of somebody who is signed in, leads to the success page and exchanges nothing', async () => {
    const site = await openSite({ options: (providers) => ({ providers, successRedirect: '/welcome' }) });
    const browser = site.browser();
    const callback = await keyOf(site, site.browser());
    await site.logIn(browser, 'sam');
    const calls = site.provider.requests.length;
    const answer = await browser.get(callback);
    expect([answer.status, answer.location]).toEqual([302, '/welcome']);
    expect(site.provider.requests).toHaveLength(calls);
    expect((await browser.get('/me')).json.id).toBe('3');
  });

  test('without an attempt is refused on a page that says what to do', async () => {
    const site = await openSite();
    const answer = await site.browser().get(await keyOf(site, site.browser()));
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('attempt_missing');
    expect(answer.text).toContain('no cookies at all');
    expect(answer.text).toContain('href="/auth/pimbuzz"');
  });

  test('without a key is a mistake and no start', async () => {
    const site = await openSite();
    const answer = await site.browser().get('/auth/pimbuzz/callback');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('auth_key_missing');
  });

  test('loaded twice at the same time logs in both times with one exchange', async () => {
    const site = await openSite();
    const browser = site.browser();
    const callback = await keyOf(site, browser);
    const answers = await Promise.all([browser.get(callback), browser.get(callback)]);
    expect(answers.map(({ status, location }) => [status, location])).toEqual([
      [302, '/'],
      [302, '/'],
    ]);
    expect(site.provider.requests.filter(({ endpoint }) => endpoint === 'get_user_info')).toHaveLength(1);
    expect((await browser.get('/me')).status).toBe(200);
  });

  test('whose key was replaced goes back by itself and arrives where it wanted to', async () => {
    const site = await openSite();
    site.provider.once('authorize', 'used_key');
    const browser = site.browser();
    expect((await site.logIn(browser, 'renee', '/auth/pimbuzz?returnTo=/there')).location).toBe('/there');
  });
});
