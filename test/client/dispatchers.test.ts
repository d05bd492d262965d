import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer as createTLSServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { LoginWithClient, type ClientOptions, type LoginWithError } from 'passport-loginwith';
import { isKeyUnused } from '../../lib/login/shared-exchange';
import { createCertificate } from '../bench/faults/certificates';
import { openForwardProxy, type Refusal } from '../support/forward-proxy';
import {
  closeAll,
  countConnections,
  openServer,
  reserveAddress,
  respondWell,
  skipPauses,
} from '../support/strategy-app';

type Dispatcher = NonNullable<ClientOptions['dispatcher']> & { close: () => Promise<unknown> };

/** What the tests need of a major version. That the types of each fit shows that apps may pass its dispatchers. */
interface Undici {
  Agent: new () => Dispatcher;
  Pool: new (url: string) => Dispatcher;
  ProxyAgent: new (options: { uri: string; requestTls: { ca: string } }) => Dispatcher;
  EnvHttpProxyAgent: new (options: { httpsProxy: string; requestTls: { ca: string } }) => Dispatcher;
  MockAgent: new () => Dispatcher & { disableNetConnect: () => void; get: (origin: string) => MockPool };
  composed: () => Dispatcher;
}

interface MockPool {
  intercept: (options: { path: RegExp }) => { reply: (status: number, body: string) => unknown };
}

const majors: { major: number; node: number; load: () => Undici }[] = [
  {
    major: 6,
    node: 18,
    load() {
      const undici = jest.requireActual<typeof import('undici6')>('undici6');
      return { ...undici, composed: () => new undici.Agent().compose(undici.interceptors.retry({ maxRetries: 0 })) };
    },
  },
  {
    major: 7,
    node: 20,
    load() {
      const undici = jest.requireActual<typeof import('undici')>('undici');
      return { ...undici, composed: () => new undici.Agent().compose(undici.interceptors.retry({ maxRetries: 0 })) };
    },
  },
  {
    major: 8,
    node: 22,
    load() {
      const undici = jest.requireActual<typeof import('undici8')>('undici8');
      return { ...undici, composed: () => new undici.Agent().compose(undici.interceptors.retry({ maxRetries: 0 })) };
    },
  },
];

const credentials = { appId: '1', appSecret: 'secret' };
const sevenLogsIn = { profile: { id: '7' } };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(closing.splice(0).map((close) => close()));
  await closeAll();
});

/** A client with a dispatcher that ends with the test. */
function createClient(provider: string, dispatcher: Dispatcher, timeout?: number): LoginWithClient {
  closing.push(() => dispatcher.close());
  return new LoginWithClient({ provider, ...credentials, dispatcher, timeout });
}

async function failureOf(client: LoginWithClient): Promise<LoginWithError> {
  return (await client.exchange('key').catch((reason: unknown) => reason)) as LoginWithError;
}

/** A proxy before a site with TLS, which nothing else reaches. */
async function openWay(refusal?: Refusal) {
  const now = Date.now();
  const certificate = createCertificate('social.invalid', now - 60_000, now + 60_000);
  const server = createTLSServer(certificate, respondWell).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = (server.address() as AddressInfo).port;
  const proxy = await openForwardProxy({ port, ...(refusal && { refusal }) });
  closing.push(proxy.close, () => new Promise((resolve) => server.close(resolve)));
  return { proxy, requestTls: { ca: certificate.cert } };
}

const runningMajor = Number(process.versions.node.split('.')[0]);

for (const { major, node, load } of majors) {
  const suite = `a dispatcher of undici ${major}`;
  if (runningMajor < node) {
    process.stderr.write(`Skipped: undici ${major} needs Node ${node} or newer, so run it there: ${suite}\n`);
    // eslint-disable-next-line no-restricted-syntax -- it cannot be loaded here, and the line above says so
    describe.skip(suite, () => test('is not loaded', () => undefined));
    continue;
  }
  describe(suite, () => {
    const undici = load();

    test.each<[string, (url: string) => Dispatcher]>([
      ['Agent', () => new undici.Agent()],
      ['Pool', (url) => new undici.Pool(url)],
      ['composed Agent', () => undici.composed()],
    ])('a login by its %s needs one connection', async (_name, create) => {
      const { url, server } = await openServer(respondWell);
      const connections = countConnections(server);
      await expect(createClient(url, create(url)).exchange('key')).resolves.toMatchObject(sevenLogsIn);
      expect(connections()).toBe(1);
    });

    test.each<[string, (uri: string, requestTls: { ca: string }) => Dispatcher]>([
      ['ProxyAgent', (uri, requestTls) => new undici.ProxyAgent({ uri, requestTls })],
      ['EnvHttpProxyAgent', (httpsProxy, requestTls) => new undici.EnvHttpProxyAgent({ httpsProxy, requestTls })],
    ])('a login by its %s needs one tunnel', async (_name, create) => {
      const { proxy, requestTls } = await openWay();
      const client = createClient('https://social.invalid', create(proxy.url, requestTls));
      await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
      expect(proxy.hosts).toEqual(['social.invalid:443']);
    });

    test.each([
      [407, 1, /name and a password/],
      [502, 3, /cannot reach it itself/],
    ])('a ProxyAgent whose proxy answers %i is asked %i times, and the key is unused', async (status, times, hint) => {
      skipPauses();
      const { proxy, requestTls } = await openWay(status);
      const dispatcher = new undici.ProxyAgent({ uri: proxy.url, requestTls });
      const error = await failureOf(createClient('https://social.invalid', dispatcher));
      expect(error).toMatchObject({
        code: 'connection_refused',
        message: expect.stringContaining(`the proxy of the option "dispatcher" answered ${status}`),
        hint: expect.stringMatching(hint),
      });
      expect(isKeyUnused(error)).toBe(true);
      expect(proxy.hosts).toHaveLength(times);
    });

    test('a login by its MockAgent needs no network', async () => {
      const dispatcher = new undici.MockAgent();
      dispatcher.disableNetConnect();
      const mock = dispatcher.get('https://pimbuzz.com');
      mock.intercept({ path: /authorize/ }).reply(200, '{"access_token":"t"}');
      mock.intercept({ path: /get_user_info/ }).reply(200, '{"user_info":{"user_id":"7"}}');
      await expect(createClient('pimbuzz', dispatcher).exchange('key')).resolves.toMatchObject(sevenLogsIn);
    });

    test.each<[string, RequestListener, string]>([
      ['sends nothing', () => undefined, 'timeout'],
      ['sends half a response', (_req, res) => res.write('{'), 'timeout'],
      ['sends 300 KiB', (_req, res) => res.end(Buffer.alloc(300 * 1024, ' ')), 'response_too_large'],
      ['sends 20 kB of headers', (_req, res) => res.setHeader('x', 'x'.repeat(20_000)).end(), 'response_too_large'],
      ['resets the connection', (req) => req.socket.resetAndDestroy(), 'connection_lost'],
      ['closes the connection', (req) => req.socket.destroy(), 'connection_lost'],
      ['cuts the body off', (_req, res) => cutOff(res), 'connection_lost'],
      ['sends a broken body', (req) => req.socket.end(brokenResponse), 'response_unexpected'],
      ['speaks something else', (req) => req.socket.end('SSH-2.0-x\r\n'), 'response_unexpected'],
    ])('a provider that %s is told, whatever the dispatcher', async (_what, listener, code) => {
      const { url } = await openServer(listener);
      for (const dispatcher of [new undici.Agent(), new undici.Pool(url), undici.composed()]) {
        const error = await failureOf(createClient(url, dispatcher, 200));
        expect(error).toMatchObject({ code, stage: 'authorize' });
        expect(isKeyUnused(error)).toBe(false);
      }
    });

    test('a provider where nobody listens is tried three times', async () => {
      const pauses = skipPauses();
      const { url } = await reserveAddress();
      const error = await failureOf(createClient(url, new undici.Agent()));
      expect(error).toMatchObject({ code: 'connection_refused' });
      expect(isKeyUnused(error)).toBe(true);
      expect(pauses).toHaveLength(2);
    });

    test('a call is given up with its signal', async () => {
      const { url } = await openServer(() => undefined);
      const leaving = new AbortController();
      const call = createClient(url, new undici.Agent()).authorize('key', leaving.signal);
      setImmediate(() => leaving.abort(new Error('gone')));
      await expect(call).rejects.toMatchObject({ code: 'timeout' });
    });
  });
}

const brokenResponse = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n';

function cutOff(res: Parameters<RequestListener>[1]): void {
  res.writeHead(200, { 'content-length': 100 });
  res.write('{', () => res.socket?.destroy());
}
