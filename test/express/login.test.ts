import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { byFetch } from '../support/test-browser';
import { closeSites, openSite, takeCallback, type SiteSetUp } from '../support/express-site';
import { callsTo } from '../support/strategy-app';

afterEach(closeSites);

test('three lines log a user in, and the compact profile is the user from then on', async () => {
  const site = await openSite();
  const browser = site.browser();
  const response = await site.logIn(browser);
  expect([response.status, response.location, response.text]).toEqual([302, '/', 'Redirecting']);
  expect(response.headers.get('cache-control')).toBe('no-store');
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

test('works under a path of the app and on paths of its own', async () => {
  const site = await openSite({
    mount: '/shop',
    options: (providers) => ({ providers, paths: { login: '/with/:name' } }),
  });
  const browser = site.browser();
  await site.logIn(browser, 'sam', '/shop/auth/with/pimbuzz/');
  expect((await browser.get('/me')).json.id).toBe('3');
  const failed = await site.browser().visit('/shop/auth/pimbuzz/callback?auth_key=abc');
  expect(failed.text).toContain('href="/shop/auth/with/pimbuzz"');
  expect((await browser.get('/shop/auth/pimbuzz')).status).toBe(404);
  expect((await site.browser().get('/auth/with/pimbuzz')).status).toBe(404);
});

test('ignores the case of the base path', async () => {
  const site = await openSite({ options: (providers) => ({ providers, basePath: '/Sign-In' }) });
  for (const path of ['/Sign-In/pimbuzz', '/sign-in/pimbuzz', '/SIGN-IN/pimbuzz'])
    expect((await site.browser().get(path)).location).toContain(`${site.provider.url}/api/oauth`);
});

test('may begin and end on one route, if the app has registered that one', async () => {
  const site = await openSite();
  site.provider.updateApp(site.provider.apps[0]!, { redirectURL: `${site.url}/auth/pimbuzz` });
  const browser = site.browser();
  expect((await site.logIn(browser, 'renee', '/auth/pimbuzz?returnTo=/x')).location).toBe('/x');
  expect((await browser.get('/me')).json.id).toBe('2');
});

test('closes its connections to the providers when the app closes it', async () => {
  const provider = createServer((_req, res) => res.end('{}')).listen(0, '127.0.0.1');
  const sockets: Socket[] = [];
  provider.on('connection', (socket) => sockets.push(socket));
  await once(provider, 'listening');
  const baseURL = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const site = await openSite({
    options: ([options]) => ({ providers: [{ ...options!, name: 'pimbuzz', provider: baseURL }] }),
  });
  const browser = site.browser();
  await browser.get('/auth/pimbuzz');
  expect((await browser.visit('/auth/pimbuzz/callback?auth_key=abc')).json).toEqual({ error: 'response_unexpected' });
  expect(sockets.map(({ destroyed }) => destroyed)).toContain(false);
  const closed = sockets.map(async (socket) => {
    if (!socket.destroyed) await once(socket, 'close');
  });
  await site.auth.close();
  await Promise.all(closed);
  provider.close();
});

test.each([
  ['GET', '/auth/nobody'],
  ['POST', '/auth/pimbuzz'],
  ['GET', '/auth/pimbuzz/link'],
])('%s %s is left to the app', async (method, path) => {
  const site = await openSite();
  expect((await site.browser().send(path, { method })).status).toBe(404);
});

describe('the page to return to', () => {
  test.each([
    ['/orders?id=7&x=%20y#top', '/orders?id=7&x=%20y#top'],
    ['/ä/ö?ü=ß', '/%C3%A4/%C3%B6?%C3%BC=%C3%9F'],
    ['//evil.example/', '/'],
  ])('%j leads to %j', async (asked, expected) => {
    const site = await openSite({ options: (providers) => ({ providers, successRedirect: '/welcome' }) });
    const start = `/auth/pimbuzz?returnTo=${encodeURIComponent(asked)}`;
    expect((await site.logIn(site.browser(), 'renee', start)).location).toBe(expected);
  });

  test('may be on a trusted origin, also by way of our pages', async () => {
    const options: SiteSetUp['options'] = (providers) => ({ providers, trustedOrigins: ['https://spa.example'] });
    const site = await openSite({ options, providers: ['pimbuzz', 'lookloox'] });
    const page = 'https://spa.example/page?a=1#/x';
    const choose = await site.browser().get(`/auth/choose?returnTo=${encodeURIComponent(page)}`);
    const start = /href="(\/auth\/pimbuzz\?[^"]+)"/.exec(choose.text)![1]!;
    const question = await site.browser().get(start, { 'sec-fetch-site': 'cross-site' });
    expect(question.text).toContain(`href="${start}"`);
    expect((await site.logIn(site.browser(), 'renee', start)).location).toBe(page);
    const elsewhere = '/auth/pimbuzz?returnTo=https://spa.example.evil.example/';
    expect((await site.logIn(site.browser(), 'renee', elsewhere)).location).toBe('/');
  });

  test.each(['https://spa.example/in', '/welcome'])(
    'is the success page if there is none, %s',
    async (successRedirect) => {
      const site = await openSite({ options: (providers) => ({ providers, successRedirect }) });
      expect((await site.logIn(site.browser())).location).toBe(successRedirect);
      expect((await site.logIn(site.browser(), 'sam', '/auth/pimbuzz?returnTo=/here')).location).toBe('/here');
    },
  );
});

describe('a start', () => {
  const foreign = { 'sec-fetch-site': 'cross-site', referer: 'https://evil.example/' };
  /** What an old browser leaves out, and every browser over plain http. */
  const old = { 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined, 'sec-fetch-dest': undefined };

  test('that another site triggered waits for a click on a page of this site', async () => {
    const site = await openSite();
    const browser = site.browser();
    const page = await browser.get('/auth/pimbuzz?returnTo=/x', foreign);
    expect(page.status).toBe(200);
    expect(page.headers.getSetCookie()).toEqual([]);
    const [, href] = /<a class="button primary" href="([^"]+)">/.exec(page.text)!;
    expect(href).toBe('/auth/pimbuzz?returnTo=%2Fx');
    const clicked = await browser.get(href!, { 'sec-fetch-site': 'same-origin' });
    expect(clicked.location).toContain(`${site.provider.url}/api/oauth`);
  });

  test.each([
    ['from a trusted site', { 'sec-fetch-site': 'cross-site', referer: 'https://www.example.org/page' }, 302],
    ['from another host of this site', { 'sec-fetch-site': 'same-site', referer: 'https://blog.example/' }, 200],
    ['from a page of this site', { 'sec-fetch-site': 'same-origin' }, 302],
    ['typed into the address bar', { 'sec-fetch-site': 'none' }, 302],
    ['in an old browser from another site', { ...old, referer: 'https://evil.example/x' }, 200],
    ['in an old browser from a trusted site', { ...old, referer: 'https://www.example.org/page' }, 302],
    ['in an old browser from nobody knows where', old, 200],
    [
      'in an old browser that says so by its name alone',
      { ...old, accept: undefined, 'user-agent': 'Mozilla/5.0' },
      200,
    ],
    ['in an old browser from this site', { ...old, referer: 'OWN' }, 302],
    ['by what is no browser', { ...old, accept: undefined }, 302],
  ])('%s gets status %3$d', async (_name, headers, status) => {
    const site = await openSite({
      options: (providers) => ({ providers, trustedOrigins: ['https://www.example.org'] }),
    });
    const referer = 'referer' in headers && headers.referer === 'OWN' ? { referer: `${site.url}/x` } : {};
    expect((await site.browser().get('/auth/pimbuzz', { ...headers, ...referer })).status).toBe(status);
  });

  test('by a script gets JSON in place of a redirect that would end in a CORS error', async () => {
    const site = await openSite();
    const response = await site.browser().get('/auth/pimbuzz', byFetch);
    expect(response.status).toBe(401);
    expect(response.json).toEqual({
      code: 'login_required',
      message: `Send the browser to ${site.url}/auth/pimbuzz; a script cannot log in.`,
      loginURL: `${site.url}/auth/pimbuzz`,
    });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test.each([{ 'sec-purpose': 'prefetch' }, { purpose: 'prefetch' }])('is not made by a prefetch', async (headers) => {
    const site = await openSite();
    for (const path of ['/auth/pimbuzz', '/auth/pimbuzz/callback?auth_key=abc', '/auth/pimbuzz/renew']) {
      const response = await site.browser().get(path, headers);
      expect([response.status, response.headers.getSetCookie()]).toEqual([204, []]);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
    expect((await site.browser().send('/auth/pimbuzz', { method: 'HEAD' })).status).toBe(204);
  });
});

describe('a callback', () => {
  test('without an attempt, of a user who is signed in, leads to the success page and exchanges nothing', async () => {
    const site = await openSite({ options: (providers) => ({ providers, successRedirect: '/welcome' }) });
    const browser = site.browser();
    const callback = await takeCallback(site, site.browser());
    await site.logIn(browser, 'sam');
    const { length } = site.provider.requests;
    const response = await browser.get(callback);
    expect([response.status, response.location]).toEqual([302, '/welcome']);
    expect(site.provider.requests).toHaveLength(length);
    expect((await browser.get('/me')).json.id).toBe('3');
    expect((await browser.visit('/auth/pimbuzz/callback?error=1')).status).toBe(401);
  });

  test('without an attempt is refused on a page that says what to do', async () => {
    const site = await openSite();
    const response = await site.browser().visit(await takeCallback(site, site.browser()));
    expect(response.status).toBe(403);
    expect(response.text).toContain('attempt_missing');
    expect(response.text).toContain('no cookies at all');
    expect(response.text).toContain('href="/auth/pimbuzz"');
  });

  test('without a key is a mistake and no start', async () => {
    const site = await openSite();
    const response = await site.browser().get('/auth/pimbuzz/callback');
    expect([response.status, response.text]).toEqual([400, expect.stringContaining('auth_key_missing')]);
  });

  test('loaded twice at once logs in twice with one exchange, and runs verify for one at a time', async () => {
    let running = 0;
    const most: number[] = [];
    const site = await openSite({
      options: (providers) => ({
        providers,
        verify: async (_token, _refresh, { provider, id, emails, photos }) => {
          running += 1;
          most.push(running);
          // Longer than the other request needs to come as far.
          for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
          running -= 1;
          return { provider, id, emails, photos };
        },
        serialize: (user) => user,
        deserialize: (user: never) => user,
      }),
    });
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    const responses = await Promise.all([browser.get(callback), browser.get(callback)]);
    expect(responses.map(({ status, location }) => [status, location])).toEqual([
      [302, '/'],
      [302, '/'],
    ]);
    expect(most).toEqual([1, 1]);
    expect(callsTo(site.provider)).toEqual(['POST authorize', 'GET get_user_info']);
    expect((await browser.get('/me')).status).toBe(200);
  });

  test('after a verify that failed is free for the next request with the same key', async () => {
    let isFirst = true;
    const site = await openSite({
      options: (providers) => ({
        providers,
        verify: (_token, _refresh, profile) => {
          if (!isFirst) return profile;
          isFirst = false;
          throw new Error('database');
        },
        serialize: (user) => user,
        deserialize: (user: never) => user,
      }),
    });
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    expect((await browser.get(callback)).json).toEqual({ error: 'Error: database' });
    expect((await browser.get(callback)).location).toBe('/');
  });

  test('whose key was replaced goes back to the provider by itself, and arrives', async () => {
    const site = await openSite();
    site.provider.once('authorize', 'used_key');
    const browser = site.browser();
    expect((await site.logIn(browser, 'renee', '/auth/pimbuzz?returnTo=/there')).location).toBe('/there');
  });
});
