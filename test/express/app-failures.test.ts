import { MemoryStore } from 'express-session';
import { LoginWithError } from 'passport-loginwith';
import type { LoginWithOptions } from 'passport-loginwith/express';
import { closeSites, openSite, sessions, takeCallback, type Site, type SiteSetUp } from '../support/express-site';

/*
 * Whatever the app's own functions do, a request ends, and the same page loaded again does not wait for the one before:
 * requests with the same key run one after the other, and the lock between them must be released.
 */

/** Holds timers alone; sockets and the clock go on. */
const holdTimers = () =>
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  });

afterEach(async () => {
  jest.useRealTimers();
  await closeSites();
});

const users: Partial<LoginWithOptions> = {
  verify: (_token, _refresh, profile) => profile,
  serialize: (user) => user,
  deserialize: (stored: never) => stored,
};

const openWith = (options: Partial<LoginWithOptions>, setUp: SiteSetUp = {}): Promise<Site> =>
  openSite({ options: (providers) => ({ providers, ...options }), ...setUp });

test.each<[string, NonNullable<LoginWithOptions['onError']>]>([
  [
    'throws',
    () => {
      throw new Error('in onError');
    },
  ],
  ['rejects', () => Promise.reject(new Error('in onError'))],
])('an onError that %s ends in the error handlers, however often the page is loaded', async (_name, onError) => {
  const site = await openWith({ ...users, verify: () => Promise.reject(new Error('database')), onError });
  const browser = site.browser();
  const callback = await takeCallback(site, browser);
  const pages = await Promise.all([browser.get(callback), browser.get(callback)]);
  for (const { status, json } of [...pages, await browser.get(callback)])
    expect([status, json]).toEqual([500, { error: 'Error: in onError' }]);

  const without = site.browser();
  for (const path of ['/auth/pimbuzz/callback?auth_key=abc', '/auth/pimbuzz/callback', '/auth/pimbuzz/callback'])
    expect((await without.visit(path)).json).toEqual({ error: 'Error: in onError' });
  expect(site.errors).toHaveLength(6);
});

test('a session store that fails after onLogin ends in the error handlers, and the next load logs in', async () => {
  const store = new MemoryStore();
  const onLogin: LoginWithOptions['onLogin'] = (_req, _res, next) => next();
  const site = await openWith({ onLogin }, { before: (app) => app.use(sessions({ store })) });
  const browser = site.browser();
  const callback = await takeCallback(site, browser);
  const set = store.set.bind(store);
  store.set = (_id, _session, done) => done?.(new Error('full'));
  for (let load = 0; load < 2; load += 1) expect((await browser.get(callback)).json).toEqual({ error: 'Error: full' });
  store.set = set;
  expect((await browser.get(callback)).location).toBe('/');
  expect((await browser.get('/me')).json.id).toBe('2');
});

test('a verify that never ends keeps the same page, loaded again, waiting for ten seconds and no longer', async () => {
  let calls = 0;
  let called: () => void = () => undefined;
  const isCalled = new Promise<void>((resolve) => (called = resolve));
  const site = await openWith({
    ...users,
    verify(_token, _refresh, profile) {
      calls += 1;
      called();
      return calls === 1 ? new Promise<never>(() => undefined) : profile;
    },
  });
  const browser = site.browser();
  const callback = await takeCallback(site, browser);
  holdTimers();
  const hanging = browser.get(callback).catch(() => 'cut off');
  await isCalled;
  const timers = jest.getTimerCount();
  const again = browser.get(callback);
  // Until it waits: the ten seconds began when the first one came in, less than one ago.
  while (jest.getTimerCount() === timers) await new Promise((resolve) => setImmediate(resolve));
  await jest.advanceTimersByTimeAsync(9_000);
  expect(calls).toBe(1);
  await jest.advanceTimersByTimeAsync(1_000);
  expect((await again).location).toBe('/');
  expect((await browser.get('/me')).json.username).toBe('renee');
  jest.useRealTimers();
  await closeSites();
  expect(await hanging).toBe('cut off');
});

test('an onLogin that has sent a response and never calls next leaves the page free to be loaded again', async () => {
  const site = await openWith({ onLogin: (_req, res) => void res.end('own page') });
  const browser = site.browser();
  const callback = await takeCallback(site, browser);
  for (let load = 0; load < 3; load += 1) expect((await browser.get(callback)).text).toBe('own page');
  expect((await browser.get('/me')).status).toBe(200);
});

test('an onLogin that has sent a response and then hands an error on ends in the error handlers, once', async () => {
  const site = await openWith({
    onLogin(_req, res, next) {
      res.end('own page');
      next(new LoginWithError('verify: late', { code: 'user_rejected', stage: 'verify' }));
    },
  });
  const browser = site.browser();
  const callback = await takeCallback(site, browser);
  // The app's error handler may cut the response off.
  await browser.get(callback).catch(() => undefined);
  expect(site.errors).toEqual([expect.objectContaining({ code: 'user_rejected' })]);
});
