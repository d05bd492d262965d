import { request as httpRequest } from 'node:http';
import request from 'supertest';
import { startProvider, type Endpoint, type Fault, type LocalProvider } from '../../../lib/provider/index';
import { exchange, plainApp, sendKey, userInfo } from '../../support/plain-app';

let provider: LocalProvider;
beforeEach(async () => {
  provider = await startProvider();
  provider.approve('renee', provider.apps[0]!);
});
afterEach(() => provider.close());

async function cookie(): Promise<string> {
  const body = new URLSearchParams({ user_id: '2', return_to: '/' });
  const response = await fetch(`${provider.url}/signin`, { method: 'POST', body, redirect: 'manual' });
  return response.headers.getSetCookie()[0]!.split(';')[0]!;
}

async function start(): Promise<Response> {
  const url = `${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`;
  return fetch(url, { headers: { cookie: await cookie() }, redirect: 'manual' });
}

async function newKey(): Promise<string> {
  return new URL((await start()).headers.get('location')!).searchParams.get('auth_key')!;
}

async function newToken(): Promise<string> {
  return (await exchange(provider, await newKey())).access_token!;
}

const gone = { error: true, message: 'Bad Request, invalid auth_key' };

/** What arrives of a response until it ends, however it ends, or until `enough` bytes are there. */
function receive(path: string, enough = Infinity): Promise<{ status?: number; length: number; end: string }> {
  return new Promise((resolve) => {
    let length = 0;
    let status: number | undefined;
    const done = (end: string): void => {
      resolve({ ...(status === undefined ? {} : { status }), length, end });
      sent.destroy();
    };
    const sent = httpRequest(`${provider.url}${path}`, { agent: false }, (response) => {
      status = response.statusCode!;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length >= enough) done('enough');
      });
      response.on('end', () => done('end'));
      response.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
    sent.end();
  });
}

describe('faults of authorize', () => {
  test('a status leaves the key valid, as with a proxy that does not reach the site', async () => {
    const key = await newKey();
    provider.once('authorize', { status: 503, body: 'busy', headers: { 'Retry-After': '5' } });
    const response = await sendKey(provider, key);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    await expect(response.text()).resolves.toBe('busy');
    await expect(exchange(provider, key)).resolves.toHaveProperty('access_token');
  });

  test('a status with side effects uses the key up', async () => {
    const key = await newKey();
    provider.once('authorize', { status: 504, body: { why: 'timeout' }, sideEffects: true });
    const response = await sendKey(provider, key);
    expect(response.headers.get('content-type')).toBe('application/json');
    await expect(response.json()).resolves.toEqual({ why: 'timeout' });
    await expect(exchange(provider, key)).resolves.toEqual(gone);
  });

  test('a reset uses the key up, or comes before that', async () => {
    const key = await newKey();
    provider.once('authorize', { reset: 'before' }).once('authorize', 'reset');
    await expect(sendKey(provider, key)).rejects.toThrow('fetch failed');
    await expect(sendKey(provider, key)).rejects.toThrow('fetch failed');
    await expect(exchange(provider, key)).resolves.toEqual(gone);
    const statuses = provider.requests.filter(({ endpoint }) => endpoint === 'authorize').map(({ status }) => status);
    expect(statuses).toEqual([null, null, 200]);
    const another = await newKey();
    provider.once('authorize', { reset: 'before' }).once('authorize', { reset: 'after' });
    await expect(sendKey(provider, another)).rejects.toThrow('fetch failed');
    await expect(sendKey(provider, another)).rejects.toThrow('fetch failed');
    await expect(exchange(provider, another)).resolves.toEqual(gone);
  });

  test('a reset before the script leaves the key valid', async () => {
    const key = await newKey();
    provider.once('authorize', { reset: 'before' });
    await expect(sendKey(provider, key)).rejects.toThrow('fetch failed');
    await expect(exchange(provider, key)).resolves.toHaveProperty('access_token');
  });

  test('a wrong secret leaves the key valid', async () => {
    const key = await newKey();
    provider.once('authorize', 'wrong_secret');
    await expect(exchange(provider, key)).resolves.toEqual({ error: true, message: 'Bad Request, invalid app_secret' });
    await expect(exchange(provider, key)).resolves.toHaveProperty('access_token');
  });

  test('a used key was exchanged by another call', async () => {
    const key = await newKey();
    provider.once('authorize', 'used_key');
    await expect(exchange(provider, key)).resolves.toEqual(gone);
    provider.once('authorize', 'used_key');
    await expect(exchange(provider, 'unknown')).resolves.toEqual(gone);
  });

  test('a token may be too old or replaced when it is handed out', async () => {
    provider.once('authorize', 'expired_token');
    await expect(userInfo(provider, await newToken())).resolves.toMatchObject({
      message: 'Bad Request, expired access_token',
    });
    provider.once('authorize', 'dead_token');
    await expect(userInfo(provider, await newToken())).resolves.toMatchObject({
      message: 'Bad Request, invalid access_token',
    });
    provider.once('authorize', 'dead_token');
    await expect(exchange(provider, 'unknown')).resolves.toEqual(gone);
  });
});

describe('faults of get_user_info', () => {
  test.each([
    ['expired_token', { error: true, message: 'Bad Request, expired access_token' }],
    ['dead_token', { error: true, message: 'Bad Request, invalid access_token' }],
  ] as const)('%s, which lasts', async (fault, expected) => {
    const token = await newToken();
    provider.once('get_user_info', fault);
    await expect(userInfo(provider, token)).resolves.toEqual(expected);
    await expect(userInfo(provider, token)).resolves.toEqual(expected);
    provider.once('get_user_info', fault);
    await expect(userInfo(provider, 'unknown')).resolves.toMatchObject({ error: true });
  });

  test('deleted_user, once', async () => {
    const token = await newToken();
    provider.once('get_user_info', 'deleted_user');
    await expect(userInfo(provider, token)).resolves.toEqual([]);
    await expect(userInfo(provider, token)).resolves.toHaveProperty('user_info');
    provider.once('get_user_info', 'deleted_user');
    await expect(userInfo(provider, 'unknown')).resolves.toMatchObject({ error: true });
  });

  test.each([
    ['reset', Infinity, { length: 0, end: 'ECONNRESET' }],
    ['truncated', Infinity, { status: 200, end: 'ECONNRESET' }],
    ['stalled', 10, { status: 200, end: 'enough' }],
    ['endless', 500_000, { status: 200, end: 'enough' }],
    ['too_large', Infinity, { status: 200, end: 'end' }],
    [{ slow: 50 }, Infinity, { status: 200, end: 'end' }],
    ['slow', 10, { status: 200, end: 'enough' }],
  ] as const)('%j, seen from the socket', async (fault, enough, result) => {
    const token = await newToken();
    const whole = (await receive(`/api/get_user_info?access_token=${token}`)).length;
    provider.once('get_user_info', fault);
    const received = await receive(`/api/get_user_info?access_token=${token}`, enough);
    expect(received).toMatchObject(result);
    if (fault === 'truncated') expect(received.length).toBe(Math.ceil(whole / 2));
    if (fault === 'too_large') expect(received.length).toBe(whole + 1024 * 1024);
    if (typeof fault === 'object') expect(received.length).toBe(whole);
  });

  test('hang and endless end when the provider closes, which does not wait for them', async () => {
    provider.once('get_user_info', 'hang').once('get_user_info', 'endless').once('get_user_info', { delay: 60_000 });
    const paths = Array.from({ length: 3 }, () => receive('/api/get_user_info'));
    while (provider.requests.length < 3) await new Promise(setImmediate);
    await provider.close();
    const ends = (await Promise.all(paths)).map(({ end }) => end);
    expect(ends).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
  });

  test.each([
    [{ delay: 30 }, 'application/json', 30],
    [{ delay: 30, fault: 'html' }, 'text/html; charset=UTF-8', 30],
    ['html', 'text/html; charset=UTF-8', 0],
    ['maintenance', 'text/html; charset=UTF-8', 0],
    ['database_down', 'text/html; charset=UTF-8', 0],
    ['caller_banned', 'text/html; charset=UTF-8', 0],
    [{ status: 200, body: 'x', headers: { 'Content-Type': 'application/json' }, delay: 30 }, 'application/json', 30],
  ] as const)('%j', async (fault, contentType, delay) => {
    provider.once('get_user_info', fault);
    const before = performance.now();
    const response = await fetch(`${provider.url}/api/get_user_info`);
    expect(response.headers.get('content-type')).toBe(contentType);
    // Timers may fire up to a millisecond early.
    expect(performance.now() - before).toBeGreaterThanOrEqual(delay - 1);
    expect((await fetch(`${provider.url}/api/get_user_info`)).headers.get('content-type')).toBe('application/json');
  });

  test('wrong_host sends the JSON in a redirect to the home page', async () => {
    const token = await newToken();
    provider.once('get_user_info', 'wrong_host');
    const url = `${provider.url}/api/get_user_info?access_token=${token}`;
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(provider.url);
    await expect(response.json()).resolves.toHaveProperty('user_info');
  });

  test.each([
    ['sql_error', "Table 'pimbuzz.developers_apps_users' doesn't exist"],
    ['module_disabled', 'The developers module has been disabled by the admin'],
  ] as const)('%s', async (fault, message) => {
    provider.once('get_user_info', fault);
    await expect(userInfo(provider, 'x')).resolves.toEqual({ error: true, message });
  });
});

describe('faults in the browser', () => {
  test('occur at the start and at the consent', async () => {
    provider.once('oauth', { status: 502 }).once('oauth', 'sql_error').once('consent', 'maintenance');
    expect((await start()).status).toBe(502);
    await expect((await start()).text()).resolves.toContain('<title>Error</title>');
    const body = new URLSearchParams({ app_id: provider.apps[0]!.appId });
    const headers = { cookie: await cookie() };
    const response = await fetch(`${provider.url}/oauth/accept`, { method: 'POST', body, headers });
    await expect(response.text()).resolves.toContain('<title>System Message</title>');
  });
});

describe('provider.once', () => {
  test('queues faults per endpoint, first in, first out', async () => {
    provider
      .once('authorize', { status: 501 })
      .once('get_user_info', { status: 502 })
      .once('authorize', { status: 503 });
    const statusOf = async (path: string): Promise<number> => (await fetch(`${provider.url}${path}`)).status;
    await expect(statusOf('/api/authorize')).resolves.toBe(501);
    await expect(statusOf('/api/authorize')).resolves.toBe(503);
    await expect(statusOf('/api/authorize')).resolves.toBe(200);
    await expect(statusOf('/api/get_user_info')).resolves.toBe(502);
  });

  test('logs the fault', async () => {
    provider.once('get_user_info', { delay: 1 });
    await fetch(`${provider.url}/api/get_user_info`);
    expect(provider.requests.at(-1)).toMatchObject({ endpoint: 'get_user_info', fault: 'delay', status: 200 });
  });

  test.each([
    ['nowhere', 'reset', 'the endpoint must be one of oauth, consent, authorize, get_user_info, not "nowhere"'],
    ['authorize', 'nonsense', '"nonsense" is not a fault of authorize; the faults are reset, hang'],
    ['authorize', 'deleted_user', '"deleted_user" is not a fault of authorize'],
    ['oauth', 'used_key', '"used_key" is not a fault of oauth'],
    ['authorize', 'constructor', '"constructor" is not a fault of authorize'],
    ['authorize', undefined, 'undefined is not a fault'],
    ['authorize', {}, '{} is not a fault'],
    ['authorize', { status: 99 }, '"status" must be a number from 200 to 599, not 99'],
    ['authorize', { status: 500, headers: { a: 1 } }, '"headers" must be an object of texts'],
    ['authorize', { delay: -1 }, '"delay" must be milliseconds, not -1'],
    ['authorize', { slow: 'x' }, '"slow" must be milliseconds, not "x"'],
    ['authorize', { delay: 1, fault: 'nonsense' }, '"nonsense" is not a fault'],
  ])('refuses %s, %j', (endpoint, fault, message) => {
    expect(() => provider.once(endpoint as Endpoint, fault as Fault)).toThrow(TypeError);
    expect(() => provider.once(endpoint as Endpoint, fault as Fault)).toThrow(message);
  });

  test('applies a fault to one login only', async () => {
    provider.once('authorize', 'wrong_secret');
    const agent = request.agent(plainApp(provider));
    expect((await provider.signIn(agent)).body).toMatchObject({ error: true });
    expect((await provider.signIn(agent)).body).toHaveProperty('user_info');
  });
});
