import request from 'supertest';
import { startProvider, type LocalProvider, type StartOptions, type UserInput } from '../../../lib/provider/index';

let provider: LocalProvider;
afterEach(() => provider.close());

/** A browser on which the only user is signed in. */
async function browserOf(user: Partial<UserInput>, options: StartOptions = {}) {
  provider = await startProvider({ users: [{ username: 'ada', ...user }], ...options });
  const browser = request.agent(provider.url);
  await browser.post('/signin').type('form').send({ user_name: 'ada' });
  return browser;
}

type Browser = Awaited<ReturnType<typeof browserOf>>;

/** Where the start and the consent's button end: the title of a page, or a path of the site or of the app. */
async function endsOf(browser: Browser): Promise<(string | undefined)[]> {
  const { appId } = provider.apps[0]!;
  const responses = [
    await browser.get(`/api/oauth?app_id=${appId}`),
    await browser.post('/oauth/accept').type('form').send(`app_id=${appId}`),
  ];
  return responses.map(({ text, headers }) => {
    const location = headers.location?.replace(provider.url, '').replace(/\?.*/, '');
    return location ?? /<title>(.*)<\/title>/.exec(text)?.[1];
  });
}

const callback = 'http://localhost:3000/auth/pimbuzz/callback';
const consent = 'Log in With Pimbuzz';

test.each<[string, Partial<UserInput>, string]>([
  ['blocked', { banned: true }, 'System Message'],
  ['not confirmed', { activated: false }, 'Activation Required'],
  ['not approved', { approved: false }, 'Approval Required'],
  ['not finished', { started: false }, '/started'],
  ['without a package', { hasPackage: false }, '/packages'],
])('a user who is %s gets stopped at the start and at the consent', async (_state, fields, end) => {
  expect(await endsOf(await browserOf(fields))).toEqual([end, end]);
});

test.each<[string, Partial<UserInput>, StartOptions]>([
  ['an approval', { approved: false }, { approvalRequired: false }],
  ['a package', { hasPackage: false }, { packageRequired: false }],
  ['an approval of its admins', { approved: false, admin: true }, {}],
  ['a package of its admins', { hasPackage: false, admin: true }, {}],
  ['an approval, as 2.8,', { approved: false }, { version: '2.8' }],
])('a site that does not demand %s stops nobody for it', async (_what, fields, options) => {
  expect(await endsOf(await browserOf(fields, options))).toEqual([consent, callback]);
});

test.each<StartOptions>([{ activationRequired: false }, { version: '2.8' }])(
  'with %j, a user who is not confirmed gets as far as the consent’s button',
  async (options) => {
    const browser = await browserOf({ activated: false }, options);
    expect(await endsOf(browser)).toEqual([consent, 'Error']);
    provider.updateUser('ada', { activated: true });
    expect(await endsOf(browser)).toEqual([consent, callback]);
  },
);

test.each([
  ['4.0', '/api/oauth?app_id='],
  ['4.2', '/'],
] as const)('on %s, a login that stopped at an unfinished profile goes on to %s', async (version, path) => {
  const browser = await browserOf({ started: false }, { version });
  await browser.get(`/api/oauth?app_id=${provider.apps[0]!.appId}`);
  const page = await browser.get('/started');
  expect(page.text).toContain(version === '4.0' ? 'goes on afterwards' : 'is lost');
  const { headers } = await browser.post('/started');
  expect(headers.location?.replace(/\d+$/, '')).toBe(path);
  expect(provider.users[0]!.started).toBe(true);
  expect(await endsOf(browser)).toEqual([consent, callback]);
});

test('a package can be had on /packages, and the login is lost', async () => {
  const browser = await browserOf({ hasPackage: false });
  expect((await browser.get('/packages')).text).toContain('Choose a package');
  expect((await browser.post('/packages')).headers.location).toBe('/');
  expect(await endsOf(browser)).toEqual([consent, callback]);
});

test('the button of such a page does nothing for a visitor', async () => {
  await browserOf({ started: false });
  const { headers } = await request(provider.url).post('/started');
  expect(headers.location).toBe('/signin');
  expect(provider.users[0]!.started).toBe(false);
});

test('a redirect URL is cut in its column, within an entity if need be, and the key is appended', async () => {
  const browser = await browserOf({});
  const start = 'http://localhost/';
  const app = provider.createApp({ redirectURL: `${start}${'x'.repeat(256 - start.length - 3)}&y=1` });
  provider.approve('ada', app);
  const { headers } = await browser.get(`/api/oauth?app_id=${app.appId}`);
  expect(headers.location).toMatch(/x&am\?auth_key=[0-9a-f]{32}$/);
  expect(headers.location!.indexOf('?')).toBe(256);
});
