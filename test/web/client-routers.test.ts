import { closeSites, takeCallback } from '../support/express-site';
import { byClient, byFetch } from '../support/test-browser';
import { openWebSite } from '../support/web-site';

afterEach(closeSites);

/** Over plain http, except on this machine, browsers do not say what a request is for. */
const withoutMetadata = { ...byClient, accept: '*/*', 'user-agent': 'Mozilla/5.0' };
const next = { rsc: '1', 'next-url': '/' };

describe.each([
  ['a prefetching <Link> of Next.js', { ...byFetch, ...next, 'next-router-prefetch': '1' }, 401, 403],
  ['a click on a <Link> of Next.js', { ...byFetch, ...next }, 401, 403],
  ['the same over plain http', { ...withoutMetadata, ...next }, 403, 303],
  ['the fetch of another router', byFetch, 401, 403],
])('%s', (_name, headers, atStart, atCallback) => {
  test('starts no login, and learns so without a redirect that ends in a CORS error', async () => {
    const site = await openWebSite();
    const response = await site.browser().get('/auth/pimbuzz?returnTo=/x', { ...headers, referer: `${site.url}/` });
    expect([response.status, response.headers.getSetCookie()]).toEqual([atStart, []]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('uses no callback up', async () => {
    const site = await openWebSite();
    const browser = site.browser();
    const callback = await takeCallback(site, browser);
    expect((await browser.get(callback, headers)).status).toBe(atCallback);
    expect((await browser.get(callback)).status).toBe(200);
  });
});
