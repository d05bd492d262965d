import helmet from 'helmet';
import { closeSites, openSite, sessions, type Site } from '../support/express-site';
import { readBlocks } from '../support/document-blocks';
import { describeWithNginx, startNginx, type Nginx } from '../support/nginx';
import { Browser, byClient } from '../support/test-browser';

const { 'app.conf': app, 'shop.conf': shop } = readBlocks('docs/deployment.md');

let nginx: Nginx | undefined;

afterEach(async () => {
  await nginx?.close();
  nginx = undefined;
  await closeSites();
});

/** A site whose users come through nginx, on the path. */
async function openBehind(server: string, path = ''): Promise<Site & { seen: { hostname: string; ips: string[] }[] }> {
  const seen: { hostname: string; ips: string[] }[] = [];
  const site = await openSite({
    before(express) {
      express.set('trust proxy', 1);
      express.use(({ hostname, ips }, _res, next) => {
        seen.push({ hostname, ips });
        next();
      });
      express.use(helmet(), sessions());
    },
  });
  nginx = await startNginx({ http: `upstream app { server ${new URL(site.url).host}; }`, server });
  site.provider.updateApp(site.provider.apps[0]!.appId, { redirectURL: `${nginx.url}${path}/auth/pimbuzz/callback` });
  return { ...site, url: nginx.url, browser: () => new Browser(nginx!.url), seen };
}

describeWithNginx('behind nginx with the lines of docs/deployment.md', () => {
  test('users log in and out, also with a browser that says nothing but the origin of a form', async () => {
    const site = await openBehind(app!);
    const browser = site.browser();
    const { location } = await browser.get('/me');
    const callback = await site.provider.signIn(browser.fetch, 'renee', { start: site.url + location! });
    expect(callback.location).toBe('/me');
    expect((await browser.get('/me')).json.id).toBe('2');
    const loggedOut = await browser.postForm('/auth/logout', {}, { ...byClient, origin: site.url });
    expect(loggedOut.text).toContain('You are logged out here');
    expect(site.seen[0]).toEqual({ hostname: '127.0.0.1', ips: ['127.0.0.1'] });
  });

  test('below a path users come back to the page that they have asked for, and log out', async () => {
    const site = await openBehind(shop!, '/shop');
    const browser = site.browser();
    const { location } = await browser.get('/shop/me');
    expect(location).toBe('/shop/auth/pimbuzz?returnTo=%2Fshop%2Fme');
    const callback = await site.provider.signIn(browser.fetch, 'renee', { start: site.url + location! });
    expect(callback.location).toBe('/shop/me');
    expect((await browser.get('/shop/me')).json.id).toBe('2');
    const loggedOut = await browser.postForm('/shop/auth/logout', {}, { ...byClient, origin: site.url });
    expect(loggedOut.text).toContain('href="/shop/auth/pimbuzz"');
  });

  test('the cookie of a browser with many tabs fits into the answer, beside the headers of helmet', async () => {
    const site = await openBehind(app!);
    const browser = site.browser();
    for (let tab = 0; tab < 5; tab++)
      expect((await browser.get(`/auth/pimbuzz?returnTo=/${'%C3%A9'.repeat(500)}${tab}`)).status).toBe(302);
  });
});
