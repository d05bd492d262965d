import express from 'express';
import { MemoryStore } from 'express-session';
import type { Link, LoginWithOptions, ProviderOptions } from 'passport-loginwith/express';
import { closeSites, cookieSessions, createAuth, serve, sessions } from '../support/express-site';
import { openLinkSite } from '../support/link-site';
import { Browser, byFetch } from '../support/test-browser';

afterEach(closeSites);

const post = (browser: Browser, token: string) => browser.postForm('/auth/lookloox/link', { token });

/** An `onLink` that goes on when the test says so. */
function createSlowLink() {
  const calls: Link<unknown>[] = [];
  let release: () => void = () => undefined;
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  let called: () => void = () => undefined;
  const isCalled = new Promise<void>((resolve) => (called = resolve));
  const onLink: LoginWithOptions['onLink'] = async (_req, link) => {
    calls.push(link);
    called();
    await isReleased;
  };
  return { onLink, calls, isCalled, release: () => release() };
}

describe.each([
  ['express-session', () => sessions()],
  ['cookie-session', () => cookieSessions()],
])('the form of a link, with %s,', (_name, session) => {
  test('links once for a double click, and each of the requests ends on the page', async () => {
    const { onLink, calls, isCalled, release } = createSlowLink();
    const { site, ask } = await openLinkSite({ onLink }, (app) => app.use(session()));
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const { token } = await ask(browser);
    const clicks = [post(browser, token), post(browser, token), post(browser, token)];
    await isCalled;
    // These come while the first ones run, with the session as it was.
    clicks.push(post(browser, token));
    release();
    const responses = await Promise.all(clicks);
    expect(responses.map(({ status, location }) => [status, location])).toEqual(clicks.map(() => [303, '/settings']));
    expect(calls).toHaveLength(1);
    expect((await site.logIn(browser, 'sam', '/data', 'lookloox')).location).toBe('/data');
  });

  test('sent again later links nothing more, and ends on the page', async () => {
    const { site, links, ask } = await openLinkSite({}, (app) => app.use(session()));
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const { token } = await ask(browser);
    for (let click = 0; click < 3; click += 1) expect((await post(browser, token)).location).toBe('/settings');
    expect(links).toHaveLength(1);
  });

  test('is replaced by a newer one', async () => {
    const { site, links, ask } = await openLinkSite({}, (app) => app.use(session()));
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const old = await ask(browser, 'sam');
    const newer = await ask(browser, 'layla');
    const refused = await post(browser, old.token);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('link_invalid')]);
    expect(links).toEqual([]);
    expect((await post(browser, newer.token)).location).toBe('/settings');
    expect(links.map(({ profile }) => profile.username)).toEqual(['layla']);
    expect((await post(browser, old.token)).text).toContain('link_invalid');
  });

  test('can be sent again when onLink has failed', async () => {
    const links: unknown[] = [];
    let failures = 2;
    const { site, ask } = await openLinkSite(
      {
        onLink(_req, { profile }) {
          if (failures-- > 0) throw new Error('database');
          links.push(profile.id);
        },
      },
      (app) => app.use(session()),
    );
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const { token } = await ask(browser);
    for (let click = 0; click < 2; click += 1)
      expect((await post(browser, token)).json).toEqual({ error: 'Error: database' });
    expect((await browser.postForm('/auth/logout', {}, byFetch)).json.stillSignedInAt).toEqual(['Pimbuzz']);
    await site.logIn(browser, 'renee');
    const { token: next } = await ask(browser);
    expect((await post(browser, next)).location).toBe('/settings');
    expect(links).toEqual(['3']);
  });
});

test('a form that was sent to one process links nothing when it is sent to another one', async () => {
  const store = new MemoryStore();
  let providers: readonly ProviderOptions[] = [];
  const { site, links, ask } = await openLinkSite(
    {},
    (app) => app.use(sessions({ store })),
    (given) => (providers = given),
  );
  const onLink: LoginWithOptions['onLink'] = (_req, link) => void links.push(link);
  const other = express().use(sessions({ store }), createAuth({ providers, onLink }));
  const [browser, atOther] = [site.browser(), new Browser(await serve(other))];
  await site.logIn(browser, 'renee');
  const { token } = await ask(browser);
  // The second click is on its way while the first one runs.
  await Promise.all([post(browser, token), post(browser, token)]);
  atOther.headers = { cookie: await browser.jar.getCookieString(site.url) };
  expect((await post(atOther, token)).location).toBe('/settings');
  expect(links).toHaveLength(1);
});
