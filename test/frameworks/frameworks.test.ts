import { takeCallback } from '../support/express-site';
import { Browser } from '../support/test-browser';
import { adapters } from './adapters';
import { closeFrameworkApps, startFrameworkApp, type FrameworkApp } from './framework-app';
import { installs, openFrameworkFolders, removeFrameworkFolders } from './framework-folder';

const { FRAMEWORKS } = process.env;
const all = Object.keys(adapters);
const tested = all.filter((name) => {
  if (installs) return FRAMEWORKS === 'all' || FRAMEWORKS!.split(',').includes(name);
  return adapters[name]!.isInstalled;
});
const leftOut = all.filter((name) => !tested.includes(name));

if (leftOut.length > 0)
  process.stderr.write(`Not tested here: ${leftOut.join(', ')}. Run FRAMEWORKS=all npx jest test/frameworks\n`);

let folders: Promise<string>[];
beforeAll(() => {
  folders = openFrameworkFolders(tested.map((name) => adapters[name]!));
});
afterAll(removeFrameworkFolders);

// Renewal and linking, which loginWith() has, are in test/express/frameworks.test.ts.
const start = '/auth/pimbuzz';
const made = `${start}/callback?auth_key=${'a'.repeat(32)}`;

describe.each(tested.map((name, index) => [name, index] as const))('%s, as its page says', (name, index) => {
  let app: FrameworkApp;
  beforeAll(async () => {
    app = await startFrameworkApp(adapters[name]!, await folders[index]!);
  }, 180_000);
  afterAll(closeFrameworkApps);

  const logIn = (browser: Browser, user: string, path = start) =>
    app.provider.signIn(browser.fetch, user, { start: app.url + path });
  const userOf = async (browser: Browser) => /pimbuzz:\d+/.exec((await browser.get('/')).text)?.[0];
  const sessionOf = async ({ jar, url }: Browser) =>
    (await jar.getCookies(url)).filter(({ key }) => !key.includes('loginwith')).map(String);

  test('a user logs in, stays logged in, and gets back to the page', async () => {
    const browser = new Browser(app.url);
    expect(await userOf(browser)).toBeUndefined();
    const back = await logIn(browser, 'renee', `${start}?returnTo=/settings%3Ftab=2`);
    expect([back.status, back.location]).toEqual([302, '/settings?tab=2']);
    expect(await userOf(browser)).toBe('pimbuzz:2');
    expect(await userOf(browser)).toBe('pimbuzz:2');
  });

  test('another login of the same browser makes a session of its own', async () => {
    const browser = new Browser(app.url);
    await logIn(browser, 'renee');
    const before = await sessionOf(browser);
    await logIn(browser, 'sam');
    expect(await userOf(browser)).toBe('pimbuzz:3');
    expect(before).toHaveLength((await sessionOf(browser)).length);
    expect(await sessionOf(browser)).not.toEqual(before);
  });

  test('two tabs that start at once both arrive', async () => {
    const browser = new Browser(app.url);
    const first = await takeCallback(app, browser, `${start}?returnTo=/first`, 'layla');
    const second = await takeCallback(app, browser, `${start}?returnTo=/second`, 'layla');
    expect((await browser.get(second)).location).toBe('/second');
    // The second start has replaced the first key at the provider: the first tab goes back there by itself.
    expect((await browser.get(first)).location).toContain(`${app.provider.url}/api/oauth`);
    expect((await logIn(browser, 'layla', `${start}?returnTo=/first`)).location).toBe('/first');
  });

  test('a key that the provider refuses sends the browser back to it once', async () => {
    const browser = new Browser(app.url);
    await browser.get(start);
    app.provider.once('authorize', 'used_key');
    expect((await logIn(browser, 'renee')).location).toBe('/');
    expect(await userOf(browser)).toBe('pimbuzz:2');
  });

  test('a start that another site has caused takes a click on a page', async () => {
    const browser = new Browser(app.url);
    const page = await browser.get(`${start}?returnTo=/x`, { 'sec-fetch-site': 'cross-site' });
    expect([page.status, page.headers.getSetCookie()]).toEqual([200, []]);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const [, link = ''] = /<a [^>]*href="([^"]*)"/.exec(page.text) ?? [];
    const { pathname, search } = new URL(link, app.url + start);
    // Next.js encodes the query anew.
    expect(decodeURIComponent(pathname + search)).toBe(`${start}?returnTo=/x`);
    const clicked = await browser.get(pathname + search, { 'sec-fetch-site': 'same-origin' });
    expect(clicked.location).toContain(`${app.provider.url}/api/oauth`);
    expect((await logIn(browser, 'renee', `${start}?returnTo=/x`)).location).toBe('/x');
  });

  test('a login that this browser has not started fails, and its user reads so', async () => {
    const browser = new Browser(app.url);
    const failed = await browser.visit(made);
    expect(failed.status).toBeGreaterThanOrEqual(failed.location === undefined ? 400 : 302);
    const page = failed.location === undefined ? failed : await browser.get(failed.location);
    expect(page.text).toMatch(adapters[name]!.failurePage);
    expect(page.text).not.toContain('aaaa');
    expect(await userOf(browser)).toBeUndefined();
  });

  test('a failure of the provider is an error of the app, without secrets', async () => {
    app.provider.once('authorize', 'wrong_secret');
    const failed = await logIn(new Browser(app.url), 'renee');
    expect(failed.status).toBeGreaterThanOrEqual(500);
    for (const { appId, appSecret } of app.provider.apps) {
      expect(failed.text + app.output()).not.toContain(appSecret);
      expect(failed.text).not.toContain(appId);
    }
  });

  test('a prefetch starts nothing, and the connection goes on', async () => {
    const browser = new Browser(app.url);
    const response = await browser.get(start, { 'sec-purpose': 'prefetch' });
    expect([response.status, response.headers.getSetCookie(), response.text]).toEqual([204, [], '']);
    expect((await browser.get(start)).location).toContain(`${app.provider.url}/api/oauth`);
  });

  test('a logout is for good: the old callback page logs nobody in', async () => {
    const browser = new Browser(app.url);
    const callback = await takeCallback(app, browser, start, 'renee');
    expect((await browser.get(callback)).location).toBe('/');
    expect(await userOf(browser)).toBe('pimbuzz:2');
    const loggedOut = await browser.postForm('/logout', {}, { origin: app.url });
    expect([302, 303]).toContain(loggedOut.status);
    expect(await userOf(browser)).toBeUndefined();
    await browser.visit(callback);
    expect(await userOf(browser)).toBeUndefined();
    expect((await logIn(browser, 'sam')).location).toBe('/');
    expect(await userOf(browser)).toBe('pimbuzz:3');
  });

  const { guardedPage } = adapters[name]!;
  if (guardedPage !== undefined) {
    test('a page that needs a login sends the browser there, and it comes back to the page', async () => {
      const browser = new Browser(app.url);
      const { status, location } = await browser.get(guardedPage);
      expect([302, 303, 307]).toContain(status);
      expect((await logIn(browser, 'renee', location)).location).toBe(guardedPage);
      expect((await browser.get(guardedPage)).text).toContain('pimbuzz:2');
    });

    test('another site’s form logs nobody out, and neither does a link', async () => {
      const browser = new Browser(app.url);
      await logIn(browser, 'renee');
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect((await browser.postForm('/logout', {}, headers)).status).toBe(403);
      expect((await browser.get('/logout')).status).toBeGreaterThanOrEqual(400);
      expect(await userOf(browser)).toBe('pimbuzz:2');
    });

    test('wrong keys lock the address that they come from, and no other', async () => {
      const guesser = new Browser(app.url);
      guesser.address = '127.0.0.2';
      for (let guess = 0; guess < 10; guess += 1) {
        // A fresh browser each time: a wrong key in the same one sends it back to the start first.
        const browser = new Browser(app.url);
        browser.address = guesser.address;
        await browser.get(start);
        for (const digit of ['0', '1'])
          await browser.get(`${start}/callback?auth_key=${`${digit}${guess}`.repeat(16)}`);
      }
      expect((await logIn(guesser, 'renee')).status).toBe(429);
      expect((await logIn(new Browser(app.url), 'renee')).location).toBe('/');
    });
  }
});
