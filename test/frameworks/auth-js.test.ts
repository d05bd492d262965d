import { inspect } from 'node:util';
import { loginWithProvider, type AuthJsOptions } from 'passport-loginwith/auth-js';
import { readBlocks } from '../support/document-blocks';
import { countExchanges, follow, LibraryApps, takeCallbackOf, type LibraryApp } from '../support/library-app';
import { expectNoSecrets, fromElsewhere, notExchanged, wrongKey } from '../support/library-attacks';
import { Browser } from '../support/test-browser';

// Processes start, and the types are checked.
jest.setTimeout(60_000);

const code = readBlocks('docs/auth-js.md')['auth-app.mjs']!;
const secondProvider = `
const lookloox = loginWithProvider({
  provider: process.env.LOOKLOOX_URL,
  name: 'lookloox',
  appId: process.env.LOOKLOOX_APP_ID,
  appSecret: process.env.LOOKLOOX_APP_SECRET,
  customFetch,
});`;
const memoryAdapter = `
const users = [{ id: 'first', email: 'renee@example.org', emailVerified: null }];
const accounts = [];
const adapter = {
  createUser: (user) => (users.push(user), user),
  getUser: (id) => users.find((user) => user.id === id) ?? null,
  getUserByEmail: (email) => users.find((user) => user.email === email) ?? null,
  getUserByAccount: ({ provider, providerAccountId }) => {
    const own = (each) => each.provider === provider && each.providerAccountId === providerAccountId;
    return users.find(({ id }) => id === accounts.find(own)?.userId) ?? null;
  },
  linkAccount: (account) => {
    console.log('linked ' + JSON.stringify(account));
    accounts.push(account);
  },
};`;
/** The documented app with a second provider, users in memory instead of none, and everything that Auth.js can log. */
const extendedCode = code
  .replace('const config = {', (start) => `${secondProvider}\n${memoryAdapter}\n${start}\n  debug: true,\n  adapter,`)
  .replace('providers: [pimbuzz]', "session: { strategy: 'jwt' },\n  providers: [pimbuzz, lookloox]");
let apps: LibraryApps;
/** As documented. */
let app: LibraryApp;

beforeAll(async () => {
  apps = await LibraryApps.install();
  app = await apps.start({ code, basePath: '/auth', names: ['pimbuzz'] });
});
afterAll(() => apps.remove());

test('a user logs in with the documented app, by its provider and id, without an e-mail address', async () => {
  const browser = await startLogin(app);
  await expectLogin(browser, await takeCallbackOf(app));
  const { id, firstName } = app.providers.pimbuzz!.users.find(({ username }) => username === 'renee')!;
  const session = (await browser.get('/')).json;
  expect(session).toMatchObject({ account: `pimbuzz:${id}`, user: { name: expect.stringContaining(firstName!) } });
  expect(session.user).not.toHaveProperty('email');
});

test('a callback may end with a slash', async () => {
  await expectLogin(await startLogin(app), (await takeCallbackOf(app)).replace('?', '/?'));
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
  await browser.postForm('/auth/signout', { csrfToken: await readToken(browser) });
  expect((await browser.get('/')).status).toBe(302);
  await notExchanged(app, () => expectRefused(browser, callback));
});

test('cookies that were copied before a login finish nothing after it with the same key', async () => {
  const browser = await startLogin(app);
  const copy = new Browser(app.url);
  for (const cookie of await browser.jar.getCookies(app.url)) await copy.jar.setCookie(cookie, app.url);
  const callback = await takeCallbackOf(app);
  await expectLogin(browser, callback);
  await expectRefused(copy, callback);
});

test('a login whose key another tab has replaced is refused, and the user can log in again', async () => {
  const browser = await startLogin(app);
  const replaced = await takeCallbackOf(app);
  const callback = await takeCallbackOf(app);
  await expectRefused(browser, replaced);
  await expectLogin(browser, callback);
});

test("another site can make the browser start no login, so an attacker's callback is refused after it", async () => {
  const victim = new Browser(app.url);
  const byLink = await victim.get('/auth/signin/pimbuzz', fromElsewhere);
  expect(byLink.location).toMatch(/\/auth\/error\?error=Configuration$/);
  const answers = [
    await victim.postForm('/auth/signin/pimbuzz', {}, fromElsewhere),
    await victim.postForm('/auth/signin/pimbuzz', { csrfToken: 'f'.repeat(64) }, fromElsewhere),
    await new Browser(app.url).postForm('/auth/signin/pimbuzz', {}, fromElsewhere),
  ];
  for (const { location } of answers) expect(location).toMatch(/\/auth\/signin\?error=MissingCSRF$/);
  expect(await cookieNames(victim)).not.toContainEqual(expect.stringMatching('pkce'));
  await expectRefused(victim, await takeCallbackOf(app, 'pimbuzz', 'sam'));
});

test('what remains: after a start of its own a browser takes any key, also after a logout', async () => {
  const browser = await startLogin(app);
  await expectLogin(browser, await takeCallbackOf(app));
  await startLogin(app, 'pimbuzz', '/', browser);
  await browser.postForm('/auth/signout', { csrfToken: await readToken(browser) });
  await expectLogin(browser, await takeCallbackOf(app, 'pimbuzz', 'sam'));
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
    const { location } = await browser.send(path + write(key), request);
    expect(location ?? '').not.toBe(app.url);
  });
  expect((await browser.get('/')).status).toBe(302);
  await expectLogin(browser, callback);
});

test.each(['https://evil.example/', '//evil.example', 'javascript:alert(1)', '/\\evil.example'])(
  'after the login nobody is sent to %s',
  async (callbackUrl) => {
    const browser = await startLogin(app, 'pimbuzz', callbackUrl);
    const { location } = await browser.get(await takeCallbackOf(app));
    expect(new URL(location ?? '', app.url).origin).toBe(app.url);
  },
);

test('after ten wrong keys no further key of this address is sent, also with new logins', async () => {
  const limited = await apps.start({ code, basePath: '/auth', names: ['pimbuzz'] });
  for (let count = 0; count < 10; count++)
    await expectRefused(await startLogin(limited), `${limited.callbackURL('pimbuzz')}?auth_key=${wrongKey}`);
  expect(countExchanges(limited)).toBeGreaterThanOrEqual(10);
  const browser = await startLogin(limited);
  const callback = await takeCallbackOf(limited);
  await notExchanged(limited, () => expectRefused(browser, callback));
  expect(limited.output).toContain('too many logins from this address have failed');
});

describe('with two providers and users in a database', () => {
  let extended: LibraryApp;
  beforeAll(async () => {
    extended = await apps.start({ code: extendedCode, basePath: '/auth', names: ['pimbuzz', 'lookloox'] });
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
    expect((await browser.get('/')).json.account).toMatch(/^pimbuzz:/);
  });

  test("a user with the e-mail address of another one does not get that one's account", async () => {
    const browser = await startLogin(extended, 'lookloox');
    await expectLogin(browser, await takeCallbackOf(extended, 'lookloox'));
    expect(extended.output).not.toContain('"userId":"first"');
  });

  test('a callback links no account to the user who is signed in', async () => {
    const browser = await startLogin(extended, 'pimbuzz');
    await expectLogin(browser, await takeCallbackOf(extended, 'pimbuzz', 'blank'));
    await startLogin(extended, 'lookloox', '/', browser);
    await expectLogin(browser, await takeCallbackOf(extended, 'lookloox', 'blank'));
    const linked = [...extended.output.matchAll(/^linked (.*)$/gm)].map(
      ([, account = '']) => JSON.parse(account) as { userId: string; provider: string },
    );
    const owners = linked.map(({ userId }) => userId);
    expect(owners.length).toBeGreaterThanOrEqual(2);
    expect(new Set(owners).size).toBe(owners.length);
    expect(linked[0]).not.toHaveProperty('access_token');
  });

  test('no secret, key or token is in what Auth.js prints with debug, nor in a page or a cookie', async () => {
    const texts: string[] = [];
    const visit = async (browser: Browser, callback: string) => {
      const response = await follow(browser, callback);
      texts.push(response.text, String(response.location), JSON.stringify(await browser.jar.serialize()));
    };
    const callback = await takeCallbackOf(extended);
    const browser = await startLogin(extended);
    await visit(new Browser(extended.url), callback);
    await visit(browser, callback);
    await visit(await startLogin(extended), callback);
    for (const fault of ['wrong_secret', 'html', 'reset'] as const) {
      extended.providers.pimbuzz!.once('authorize', fault);
      await visit(await startLogin(extended), await takeCallbackOf(extended));
    }
    extended.providers.pimbuzz!.once('get_user_info', 'expired_token');
    await visit(await startLogin(extended), await takeCallbackOf(extended));
    expect(extended.output).toContain('[auth][debug]');
    expect(extended.output).toContain('LoginWithError');
    expectNoSecrets(extended, [extended.output, ...texts]);
  });
});

test.each<[string, Partial<AuthJsOptions> & object, RegExp]>([
  ['without customFetch', { customFetch: undefined as never }, /"customFetch" is missing; import it from next-auth/],
  ['with a base URL and no name', { provider: 'https://social.example' }, /"name" is missing/],
  ['with a name that is no part of a path', { name: 'a/b' }, /"name" must be letters/],
  ['with clientId', { clientId: '1' } as object, /use "appId"/],
  [
    'with an address instead of a function',
    { clientAddress: '127.0.0.1' as never },
    /"clientAddress" must be a function/,
  ],
])('a provider %s is refused at once', (_what, mistake, message) => {
  const options = { provider: 'pimbuzz', appId: '1', appSecret: 's', customFetch: Symbol('custom-fetch'), ...mistake };
  expect(() => loginWithProvider(options)).toThrow(message);
});

test('the provider asks for PKCE, never trusts e-mail addresses, and shows nobody the secret', () => {
  const options = {
    provider: 'pimbuzz',
    appId: '1',
    appSecret: 'hidden',
    customFetch: Symbol('custom-fetch'),
  } as const;
  const provider = loginWithProvider(options);
  expect(provider).toMatchObject({ checks: ['pkce'], allowDangerousEmailAccountLinking: false });
  expect(inspect(provider, { depth: null, showHidden: true })).not.toContain('hidden');
});

test("the provider and the wrapper fit Auth.js's types", () =>
  apps.checkTypes(`
    import { Auth, customFetch, type AuthConfig } from '@auth/core';
    import { acceptAuthKey, loginWithProvider } from 'passport-loginwith/auth-js';
    const provider = loginWithProvider({ provider: 'pimbuzz', appId: '1', appSecret: 's', customFetch });
    export const config: AuthConfig = { providers: [provider] };
    export const handle: (request: Request) => Promise<Response> =
      acceptAuthKey((request: Request) => Auth(request, config));
  `));

/** Starts a login as the button on Auth.js's page does. */
async function startLogin(site: LibraryApp, name = 'pimbuzz', callbackUrl = '/', browser = new Browser(site.url)) {
  const csrfToken = await readToken(browser);
  const { location } = await browser.postForm(`/auth/signin/${name}`, { csrfToken, callbackUrl });
  expect(location).toMatch(`${site.providers[name]!.url}/api/oauth?app_id=`);
  return browser;
}

async function readToken(browser: Browser): Promise<string> {
  return (await browser.get('/auth/csrf')).json.csrfToken as string;
}

async function expectLogin(browser: Browser, callback: string): Promise<void> {
  const { status, location } = await browser.get(callback);
  expect({ status, location }).toEqual({ status: 302, location: `${browser.url}/` });
  expect((await browser.get('/')).status).toBe(200);
}

/** The user is on the page with the buttons, and no cookie of a session has come with it. */
async function expectRefused(browser: Browser, callback: string): Promise<void> {
  const { location, headers } = await browser.get(callback);
  expect(location).toMatch(/\/auth\/signin\?error=OAuthCallbackError$/);
  expect(headers.getSetCookie().join()).not.toMatch('session-token');
}

async function cookieNames(browser: Browser): Promise<string[]> {
  return (await browser.jar.getCookies(browser.url)).map(({ key }) => key);
}
