import { gzipSync, brotliCompressSync, deflateSync } from 'node:zlib';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Agent, MockAgent, type Dispatcher } from 'undici';
import request from 'supertest';
import { LoginWithClient, type LoginErrorCode } from 'passport-loginwith';
import {
  callsTo,
  closeAll,
  createApp,
  createStrategy,
  openProvider,
  openServer,
  optionsFor,
} from '../support/strategy-app';

afterEach(closeAll);

const token = '{"access_token":"0123456789abcdef0123456789abcdef"}';
const user = '{"user_info":{"user_id":"7","user_name":"seven"}}';
const credentials = { appId: '1', appSecret: 'secret' };

function sendJSON(res: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  res.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(body);
}

/** A provider whose `authorize` or `get_user_info` answers as the test says, and whose other one answers well. */
function answering(endpoint: string, listener: RequestListener): RequestListener {
  return (req, res) =>
    req.url?.includes(endpoint) ? listener(req, res) : sendJSON(res, endpoint === 'authorize' ? user : token);
}

async function clientOf(listener: RequestListener, options: { timeout?: number; dispatcher?: Dispatcher } = {}) {
  const { url } = await openServer(listener);
  const client = new LoginWithClient({ provider: url, ...credentials, ...options });
  return { url, client };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'success',
    (error: unknown) => (error as { code: string }).code,
  );
}

describe.each(['authorize', 'user_info'] as const)('%s', (stage) => {
  const endpoint = stage === 'authorize' ? 'authorize' : 'get_user_info';
  const ok = stage === 'authorize' ? token : user;

  test.each<[string, LoginErrorCode, number, RequestListener]>([
    ['500 with an empty body', 'provider_unavailable', 502, (_q, res) => res.writeHead(500).end()],
    [
      '503 with HTML',
      'provider_unavailable',
      502,
      (_q, res) => res.writeHead(503, { 'Content-Type': 'text/html' }).end('<p>'),
    ],
    ['500 with JSON that looks right', 'provider_unavailable', 502, (_q, res) => res.writeHead(500).end(ok)],
    [
      '200 with HTML',
      'response_html',
      502,
      (_q, res) => res.writeHead(200, { 'Content-Type': 'text/html; charset=UTF-8' }).end('<html>'),
    ],
    [
      '404 with HTML',
      'response_html',
      502,
      (_q, res) => res.writeHead(404, { 'Content-Type': 'text/html' }).end('<html>'),
    ],
    [
      '403 with JSON',
      'response_unexpected',
      502,
      (_q, res) => res.writeHead(403, { 'Content-Type': 'application/json' }).end(ok),
    ],
    ['HTML before the JSON', 'response_not_json', 502, (_q, res) => sendJSON(res, `<br />\n<b>Warning</b>${ok}`)],
    ['nothing', 'response_not_json', 502, (_q, res) => sendJSON(res, '')],
    ['half of the JSON', 'response_not_json', 502, (_q, res) => sendJSON(res, ok.slice(0, 20))],
    ['a number', 'response_unexpected', 502, (_q, res) => sendJSON(res, '7')],
    ['null', 'response_unexpected', 502, (_q, res) => sendJSON(res, 'null')],
    ['a text', 'response_unexpected', 502, (_q, res) => sendJSON(res, '"x"')],
    ['an object without what counts', 'response_unexpected', 502, (_q, res) => sendJSON(res, '{}')],
    [
      'null for what counts',
      'response_unexpected',
      502,
      (_q, res) => sendJSON(res, '{"access_token":null,"user_info":null}'),
    ],
    [
      'an empty text for what counts',
      'response_unexpected',
      502,
      (_q, res) => sendJSON(res, '{"access_token":"","user_info":{"user_id":""}}'),
    ],
    [
      'a list for what counts',
      'response_unexpected',
      502,
      (_q, res) => sendJSON(res, '{"access_token":["x"],"user_info":[{"user_id":"7"}]}'),
    ],
    [
      'an error with unknown words',
      'provider_error',
      502,
      (_q, res) => sendJSON(res, '{"error":true,"message":"Die App gibt es nicht"}'),
    ],
    ['an error without words', 'provider_error', 502, (_q, res) => sendJSON(res, '{"error":true}')],
    [
      'an error with a name of JavaScript',
      'provider_error',
      502,
      (_q, res) => sendJSON(res, '{"error":true,"message":"constructor"}'),
    ],
    ['an answer that is too large', 'response_too_large', 502, (_q, res) => sendJSON(res, ok + ' '.repeat(300_000))],
    [
      'gzip that is too large',
      'response_too_large',
      502,
      (_q, res) => res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(ok + ' '.repeat(300_000))),
    ],
    ['broken gzip', 'response_not_json', 502, (_q, res) => sendJSON(res, 'not gzip', { 'Content-Encoding': 'gzip' })],
    [
      'a redirect without JSON',
      'provider_redirected',
      502,
      (_q, res) => res.writeHead(301, { Location: 'https://www.example.test/x?y' }).end('moved'),
    ],
    ['a redirect to nowhere', 'provider_redirected', 502, (_q, res) => res.writeHead(302).end()],
    ['a connection that ends', 'connection_lost', 502, (req) => req.socket.destroy()],
    [
      'an answer that is cut off',
      'connection_lost',
      502,
      (req, res) => res.writeHead(200, { 'Content-Length': '500' }).write(ok, () => req.socket.destroy()),
    ],
    ['no answer', 'timeout', 504, () => undefined],
    ['an answer that stalls', 'timeout', 504, (_q, res) => void res.writeHead(200).write('{')],
  ])('%s is %s with status %i', async (_name, code, status, listener) => {
    const { client } = await clientOf(answering(endpoint, listener), { timeout: 1500 });
    await expect(client.exchange('key')).rejects.toMatchObject({ name: 'LoginWithError', stage, code, status });
    await client.close();
  });

  test.each<[string, string, (body: string) => Buffer]>([
    ['gzip', 'gzip', gzipSync],
    ['x-gzip', 'X-GZIP', gzipSync],
    ['deflate', 'deflate', deflateSync],
    ['brotli', 'br', brotliCompressSync],
    ['nothing', 'identity', (body) => Buffer.from(body)],
  ])('an answer that is compressed with %s is read', async (_name, encoding, compress) => {
    const { client } = await clientOf(
      answering(endpoint, (_q, res) => res.writeHead(200, { 'Content-Encoding': encoding }).end(compress(ok))),
    );
    await expect(client.exchange('key')).resolves.toMatchObject({ profile: { id: '7' } });
    await client.close();
  });

  test('JSON that comes with a redirect is used, and one warning names the right base URL', async () => {
    const { client } = await clientOf(
      answering(endpoint, (_q, res) =>
        res.writeHead(302, { Location: 'https://www.example.test/home?secret' }).end(ok),
      ),
    );
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await client.exchange('key');
    await client.exchange('another');
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(/set the provider's base URL to https:\/\/www\.example\.test\.$/),
        { type: 'LoginWithWarning', code: 'LOGINWITH_BASE_URL' },
      ],
    ]);
    warn.mockRestore();
    await client.close();
  });
});

describe('the connection', () => {
  test('refused: tries again, since nothing was sent, and then fails', async () => {
    const { url, server } = await openServer((_req, res) => res.end());
    await new Promise((resolve) => server.close(resolve));
    const client = new LoginWithClient({ provider: url, ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({
      code: 'connection_refused',
      status: 502,
      retryable: true,
    });
  });

  test('refused for a moment: the login succeeds', async () => {
    const { url, server } = await openServer(answering('none', () => undefined));
    server
      .removeAllListeners('request')
      .on('request', (req: IncomingMessage, res: ServerResponse) =>
        sendJSON(res, req.url?.includes('authorize') ? token : user),
      );
    await new Promise((resolve) => server.close(resolve));
    const client = new LoginWithClient({ provider: url, ...credentials });
    const login = client.exchange('key');
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.listen(Number(new URL(url).port), '127.0.0.1');
    await expect(login).resolves.toMatchObject({ profile: { id: '7' } });
    await client.close();
  });

  test('to a host without an address: says so', async () => {
    const client = new LoginWithClient({ provider: 'https://nobody.invalid', ...credentials });
    expect(await codeOf(client.exchange('key'))).toBe('host_not_found');
  });

  test('without proper TLS: says so and does not try again', async () => {
    const { url } = await openServer((_req, res) => res.end());
    const client = new LoginWithClient({ provider: url.replace('http:', 'https:'), ...credentials });
    await expect(client.exchange('key')).rejects.toMatchObject({ code: 'tls_failed', status: 502, retryable: false });
  });

  test('is opened at the start and used by the callback', async () => {
    const provider = await openProvider({ authorizeMethod: 'GET' });
    let connections = 0;
    const relay = createServer((socket) => {
      connections++;
      const upstream = connect(provider.port, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const { appId, appSecret } = optionsFor(provider);
    const strategy = createStrategy({
      provider: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
      appId,
      appSecret,
    });
    strategy.client.warmUp();
    strategy.client.warmUp();
    await new Promise((resolve) => relay.once('connection', resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await codeOf(strategy.client.checkCredentials())).toBe('success');
    strategy.client.warmUp();
    expect(connections).toBe(1);
    await strategy.client.close();
    relay.close();
  });

  test('that was opened ahead and went away does no harm', async () => {
    const { url, server } = await openServer((req, res) =>
      sendJSON(res, req.url?.includes('authorize') ? token : user),
    );
    const client = new LoginWithClient({ provider: url, ...credentials });
    const opened = new Promise<{ destroy(): void }>((resolve) => server.once('connection', resolve));
    client.warmUp();
    const socket = await opened;
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(client.exchange('key')).resolves.toMatchObject({ profile: { id: '7' } });
    client.warmUp();
    await client.close();
    await client.close();
  });

  test('that cannot be opened ahead does no harm', async () => {
    const client = new LoginWithClient({ provider: 'http://127.0.0.1:9', ...credentials });
    client.warmUp();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.close();
  });
});

describe('a lost answer', () => {
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
      const provider = await openProvider({ authorizeMethod: 'GET' });
      const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
      provider.once('get_user_info', fault as 'reset');
      const response = await provider.signIn(agent, undefined, { start: '/auth' });
      expect(response.status).toBe(200);
      expect(callsTo(provider)).toEqual(['GET authorize', 'GET get_user_info', 'GET get_user_info']);
    },
  );
});

test('one timeout covers both calls', async () => {
  const slow: RequestListener = (req, res) =>
    void setTimeout(() => sendJSON(res, req.url?.includes('authorize') ? token : user), 250);
  const { client } = await clientOf(slow, { timeout: 400 });
  await expect(client.exchange('key')).rejects.toMatchObject({ code: 'timeout', stage: 'user_info' });
  await client.close();
});

test('a visitor who goes away does not stop the exchange', async () => {
  let calls = 0;
  const { url } = await openServer((req, res) => {
    calls++;
    setTimeout(() => sendJSON(res, req.url?.includes('authorize') ? token : user), 100);
  });
  const verified = withResolvers<string>();
  const app = createApp(
    createStrategy({ provider: url, ...credentials }, (_a, _r, profile) => {
      verified.resolve(profile.id);
      return profile;
    }),
  );
  const { url: appURL } = await openServer(app);
  const start = await fetch(`${appURL}/auth`, { redirect: 'manual' });
  const cookie = start.headers.getSetCookie()[0]!.split(';')[0]!;
  const leaving = new AbortController();
  const visit = fetch(`${appURL}/callback?auth_key=k`, { headers: { cookie }, signal: leaving.signal });
  setTimeout(() => leaving.abort(), 50);
  await expect(visit).rejects.toThrow('abort');
  expect(await verified.promise).toBe('7');
  expect(calls).toBe(2);
});

describe('a dispatcher of the app', () => {
  test('is used and left open', async () => {
    const { url } = await openServer((req, res) => sendJSON(res, req.url?.includes('authorize') ? token : user));
    const dispatcher = new Agent();
    const client = new LoginWithClient({ provider: url, ...credentials, dispatcher });
    client.warmUp();
    await client.exchange('key');
    await client.close();
    await expect(client.exchange('key')).resolves.toMatchObject({ profile: { id: '7' } });
    await dispatcher.close();
  });

  test('may be a mock', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    const mock = dispatcher.get('https://pimbuzz.com');
    mock.intercept({ path: /^\/api\/authorize\?app_id=1&app_secret=secret&auth_key=key$/ }).reply(200, token);
    mock.intercept({ path: /^\/api\/get_user_info\?access_token=/ }).reply(200, user);
    const client = new LoginWithClient({ provider: 'pimbuzz', ...credentials, dispatcher });
    await expect(client.exchange('key')).resolves.toMatchObject({ profile: { id: '7', provider: 'pimbuzz' } });
    expect(await codeOf(client.exchange('key'))).toBe('connection_lost');
    await dispatcher.close();
  });

  test('that never answers and heeds no signal is given up', async () => {
    const dispatcher = { dispatch: () => true } as unknown as Dispatcher;
    const client = new LoginWithClient({ provider: 'pimbuzz', ...credentials, dispatcher, timeout: 100 });
    expect(await codeOf(client.exchange('key'))).toBe('timeout');
  });
});

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
