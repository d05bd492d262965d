import { createLogin, type CreateLoginsOptions, type ProviderOptions } from 'passport-loginwith/web';
import { closeSites, openProviders, takeCallback } from '../support/express-site';
import { cookieSecret } from '../support/strategy-app';
import { Browser } from '../support/test-browser';
import { serveWeb, showResult } from '../support/web-site';

afterEach(closeSites);

const callbackPath = '/auth/pimbuzz/callback';

/** An app on two ports, each with a provider of its own, which `providers` finds. */
async function openTenants(options: Partial<CreateLoginsOptions> = {}) {
  const open = async (name: string) => {
    const url = await serveWeb((...parameters) => showResult(login)(...parameters));
    const { byName, options: list } = await openProviders(url, ['pimbuzz']);
    const { appId, appSecret } = list[0]!;
    const provider = byName.pimbuzz!;
    return { url, provider, options: { name, provider: provider.url, appId, appSecret } satisfies ProviderOptions };
  };
  const [one, two] = [await open('one'), await open('two')];
  const login = createLogin({
    // Other objects each time, as from a database.
    providers: (request) => {
      const tenant = [one, two].find(({ url }) => url === new URL(request.url).origin);
      return Promise.resolve(tenant && { ...tenant.options });
    },
    cookieSecret,
    ...options,
  });
  return { one, two, login };
}

const logIn = (tenant: Awaited<ReturnType<typeof openTenants>>['one'], browser: Browser) =>
  tenant.provider.signIn(browser.fetch, undefined, { start: `${tenant.url}/auth/pimbuzz` });

test('each request logs in at its own provider, under its name', async () => {
  const { one, two } = await openTenants();
  for (const tenant of [one, two, one]) {
    const { json } = await logIn(tenant, new Browser(tenant.url));
    expect(json.id).toBe(`${tenant.options.name}:${tenant.provider.users[0]!.id}`);
  }
  // Equal options are one provider, which has found out how this site reads its parameters.
  const calls = one.provider.requests.filter(({ endpoint }) => endpoint === 'authorize');
  expect(calls.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
});

test('an attempt of one provider is none of the other, although the browser sends its cookies there', async () => {
  const { one, two } = await openTenants();
  const browser = new Browser(one.url);
  await browser.get('/auth/pimbuzz');
  expect(await browser.jar.getCookies(two.url)).toHaveLength(1);
  const callback = await takeCallback(two, new Browser(two.url));
  await browser.get(callback);
  const page = await browser.get(two.url + callbackPath);
  expect([page.status, page.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
  expect(two.provider.requests.filter(({ endpoint }) => endpoint === 'authorize')).toEqual([]);
});

test('even under the same name, neither opens the cookie of the other', async () => {
  const { one, two } = await openTenants();
  one.options.name = two.options.name;
  const browser = new Browser(one.url);
  await browser.get('/auth/pimbuzz');
  await browser.get(await takeCallback(two, new Browser(two.url)));
  expect((await browser.get(two.url + callbackPath)).text).toContain('attempt_missing');
});

test('wrong keys at one provider lock nobody out of the other, in the app’s store, too', async () => {
  const counts = new Map<string, number>();
  const countOf = (key: string) => ({ totalHits: counts.get(key) ?? 0, resetTime: undefined });
  const store = {
    get: countOf,
    increment: (key: string) => (counts.set(key, (counts.get(key) ?? 0) + 1), countOf(key)),
  };
  const { one, two } = await openTenants({ limits: { limit: 1, store } });
  const browser = new Browser(one.url);
  await takeCallback(one, browser);
  for (const key of ['0', '1']) await browser.get(`${callbackPath}?auth_key=${key.repeat(32)}`);
  const [refused, accepted] = [await logIn(one, new Browser(one.url)), await logIn(two, new Browser(two.url))];
  expect([refused.status, accepted.status]).toEqual([429, 200]);
});

/** What the app's database returns may be an object of a class, which leaves secrets out when it is printed. */
class Row {
  toJSON() {
    return 'a row';
  }
}

test('options in objects of a class are told apart by what is in them', async () => {
  const { one, two } = await openTenants();
  const login = createLogin({
    cookieSecret,
    providers: ({ url }) => Object.assign(new Row(), url.startsWith(one.url) ? one.options : two.options),
  });
  const start = ({ url }: typeof one) => login.handle(new Request(url, { headers: { 'sec-fetch-site': 'none' } }));
  for (const tenant of [one, two])
    expect((await start(tenant)).response.headers.get('location')).toContain(tenant.provider.url);
  await login.close();
});

test('a request without a provider gets 404, and a logout there forgets nothing', async () => {
  const { login } = await openTenants();
  const request = (headers: Record<string, string>) => new Request('http://unknown.example/auth/pimbuzz', { headers });
  const page = await login.handle(request({ accept: 'text/html' }));
  expect(page).toMatchObject({ type: 'failure', error: { code: 'provider_unknown', status: 404 } });
  expect(await page.response.text()).toContain('provider_unknown');
  const json = await login.handle(request({ accept: 'application/json' }));
  expect(await json.response.json()).toMatchObject({ code: 'provider_unknown' });
  expect((await login.forgetAttempts(request({}))).getSetCookie()).toEqual([]);
});

describe('options', () => {
  test('of a provider are checked when they come, and the mistake is the app’s', async () => {
    const login = createLogin({ cookieSecret, providers: () => ({ provider: 'pimbuzz', appId: '1', appSecret: '' }) });
    await expect(login.handle(new Request('http://app.example/auth/pimbuzz'))).rejects.toThrow(
      /^createLogin: what "providers" returned: "appSecret" is missing/,
    );
  });

  test('that all providers share are checked at once', () => {
    const given = { providers: ['pimbuzz'], trustedOrigins: ['x'], attempts: {}, appId: '1' };
    expect(() => createLogin(given as never)).toThrow(
      /^createLogin: "cookieSecret" is missing.*"providers" must be a function.*"attempts".*"trustedOrigins".*"appId" is not an option/s,
    );
  });
});
