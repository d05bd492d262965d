import type { Response } from 'express';
import request from 'supertest';
import { LoginWithStrategy, type Verify } from 'passport-loginwith';
import { loginWith } from 'passport-loginwith/express';
import { closeSites, openSite } from '../support/express-site';
import { recordEvents } from '../support/recorded-events';
import {
  closeAll,
  cookieSecret,
  cookiesOf,
  createApp,
  createStrategy,
  holdTimeouts,
  issueKey,
  openProvider,
  optionsFor,
  withResolvers,
} from '../support/strategy-app';

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([closeAll(), closeSites()]);
});

const expected = {
  code: 'verify_timeout',
  stage: 'verify',
  status: 500,
  retryable: true,
  hint: expect.stringContaining('Call done on every path') as string,
};

/** Logs in, and lets the time of verify pass as soon as it is called. */
async function openLogin(length: number, verify: Verify, options: object = {}) {
  const timeouts = holdTimeouts(length);
  const called = withResolvers();
  const provider = await openProvider();
  const strategy: LoginWithStrategy = createStrategy({ ...optionsFor(provider), ...options }, (...parameters) => {
    setImmediate(() => called.resolve());
    return verify(...parameters);
  });
  const app = createApp(strategy);
  const cookie = cookiesOf(await request(app).get('/auth'));
  const url = `/callback?auth_key=${await issueKey(provider)}`;
  const response = request(app).get(url).set('Cookie', cookie).then();
  await called.promise;
  return { timeouts, response, again: () => request(app).get(url).set('Cookie', cookie) };
}

test.each<[string, Verify]>([
  ['never calls done', (_a, _r, _p, _done) => undefined],
  ['returns a promise that never ends', () => new Promise(() => undefined)],
  ['returns nothing from hidden parameters', (..._all) => undefined],
])('a verify that %s fails after 30 seconds', async (_what, verify) => {
  const { timeouts, response } = await openLogin(30_000, verify);
  expect(timeouts.count()).toBe(1);
  timeouts.pass();
  const { status, body } = await response;
  expect(status).toBe(500);
  expect(body.error).toMatchObject({ ...expected, message: 'verify: it gave no result within 30000 ms' });
});

test('verifyTimeout is another limit, and what verify says after it is ignored', async () => {
  const { events, stop } = recordEvents();
  let done: (error: unknown, user?: unknown) => void = () => undefined;
  const { timeouts, response } = await openLogin(50, (_a, _r, _p, given) => void (done = given), {
    verifyTimeout: 50,
  });
  timeouts.pass();
  expect((await response).body.error).toMatchObject({ ...expected, message: 'verify: it gave no result within 50 ms' });
  done(null, { id: 'late' });
  done(new Error('later'));
  await new Promise((resolve) => setImmediate(resolve));
  stop();
  const outcomes = events.filter(({ channel }) => channel === 'outcome');
  expect(outcomes).toEqual([expect.objectContaining({ result: 'failure', code: 'verify_timeout' })]);
});

test('verifyTimeout: false is no limit', async () => {
  let done: (error: unknown, user?: unknown) => void = () => undefined;
  const { timeouts, response } = await openLogin(0, (_a, _r, _p, given) => void (done = given), {
    verifyTimeout: false,
  });
  timeouts.pass();
  done(null, { id: 'of the app' });
  expect((await response).body.user).toEqual({ id: 'of the app' });
});

test('after the limit, the same page loaded again calls verify again at once', async () => {
  let calls = 0;
  const { timeouts, response, again } = await openLogin(30_000, (...parameters) => {
    calls += 1;
    if (calls > 1) parameters[3](null, { id: 'of the app' });
  });
  timeouts.pass();
  await response;
  expect((await again()).body.user).toEqual({ id: 'of the app' });
});

test('a verify that has responded itself need not end', async () => {
  const timeouts = holdTimeouts(30_000);
  const { events, stop } = recordEvents();
  const provider = await openProvider();
  const strategy = new LoginWithStrategy({ ...optionsFor(provider), cookieSecret, passReqToCallback: true }, (req) => {
    (req as unknown as { res: Response }).res.status(418).end();
    return new Promise(() => undefined);
  });
  const response = await provider.signIn(request.agent(createApp(strategy)), undefined, { start: '/auth' });
  expect([response.status, timeouts.count()]).toEqual([418, 1]);
  timeouts.pass();
  await new Promise((resolve) => setImmediate(resolve));
  expect(events.filter(({ channel }) => channel === 'outcome')).toEqual([]);
  stop();
  await strategy.client.close();
});

test('of loginWith(), a verify that never ends shows the failure, too', async () => {
  const timeouts = holdTimeouts(30_000);
  const called = withResolvers();
  const site = await openSite({
    options: (providers) => ({
      providers,
      verify: () => {
        setImmediate(() => called.resolve());
        return new Promise<false>(() => undefined);
      },
      serialize: () => 1,
      deserialize: () => false,
    }),
  });
  const response = site.logIn(site.browser());
  await called.promise;
  timeouts.pass();
  expect((await response).status).toBe(500);
  expect(site.errors).toEqual([expect.objectContaining(expected)]);
});

test.each([0, -1, 1.5, '30', true, null])('verifyTimeout: %j is a mistake', (verifyTimeout) => {
  const options = { verifyTimeout } as object;
  const provider = { provider: 'pimbuzz', appId: '1', appSecret: 's' };
  const message = /"verifyTimeout" must be a whole number of milliseconds above 0, or false for no limit/;
  expect(() => createStrategy({ ...provider, ...options })).toThrow(message);
  expect(() => loginWith({ providers: [provider], ...options })).toThrow(message);
});

test('verifyTimeout of one provider of loginWith() is a mistake, because verify is for all', () => {
  const provider = { provider: 'pimbuzz', appId: '1', appSecret: 's', verifyTimeout: 1 };
  expect(() => loginWith({ providers: [provider] })).toThrow('"verifyTimeout" is an option of loginWith() itself');
});
