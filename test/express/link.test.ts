import express from 'express';
import { moveTime } from '../support/strategy-app';
import { byFetch, type Browser } from '../support/test-browser';
import { closeSites, sessions, takeCallback, type Site } from '../support/express-site';
import { openLinkSite } from '../support/link-site';

afterEach(async () => {
  jest.useRealTimers();
  await closeSites();
});

test('an account is linked to the signed-in user, after a page has shown which one it is', async () => {
  const { site, links, ask } = await openLinkSite();
  const browser = site.browser();
  await site.logIn(browser, 'renee');
  const page = await ask(browser);
  expect(page.status).toBe(200);
  expect(page.text).toContain('Add this Look Loox account?');
  expect(page.text).toContain('Sam Nguyễn');
  expect(page.text).toContain('sam · sam@example.org');
  expect(page.text).toContain('<form method="post" action="/auth/lookloox/link">');
  expect(page.text).toContain('href="/settings">Cancel</a>');
  expect(links).toEqual([]);

  const done = await browser.postForm('/auth/lookloox/link', { token: page.token });
  expect([done.status, done.location]).toEqual([303, '/settings']);
  expect(links).toHaveLength(1);
  expect(links[0]!.user).toMatchObject({ provider: 'pimbuzz', id: '2' });
  expect(links[0]!.profile).toMatchObject({
    provider: 'lookloox',
    id: '3',
    registeredAt: new Date('2022-02-22T22:22:22Z'),
  });
  expect((await browser.get('/me')).json).toMatchObject({ provider: 'pimbuzz', id: '2' });
});

test('a renewal expects the linked account from then on', async () => {
  const { site, ask } = await openLinkSite();
  const browser = site.browser();
  await site.logIn(browser, 'renee');
  const { token } = await ask(browser, 'sam');
  await browser.postForm('/auth/lookloox/link', { token });
  expect((await site.logIn(browser, 'layla', '/data', 'lookloox')).status).toBe(403);
  expect((await site.logIn(browser, 'sam', '/data', 'lookloox')).location).toBe('/data');
});

test('the form shows nothing of what it carries', async () => {
  const { site, ask } = await openLinkSite();
  const browser = site.browser();
  await site.logIn(browser, 'renee');
  const { token } = await ask(browser);
  expect(token).toMatch(/^[\w-]{100,}$/);
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toMatch(/sam|lookloox|settings/);
});

test('the app may have parsed the form already', async () => {
  const { site, links, ask } = await openLinkSite({}, (app) =>
    app.use(sessions(), express.urlencoded({ extended: true })),
  );
  const browser = site.browser();
  await site.logIn(browser, 'renee');
  const { token } = await ask(browser);
  expect((await browser.postForm('/auth/lookloox/link', { 'token[]': token })).status).toBe(403);
  expect((await browser.postForm('/auth/lookloox/link', { token })).status).toBe(303);
  expect(links).toHaveLength(1);
});

test('a user who is not signed in logs in first and comes back to the linking', async () => {
  const { site } = await openLinkSite();
  const response = await site.browser().get('/auth/lookloox/link?returnTo=/settings');
  expect(response.location).toBe(
    `/auth/choose?returnTo=${encodeURIComponent('/auth/lookloox/link?returnTo=/settings')}`,
  );
});

test('a linking that another site triggered waits for a click', async () => {
  const { site } = await openLinkSite();
  const browser = site.browser();
  await site.logIn(browser, 'renee');
  const page = await browser.get('/auth/lookloox/link', { 'sec-fetch-site': 'cross-site' });
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('href="/auth/lookloox/link?returnTo=%2F"')]);
});

describe('nothing is linked', () => {
  test.each([
    [
      'by another site',
      async ({ browser }: Case, token: string) =>
        browser.postForm('/auth/lookloox/link', { token }, { 'sec-fetch-site': 'cross-site' }),
      403,
      'foreign_request',
    ],
    [
      'with a form that was changed',
      async ({ browser }: Case, token: string) =>
        browser.postForm('/auth/lookloox/link', { token: `${token.slice(0, -2)}AA` }),
      403,
      'link_invalid',
    ],
    ['without a form', async ({ browser }: Case) => browser.postForm('/auth/lookloox/link'), 403, 'link_invalid'],
    [
      'with a form that is too large',
      async ({ browser }: Case) => browser.postForm('/auth/lookloox/link', { token: 'x'.repeat(200_000) }),
      403,
      'link_invalid',
    ],
    [
      'on the form of another provider',
      async ({ browser }: Case, token: string) => browser.postForm('/auth/pimbuzz/link', { token }),
      403,
      'link_invalid',
    ],
    [
      'after five minutes',
      async ({ browser }: Case, token: string) => {
        moveTime(5 * 60_000 + 1000);
        return browser.postForm('/auth/lookloox/link', { token });
      },
      403,
      'link_invalid',
    ],
    [
      'after a logout',
      async ({ browser }: Case, token: string) => {
        await browser.postForm('/auth/logout');
        return browser.postForm('/auth/lookloox/link', { token });
      },
      401,
      'Please log in',
    ],
    [
      'to a user who logged in meanwhile',
      async ({ browser, site }: Case, token: string) => {
        await site.logIn(browser, 'layla');
        return browser.postForm('/auth/lookloox/link', { token });
      },
      403,
      'account_mismatch',
    ],
    [
      'to the same user in another session',
      async ({ browser, site }: Case, token: string) => {
        await site.logIn(browser, 'renee');
        return browser.postForm('/auth/lookloox/link', { token });
      },
      403,
      'account_mismatch',
    ],
  ])('%s', async (_name, act, status, text) => {
    const { site, links, ask } = await openLinkSite();
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const { token } = await ask(browser);
    const response = await act({ browser, site }, token);
    expect([response.status, response.text]).toEqual([status, expect.stringContaining(text)]);
    expect(links).toEqual([]);
  });

  test('when the user logged out while at the provider', async () => {
    const { site, links } = await openLinkSite();
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const response = await site.providers.lookloox!.signIn(
      async (url: string) => {
        if (url.includes('auth_key')) await browser.postForm('/auth/logout');
        return browser.get(url);
      },
      'sam',
      { start: `${site.url}/auth/lookloox/link` },
    );
    expect([response.status, response.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
    expect(links).toEqual([]);
  });

  test('when somebody else logged in while the user was at the provider', async () => {
    const { site, links } = await openLinkSite();
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const lookloox = { url: site.url, provider: site.providers.lookloox! };
    const callback = await takeCallback(lookloox, browser, '/auth/lookloox/link', 'sam');
    await site.logIn(browser, 'layla');
    const response = await browser.visit(callback);
    expect([response.status, response.text]).toEqual([403, expect.stringContaining('account_mismatch')]);
    expect(links).toEqual([]);
  });

  test('by a login of its own with the same e-mail address', async () => {
    const { site, links } = await openLinkSite();
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    await site.logIn(browser, 'renee', '/auth/lookloox', 'lookloox');
    expect((await browser.get('/me')).json).toMatchObject({ provider: 'lookloox', id: '2' });
    expect(links).toEqual([]);
  });
});

test('an error of onLink ends in the error handlers, and nothing counts as linked', async () => {
  const { site, ask } = await openLinkSite({ onLink: () => Promise.reject(new Error('taken')) });
  const browser = site.browser();
  await site.logIn(browser, 'renee');
  const { token } = await ask(browser);
  expect((await browser.postForm('/auth/lookloox/link', { token })).json).toEqual({ error: 'Error: taken' });
  expect((await browser.postForm('/auth/logout', {}, byFetch)).json.stillSignedInAt).toEqual(['Pimbuzz']);
});

interface Case {
  browser: Browser;
  site: Site;
}
