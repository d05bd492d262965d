import { closeSites } from '../support/express-site';
import { openWebSite, showResult } from '../support/web-site';

afterEach(closeSites);

test('cookies survive a framework that reads them and writes them anew, as Next.js does', async () => {
  const site = await openWebSite({}, (login) => async (request, address) => {
    const isLogout = new URL(request.url).pathname === '/logout';
    const response = isLogout
      ? new Response(null, { headers: await login.forgetAttempts(request) })
      : await showResult(login)(request, address);
    const cookies = response.headers.getSetCookie();
    response.headers.delete('Set-Cookie');
    for (const cookie of cookies) response.headers.append('Set-Cookie', writeAnew(cookie));
    return response;
  });
  const browser = site.browser();
  for (const _time of [1, 2]) expect((await site.logIn(browser)).status).toBe(200);
  // Both attempts are used.
  const page = await browser.visit(`/auth/pimbuzz/callback?auth_key=${'0'.repeat(32)}`);
  expect([page.status, page.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
  expect((await site.logIn(browser)).status).toBe(200);
  await browser.get('/logout');
  expect(await browser.jar.getCookies(site.url)).toEqual([]);
});

/** What `@edge-runtime/cookies` makes of a cookie: the value encoded, and no `Max-Age` of 0. */
function writeAnew(cookie: string): string {
  const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/.exec(cookie)!;
  return `${name}=${encodeURIComponent(decodeURIComponent(value!))}${attributes!.replace('; Max-Age=0', '')}`;
}
