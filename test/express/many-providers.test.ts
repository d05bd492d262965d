import express from 'express';
import type { LoginWithOptions } from 'passport-loginwith/express';
import {
  closeSites,
  createAuth,
  openProviders,
  serve,
  sessions,
  showData,
  takeCallback,
} from '../support/express-site';
import { cookieSecret } from '../support/strategy-app';
import { Browser, byFetch } from '../support/test-browser';

afterEach(closeSites);

type Tenant = Awaited<ReturnType<typeof openTenants>>['one'];

/** Without providers nothing adds the method. */
const isSignedIn = (req: Partial<express.Request>) => req.isAuthenticated?.();

/** An app on three ports with one session store. The first two have providers, which the app chooses by the port. */
async function openTenants(options: Partial<LoginWithOptions> = {}) {
  const app = express();
  const open = async () => {
    const url = await serve(app);
    const { byName, options: list } = await openProviders(url, ['pimbuzz']);
    // Both under one name, so that nothing but the options tells them apart.
    const providers = list.map((each) => ({ ...each, provider: byName.pimbuzz!.url, name: 'pimbuzz' }));
    return { url, provider: byName.pimbuzz!, providers };
  };
  const [one, two] = [await open(), await open()];
  let asked = 0;
  const auth = createAuth({
    cookieSecret,
    providers(req) {
      asked += 1;
      const tenant = [one, two].find(({ url }) => url === `http://${req.headers.host}`);
      // Other objects each time, as from a database.
      return Promise.resolve(tenant?.providers.map((each) => ({ ...each })));
    },
    ...options,
  });
  app.use(sessions(), auth);
  app.get('/me', auth.requireLogin(), (req, res) => void res.json({ id: auth.user(req)?.id, asked }));
  app.get('/data', auth.requireAccessToken('pimbuzz'), showData);
  app.get('/typo', auth.requireAccessToken('pimbuz'), showData);
  app.get('/', (req, res) => void res.json({ id: auth.user(req)?.id ?? null, isSignedIn: isSignedIn(req) }));
  app.use(auth.handleErrors());
  app.use(((error, _req, res, _next) => {
    const { status = 500, code, message } = error as { status?: number; code?: string; message: string };
    res.status(status).json({ code, message });
  }) satisfies express.ErrorRequestHandler);
  return { one, two, other: await serve(app) };
}

const logIn = ({ provider, url }: Tenant, browser: Browser, user: 'renee' | 'sam') =>
  provider.signIn(browser.fetch, user, { start: `${url}/auth/pimbuzz` });

const idOf = (tenant: Tenant, user: string) => tenant.provider.users.find(({ username }) => username === user)!.id;

test('each request has its own providers, which the app is asked for once', async () => {
  const { one, two } = await openTenants();
  for (const [tenant, user] of [
    [one, 'renee'],
    [two, 'sam'],
  ] as const) {
    const browser = new Browser(tenant.url);
    expect((await logIn(tenant, browser, user)).status).toBe(302);
    const before = Number((await browser.get('/me')).json.asked);
    const { json } = await browser.get('/me');
    expect(json).toEqual({ id: idOf(tenant, user), asked: before + 1 });
    expect((await browser.get('/data')).json).toEqual({ id: idOf(tenant, user) });
  }
});

test('who is signed in with one is a stranger to the other in the same session, and may sign in to both', async () => {
  const { one, two } = await openTenants();
  const browser = new Browser(one.url);
  await logIn(one, browser, 'renee');
  expect((await browser.get(`${two.url}/`)).json).toEqual({ id: null, isSignedIn: false });
  expect((await browser.get(`${two.url}/me`, byFetch)).status).toBe(401);
  await logIn(two, browser, 'sam');
  expect((await browser.get(`${one.url}/`)).json.id).toBe(idOf(one, 'renee'));
  expect((await browser.get(`${two.url}/`)).json.id).toBe(idOf(two, 'sam'));
  await browser.send(`${two.url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
  expect((await browser.get(`${one.url}/`)).json.id).toBe(idOf(one, 'renee'));
  expect((await browser.get(`${two.url}/`)).json.id).toBeNull();
});

test('an attempt of one is none of the other', async () => {
  const { one, two } = await openTenants();
  const browser = new Browser(one.url);
  await browser.get('/auth/pimbuzz');
  await browser.get(await takeCallback(two, new Browser(two.url)));
  const page = await browser.get(`${two.url}/auth/pimbuzz/callback`);
  expect([page.status, page.text]).toEqual([403, expect.stringContaining('attempt_missing')]);
});

test('wrong keys with one lock nobody out of the other', async () => {
  const { one, two } = await openTenants({ limits: { limit: 1 } });
  const browser = new Browser(one.url);
  await takeCallback(one, browser);
  for (const key of ['0', '1']) await browser.get(`/auth/pimbuzz/callback?auth_key=${key.repeat(32)}`);
  const [refused, accepted] = [
    await logIn(one, new Browser(one.url), 'renee'),
    await logIn(two, new Browser(two.url), 'renee'),
  ];
  expect([refused.status, accepted.status]).toEqual([429, 302]);
});

test('a request without providers passes, and a guard refuses it with 404', async () => {
  const { other } = await openTenants();
  const browser = new Browser(other);
  expect((await browser.get('/')).json).toEqual({ id: null });
  expect((await browser.get('/auth/pimbuzz')).status).toBe(404);
  const page = await browser.get('/me');
  expect([page.status, page.text]).toEqual([404, expect.stringContaining('provider_unknown')]);
});

test('a guard for a provider that the request does not have is the app’s mistake', async () => {
  const { one } = await openTenants();
  const browser = new Browser(one.url);
  await logIn(one, browser, 'renee');
  expect((await browser.get('/typo')).json.message).toBe('requireAccessToken: this request has no provider "pimbuz"');
});

test('the mistakes in what the app returned go to its error handlers', async () => {
  const { one } = await openTenants({ providers: () => [{ provider: 'pimbuzz', appId: '', appSecret: 's' }] });
  const { status, json } = await new Browser(one.url).get('/');
  expect([status, json.message]).toEqual([
    500,
    expect.stringMatching(/^loginWith: what "providers" returned: "providers\[0\]": "appId" is missing/),
  ]);
});

test.each([
  [{}, '"cookieSecret" is missing: all providers need one'],
  [{ cookieSecret, passport: { initialize() {}, session() {} }, verify: () => false }, 'leave "passport" out'],
])('loginWith() refuses what would not keep many providers apart (%#)', (options, message) => {
  expect(() => createAuth({ providers: () => undefined, ...options })).toThrow(message);
});
