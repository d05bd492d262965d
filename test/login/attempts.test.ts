import request from 'supertest';
import type { Attempt, AttemptStore } from 'passport-loginwith';
import { openAttemptCookie } from '../../lib/login/attempt-cookie';
import { parseStrategyOptions } from '../../lib/options';
import {
  callsTo,
  closeAll,
  cookieSecret,
  cookiesOf,
  createApp,
  createStrategy,
  issueKey,
  moveTime,
  openProvider,
  openServer,
  optionsFor,
} from '../support/strategy-app';

afterEach(async () => {
  jest.useRealTimers();
  await closeAll();
});

async function setUp(options: { name?: string } = {}) {
  const provider = await openProvider();
  const app = createApp(createStrategy({ ...optionsFor(provider), ...options }));
  return { provider, app };
}

/** The hint with which a callback is turned away. */
async function hintOf(app: Parameters<typeof request>[0], headers: Record<string, string>): Promise<string> {
  const response = await request(app).get('/callback?auth_key=k').set(headers).expect(403);
  expect(response.body.failed).toMatchObject({ code: 'attempt_missing', stage: 'callback' });
  return response.body.failed.hint as string;
}

test('five tabs can log in at once, newest first, and the sixth start drops the oldest', async () => {
  const { provider, app } = await setUp();
  const agent = request.agent(app);
  for (let tab = 1; tab <= 6; tab++) await agent.get(`/auth?returnTo=/tab${tab}`).expect(302);
  const arrived: string[] = [];
  for (let tab = 1; tab <= 5; tab++) {
    const response = await agent.get(`/callback?auth_key=${await issueKey(provider)}`).expect(200);
    arrived.push(response.body.loginWith.returnTo as string);
  }
  expect(arrived).toEqual(['/tab6', '/tab5', '/tab4', '/tab3', '/tab2']);
  await agent.get(`/callback?auth_key=${await issueKey(provider)}`).expect(403);
});

test('a tab that starts while another one comes back logs in, too, whichever response is the last', async () => {
  const { provider, app } = await setUp();
  const first = cookiesOf(await request(app).get('/auth?returnTo=/first'));
  const back = await request(app)
    .get(`/callback?auth_key=${await issueKey(provider)}`)
    .set('Cookie', first);
  const start = await request(app).get('/auth?returnTo=/second').set('Cookie', first);
  const key = await issueKey(provider);
  const cookie = cookiesOf(back, cookiesOf(start, first));
  const second = await request(app).get(`/callback?auth_key=${key}`).set('Cookie', cookie).expect(200);
  expect(second.body.loginWith.returnTo).toBe('/second');
});

test('five attempts with the longest of paths still fit into a cookie', async () => {
  const { app } = await setUp();
  const agent = request.agent(app);
  let cookie = '';
  for (let tab = 0; tab < 5; tab++) {
    const response = await agent.get(`/auth?returnTo=/${tab}${'é'.repeat(500)}`.replace(/é/g, '%C3%A9')).expect(302);
    cookie = cookiesOf(response);
  }
  expect(cookie.length).toBeLessThan(4096);
  await agent.get('/callback?auth_key=k').expect(302);
});

test('an attempt ends after ten minutes, and not before', async () => {
  const { provider, app } = await setUp();
  const started = cookiesOf(await request(app).get('/auth'));
  const key = await issueKey(provider);
  moveTime(10 * 60_000 + 1000);
  expect(await hintOf(app, { Cookie: started })).toContain('more than ten minutes ago');
  moveTime(-2000);
  await request(app).get(`/callback?auth_key=${key}`).set('Cookie', started).expect(200);
});

test('a callback without any cookie is told that there are none', async () => {
  const { app } = await setUp();
  expect(await hintOf(app, {})).toContain('no cookies at all');
});

test('a callback with foreign cookies only is told that none is of a login', async () => {
  const { app } = await setUp();
  expect(await hintOf(app, { Cookie: 'theme=dark; broken' })).toContain('none of a login');
});

test('a callback while a login with another provider is under way is told so', async () => {
  const { app } = await setUp();
  const other = await setUp({ name: 'other' });
  const cookie = cookiesOf(await request(other.app).get('/auth'));
  expect(await hintOf(app, { Cookie: cookie })).toContain('another provider');
});

test('an attempt that was started over https is not taken over http', async () => {
  const provider = await openProvider();
  const app = createApp(createStrategy(optionsFor(provider)), (app) => app.set('trust proxy', true));
  const cookie = cookiesOf(await request(app).get('/auth').set('X-Forwarded-Proto', 'https'));
  expect(await hintOf(app, { Cookie: cookie })).toContain('trust proxy');
});

test('a changed cookie is refused wherever it was changed', async () => {
  const { app } = await setUp();
  const [name, value = ''] = cookiesOf(await request(app).get('/auth')).split('=');
  for (let at = 0; at < value.length; at += 7) {
    const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
    expect(await hintOf(app, { Cookie: `${name}=${changed}` })).toContain('cannot be opened');
  }
  const last = value.at(-1) === 'A' ? 'B' : 'A';
  expect(await hintOf(app, { Cookie: `${name}=${value.slice(0, -1)}${last}` })).toContain('cannot be opened');
  for (const added of ['.', '!', '==']) {
    expect(await hintOf(app, { Cookie: `${name}=${value}${added}` })).toContain('cannot be opened');
  }
  expect(await hintOf(app, { Cookie: `${name}=short` })).toContain('cannot be opened');
});

test('a cookie that was copied to another provider, app or secret is refused', async () => {
  const { provider, app } = await setUp();
  const cookie = cookiesOf(await request(app).get('/auth'));
  const [name = '', value = ''] = cookie.split('=');
  expect(name).toBe(`loginwith-127.0.0.1%3A${provider.port}`);
  const elsewhere = await setUp();
  expect(await hintOf(elsewhere.app, { Cookie: cookie })).toContain('login with another provider');
  const copied = `loginwith-127.0.0.1%3A${elsewhere.provider.port}=${value}`;
  expect(await hintOf(elsewhere.app, { Cookie: copied })).toContain('cannot be opened');
  const options = optionsFor(provider);
  for (const changes of [{ appId: '9' }, { cookieSecret: 'another one of the tests, and long enough' }]) {
    const other = createApp(createStrategy({ ...options, ...changes }));
    expect(await hintOf(other, { Cookie: cookie })).toContain('cannot be opened');
  }
  const renamed = createApp(createStrategy({ ...options, name: 'renamed' }));
  expect(await hintOf(renamed, { Cookie: `loginwith-renamed=${value}` })).toContain('cannot be opened');
});

test('a cookie that was sealed with a key from another app secret is refused', async () => {
  const { provider } = await setUp();
  const derived = { ...optionsFor(provider), cookieSecret: undefined };
  const cookie = cookiesOf(await request(createApp(createStrategy(derived))).get('/auth'));
  const other = createApp(createStrategy({ ...derived, appSecret: 'other' }));
  expect(await hintOf(other, { Cookie: cookie })).toContain('cannot be opened');
  await request(createApp(createStrategy(derived)))
    .get('/callback?auth_key=k')
    .set('Cookie', cookie)
    .expect(302);
});

test.each([
  ['127.0.0.1:3000', 'localhost:3000', 'was started on 127.0.0.1, and this callback came to localhost'],
  ['app.example', 'www.app.example', 'was started on app.example, and this callback came to www.app.example'],
  ['www.app.example', 'app.example', 'Open the app on app.example, the host of the registered redirect URL'],
  // Somebody else may have started that one.
  ['other.example', 'app.example', 'no cookies at all'],
  ['app.example', 'app.example', 'no cookies at all'],
])('a login that starts on %s and comes back to %s without its cookie is told', async (started, came, hint) => {
  const { app } = await setUp();
  await request(app).get('/auth').set('Host', started).expect(302);
  expect(await hintOf(app, { Host: came })).toContain(hint);
});

test('a cookie that was copied to another host is refused, and the hint names both', async () => {
  const { app } = await setUp();
  const cookie = cookiesOf(await request(app).get('/auth').set('Host', 'app.example:3000'));
  const hint = await hintOf(app, { Cookie: cookie, Host: 'www.app.example' });
  expect(hint).toContain('app.example and came back to www.app.example');
  await request(app).get('/callback?auth_key=k').set({ Cookie: cookie, Host: 'app.example:3001' }).expect(302);
});

test('any instance with the same options can finish what another started', async () => {
  const { provider, app } = await setUp();
  const cookie = cookiesOf(await request(app).get('/auth'));
  const other = createApp(createStrategy(optionsFor(provider)));
  await request(other)
    .get(`/callback?auth_key=${await issueKey(provider)}`)
    .set('Cookie', cookie)
    .expect(200);
});

test('nobody can read in the cookie what it holds', async () => {
  const { app } = await setUp();
  const cookie = cookiesOf(await request(app).get('/auth?returnTo=/visible'));
  expect(Buffer.from(cookie.split('=')[1]!, 'base64url').toString('latin1')).not.toContain('visible');
});

describe('a store of the app', () => {
  class MemoryStore implements AttemptStore {
    readonly attempts: Attempt[] = [];
    begin(_req: unknown, attempt: Attempt) {
      this.attempts.push(attempt);
    }
    take() {
      return Promise.resolve(this.attempts.pop());
    }
  }

  test('gets each attempt and gives it back, and the cookie then only counts starts', async () => {
    const provider = await openProvider();
    const attempts = new MemoryStore();
    const app = createApp(createStrategy({ ...optionsFor(provider), attempts }));
    const agent = request.agent(app);
    const response = await provider.signIn(agent, undefined, { start: '/auth?returnTo=/x' });
    expect(response.body.loginWith.returnTo).toBe('/x');
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(attempts.attempts).toEqual([]);
    const cookie = await openAttemptCookie(parseStrategyOptions({ ...optionsFor(provider), cookieSecret }));
    const reading = cookie.read(cookiesOf(await agent.get('/auth')), false);
    expect(reading).toMatchObject({
      found: true,
      content: { attempts: [], starts: [expect.any(Number), expect.any(Number)] },
    });
    attempts.attempts.length = 0;
    await agent.get('/callback?auth_key=k').expect(403);
  });

  test('an attempt that it gives to another provider is refused', async () => {
    const provider = await openProvider();
    const attempts = new MemoryStore();
    const app = createApp(createStrategy({ ...optionsFor(provider), attempts }));
    await request(app).get('/auth');
    attempts.attempts[0]!.provider = 'elsewhere';
    expect(await hintOf(app, {})).toContain('started with elsewhere');
  });

  test.each(['begin', 'take'] as const)('that fails in %s ends in an error with its code', async (method) => {
    const { url } = await openServer((_req, res) => res.end());
    const attempts = new MemoryStore();
    attempts[method] = () => Promise.reject(new Error('store is down'));
    const app = createApp(createStrategy({ provider: url, appId: '1', appSecret: 's', attempts }));
    const response = await request(app)
      .get(method === 'begin' ? '/auth' : '/callback?auth_key=k')
      .expect(500);
    const stage = method === 'begin' ? 'start' : 'callback';
    expect(response.body.error).toMatchObject({ code: 'attempts_failed', stage, retryable: true });
    expect(response.body.error.message).toMatch(new RegExp(`^${stage}: `));
  });

  test('still stops a loop', async () => {
    const provider = await openProvider();
    const agent = request.agent(createApp(createStrategy({ ...optionsFor(provider), attempts: new MemoryStore() })));
    for (let i = 0; i < 8; i++) await agent.get('/auth').expect(302);
    await agent.get('/auth').expect(429);
    expect(callsTo(provider)).toEqual([]);
  });
});
