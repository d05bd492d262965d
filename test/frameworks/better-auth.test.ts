import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { loginWithPlugin, type BetterAuthOptions } from 'passport-loginwith/better-auth';
import { readBlocks } from '../support/document-blocks';
import { countExchanges, follow, LibraryApps, takeCallbackOf, type LibraryApp } from '../support/library-app';
import { expectNoSecrets, fromElsewhere, notExchanged, wrongKey } from '../support/library-attacks';
import { describeWith } from '../support/service';
import { Browser, byFetch, type TestRequest } from '../support/test-browser';

/** `npm install` in the repository cannot place better-auth: its peers contradict those of other tools here. */
const folder = join(process.env.BETTER_AUTH ?? '/nowhere', 'node_modules/better-auth');
const betterAuth = {
  name: 'better-auth',
  variable: 'BETTER_AUTH',
  advice: 'npm install --prefix FOLDER better-auth',
  executablePath: existsSync(folder) ? folder : undefined,
};

const code = readBlocks('docs/better-auth.md')['better-app.mjs']!;
const secondProvider = `
const lookloox = loginWithPlugin({
  provider: process.env.LOOKLOOX_URL,
  name: 'lookloox',
  appId: process.env.LOOKLOOX_APP_ID,
  appSecret: process.env.LOOKLOOX_APP_SECRET,
});`;
// Processes start, and the types are checked.
jest.setTimeout(60_000);

const basePath = '/api/auth';
const byJSON = { ...byFetch, 'content-type': 'application/json' };
const askingForPost = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

describeWith(betterAuth, 'better-auth', () => {
  let apps: LibraryApps;
  /** As documented. */
  let app: LibraryApp;

  beforeAll(async () => {
    apps = await LibraryApps.install({ 'better-auth': folder });
    app = await apps.start({ code, basePath, names: ['pimbuzz'] });
  });
  afterAll(() => apps.remove());

  test('a user logs in with the documented app, and again, as one account with a made-up address', async () => {
    const users = [await logIn(app), await logIn(app)];
    const { firstName } = app.providers.pimbuzz!.users.find(({ username }) => username === 'renee')!;
    expect(users[0]).toMatchObject({ emailVerified: false, name: expect.stringContaining(firstName!) });
    expect(users[0]!.email).toMatch(/^[0-9a-f-]{36}@pimbuzz\.invalid$/);
    expect(users[1]).toEqual(users[0]);
  });

  test('a user without an e-mail address and a name logs in', async () => {
    const browser = await startLogin(app);
    await expectLogin(browser, await takeCallbackOf(app, 'pimbuzz', 'blank'));
  });

  test('a callback link in a browser that has not started a login is refused, and its key is not sent', async () => {
    const callback = await takeCallbackOf(app, 'pimbuzz', 'sam');
    await notExchanged(app, () => expectRefused(new Browser(app.url), callback));
  });

  test('a callback that is loaded again does not log in again, also after a logout', async () => {
    const browser = await startLogin(app);
    const callback = await takeCallbackOf(app);
    await expectLogin(browser, callback);
    await notExchanged(app, () => expectRefused(browser, callback));
    await post(browser, '/sign-out', {});
    expect(await userOf(browser)).toBeUndefined();
    await notExchanged(app, () => expectRefused(browser, callback));
  });

  test('cookies that were copied before a login finish nothing after it, not even with another key', async () => {
    const browser = await startLogin(app);
    const copy = new Browser(app.url);
    for (const cookie of await browser.jar.getCookies(app.url)) await copy.jar.setCookie(cookie, app.url);
    await expectLogin(browser, await takeCallbackOf(app));
    const callback = await takeCallbackOf(app, 'pimbuzz', 'sam');
    await notExchanged(app, () => expectRefused(copy, callback));
  });

  test('a login whose key another tab has replaced is refused, and the user can log in again', async () => {
    const browser = await startLogin(app);
    const replaced = await takeCallbackOf(app);
    const callback = await takeCallbackOf(app);
    await expectRefused(browser, replaced);
    await expectLogin(await startLogin(app, 'pimbuzz', '/', browser), callback);
  });

  test.each<[string, TestRequest, number]>([
    ['a link', { method: 'GET' }, 404],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'provider=pimbuzz' }, 415],
    ['a form of text', { headers: { 'content-type': 'text/plain' }, body: '{"provider":"pimbuzz"}' }, 415],
    ['a script that the browser lets send', { headers: { ...byJSON, cookie: 'a=b' }, body: start() }, 403],
    ['a script, for which the browser asks', { method: 'OPTIONS', headers: askingForPost }, 404],
  ])("another site's page starts no login by %s", async (_way, request, status) => {
    const victim = new Browser(app.url);
    const response = await victim.send(`${basePath}/sign-in/social`, {
      method: 'POST',
      ...request,
      headers: { ...request.headers, ...fromElsewhere },
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await victim.jar.getCookies(app.url)).toEqual([]);
    await expectRefused(victim, await takeCallbackOf(app, 'pimbuzz', 'sam'));
  });

  test('what remains: after a start of its own a browser takes any key, also after a logout', async () => {
    const browser = await startLogin(app);
    await expectLogin(browser, await takeCallbackOf(app));
    await startLogin(app, 'pimbuzz', '/', browser);
    await post(browser, '/sign-out', {});
    await expectLogin(browser, await takeCallbackOf(app, 'pimbuzz', 'sam'));
  });

  test('a login that the app starts on the server brings the cookies of both', async () => {
    const starting = code.replace(
      'console.log(url);',
      `const body = { provider: 'pimbuzz', callbackURL: '/' };
      const { headers } = await auth.api.signInSocial({ body, returnHeaders: true });
      console.log(headers.getSetCookie().join('\\n'));
      console.log(url);`,
    );
    const site = await apps.start({ code: starting, basePath, names: ['pimbuzz'] });
    const browser = new Browser(site.url);
    for (const [cookie] of site.output.matchAll(/^better-auth\..*$/gm)) await browser.jar.setCookie(cookie, site.url);
    await expectLogin(browser, await takeCallbackOf(site));
  });

  test.each([
    ['a repeated key', (key: string) => `?auth_key=${key}&auth_key=${key}`, {}],
    ['a list', (key: string) => `?auth_key[]=${key}`, {}],
    ['an empty key', () => '?auth_key=', {}],
    ['invalid characters', (key: string) => `?auth_key=${key}%0d%0a`, {}],
    ['a code instead', (key: string) => `?code=${key}`, {}],
    ['a prefetch', (key: string) => `?auth_key=${key}`, { headers: { 'sec-purpose': 'prefetch' } }],
    ['HEAD', (key: string) => `?auth_key=${key}`, { method: 'HEAD' }],
    ['a picture', (key: string) => `?auth_key=${key}`, { headers: { 'sec-fetch-dest': 'image' } }],
    ['a POST', (key: string) => `?auth_key=${key}`, { method: 'POST' }],
  ])('%s uses up neither the key nor the login', async (_what, write, request) => {
    const browser = await startLogin(app);
    const callback = await takeCallbackOf(app);
    const [path = '', key = ''] = callback.split('?auth_key=');
    await notExchanged(app, async () => {
      await browser.send(path + write(key), request);
    });
    expect(await userOf(browser)).toBeUndefined();
    await expectLogin(browser, callback);
  });

  test.each(['https://evil.example/', '//evil.example', 'javascript:alert(1)', '/\\evil.example'])(
    'no login starts that would end at %s',
    async (callbackURL) => {
      const browser = new Browser(app.url);
      expect((await post(browser, '/sign-in/social', { provider: 'pimbuzz', callbackURL })).status).toBe(403);
      expect(await browser.jar.getCookies(app.url)).toEqual([]);
    },
  );

  test('after ten wrong keys no further key of this address is sent, also with new logins', async () => {
    const limited = await apps.start({ code, basePath, names: ['pimbuzz'] });
    for (let count = 0; count < 10; count++)
      await expectRefused(await startLogin(limited), `${limited.callbackURL('pimbuzz')}?auth_key=${wrongKey}`);
    expect(countExchanges(limited)).toBeGreaterThanOrEqual(10);
    const browser = await startLogin(limited);
    const callback = await takeCallbackOf(limited);
    await notExchanged(limited, () => expectRefused(browser, callback));
    expect(limited.output).toContain('too many logins from this address have failed');
  });

  describe('with two providers, passwords, and everything in the log', () => {
    let extended: LibraryApp;
    beforeAll(async () => {
      extended = await apps.start({
        code: code
          .replace('const auth = betterAuth({', (line) => `${secondProvider}\n${line}\n  logger: { level: 'debug' },`)
          .replace('plugins: [pimbuzz]', 'emailAndPassword: { enabled: true },\n  plugins: [pimbuzz, lookloox]'),
        basePath,
        names: ['pimbuzz', 'lookloox'],
      });
      for (const provider of Object.values(extended.providers))
        provider.updateUser('renee', { email: 'renee@example.org' });
    });

    test("a key of one provider is refused at the other's callback, and with the other's login", async () => {
      const browser = await startLogin(extended, 'pimbuzz');
      const foreign = await takeCallbackOf(extended, 'lookloox', 'sam');
      const own = await takeCallbackOf(extended, 'pimbuzz');
      await notExchanged(extended, async () => {
        await expectRefused(browser, foreign);
        await expectRefused(browser, own.replace('/pimbuzz?', '/lookloox?'));
      });
      await expectLogin(browser, own);
      expect((await userOf(browser))?.email).toMatch(/@pimbuzz\.invalid$/);
    });

    test("a user with the e-mail address of another one does not get that one's account", async () => {
      const owner = new Browser(extended.url);
      const form = { email: 'renee@example.org', password: 'a long password', name: 'Owner' };
      expect((await post(owner, '/sign-up/email', form)).status).toBe(200);
      const users = [await userOf(owner), await logIn(extended, 'pimbuzz'), await logIn(extended, 'lookloox')];
      expect(new Set(users.map((user) => user?.id)).size).toBe(3);
    });

    test('a signed-in user can be linked to no account', async () => {
      const browser = await startLogin(extended, 'pimbuzz');
      await expectLogin(browser, await takeCallbackOf(extended, 'pimbuzz', 'blank'));
      expect((await post(browser, '/link-social', { provider: 'lookloox', callbackURL: '/' })).status).toBe(200);
      await expectRefused(browser, await takeCallbackOf(extended, 'lookloox', 'sam'));
      const accounts = JSON.parse((await browser.get(`${basePath}/list-accounts`)).text) as { providerId: string }[];
      expect(accounts).toMatchObject([{ providerId: 'pimbuzz' }]);
    });

    test('no secret, key or token is in what better-auth prints, nor in a page or a cookie', async () => {
      const texts: string[] = [];
      const visit = async (browser: Browser, callback: string) => {
        const response = await follow(browser, callback);
        texts.push(response.text, String(response.location), JSON.stringify(await browser.jar.serialize()));
      };
      const callback = await takeCallbackOf(extended);
      const browser = await startLogin(extended);
      await visit(new Browser(extended.url), callback);
      await visit(browser, callback);
      const [account] = JSON.parse((await browser.get(`${basePath}/list-accounts`)).text) as { id: string }[];
      const kept = await post(browser, '/get-access-token', { accountId: account!.id });
      expect(kept.json.accessToken).toBe('');
      await visit(await startLogin(extended), callback);
      for (const fault of ['wrong_secret', 'html', 'reset'] as const) {
        extended.providers.pimbuzz!.once('authorize', fault);
        await visit(await startLogin(extended), await takeCallbackOf(extended));
      }
      extended.providers.pimbuzz!.once('get_user_info', 'expired_token');
      await visit(await startLogin(extended), await takeCallbackOf(extended));
      expect(extended.output).toContain('LoginWithError');
      expectNoSecrets(extended, [extended.output, ...texts]);
    });
  });

  test('better-auth does not start if it trusts the e-mail addresses of the provider', async () => {
    const trusting = code.replace(
      'plugins: [pimbuzz]',
      "account: { accountLinking: { trustedProviders: ['pimbuzz'] } },\n  plugins: [pimbuzz]",
    );
    const site = await apps.start({ code: trusting, basePath, names: ['pimbuzz'] });
    await expect(startLogin(site)).rejects.toThrow();
    expect(site.output).toContain('take "pimbuzz" out of "trustedProviders"');
  });

  test('a function that trusts them lets nobody link an account, which could be an attacker’s', async () => {
    const linking = `{
      trustedProviders: () => ['pimbuzz'],
      allowDifferentEmails: true,
    }`;
    const trusting = code.replace(
      'plugins: [pimbuzz]',
      `emailAndPassword: { enabled: true },\n  account: { accountLinking: ${linking} },\n  plugins: [pimbuzz]`,
    );
    const site = await apps.start({ code: trusting, basePath, names: ['pimbuzz'] });
    const victim = new Browser(site.url);
    const form = { email: 'victim@example.org', password: 'a long password', name: 'Victim' };
    expect((await post(victim, '/sign-up/email', form)).status).toBe(200);
    expect((await post(victim, '/link-social', { provider: 'pimbuzz', callbackURL: '/' })).status).toBe(200);
    await expectRefused(victim, await takeCallbackOf(site, 'pimbuzz', 'sam'));
    const { text } = await victim.get(`${basePath}/list-accounts`);
    expect(JSON.parse(text)).toMatchObject([{ providerId: 'credential' }]);
  });

  test('a callback may end with a slash, if better-auth takes it', async () => {
    const lenient = code.replace(
      'plugins: [pimbuzz]',
      'advanced: { skipTrailingSlashes: true },\n  plugins: [pimbuzz]',
    );
    const site = await apps.start({ code: lenient, basePath, names: ['pimbuzz'] });
    await expectLogin(await startLogin(site), (await takeCallbackOf(site)).replace('?', '/?'));
  });

  test("the plugin fits better-auth's types", () =>
    apps.checkTypes(`
      import { betterAuth } from 'better-auth';
      import { loginWithPlugin } from 'passport-loginwith/better-auth';
      export const auth = betterAuth({
        plugins: [loginWithPlugin({ provider: 'pimbuzz', appId: '1', appSecret: 's' })],
      });
    `));
});

test.each<[string, Partial<BetterAuthOptions> & object, RegExp]>([
  ['with a base URL and no name', { provider: 'https://social.example' }, /"name" is missing/],
  ['with a name that is no part of a path', { name: 'a/b' }, /"name" must be letters/],
  ['with clientId', { clientId: '1' } as object, /use "appId"/],
  [
    'with an address instead of a function',
    { clientAddress: '127.0.0.1' as never },
    /"clientAddress" must be a function/,
  ],
])('a plugin %s is refused at once', (_what, mistake, message) => {
  expect(() => loginWithPlugin({ provider: 'pimbuzz', appId: '1', appSecret: 's', ...mistake })).toThrow(message);
});

test('the plugin shows nobody the secret', () => {
  const plugin = loginWithPlugin({ provider: 'pimbuzz', appId: '1', appSecret: 'hidden' });
  expect(inspect(plugin, { depth: null, showHidden: true })).not.toContain('hidden');
});

function start(name = 'pimbuzz', callbackURL = '/'): string {
  return JSON.stringify({ provider: name, callbackURL });
}

/** Calls better-auth as its client does in a page of the app. */
function post(browser: Browser, path: string, body: object) {
  return browser.send(basePath + path, {
    method: 'POST',
    headers: { ...byJSON, origin: browser.url },
    body: JSON.stringify(body),
  });
}

async function startLogin(site: LibraryApp, name = 'pimbuzz', callbackURL = '/', browser = new Browser(site.url)) {
  const { json } = await post(browser, '/sign-in/social', { provider: name, callbackURL });
  expect(json.url).toMatch(`${site.providers[name]!.url}/api/oauth?app_id=`);
  return browser;
}

async function logIn(site: LibraryApp, name = 'pimbuzz') {
  const browser = await startLogin(site, name);
  await expectLogin(browser, await takeCallbackOf(site, name));
  return userOf(browser);
}

async function userOf(browser: Browser): Promise<{ id: string; email: string; name: string } | undefined> {
  const { headers, text } = await browser.get('/');
  return headers.get('content-type') === 'application/json'
    ? (JSON.parse(text) as { id: string; email: string; name: string })
    : undefined;
}

async function expectLogin(browser: Browser, callback: string): Promise<void> {
  const { status, location } = await browser.get(callback);
  expect({ status, location }).toEqual({ status: 302, location: '/' });
  expect(await userOf(browser)).toBeDefined();
}

/** The user is on the page for errors, and no cookie of a session has come with it. */
async function expectRefused(browser: Browser, callback: string): Promise<void> {
  const { location, headers } = await browser.get(callback);
  expect(location).toMatch(/\/api\/auth\/error\?error=\w+$/);
  expect(headers.getSetCookie().join()).not.toMatch('session_token');
}
