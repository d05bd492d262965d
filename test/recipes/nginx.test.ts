import { closeSites, openSite } from '../support/express-site';
import { describeWithNginx, startNginx, type Nginx, type NginxSetUp } from '../support/nginx';
import { findIn, recipes, useLogin } from '../support/recorded-logins';
import { Browser } from '../support/test-browser';

let nginx: Nginx | undefined;

afterEach(async () => {
  await nginx?.close();
  nginx = undefined;
  await closeSites();
});

const combined: Partial<NginxSetUp> = { server: '' };
const recipe: Partial<NginxSetUp> = {
  files: { 'logged-urls.conf': recipes['logged-urls.conf']!, 'callback.conf': recipes['callback.conf']! },
  http: 'include logged-urls.conf;',
  server: 'access_log access.log without_queries; include callback.conf;',
};

describeWithNginx('what nginx records', () => {
  test('the access log has every key, of URLs and of referrers', async () => {
    const { access, keys } = await logInThrough(combined);
    expect(findIn(access, keys)).toEqual(keys);
    expect(access).toMatch(new RegExp(`"GET / HTTP/1\\.1" 200 \\d+ "http\\S+/callback\\?auth_key=${keys[0]!}"`));
  });

  test('with the recipe the access log has no key, and still paths, status, referrers and the upstream', async () => {
    const { access, error, keys } = await logInThrough(recipe);
    expect(findIn(access + error, keys)).toEqual([]);
    expect(access).toMatch(
      /"GET \/auth\/pimbuzz\/callback\?\[query\] HTTP\/1\.1" 302 .* 127\.0\.0\.1:\d+ 302 [\d.]+$/m,
    );
    expect(access).toMatch(/"GET \/auth\/pimbuzz HTTP\/1\.1" 302 /);
    expect(access).toMatch(/"GET \/ HTTP\/1\.1" 200 \d+ "http:\S+\/auth\/pimbuzz\/callback\?\[query\]"/);
  });

  test.each(['?auth_key=', '?auth%5Fkey=', '?x=1?auth_key=', '%3Fauth_key=', '%3fauth_key=', '?'])(
    'when the app is down, the error log has the key behind %s; with the recipe it does not',
    async (before) => {
      const plain = await failThrough(combined, before);
      expect(plain.error).toMatch(new RegExp(`connect\\(\\) failed .* request: "GET \\S+${key} HTTP/1.1"`));
      expect(findIn(plain.access, [key])).toEqual([key]);
      const masked = await failThrough(recipe, before);
      expect(findIn(masked.error + masked.access, [key])).toEqual([]);
      expect(masked.access).toMatch(/"GET \/auth\/pimbuzz\/callback\?\[query\] HTTP\/1\.1" 502 .* 127\.0\.0\.1:1 502 /);
      expect(masked.error).toMatch(/connect\(\) failed .* request: "GET \/other HTTP\/1.1"/);
    },
  );
});

const key = '00112233445566778899aabbccddeeff';

/** Uses every kind of login through an nginx in front of an app. */
async function logInThrough(setUp: Partial<NginxSetUp>) {
  const site = await openSite();
  const url = await openNginx(setUp, new URL(site.url).host);
  site.provider.updateApp(site.provider.apps[0]!.appId, { redirectURL: `${url}/auth/pimbuzz/callback` });
  const { keys } = await useLogin({ provider: site.provider, url });
  return { ...(await nginx!.readLogs()), keys };
}

/** Opens a callback, and another page, through an nginx whose app is down. */
async function failThrough(setUp: Partial<NginxSetUp>, before: string) {
  const browser = new Browser(await openNginx(setUp, '127.0.0.1:1'));
  await browser.get(`/auth/pimbuzz/callback${before}${key}`);
  await browser.get('/other');
  const logs = await nginx!.readLogs();
  await nginx!.close();
  return logs;
}

async function openNginx(setUp: Partial<NginxSetUp>, upstream: string): Promise<string> {
  nginx = await startNginx({
    ...setUp,
    http: `upstream app { server ${upstream}; } ${setUp.http ?? ''}`,
    server: `proxy_set_header Host $http_host; location / { proxy_pass http://app; } ${setUp.server ?? ''}`,
  });
  return nginx.url;
}
