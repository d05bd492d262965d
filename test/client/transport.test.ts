import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Agent, MockAgent } from 'undici';
import request from 'supertest';
import { LoginWithClient } from 'passport-loginwith';
import { isKeyUnused } from '../../lib/login/shared-exchange';
import { isAddressCall } from '../support/address-call';
import {
  respondWell,
  callsTo,
  closeAll,
  countConnections,
  createApp,
  createStrategy,
  holdTimeouts,
  openProvider,
  openServer,
  optionsFor,
  reserveAddress,
  skipPauses,
  withResolvers,
} from '../support/strategy-app';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

const credentials = { appId: '1', appSecret: 'secret' };
const sevenLogsIn = { profile: { id: '7' } };

/** The path of a request without its query. */
const pathOf = (url: string | undefined) => url?.replace(/\?.*/, '');

test('both calls ask for JSON and English, and send their parameters in the query or in a form', async () => {
  const seen: unknown[] = [];
  const { url } = await openServer((req, res) => {
    const { accept, 'user-agent': agent, 'content-type': type } = req.headers;
    req.setEncoding('utf8').on('data', (body) => seen.push(body));
    req.on('end', () => {
      seen.push([req.method, req.url, accept, agent, type]);
      const isLost = req.method === 'GET' && req.url?.includes('authorize');
      if (isLost) res.end('{"error":true,"message":"Bad Request, invalid app_id"}');
      else respondWell(req, res);
    });
  });
  const client = new LoginWithClient({
    provider: `${url}/in/a/folder/`,
    appId: '1 2'.replace(' ', '&'),
    appSecret: 'ü',
  });
  await client.exchange('key');
  const common = ['application/json', 'passport-loginwith'];
  const parameters = 'app_id=1%262&app_secret=%C3%BC&auth_key=key';
  expect(seen).toEqual([
    ['GET', `/in/a/folder/api/authorize?${parameters}&lang=en_us`, ...common, undefined],
    parameters,
    ['POST', '/in/a/folder/api/authorize?lang=en_us', ...common, 'application/x-www-form-urlencoded'],
    ['GET', '/in/a/folder/api/get_user_info?access_token=t&lang=en_us', ...common, undefined],
  ]);
  await client.close();
});

describe('a provider that cannot be reached', () => {
  test('is tried three times, with pauses, because nothing was sent', async () => {
    const pauses = skipPauses();
    const { url } = await reserveAddress();
    const client = new LoginWithClient({ provider: url, ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({
      code: 'connection_refused',
      stage: 'authorize',
      status: 502,
      retryable: true,
      message: expect.stringContaining(`could not be reached at ${new URL(url).host}`),
    });
    expect(pauses).toEqual([150, 600]);
  });

  test('for a moment does not stop the login', async () => {
    const { url, open } = await reserveAddress();
    const pauses = skipPauses(open);
    const client = new LoginWithClient({ provider: url, ...credentials });
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(pauses).toEqual([150]);
    await client.close();
  });

  test('has no address: the error says so', async () => {
    skipPauses();
    const client = new LoginWithClient({ provider: 'https://nobody.invalid', ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({
      code: 'host_not_found',
      message: expect.stringContaining('no address for nobody.invalid'),
      hint: expect.stringContaining('For a local provider, set "provider" to the URL that it prints'),
    });
  });

  test('has no proper TLS: the error says so, and nothing is tried again', async () => {
    const pauses = skipPauses();
    const { url } = await openServer(respondWell);
    const client = new LoginWithClient({ provider: url.replace('http:', 'https:'), ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({ code: 'tls_failed', status: 502, retryable: false });
    expect(pauses).toEqual([]);
  });
});

/** A dispatcher whose requests all fail with one error, and the number of them. */
function failingDispatcher(code: string, message = '') {
  const sent = { count: 0 };
  const fail = () => {
    sent.count++;
    return Promise.reject(Object.assign(new Error(message), { code }));
  };
  return { dispatcher: { request: fail }, sent };
}

test.each([
  ['ECONNREFUSED', '', 'connection_refused', 3],
  ['EADDRNOTAVAIL', '', 'connection_refused', 3],
  ['EHOSTUNREACH', 'connect EHOSTUNREACH 192.0.2.1:443', 'connection_refused', 3],
  ['ENETUNREACH', '', 'connection_refused', 3],
  ['EHOSTUNREACH', 'read EHOSTUNREACH', 'connection_refused', 1],
  ['ENETUNREACH', 'write ENETUNREACH', 'connection_refused', 1],
  ['ENOTFOUND', '', 'host_not_found', 3],
  ['EAI_AGAIN', '', 'host_not_found', 3],
  ['CERT_HAS_EXPIRED', '', 'tls_failed', 3],
  ['ERR_TLS_CERT_ALTNAME_INVALID', '', 'tls_failed', 3],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', '', 'tls_failed', 3],
  ['SELF_SIGNED_CERT_IN_CHAIN', '', 'tls_failed', 3],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', 'tls_failed', 3],
  ['HOSTNAME_MISMATCH', '', 'tls_failed', 3],
  ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', '', 'tls_failed', 1],
  ['EPROTO', 'write EPROTO', 'tls_failed', 1],
  ['ECONNRESET', '', 'connection_lost', 1],
  ['EPIPE', '', 'connection_lost', 1],
  ['UND_ERR_SOCKET', '', 'connection_lost', 1],
  ['X_EPROTO', '', 'connection_lost', 1],
  ['ERR_SSL_X_CERT_X', '', 'tls_failed', 1],
  ['EHOSTUNREACH', 'cannot read EHOSTUNREACH', 'connection_refused', 3],
  ['UND_ERR_CONNECT_TIMEOUT', '', 'timeout', 1],
  ['UND_ERR_HEADERS_TIMEOUT', '', 'timeout', 1],
  ['ETIMEDOUT', '', 'timeout', 1],
])('authorize that fails with %s (%s) is %s, and the key is sent %i times', async (system, message, code, count) => {
  skipPauses();
  const { dispatcher, sent } = failingDispatcher(system, message);
  const client = new LoginWithClient({ provider: 'pimbuzz', ...credentials, dispatcher });
  await expect(client.authorize('key')).rejects.toMatchObject({ code, retryable: code !== 'tls_failed' });
  expect(sent.count).toBe(count);
});

test.each([
  ['ECONNREFUSED', 'could not be reached at pimbuzz.com'],
  ['ENOTFOUND', 'could not be found: no address for pimbuzz.com'],
  ['CERT_HAS_EXPIRED', 'could not be trusted: TLS failed (CERT_HAS_EXPIRED)'],
  ['ECONNRESET', 'broke off the connection'],
  ['ETIMEDOUT', 'did not answer in time'],
])('the error after %s says that the provider %s', async (system, what) => {
  skipPauses();
  const { dispatcher } = failingDispatcher(system);
  const client = new LoginWithClient({ provider: 'pimbuzz', ...credentials, dispatcher });
  const error = (await client.authorize('key').catch((reason: unknown) => reason)) as Error;
  expect(error.message.replace(/\d+ ms$/, 'N ms')).toBe(`authorize: pimbuzz ${what} after N ms`);
  expect(error.cause).toMatchObject({ code: system });
});

describe('a lost response', () => {
  test.each([['reset'], [{ reset: 'before' as const }], ['truncated']])(
    'of authorize (%j) is never asked for again',
    async (fault) => {
      const provider = await openProvider({ authorizeMethod: 'GET' });
      const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
      provider.once('authorize', fault as 'reset');
      const response = await provider.signIn(agent, undefined, { start: '/auth' });
      expect(response.status).toBe(502);
      expect(response.body.error).toMatchObject({ code: 'connection_lost', stage: 'authorize', retryable: true });
      expect(callsTo(provider)).toEqual(['GET authorize']);
    },
  );

  test.each([['reset'], ['truncated'], [{ status: 503 }]])(
    'of get_user_info (%j) is asked for again',
    async (fault) => {
      const pauses = skipPauses();
      const provider = await openProvider({ authorizeMethod: 'GET' });
      const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
      provider.once('get_user_info', fault as 'reset');
      const response = await provider.signIn(agent, undefined, { start: '/auth' });
      expect(response.status).toBe(200);
      expect(callsTo(provider)).toEqual(['GET authorize', 'GET get_user_info', 'GET get_user_info']);
      expect(pauses).toEqual([150]);
    },
  );

  test.each(['refused', 'HTML'])('of get_user_info that is %s is not asked for again', async (kind) => {
    const paths: unknown[] = [];
    const { url } = await openServer((req, res) => {
      paths.push(pathOf(req.url));
      if (req.url?.includes('authorize')) respondWell(req, res);
      else if (kind === 'HTML') res.writeHead(200, { 'Content-Type': 'text/html' }).end('maintenance');
      else res.end('{"error":true,"message":"Bad Request, expired access_token"}');
    });
    const client = new LoginWithClient({ provider: url, ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({ stage: 'user_info' });
    expect(paths).toEqual(['/api/authorize', '/api/get_user_info']);
    await client.close();
  });
});

describe('the timeout', () => {
  test.each([
    [undefined, 10_000],
    [1234, 1234],
  ])('option %p gives one of %i ms, for both calls together', async (timeout, length) => {
    const timeouts = holdTimeouts(length);
    const { url } = await openServer((req, res) => {
      if (req.url?.includes('authorize')) respondWell(req, res);
      else timeouts.pass();
    });
    const client = new LoginWithClient({
      provider: url,
      ...credentials,
      ...(timeout === undefined ? {} : { timeout }),
    });
    await expect(client.exchange('key')).rejects.toMatchObject({ code: 'timeout', stage: 'user_info', status: 504 });
    expect(timeouts.count()).toBe(1);
    await client.close();
  });

  test.each(['nothing', 'half a response'])('ends a call that gets %s, and the key is not sent again', async (what) => {
    const timeouts = holdTimeouts();
    let calls = 0;
    const { url } = await openServer((_req, res) => {
      calls++;
      if (what === 'nothing') timeouts.pass();
      else res.writeHead(200).write('{', () => timeouts.pass());
    });
    const client = new LoginWithClient({ provider: url, ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({
      code: 'timeout',
      stage: 'authorize',
      status: 504,
      retryable: true,
    });
    expect(calls).toBe(1);
    await client.close();
  });

  test('ends the pauses and the tries for a provider that cannot be reached', async () => {
    const timeouts = holdTimeouts();
    const pauses = skipPauses(() => timeouts.pass());
    const { url } = await reserveAddress();
    const client = new LoginWithClient({ provider: url, ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({ code: 'timeout' });
    expect(pauses).toEqual([150]);
  });

  test.each([
    ['while TLS is being set up leaves the key unused', 'https', true],
    ['after the request was sent may have used it up', 'http', false],
  ])('that is over %s', async (_when, scheme, isUnused) => {
    const timeouts = holdTimeouts();
    // Takes every connection and says nothing.
    const server = createServer((socket) => socket.on('error', () => undefined).once('data', () => timeouts.pass()));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const client = new LoginWithClient({ provider: `${scheme}://127.0.0.1:${port}`, ...credentials });
    const error: unknown = await client.exchange('key').catch((reason: unknown) => reason);
    await client.close();
    server.close();
    expect(error).toMatchObject({ code: 'timeout', stage: 'authorize' });
    expect(isKeyUnused(error)).toBe(isUnused);
  });

  test('that is over before a call keeps the key from being sent', async () => {
    let calls = 0;
    const { url } = await openServer(() => calls++);
    const client = new LoginWithClient({ provider: url, ...credentials });
    await expect(client.authorize('key', AbortSignal.abort())).rejects.toMatchObject({ code: 'timeout' });
    expect(calls).toBe(0);
    await client.close();
  });
});

test('a call that is given up leaves no connection behind, and opens none', async () => {
  const isClosed = withResolvers();
  const { url, server } = await openServer((req, res) => {
    if (req.url === '/here') res.end();
    else res.on('close', () => isClosed.resolve());
  });
  const connections = countConnections(server);
  const client = new LoginWithClient({ provider: url, ...credentials, timeout: 50 });
  await expect(client.exchange('key')).rejects.toMatchObject({ code: 'timeout' });
  await isClosed.promise;
  // Whatever the client opens now comes before this one.
  await fetch(`${url}/here`);
  expect(connections()).toBe(2);
  await client.close();
});

test('a user who goes away does not stop the exchange', async () => {
  const arrived = withResolvers();
  const released = withResolvers();
  const { url } = await openServer((req, res) => {
    if (!isAddressCall(req)) arrived.resolve();
    void released.promise.then(() => respondWell(req, res));
  });
  const verified = withResolvers<string>();
  const app = createApp(
    createStrategy({ provider: url, ...credentials }, (_accessToken, _refreshToken, profile) => {
      verified.resolve(profile.id);
      return profile;
    }),
  );
  const left = withResolvers();
  const { url: appURL } = await openServer((req, res) => {
    if (req.url?.startsWith('/callback')) res.on('close', () => left.resolve());
    app(req, res);
  });
  const start = await fetch(`${appURL}/auth`, { redirect: 'manual' });
  const cookie = start.headers.getSetCookie()[0]!.split(';')[0]!;
  const leaving = new AbortController();
  const visit = fetch(`${appURL}/callback?auth_key=k`, { headers: { cookie }, signal: leaving.signal });
  await arrived.promise;
  leaving.abort();
  await expect(visit).rejects.toThrow('abort');
  await left.promise;
  released.resolve();
  expect(await verified.promise).toBe('7');
});

test('each close of a client waits until the calls that are under way have ended', async () => {
  const arrived = withResolvers();
  const released = withResolvers();
  const { url } = await openServer((req, res) => {
    arrived.resolve();
    void released.promise.then(() => respondWell(req, res));
  });
  const client = new LoginWithClient({ provider: url, ...credentials });
  const ends: string[] = [];
  const call = client.authorize('key').then(() => ends.push('call'));
  await arrived.promise;
  const closing = [client.close(), client.close()].map((each) => each.then(() => ends.push('closed')));
  released.resolve();
  await Promise.all([call, ...closing]);
  expect(ends).toEqual(['call', 'closed', 'closed']);
});

describe('a dispatcher of the app', () => {
  test('is used, never connected ahead, and left open', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const dispatcher = new Agent();
    const client = new LoginWithClient({ provider: url, ...credentials, dispatcher });
    client.warmUp();
    await client.exchange('key');
    await client.close();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(1);
    await dispatcher.close();
  });

  test('may be a mock', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    const mock = dispatcher.get('https://pimbuzz.com');
    mock
      .intercept({ path: /^\/api\/authorize\?app_id=1&app_secret=secret&auth_key=key&lang=en_us$/ })
      .reply(200, '{"access_token":"t"}');
    mock
      .intercept({ path: '/api/get_user_info?access_token=t&lang=en_us' })
      .reply(200, '{"user_info":{"user_id":"7"}}');
    const client = new LoginWithClient({ provider: 'pimbuzz', ...credentials, dispatcher });
    await expect(client.exchange('key')).resolves.toMatchObject({ profile: { id: '7', provider: 'pimbuzz' } });
    await expect(client.exchange('key')).rejects.toMatchObject({ code: 'connection_lost' });
    await dispatcher.close();
  });

  test('that never answers and ignores the signal is given up', async () => {
    const timeouts = holdTimeouts();
    const dispatcher = {
      request: () => {
        setImmediate(timeouts.pass);
        return new Promise<never>(() => undefined);
      },
    };
    const client = new LoginWithClient({ provider: 'pimbuzz', ...credentials, dispatcher });
    await expect(client.exchange('key')).rejects.toMatchObject({ code: 'timeout' });
  });
});
