import { inspect } from 'node:util';
import type { Templates } from 'passport-loginwith/express';
import type { TestResponse, Browser } from '../support/test-browser';
import { closeSites, cookieSessions, openSite, showData, type Site } from '../support/express-site';

beforeEach(() => void jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined));
afterEach(async () => {
  jest.restoreAllMocks();
  await closeSites();
});

const foreign = { 'sec-fetch-site': 'cross-site' };

/** Every page of ours, and the requests that lead to it. */
const pages: [
  name: keyof Templates,
  open: (site: Site, browser: Browser) => Promise<TestResponse>,
  english: string,
  french: string,
][] = [
  [
    'start',
    (_site, browser) => browser.get('/auth/pimbuzz', foreign),
    'Did another site send you here without asking you?',
    'Un autre site vous a envoyé ici sans que vous le demandiez',
  ],
  ['choose', (_site, browser) => browser.get('/auth/choose'), 'Log in with Pimbuzz', 'Se connecter avec Pimbuzz'],
  [
    'link',
    async (site, browser) => (await site.logIn(browser), site.logIn(browser, 'sam', '/auth/pimbuzz/link')),
    'Add this Pimbuzz account?',
    'Ajouter ce compte Pimbuzz\u202f?',
  ],
  [
    'failure',
    (_site, browser) => browser.visit('/auth/pimbuzz/callback?auth_key=abc'),
    'This login was not started here',
    'Cette connexion n’a pas commencé ici',
  ],
  [
    'logout',
    async (site, browser) => (await site.logIn(browser), browser.visit('/auth/logout')),
    'Log out?',
    'Se déconnecter\u202f?',
  ],
  [
    'loggedOut',
    async (site, browser) => (await site.logIn(browser), browser.postForm('/auth/logout')),
    'still signed in at Pimbuzz',
    'toujours connecté sur Pimbuzz',
  ],
  [
    'loginRequired',
    (_site, browser) => browser.postForm('/me'),
    'what you sent was not accepted',
    'votre envoi n’a pas été accepté',
  ],
  ['finish', (site, browser) => site.logIn(browser), 'One moment', 'Un instant'],
  [
    'popup',
    (site, browser) => site.logIn(browser, 'renee', '/auth/pimbuzz?display=popup'),
    'You can close this window.',
    'Vous pouvez fermer cette fenêtre.',
  ],
];

const open = (name: keyof Templates, templates: Partial<Templates> = {}) =>
  openSite({
    before: (app) => app.use(cookieSessions({ sameSite: name === 'finish' ? 'strict' : 'lax' })),
    options: (providers) => ({ providers, onLink: () => undefined, templates }),
  });

describe.each(pages)('the page "%s"', (name, request, english, french) => {
  const isPopup = name === 'popup';
  const exception = isPopup ? ', but the script that tells the opener' : '';

  test(`has no script and no foreign asset, and a policy that allows none${exception}`, async () => {
    const site = await open(name);
    const { text, headers } = await request(site, site.browser());
    const nonce = /<style nonce="([^"]+)">/.exec(text)![1]!;
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; ${isPopup ? `script-src 'nonce-${nonce}'; ` : ''}style-src 'nonce-${nonce}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    const scripts = text.match(/<script nonce="[^"]+">[^<]+<\/script>/g) ?? [];
    expect(scripts).toHaveLength(isPopup ? 1 : 0);
    expect(scripts.reduce((rest, script) => rest.replace(script, ''), text)).not.toMatch(
      /<script|<img|<link(?! rel="icon" href="data:,")|<iframe|\son\w+=|\sstyle=|javascript:|https?:\/\//i,
    );
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('strict-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(await request(site, site.browser())).not.toHaveProperty('text', expect.stringContaining(nonce));
  });

  test.each([
    ['en', english],
    ['fr', french],
  ])('is in the language of the browser, %s', async (language, words) => {
    const site = await open(name);
    const browser = site.browser();
    browser.headers = { 'accept-language': language };
    const { text } = await request(site, browser);
    expect(text).toContain(words);
    expect(text).toContain(`<html lang="${language}">`);
  });

  test('can be replaced by a template of the app', async () => {
    const site = await open(name, { [name]: (page: object) => `<p>own ${JSON.stringify(Object.keys(page))}` });
    const { text, headers } = await request(site, site.browser());
    expect(text).toMatch(/^<p>own \["nonce","locale"/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

test('names are shown as text, whatever is in them', async () => {
  const site = await open('link');
  site.provider.updateUser('sam', { firstName: '<script>alert(1)</script>', lastName: '"&' });
  const browser = site.browser();
  await site.logIn(browser);
  const { text } = await site.logIn(browser, 'sam', '/auth/pimbuzz/link');
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;');
});

test('a template that is undefined is ours', async () => {
  const site = await open('failure', { failure: undefined } as object);
  expect((await site.browser().visit('/auth/pimbuzz/callback?auth_key=abc')).text).toContain(
    'This login was not started here',
  );
});

test('no secret, key or token is in any response, header, error or warning', async () => {
  const warnings: unknown[] = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((...parts: unknown[]) => void warnings.push(parts));
  const seen: TestResponse[] = [];
  const secrets = new Set<string>();
  const site = await openSite({
    options: (providers) => ({ providers, onLink: () => undefined }),
    routes(app, auth) {
      app.get('/data', auth.requireAccessToken('pimbuzz'), (req, res, next) => {
        secrets.add(req.loginWith!.accessToken);
        showData(req, res, next).catch(next);
      });
    },
  });
  const browser = site.browser();
  secrets.add(site.provider.apps[0]!.appSecret);
  const watch = async (url: string) => {
    const key = /auth_key=(\w+)/.exec(url)?.[1];
    if (key !== undefined) secrets.add(key);
    const response = await browser.get(url);
    seen.push(response);
    return response;
  };
  for (const start of ['/auth/pimbuzz', '/data', '/auth/pimbuzz/link', '/auth/pimbuzz/renew']) {
    seen.push(await browser.get('/data'));
    for (const fault of ['used_key', 'wrong_secret', 'html', 'sql_error', undefined] as const) {
      if (fault !== undefined) site.provider.once('authorize', fault);
      await site.provider.signIn(watch, 'renee', { start: site.url + start }).catch(() => undefined);
    }
    site.provider.advance(61_000);
  }
  seen.push(await browser.postForm('/auth/logout'));
  expect(secrets.size).toBeGreaterThan(7);
  const everything = inspect([seen, seen.map(({ headers }) => [...headers]), warnings, site.errors, site.auth], {
    depth: 12,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
  });
  for (const secret of secrets) expect(everything).not.toContain(secret);
});
