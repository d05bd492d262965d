import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { readBlocks } from '../support/document-blocks';
import { takeCallback } from '../support/express-site';
import { findFreePort } from '../support/free-port';
import { createPackageFolder, type PackageFolder } from '../support/package-folder';
import { cookieSecret } from '../support/strategy-app';
import { startTerminalApp, type TerminalApp } from '../support/terminal-app';
import { Browser, type TestResponse } from '../support/test-browser';

// Each test starts a process of its own.
jest.setTimeout(60_000);

let folder: PackageFolder;
beforeAll(async () => (folder = await createPackageFolder()));
afterAll(() => folder.remove());

const stops: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

/** The README's app with the strategy, and the one with loginWith(). */
const { 'strategy.mjs': strategyApp = '', 'app.mjs': loginWithApp = '' } = readBlocks('README.md');

/** What somebody does, besides the README. */
interface Mistake {
  /** Parts of the code, and what stands there instead. */
  edit?: [part: string | RegExp, instead: string][];
  env?: Record<string, string>;
  /** What is behind the app's address in the registered redirect URL; the callback's path if absent. */
  registered?: string;
  providerURL?: (provider: LocalProvider) => string | Promise<string>;
}

interface Site {
  app: TerminalApp;
  provider: LocalProvider;
  browser: Browser;
  /** Starts a login on the app, accepts at the provider, and returns the address to which that sends the browser. */
  callback: () => Promise<string>;
  /** The same, and opens that address; the redirects of the app are followed. */
  logIn: () => Promise<TestResponse>;
}

async function start(code: string, mistake: Mistake): Promise<TerminalApp | string> {
  return (await open(code, mistake)).started;
}

async function openSite(code: string, mistake: Mistake = {}): Promise<Site> {
  const { started: app, provider } = await open(code, mistake);
  if (typeof app === 'string') throw new Error(`the app did not start:\n${app}`);
  const { registered = '/auth/pimbuzz/callback' } = mistake;
  provider.updateApp(provider.apps[0]!.appId, { redirectURL: app.url + registered });
  const browser = new Browser(app.url);
  const callback = () => takeCallback({ provider, url: app.url }, browser);
  const follow = async (path: string): Promise<TestResponse> => {
    const response = await browser.visit(path);
    return response.location?.startsWith('/') === true ? follow(response.location) : response;
  };
  return { app, provider, browser, callback, logIn: async () => follow(await callback()) };
}

async function open(code: string, { edit = [], env = {}, providerURL = ({ url }) => url }: Mistake) {
  const provider = await startProvider();
  stops.push(() => provider.close());
  const { appId, appSecret } = provider.apps[0]!;
  const edited = edit.reduce((text, [part, instead]) => {
    // An edit that changes nothing would make no mistake.
    expect(text).toMatch(part);
    return text.replace(part, instead);
  }, code);
  const variables = {
    PIMBUZZ_URL: await providerURL(provider),
    PIMBUZZ_APP_ID: appId,
    PIMBUZZ_APP_SECRET: appSecret,
    SESSION_SECRET: cookieSecret,
    ...env,
  };
  const started = await startTerminalApp(folder, { 'app.mjs': edited }, variables);
  if (typeof started !== 'string') stops.push(() => started.stop());
  return { started, provider };
}

/** A warning as Node prints it, with the address of its documentation. */
const warning = (code: string, text: string, topic = code.toLowerCase()) =>
  new RegExp(`\\[${code}\\] LoginWithWarning: .*${text}.*\\nSee passport-loginwith/docs/errors\\.md#${topic}\\n`);
const failure = (code: string, text: string) => warning('LOGINWITH_FAILED', `${code}: .*${text}`, code);
/** An error as Express prints it. */
const printed = (code: string, hint: string) =>
  new RegExp(
    `LoginWithError: .*\\n    Hint: .*${hint}.*\\n    See passport-loginwith/docs/errors\\.md#${code}\\n    at `,
  );

const strategyVerify = /async \(accessToken[^]*?\}\),/;
const onServer = (url: string) => ({ url, other: url.replace('localhost', '127.0.0.1') });

describe('the README’s app with the strategy shows what is wrong:', () => {
  test('opened on 127.0.0.1, while the redirect URL is on localhost', async () => {
    const { app, provider, browser } = await openSite(strategyApp);
    const { other } = onServer(app.url);
    const callback = await takeCallback({ provider, url: other }, new Browser(other));
    const { location } = await browser.get(callback.replace(other, app.url));
    expect(location).toBe('/');
    await app.prints(failure('attempt_missing', 'was started on 127\\.0\\.0\\.1, and .* Open the app on localhost'));
  });

  test('a "#" in the registered redirect URL', async () => {
    // Also with DEBUG, which prints outcomes: this is none.
    const env = { DEBUG: 'passport-loginwith' };
    const { app, browser } = await openSite(strategyApp, { registered: '/auth/pimbuzz/callback#', env });
    await browser.get('/auth/pimbuzz');
    // The browser comes from the provider, and keeps the key to itself.
    const page = await browser.get('/auth/pimbuzz/callback', { 'sec-fetch-site': 'cross-site' });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Log in with Pimbuzz')]);
    await app.prints(failure('auth_key_missing', 'The usual cause is a "#"'));
    for (let round = 0; round < 9; round += 1) await browser.get('/auth/pimbuzz/callback');
    await app.prints(/with login_loop \(429\).* the registered redirect URL has a "#"/);
  });

  test('and nothing of a start that another site has caused', async () => {
    const { app, browser } = await openSite(strategyApp);
    await browser.get('/auth/pimbuzz', { 'sec-fetch-site': 'cross-site' });
    await browser.get('/auth/pimbuzz');
    await browser.get('/auth/pimbuzz', { 'sec-fetch-site': 'cross-site' });
    // A login that starts again by itself does so on the callback's path, and is no start of the app's pages.
    expect((await browser.get('/auth/pimbuzz/callback?auth_key=k')).location).toContain('/api/oauth');
    await browser.get('/auth/pimbuzz', { 'sec-fetch-site': 'cross-site' });
    await new Browser(app.url).get('/auth/pimbuzz/callback', { 'sec-fetch-site': 'cross-site' });
    await new Browser(app.url).get('/auth/pimbuzz/callback?auth_key=k');
    await app.prints(failure('attempt_missing', ''));
    expect(app.text()).not.toContain('auth_key_missing');
  });

  test('a verify that says no', async () => {
    const { app, logIn } = await openSite(strategyApp, { edit: [[strategyVerify, 'async () => false,']] });
    expect((await logIn()).text).toContain('Nobody is logged in');
    await app.prints(failure('user_rejected', 'verify of this app returned or passed on no user'));
  });

  test('no passport.session(): the user tries again, and is told of once', async () => {
    const { app, logIn, browser } = await openSite(strategyApp, { edit: [['app.use(passport.session());', '']] });
    expect((await logIn()).text).toContain('Nobody is logged in');
    for (let count = 0; count < 2; count += 1) await browser.get('/auth/pimbuzz');
    await app.prints(warning('LOGINWITH_PASSPORT_SESSION', 'app\\.use\\(passport\\.session\\(\\)\\)'));
    await app.stop();
    expect(app.text().match(/LOGINWITH_PASSPORT_SESSION/g)).toHaveLength(1);
  });

  test('a verify that never calls done', async () => {
    const edit: Mistake['edit'] = [
      [strategyVerify, '(accessToken, refreshToken, profile, done) => {},'],
      ["name: 'pimbuzz',", "name: 'pimbuzz', verifyTimeout: 50,"],
    ];
    const { app, logIn } = await openSite(strategyApp, { edit });
    const { status, text } = await logIn();
    expect([status, text]).toEqual([500, 'The login failed: verify_timeout']);
    await app.prints(printed('verify_timeout', 'Call done on every path'));
  });

  test('no session', async () => {
    const { app, browser } = await openSite(strategyApp, { edit: [[/app\.use\(session\(.*\n/, '']] });
    expect((await browser.get('/')).text).toContain('Login sessions require session support');
    await app.prints(/Login sessions require session support/);
  });

  test('a session cookie for https only', async () => {
    const edit: Mistake['edit'] = [['resave: false', 'resave: false, cookie: { secure: true }']];
    const { app, logIn } = await openSite(strategyApp, { edit });
    expect((await logIn()).text).toContain('Nobody is logged in');
    await app.prints(warning('LOGINWITH_TRUST_PROXY', 'set the cookie\'s "secure" to false'));
  });
});

describe('the README’s app with loginWith() shows what is wrong:', () => {
  test('opened on 127.0.0.1, while the redirect URL is on localhost', async () => {
    const { app, provider, browser } = await openSite(loginWithApp);
    const { other } = onServer(app.url);
    const callback = await takeCallback({ provider, url: other }, new Browser(other));
    const { status, text } = await browser.visit(callback.replace(other, app.url));
    expect([status, text]).toEqual([403, expect.stringContaining('Open the app on localhost')]);
    await app.prints(failure('attempt_missing', 'was started on 127\\.0\\.0\\.1'));
  });

  test('a "#" in the registered redirect URL', async () => {
    const { app, provider, browser } = await openSite(loginWithApp, { registered: '/auth/pimbuzz/callback#' });
    const { status, text } = await provider.signIn(browser.fetch, 'renee', { start: `${app.url}/auth/pimbuzz` });
    expect([status, text]).toEqual([400, expect.stringContaining('auth_key_missing')]);
    await app.prints(failure('auth_key_missing', 'The usual cause is a "#"'));
  });

  test('a verify that says no', async () => {
    const users = 'verify: () => false, serialize: (user) => user, deserialize: (user) => user';
    const { app, logIn } = await openSite(loginWithApp, { edit: [['loginWith({', `loginWith({ ${users}, `]] });
    const { status, text } = await logIn();
    expect([status, text]).toEqual([401, expect.stringContaining('user_rejected')]);
    await app.prints(failure('user_rejected', 'verify of this app returned or passed on no user'));
  });

  test('a verify that never calls done', async () => {
    const users = 'verify: (a, r, p, done) => {}, verifyTimeout: 50, serialize: (user) => user, deserialize: () => 1';
    const { app, logIn } = await openSite(loginWithApp, { edit: [['loginWith({', `loginWith({ ${users}, `]] });
    const { status, text } = await logIn();
    expect([status, text]).toEqual([500, expect.stringContaining('verify_timeout')]);
    await app.prints(/verify_timeout/);
  });

  test('no app.use(auth)', async () => {
    const { app, browser } = await openSite(loginWithApp, { edit: [['app.use(auth);', '']] });
    const { status, text } = await browser.get('/me');
    expect([status, text]).toEqual([500, expect.stringContaining('middleware_missing')]);
    await app.prints(/middleware_missing/);
  });

  test('no handleErrors()', async () => {
    const { app, callback } = await openSite(loginWithApp, { edit: [[/app\.use\(auth\.handleErrors\(\)\);.*/, '']] });
    await callback();
    await app.prints(warning('LOGINWITH_HANDLE_ERRORS', 'app\\.use\\(auth\\.handleErrors\\(\\)\\)'));
  });

  test('no session', async () => {
    const { app, browser } = await openSite(loginWithApp, { edit: [[/app\.use\(session\(.*\n/, '']] });
    const { status, text } = await browser.get('/auth/pimbuzz');
    expect([status, text]).toEqual([500, expect.stringContaining('session_missing')]);
    await app.prints(/session_missing/);
  });

  test('a session cookie for https only', async () => {
    const edit: Mistake['edit'] = [['resave: false', 'resave: false, cookie: { secure: true }']];
    const { app, callback } = await openSite(loginWithApp, { edit });
    await callback();
    await app.prints(warning('LOGINWITH_TRUST_PROXY', 'set the cookie\'s "secure" to false'));
  });
});

describe.each([
  ['the strategy', strategyApp],
  ['loginWith()', loginWithApp],
])('the README’s app with %s shows what is wrong:', (_name, code) => {
  test('nothing, if all is right', async () => {
    const { app, logIn, browser } = await openSite(code);
    expect((await logIn()).status).toBe(200);
    await browser.get('/auth/pimbuzz');
    await logIn();
    await app.stop();
    expect(app.text()).not.toMatch(/LOGINWITH_|Error|docs\/errors/);
  });

  test('a base URL with a path', async () => {
    const { app, provider, browser } = await openSite(code, { providerURL: ({ url }) => `${url}/api` });
    expect((await browser.get('/auth/pimbuzz')).location).toMatch(`${provider.url}/api/api/oauth`);
    await app.prints(
      warning('LOGINWITH_PROVIDER', 'answered 404 .*is http\\S+/api the right base URL\\?', 'response_\\w+'),
    );
  });

  test('a provider that is not running', async () => {
    const { app, browser } = await openSite(code, {
      providerURL: async () => `http://localhost:${await findFreePort()}`,
    });
    expect((await browser.get('/auth/pimbuzz')).status).toBe(302);
    const text = 'No login will come back .* Nothing listens there\\. Start the local provider';
    await app.prints(warning('LOGINWITH_PROVIDER', text, 'connection_refused'));
  });

  test('a wrong app secret', async () => {
    const { app, logIn } = await openSite(code, { env: { PIMBUZZ_APP_SECRET: 'wrong' } });
    const { status, text } = await logIn();
    expect([status, text]).toEqual([500, expect.stringContaining('app_secret_invalid')]);
    await app.prints(/app_secret_invalid/);
    expect(app.text()).toContain('Compare appSecret with the dashboard');
  });

  test('a wrong app id: the provider says so', async () => {
    const { browser, provider } = await openSite(code, { env: { PIMBUZZ_APP_ID: '99' } });
    const { location = '' } = await browser.get('/auth/pimbuzz');
    const { pathname, search } = new URL(location);
    const visitor = new Browser(provider.url);
    await visitor.postForm('/signin', { user_id: '2', return_to: pathname + search });
    expect((await visitor.get(pathname + search)).text).toContain('trying to use doesn&apos;t exist');
  });

  test.each([
    ['PIMBUZZ_APP_ID', /TypeError: .*"appId" is missing; .* such as PIMBUZZ_APP_ID/],
    ['PIMBUZZ_APP_SECRET', /TypeError: .*"appSecret" is missing; .* such as PIMBUZZ_APP_SECRET/],
    ['SESSION_SECRET', /TypeError: .*"cookieSecret" must be 32 or more random characters.*\(such as SESSION_SECRET\)/],
  ])('an empty %s', async (name, message) => {
    expect(await start(code, { env: { [name]: '' } })).toMatch(message);
  });
});
