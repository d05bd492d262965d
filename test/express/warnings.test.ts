import type { IncomingMessage } from 'node:http';
import { MemoryStore } from 'express-session';
import type { Handler } from 'passport-loginwith/express';
import { closeSites, cookieSessions, createAuth, openSite, serve, sessions } from '../support/express-site';
import { Browser } from '../support/test-browser';

let warnings: { message: string; code: string }[];

beforeEach(() => {
  warnings = [];
  jest
    .spyOn(process, 'emitWarning')
    .mockImplementation(
      (message, options) => void warnings.push({ message: String(message), ...(options as { code: string }) }),
    );
});
afterEach(async () => {
  jest.restoreAllMocks();
  await closeSites();
});

const codes = () => warnings.map(({ code }) => code);
const inMode = (mode: string | undefined) =>
  void jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: mode });

describe('a misconfiguration is warned of once, at the first start of a login:', () => {
  test.each([
    ['a secure cookie over http', 'LOGINWITH_TRUST_PROXY', () => sessions({ cookie: { secure: true } }), 'trust proxy'],
    ['also of cookie-session', 'LOGINWITH_TRUST_PROXY', () => cookieSessions({ secure: true }), 'trust proxy'],
    [
      'a SameSite=Strict cookie',
      'LOGINWITH_SAMESITE_STRICT',
      () => sessions({ cookie: { sameSite: 'strict' } }),
      'SameSite=Lax has neither problem',
    ],
  ])('%s', async (_name, code, session, text) => {
    const site = await openSite({ before: (app) => app.use(session()) });
    await site.browser().get('/');
    expect(warnings).toEqual([]);
    await site.browser().get('/auth/pimbuzz');
    await site.browser().get('/auth/pimbuzz');
    const message = expect.stringMatching(`^loginWith: .*${text}`) as string;
    const detail = `See passport-loginwith/docs/errors.md#${code.toLowerCase()}`;
    expect(warnings).toEqual([{ type: 'LoginWithWarning', code, detail, message }]);
  });

  test.each([
    ['production', ['LOGINWITH_MEMORY_STORE']],
    ['development', []],
    [undefined, []],
  ])('sessions in the memory of the process, with NODE_ENV %s', async (mode, expected) => {
    inMode(mode);
    const site = await openSite({ handleErrors: true });
    await site.browser().get('/auth/pimbuzz');
    expect(codes()).toEqual(expected);
  });

  test('a proxy that Express does not trust', async () => {
    const site = await openSite();
    await site.browser().get('/auth/pimbuzz', { 'x-forwarded-for': '203.0.113.9' });
    expect(codes()).toEqual(['LOGINWITH_CLIENT_ADDRESS']);
  });

  test.each([
    [undefined, ['LOGINWITH_CLIENT_ADDRESS']],
    ['203.0.113.9', []],
  ])('a proxy without Express, where the app has set req.ip to %s', async (ip, expected) => {
    const auth = createAuth({ providers: [{ provider: 'pimbuzz', appId: '1', appSecret: 'x' }] });
    const url = await serve((req: IncomingMessage, res) => {
      Object.assign(req, ip === undefined ? {} : { ip });
      (cookieSessions() as Handler)(req, res, () => auth(req, res, () => res.end()));
    });
    await new Browser(url).get('/auth/pimbuzz', { 'x-forwarded-for': '203.0.113.9' });
    expect(codes()).toEqual(expected);
  });
});

test.each<[string, unknown, string[]]>([
  ['true', true, ['LOGINWITH_TRUST_EVERY_PROXY']],
  ['a function that trusts all', () => true, ['LOGINWITH_TRUST_EVERY_PROXY']],
  ['networks of everybody', '0.0.0.0/1, 128.0.0.0/1', ['LOGINWITH_TRUST_EVERY_PROXY']],
  ['a number of proxies', 2, []],
  ['addresses', 'loopback, 10.0.0.0/8', []],
])('"trust proxy" with %s is warned of if clients can make up their address', async (_what, setting, expected) => {
  const site = await openSite({
    before(app) {
      app.set('trust proxy', setting);
      app.use(sessions());
    },
  });
  await site.browser().get('/auth/pimbuzz', { 'x-forwarded-for': '203.0.113.9' });
  expect(codes()).toEqual(expected);
});

test('sessions in a cookie are not warned of in production', async () => {
  inMode('production');
  const site = await openSite({ before: (app) => app.use(cookieSessions()) });
  expect((await site.browser().get('/auth/pimbuzz')).status).toBe(302);
  expect(warnings).toEqual([]);
});

test.each(['203.0.113.9', '127.0.0.1'])('a set-up that works is not warned of, for a user from %s', async (address) => {
  inMode('production');
  const store = new (class OtherStore extends MemoryStore {})();
  const site = await openSite({
    before(app) {
      app.set('trust proxy', 1);
      app.use(sessions({ store, cookie: { secure: true, sameSite: 'lax' } }));
    },
  });
  await site.browser().get('/auth/pimbuzz', { 'x-forwarded-proto': 'https', 'x-forwarded-for': address });
  expect(warnings).toEqual([]);
});

test.each([
  ['development', undefined, ['LOGINWITH_DESERIALIZE']],
  [undefined, null, ['LOGINWITH_DESERIALIZE']],
  ['development', { id: '2' }, []],
  ['test', undefined, []],
  ['production', undefined, []],
])('in mode %s, a deserialize that returns %j is warned of once: %j', async (mode, user, expected) => {
  const site = await openSite({
    handleErrors: true,
    options: (providers) => ({
      providers,
      verify: (_token, _refresh, profile) => profile,
      serialize: () => 'stored',
      deserialize: () => user as null,
    }),
  });
  inMode(mode);
  for (const browser of [site.browser(), site.browser()]) {
    await site.logIn(browser);
    await browser.get('/');
    await browser.get('/');
  }
  expect(codes().filter((code) => code === 'LOGINWITH_DESERIALIZE')).toEqual(expected);
});
