import { inspect } from 'node:util';
import { LoginWithClient, LoginWithError, type LoginWithStrategy, type Verify } from 'passport-loginwith';
import request from 'supertest';
import { closeSites, openSite, takeCallback, tokenOn, type Site, type SiteSetUp } from '../support/express-site';
import { recordEvents } from '../support/recorded-events';
import {
  closeAll,
  cookieSecret,
  createApp,
  createStrategy,
  issueKey,
  openProvider,
  optionsFor,
} from '../support/strategy-app';
import { openWebSite } from '../support/web-site';

let recorded: ReturnType<typeof recordEvents>;
beforeEach(() => (recorded = recordEvents()));
afterEach(async () => {
  recorded.stop();
  await Promise.all([closeAll(), closeSites()]);
});

const duration = expect.any(Number) as number;
const [started, exchanged, read] = ['start', 'exchange', 'profile'].map((channel) => ({
  channel,
  provider: 'pimbuzz',
  ...(channel === 'start' ? { purpose: 'login', restarted: false, code: undefined } : { duration, result: 'success' }),
}));
const loggedIn = {
  channel: 'outcome',
  provider: 'pimbuzz',
  purpose: 'login',
  restarted: false,
  duration,
  sinceStart: duration,
  result: 'success',
};
const failed = (code: string | undefined, details: object = {}) => ({
  ...loggedIn,
  result: 'failure',
  code,
  hint: expect.any(String) as string,
  documentation: `passport-loginwith/docs/errors.md#${code}`,
  message: expect.any(String) as string,
  retryable: expect.any(Boolean) as boolean,
  stage: expect.any(String) as string,
  status: expect.any(Number) as number,
  ...details,
});
const withoutAttempt = { sinceStart: undefined };

async function openStrategy(verify?: Verify): Promise<{
  strategy: LoginWithStrategy;
  agent: ReturnType<typeof request.agent>;
  logIn: () => Promise<unknown>;
}> {
  const provider = await openProvider();
  const strategy = createStrategy({ ...optionsFor(provider), name: 'pimbuzz' }, verify);
  const agent = request.agent(createApp(strategy));
  return { strategy, agent, logIn: () => provider.signIn(agent, undefined, { start: '/auth' }) };
}

describe('a login is told by four events, in the order in which it happens,', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['with the strategy', async () => (await openStrategy()).logIn()],
    [
      'with loginWith()',
      async () => {
        const site = await openSite();
        await site.logIn(site.browser());
      },
    ],
    [
      'with createLogin()',
      async () => {
        const site = await openWebSite();
        await site.logIn(site.browser());
      },
    ],
  ])('%s', async (_way, logIn) => {
    await logIn();
    expect(recorded.events).toEqual([started, exchanged, read, loggedIn]);
    for (const event of recorded.events) if ('duration' in event) expect(event.duration).toBeGreaterThan(0);
  });

  test('and with the client alone by its two calls', async () => {
    const provider = await openProvider();
    const client = new LoginWithClient({
      ...optionsFor(provider),
      provider: { name: 'pimbuzz', baseURL: provider.url, displayName: 'P', authorizeMethod: 'POST' },
    });
    const { accessToken } = await client.exchange(await issueKey(provider));
    await client.getUserInfo(accessToken);
    await client.checkCredentials();
    await client.checkBaseURL();
    await client.close();
    expect(recorded.events).toEqual([exchanged, read, read]);
  });
});

test('a login that starts again by itself says so, and why', async () => {
  const { agent } = await openStrategy();
  await agent.get('/auth').expect(302);
  await agent.get('/callback?auth_key=wrong').expect(302);
  await agent.get('/callback?auth_key=wrong2').expect(403);
  const refused = failed('auth_key_invalid');
  const { channel: _channel, purpose: _p, restarted: _r, sinceStart: _s, ...refusal } = refused;
  expect(recorded.events).toEqual([
    started,
    { channel: 'exchange', ...refusal },
    { ...started, restarted: true, code: 'auth_key_invalid' },
    { channel: 'exchange', ...refusal },
    { ...refused, restarted: true },
  ]);
});

/** What a verify does, and what the outcome says of it. */
const failingVerifies: [string, Verify, object][] = [
  ['is refused', () => false, failed('user_rejected', { status: 401, message: 'verify: the app refused the user' })],
  [
    'is refused with a reason',
    (_a, _r, profile, done) => done(null, false, { message: `${profile.id} canary` }),
    failed('user_rejected', { message: 'verify: the app refused the user' }),
  ],
  ['gets no result', (_a, _r, _p) => undefined, failed('verify_no_result', { status: 500, stage: 'verify' })],
  [
    'meets an error of the app',
    () => Promise.reject(new Error('canary')),
    failed(undefined, { status: 500, stage: undefined, hint: undefined, documentation: undefined }),
  ],
];

describe('a user whose login succeeds at the provider, and who', () => {
  test.each(failingVerifies)('%s, is a failure of the strategy', async (_what, verify, expected) => {
    await (await openStrategy(verify)).logIn();
    expect(recorded.events.slice(3)).toEqual([expected]);
    expect(inspect(recorded.events, { depth: 9 })).not.toContain('canary');
  });

  test.each(failingVerifies)('%s, is a failure of loginWith()', async (_what, verify, expected) => {
    const options: SiteSetUp['options'] = (providers) => ({
      providers,
      verify: verify as () => false,
      serialize: () => 1,
      deserialize: () => false,
    });
    const site = await openSite({ options });
    await site.logIn(site.browser());
    expect(recorded.events.slice(3)).toEqual([expected]);
    expect(inspect(recorded.events, { depth: 9 })).not.toContain('canary');
  });
});

describe('a failure is told once, though its page comes after a redirect:', () => {
  test('of loginWith()', async () => {
    const site = await openSite();
    const browser = site.browser();
    await browser.visit('/auth/pimbuzz/callback?auth_key=abc');
    await browser.get('/auth/pimbuzz/callback');
    expect(recorded.events).toEqual([failed('attempt_missing', withoutAttempt)]);
  });

  test('of createLogin()', async () => {
    const site = await openWebSite();
    await site.browser().visit('/auth/pimbuzz/callback?auth_key=abc');
    expect(recorded.events).toEqual([failed('attempt_missing', withoutAttempt)]);
  });
});

test('a callback that is opened again by a signed-in user is no failure', async () => {
  const site = await openSite();
  const browser = site.browser();
  await site.logIn(browser);
  recorded.events.splice(0);
  expect((await browser.get('/auth/pimbuzz/callback?auth_key=abc')).location).toBe('/');
  expect(recorded.events).toEqual([]);
});

describe('of loginWith(),', () => {
  const data: SiteSetUp['routes'] = (app, auth) =>
    app.get('/data', auth.requireAccessToken('pimbuzz'), (_req, res) => void res.send('data'));
  const outcomes = () => recorded.events.filter(({ channel }) => channel === 'outcome');

  test('a renewal is told as one, and so is one with another account', async () => {
    const site = await openSite({ routes: data });
    const browser = site.browser();
    await site.logIn(browser);
    await site.logIn(browser, 'renee', '/auth/pimbuzz/renew');
    await site.logIn(browser, 'sam', '/auth/pimbuzz/renew');
    expect(outcomes()).toEqual([
      loggedIn,
      { ...loggedIn, purpose: 'renew' },
      failed('account_mismatch', { purpose: 'renew' }),
    ]);
    expect(recorded.events[4]).toEqual({ ...started, purpose: 'renew' });
  });

  test('a link is told when it is confirmed', async () => {
    const site = await openSite({ options: (providers) => ({ providers, onLink: () => undefined }) });
    const browser = site.browser();
    await site.logIn(browser);
    const question = await site.logIn(browser, 'sam', '/auth/pimbuzz/link');
    expect(outcomes()).toEqual([loggedIn]);
    await browser.postForm('/auth/pimbuzz/link', { token: tokenOn(question) });
    await browser.postForm('/auth/pimbuzz/link', { token: 'made up' });
    const linked = { ...loggedIn, purpose: 'link', ...withoutAttempt };
    expect(outcomes().slice(1)).toEqual([linked, failed('link_invalid', { purpose: 'link', ...withoutAttempt })]);
  });

  test('a logout is told if it fails', async () => {
    const site = await openSite();
    const browser = site.browser();
    await browser.postForm('/auth/logout', {}, { 'sec-fetch-site': 'cross-site' });
    await browser.postForm('/auth/logout');
    const details = { purpose: 'logout', provider: undefined, ...withoutAttempt };
    expect(recorded.events).toEqual([failed('foreign_request', details)]);
  });

  test('a start that fails is told, of its route and of a guard', async () => {
    const ended = new LoginWithError('ended', { code: 'token_expired', stage: 'user_info' });
    const site = await openSite({
      handleErrors: true,
      routes: (app, auth) => app.get('/data', auth.requireAccessToken('pimbuzz'), (_req, _res, next) => next(ended)),
    });
    const browser = site.browser();
    await site.logIn(browser);
    for (let count = 1; count < 9; count++) await browser.get('/auth/pimbuzz');
    await browser.get('/data');
    const loop = failed('login_loop', { stage: 'start', ...withoutAttempt });
    expect(outcomes()).toEqual([loggedIn, loop, { ...loop, purpose: 'renew' }]);
  });

  test('a missing session is told, and a guard without the middleware', async () => {
    const site = await openSite({ before: () => undefined, mount: '/only/here' });
    await site.browser().get('/only/here/auth/pimbuzz');
    await site.browser().get('/me');
    expect(outcomes()).toEqual([
      failed('session_missing', withoutAttempt),
      failed('middleware_missing', { provider: undefined, ...withoutAttempt }),
    ]);
  });

  test('what fails after the login was told is no second outcome', async () => {
    const options: SiteSetUp['options'] = (providers) => ({
      providers,
      onLogin: () => Promise.reject(new LoginWithError('later', { code: 'verify_failed', stage: 'verify' })),
    });
    const site = await openSite({ options });
    await site.logIn(site.browser());
    expect(outcomes()).toEqual([loggedIn]);
  });
});

test('no event has a secret, a key, a token, a query or anything about the user', async () => {
  const shown = () => inspect(recorded.events, { depth: 9, showHidden: true }) + JSON.stringify(recorded.events);
  const known: string[] = [];
  const keep = async (site: Pick<Site, 'provider' | 'url'>, browser: Parameters<typeof takeCallback>[1]) => {
    const callback = await takeCallback(site, browser, '/auth/pimbuzz?returnTo=/canary');
    known.push(new URL(callback).searchParams.get('auth_key')!, callback);
    return callback;
  };
  const site = await openSite({
    routes: (app, auth) =>
      app.get('/token', auth.requireAccessToken('pimbuzz'), (req, res) => void res.json(req.loginWith!.accessToken)),
  });
  const browser = site.browser();
  await browser.get(await keep(site, browser));
  known.push(JSON.parse((await browser.get('/token')).text) as string);
  const web = await openWebSite();
  await web.browser().visit(await keep(web, web.browser()));
  const visitor = web.browser();
  await visitor.get(await keep(web, visitor));
  for (const { provider } of [site, web]) {
    const { appSecret } = provider.apps[0]!;
    const user = provider.users.find(({ username }) => username === 'renee')!;
    known.push(appSecret, user.username, String(user.email), String(user.firstName));
  }
  expect(recorded.events.length).toBeGreaterThan(8);
  for (const text of [...known, 'canary', '?', cookieSecret])
    expect(shown().replaceAll(/\bright base URL\?/g, '')).not.toContain(text);
});

test('without subscribers no event is made', async () => {
  recorded.stop();
  const made = jest.spyOn(performance, 'now');
  const { logIn } = await openStrategy();
  await logIn();
  expect(recorded.events).toEqual([]);
  expect(made.mock.calls.length).toBeLessThan(20);
  made.mockRestore();
});
