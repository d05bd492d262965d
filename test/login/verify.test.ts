import request from 'supertest';
import { PassportStrategy as PassportStrategyMixin } from '../support/nest-mixin';
import { LoginWithStrategy, type Profile, type Verify } from 'passport-loginwith';
import {
  closeAll,
  cookiesOf,
  createApp,
  createStrategy,
  issueKey,
  openProvider,
  optionsFor,
} from '../support/strategy-app';

afterEach(closeAll);

const user = { id: 'of the app' };
const later = (work: () => void) => setImmediate(work);

async function logIn(verify: Verify) {
  const provider = await openProvider();
  const agent = request.agent(createApp(createStrategy(optionsFor(provider), verify)));
  return provider.signIn(agent, undefined, { start: '/auth' });
}

test.each<[string, Verify]>([
  ['calls done', (_a, _r, _p, done) => done(null, user)],
  ['calls done with undefined for no error', (_a, _r, _p, done) => done(undefined, user)],
  ['calls done with false for no error', (_a, _r, _p, done) => done(false, user)],
  ['calls done with null for no information', (_a, _r, _p, done) => done(null, user, null)],
  ['calls done later', (_a, _r, _p, done) => void later(() => done(null, user))],
  ['calls done later from an arrow that returns something else', (_a, _r, _p, done) => later(() => done(null, user))],
  ['calls done later in a promise', async (_a, _r, _p, done) => void later(() => done(null, user))],
  ['returns the user', (_a, _r, _p) => user],
  ['takes nothing and returns the user', () => user],
  ['is async and returns the user', async () => user],
  ['is async, declares done and returns the user', async (_a, _r, _p, _done) => user],
  ['returns a thenable', () => ({ then: (resolve: (value: object) => void) => resolve(user) })],
  ['hides done behind a wrapper', (...parameters) => void later(() => parameters[3](null, user))],
  [
    'calls done twice',
    (_a, _r, _p, done) => {
      done(null, user);
      done(new Error('too late'));
    },
  ],
  [
    'calls done and then throws',
    (_a, _r, _p, done) => {
      done(null, user);
      throw new Error('too late');
    },
  ],
])('verify that %s logs the user in', async (_name, verify) => {
  const response = await logIn(verify);
  expect(response.body.user).toEqual(user);
});

test('a user may have a property named then', async () => {
  const response = await logIn(() => ({ id: 'of the app', then: 'later' }));
  expect(response.body.user).toEqual({ id: 'of the app', then: 'later' });
});

test('verify gets the token, no refresh token, and the profile', async () => {
  const verify = jest.fn<unknown, [string, undefined, Profile]>(() => user);
  const response = await logIn(verify);
  const [accessToken, refreshToken, profile] = verify.mock.calls[0]!;
  expect(accessToken).toBe(response.body.loginWith.accessToken);
  expect(refreshToken).toBeUndefined();
  expect(profile).toMatchObject({ provider: expect.stringMatching(/^127\.0\.0\.1:\d+$/), emails: expect.any(Array) });
});

test.each<[string, Verify]>([
  ['done(null, false)', (_a, _r, _p, done) => done(null, false)],
  ['done(null)', (_a, _r, _p, done) => done(null)],
  ['done(null, false, null)', (_a, _r, _p, done) => done(null, false, null)],
  ['a returned false', () => false],
  ['a returned null', () => null],
  ['a promise of null', async () => null],
])('%s is no user', async (_name, verify) => {
  const response = await logIn(verify);
  expect(response.status).toBe(401);
  expect(response.body.failed).toMatchObject({ code: 'user_rejected', stage: 'verify' });
});

test.each([
  ['an object', { message: 'banned', code: 'banned' }, { message: 'banned', code: 'banned' }],
  ['a text', 'banned', { message: 'banned', code: 'user_rejected' }],
])('the reason for no user reaches the app as %s', async (_name, info, expected) => {
  const response = await logIn((_a, _r, _p, done) => done(null, false, info));
  expect(response.status).toBe(401);
  expect(response.headers['www-authenticate']).toBeUndefined();
  expect(response.body.failed).toMatchObject(expected);
});

test('what verify says besides the user is in authInfo, with what the login says', async () => {
  const response = await logIn((_a, _r, _p, done) => done(null, user, { isNew: true, provider: 'not this' }));
  expect(response.body.authInfo).toEqual({ isNew: true, ...response.body.loginWith });
});

test.each<[string, Verify]>([
  ['done(error)', (_a, _r, _p, done) => done(new Error('database is down'))],
  [
    'a throw',
    () => {
      throw new Error('database is down');
    },
  ],
  ['a rejection', async () => Promise.reject(new Error('database is down'))],
  ['a rejection although it declares done', async (_a, _r, _p, _done) => Promise.reject(new Error('database is down'))],
  [
    'a rejected thenable',
    () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('database is down')) }),
  ],
])('%s is the error, as it is', async (_name, verify) => {
  const response = await logIn(verify);
  expect(response.status).toBe(500);
  expect(response.body.error).toEqual({ message: 'database is down' });
});

test.each<[string, Verify]>([
  [
    'thrown',
    () => {
      throw 'a text';
    },
  ],
  ['handed to done', (_a, _r, _p, done) => done('a text')],
])('something that is no Error, %s, becomes one', async (_name, verify) => {
  const response = await logIn(verify);
  expect(response.body.error).toMatchObject({ code: 'verify_failed', stage: 'verify' });
});

test.each<[string, Verify]>([
  ['returns nothing', (_a, _r, _p) => undefined],
  ['resolves to nothing', async () => undefined],
])('verify that %s and never asked for done is an error that says so', async (_name, verify) => {
  const response = await logIn(verify);
  expect(response.status).toBe(500);
  expect(response.body.error).toMatchObject({ code: 'verify_no_result', hint: expect.stringContaining('done') });
});

test('with passReqToCallback the request comes first', async () => {
  const provider = await openProvider();
  const strategy = new LoginWithStrategy(
    { ...optionsFor(provider), passReqToCallback: true },
    (req, accessToken, _refresh, profile, done) => {
      done(null, { id: profile.id, path: (req as unknown as { path: string }).path, isToken: accessToken.length > 0 });
    },
  );
  const response = await provider.signIn(request.agent(createApp(strategy)), undefined, { start: '/auth' });
  expect(response.body.user).toEqual({ id: provider.users[0]!.id, path: '/callback', isToken: true });
  await strategy.client.close();
});

test.each([false, true])("NestJS's mixin gets done last, passReqToCallback %s", async (passReqToCallback) => {
  const provider = await openProvider();
  class NestStrategy extends PassportStrategyMixin(LoginWithStrategy) {
    constructor() {
      super({ ...optionsFor(provider), passReqToCallback });
    }
    validate(...parameters: unknown[]) {
      const profile = parameters[passReqToCallback ? 3 : 2] as Profile;
      return Promise.resolve({ id: profile.id, count: parameters.length });
    }
  }
  const strategy = new NestStrategy() as unknown as LoginWithStrategy;
  const response = await provider.signIn(request.agent(createApp(strategy)), undefined, { start: '/auth' });
  expect(response.body.user).toEqual({ id: provider.users[0]!.id, count: passReqToCallback ? 5 : 4 });
  await strategy.client.close();
});

test('two requests of one exchange run verify one after the other, so that nobody is created twice', async () => {
  const accounts = new Set<string>();
  let created = 0;
  const provider = await openProvider();
  const app = createApp(
    createStrategy(optionsFor(provider), async (_a, _r, profile) => {
      const known = accounts.has(profile.id);
      await new Promise((resolve) => setImmediate(resolve));
      if (!known) created++;
      accounts.add(profile.id);
      return profile;
    }),
  );
  const cookie = cookiesOf(await request(app).get('/auth'));
  const url = `/callback?auth_key=${await issueKey(provider)}`;
  await Promise.all([1, 2, 3].map(() => request(app).get(url).set('Cookie', cookie).expect(200)));
  expect(created).toBe(1);
});
