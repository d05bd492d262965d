import { once } from 'node:events';
import { createServer as createTLSServer } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { EnvHttpProxyAgent } from 'undici';
import { LoginWithClient, LoginWithError } from 'passport-loginwith';
import { findEnvProxy } from '../../lib/client/env-proxy';
import { isKeyUnused } from '../../lib/login/shared-exchange';
import { createCertificate, type Certificate } from '../bench/faults/certificates';
import { closeProxies, openTLSProxy, trust } from '../support/doctor';
import { openForwardProxy, type ForwardProxyOptions, type Refusal } from '../support/forward-proxy';
import {
  closeAll,
  holdTimeouts,
  openServer,
  reserveAddress,
  respondWell,
  skipPauses,
  withResolvers,
} from '../support/strategy-app';

const credentials = { appId: '1', appSecret: 'secret' };
const sevenLogsIn = { profile: { id: '7' } };
const siteURL = 'https://social.invalid';
const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_USE_ENV_PROXY', 'NODE_OPTIONS'];
const allVariables = [...variables, ...variables.map((name) => name.toLowerCase())];
const before = { ...process.env };
const closing: (() => Promise<unknown>)[] = [];

function setVariables(values: Record<string, string>): void {
  for (const name of allVariables) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, values);
}

beforeEach(() => setVariables({}));

afterEach(async () => {
  jest.restoreAllMocks();
  setVariables({});
  for (const name of allVariables) if (before[name] !== undefined) process.env[name] = before[name];
  await Promise.all([closeAll(), closeProxies(), ...closing.splice(0).map((close) => close())]);
});

function createClient(provider = siteURL): LoginWithClient {
  const client = new LoginWithClient({ provider, ...credentials });
  closing.push(() => client.close());
  return client;
}

/** A proxy that the variables name, before a site that nothing else reaches. */
async function openWay(options: Partial<ForwardProxyOptions> = {}, login = '', provider = respondWell) {
  const { url } = await openServer(provider);
  const port = Number(new URL(await openTLSProxy(url, { host: 'social.invalid' })).port);
  const proxy = await openForwardProxy({ port, ...options });
  closing.push(proxy.close);
  setVariables({ HTTPS_PROXY: proxy.url.replace('//', `//${login}`), NODE_USE_ENV_PROXY: '1' });
  return { proxy };
}

describe('the proxy that the environment names, with NODE_USE_ENV_PROXY=1', () => {
  test('is asked for one tunnel for a login, which is opened at the start', async () => {
    const seen: unknown[] = [];
    const { proxy } = await openWay({}, '', (req, res) => {
      seen.push(Object.keys(req.headers).filter((name) => name.startsWith('proxy')));
      respondWell(req, res);
    });
    const client = createClient();
    client.warmUp();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    client.warmUp();
    await expect(client.exchange('another')).resolves.toMatchObject(sevenLogsIn);
    expect(proxy.hosts).toEqual(['social.invalid:443']);
    expect(seen).toEqual([[], [], [], []]);
  });

  test('is asked for another one when the site has closed the first, and TLS is resumed', async () => {
    const resumed: boolean[] = [];
    const server = createTLSServer(trustedCertificate('social.invalid'), (req, res) => {
      if (req.url?.includes('get_user_info')) res.setHeader('Connection', 'close');
      respondWell(req, res);
    }).listen(0, '127.0.0.1');
    server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()));
    await once(server, 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { proxy } = await openWay({ port: (server.address() as AddressInfo).port });
    const client = createClient();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(resumed.slice(0, 2)).toEqual([false, true]);
    expect(proxy.hosts).toHaveLength(resumed.length);
  });

  test.each([
    ['user:pass%20word%25', 'user:pass word%'],
    ['user', 'user:'],
    [':pass', ':pass'],
    ['user:100%', 'user:100%'],
  ])('gets the name and the password of %s', async (login, plain) => {
    const authorization = `Basic ${Buffer.from(plain).toString('base64')}`;
    await openWay({ authorization }, `${login}@`);
    await expect(createClient().exchange('key')).resolves.toMatchObject(sevenLogsIn);
  });

  test('may speak TLS itself', async () => {
    const certificate = trustedCertificate('localhost');
    const { proxy } = await openWay({ certificate });
    await expect(createClient().exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(proxy.hosts).toHaveLength(1);
  });

  test('is asked for a site of this machine, too, and for one without TLS', async () => {
    const { url, server } = await openServer(respondWell);
    const port = (server.address() as AddressInfo).port;
    const proxy = await openForwardProxy({ port });
    closing.push(proxy.close);
    setVariables({ HTTP_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' });
    await expect(createClient(url).exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(proxy.hosts).toEqual([`127.0.0.1:${port}`]);
    process.env.NO_PROXY = '127.0.0.1';
    await expect(createClient(url).exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(proxy.hosts).toHaveLength(1);
  });

  test('is not asked for a dispatcher of the app', async () => {
    const { proxy } = await openWay();
    const dispatcher = { request: () => Promise.reject(Object.assign(new Error(), { code: 'ECONNRESET' })) };
    const client = new LoginWithClient({ provider: siteURL, ...credentials, dispatcher });
    const error = await client.exchange('key').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'connection_lost', hint: 'Start the login again.' });
    expect(proxy.hosts).toEqual([]);
  });

  test('that breaks off a tunnel in use ends the call, and the key is not sent again', async () => {
    const asked: (string | undefined)[] = [];
    const way = await openWay({}, '', (req) => {
      asked.push(req.url);
      void way.proxy.close();
    });
    closing.splice(closing.indexOf(way.proxy.close), 1);
    await expect(createClient().exchange('key')).rejects.toMatchObject({
      code: 'connection_lost',
      hint: expect.stringContaining(`through the proxy ${way.proxy.host} (HTTPS_PROXY)`),
    });
    expect(asked).toHaveLength(1);
  });

  test('that never answers is left when the client is closed', async () => {
    const ended = withResolvers();
    const asked = withResolvers();
    const server = createServer((socket) => {
      socket.once('data', () => asked.resolve());
      socket.once('close', () => ended.resolve());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as AddressInfo).port;
    setVariables({ HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_USE_ENV_PROXY: '1' });
    const client = createClient();
    client.warmUp();
    await asked.promise;
    await client.close();
    await ended.promise;
    server.close();
  });
});

describe('a proxy that gives no tunnel', () => {
  const login = 'user:very-secret-password';
  const tells = /could not be reached: the proxy/;

  /** Fails a call, makes sure that its error has no part of the password, and returns that. */
  async function fail(): Promise<LoginWithError> {
    const error: unknown = await createClient()
      .exchange('key')
      .catch((reason: unknown) => reason);
    if (!(error instanceof LoginWithError)) throw error;
    const all = [inspect(error, { depth: 9 }), JSON.stringify(error), error.stack, (error.cause as Error).stack].join();
    expect(all).not.toMatch(/secret-password|dXNlcjp2ZXJ5|user:/);
    return error;
  }

  test.each<[string, Refusal, string, number, RegExp, RegExp]>([
    ['wants another password', 407, 'connection_refused', 1, /answered 407/, /name and a password/],
    ['forbids the host', 403, 'connection_refused', 1, /answered 403/, /does not let this server reach social.invalid/],
    ['cannot reach the site', 502, 'connection_refused', 3, /answered 502/, /cannot reach it itself/],
    ['breaks off', 'reset', 'connection_lost', 3, /broke off the connection/, /Check HTTPS_PROXY/],
  ])('because it %s: %s is %s, tried %i times', async (_what, refusal, code, tries, message, hint) => {
    skipPauses();
    const { proxy } = await openWay({ refusal: refusal ?? 500 }, `${login}@`);
    const error = await fail();
    expect(error).toMatchObject({ code, stage: 'authorize', message: expect.stringMatching(tells) });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(`${error.message} ${error.hint}`).toContain(proxy.host);
    expect(error.hint).toContain('HTTPS_PROXY');
    expect(proxy.hosts).toHaveLength(tries);
    expect(isKeyUnused(error)).toBe(true);
  });

  test.each<[string, () => Promise<string> | string, string, RegExp]>([
    ['nobody listens there', async () => (await reserveAddress()).url, 'connection_refused', /could not be reached at/],
    ['it has no address', () => 'http://proxy.invalid:3128', 'host_not_found', /no address for proxy.invalid:3128/],
    ['its certificate is not trusted', openUntrusted, 'tls_failed', /could not be trusted/],
    ['it speaks something else', openChatter, 'connection_refused', /something other than HTTP/],
    ['the variable has no scheme', () => 'proxy.invalid:3128', 'connection_refused', /HTTPS_PROXY holds no URL/],
    ['the variable is no URL', () => 'proxy', 'connection_refused', /HTTPS_PROXY holds no URL/],
  ])('because %s: the error names it', async (_why, open, code, message) => {
    skipPauses();
    setVariables({ HTTPS_PROXY: (await open()).replace('//', `//${login}@`), NODE_USE_ENV_PROXY: '1' });
    const error = await fail();
    expect(error).toMatchObject({ code, hint: expect.stringContaining('HTTPS_PROXY') });
    expect(error.message).toMatch(message);
    expect(isKeyUnused(error)).toBe(true);
  });

  test('for a moment does not stop the login', async () => {
    const { proxy } = await openWay({ refusal: 503 });
    const pauses = skipPauses(() => void (proxy.refusal = undefined));
    await expect(createClient().exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(pauses).toEqual([150]);
  });

  test('in time is a timeout that names the proxy, and the key is unused', async () => {
    const timeouts = holdTimeouts();
    const { proxy } = await openWay({ refusal: 'silence', onAsked: timeouts.pass });
    const error = await fail();
    expect(error).toMatchObject({ code: 'timeout', hint: expect.stringContaining(`${proxy.host} (HTTPS_PROXY)`) });
    expect(isKeyUnused(error)).toBe(true);
  });

  test('for a site whose certificate is wrong is told from one that does', async () => {
    skipPauses();
    const { url } = await openServer(respondWell);
    const port = Number(new URL(await openTLSProxy(url, { host: 'elsewhere.invalid' })).port);
    const proxy = await openForwardProxy({ port });
    closing.push(proxy.close);
    setVariables({ HTTPS_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' });
    await expect(createClient().exchange('key')).rejects.toMatchObject({
      code: 'tls_failed',
      message: expect.stringContaining('TLS failed (ERR_TLS_CERT_ALTNAME_INVALID)'),
    });
  });

  async function openUntrusted(): Promise<string> {
    trustedCertificate('elsewhere.invalid');
    const now = Date.now();
    const certificate = createCertificate('localhost', now - 60_000, now + 60_000);
    const proxy = await openForwardProxy({ port: 9, certificate });
    closing.push(proxy.close);
    return proxy.url;
  }

  async function openChatter(): Promise<string> {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('SSH-2.0-x\r\n'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});

test('without NODE_USE_ENV_PROXY=1 the proxy is not used, and the hint of a failure says so', async () => {
  skipPauses();
  const { proxy } = await openWay();
  delete process.env.NODE_USE_ENV_PROXY;
  await expect(createClient().exchange('key')).rejects.toMatchObject({
    code: 'host_not_found',
    hint: expect.stringMatching(/^HTTPS_PROXY is set, and not used: .* NODE_USE_ENV_PROXY=1/),
  });
  const { url } = await reserveAddress();
  process.env.http_proxy = proxy.url;
  await expect(createClient(url).exchange('key')).rejects.toMatchObject({
    code: 'connection_refused',
    hint: expect.stringMatching(/^http_proxy is set, and not used/),
  });
  expect(proxy.hosts).toEqual([]);
});

describe('which proxy is chosen', () => {
  const [a, b] = ['http://a.test:1', 'http://b.test:2'] as const;
  const choose = (site: string, env: Record<string, string>) => findEnvProxy(new URL(site), (name) => env[name]);

  test.each<[string, Record<string, string>]>([
    ['https://x.test', { HTTPS_PROXY: a }],
    ['https://x.test', { HTTPS_PROXY: a, https_proxy: b }],
    ['https://x.test', { HTTPS_PROXY: a, https_proxy: '' }],
    ['https://x.test', { HTTP_PROXY: a }],
    ['https://x.test', { HTTP_PROXY: a, HTTPS_PROXY: b }],
    ['https://x.test', { HTTP_PROXY: a, HTTPS_PROXY: '' }],
    ['https://x.test', { HTTP_PROXY: '', HTTPS_PROXY: '' }],
    ['http://x.test', { HTTP_PROXY: a, http_proxy: b }],
    ['http://x.test', { HTTPS_PROXY: a }],
    ['http://127.0.0.1:3000', { HTTP_PROXY: a }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: '*' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: 'x.test' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: 'X.TEST' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: 'x.test', no_proxy: 'y.test' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: 'x.test', no_proxy: '' }],
    ['https://www.x.test', { HTTPS_PROXY: a, NO_PROXY: 'x.test' }],
    ['https://www.x.test', { HTTPS_PROXY: a, NO_PROXY: '.x.test' }],
    ['https://www.x.test', { HTTPS_PROXY: a, NO_PROXY: '*.x.test' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: '*.x.test' }],
    ['https://prefix-x.test', { HTTPS_PROXY: a, NO_PROXY: 'x.test' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: 'www.x.test' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: 'y.test, z.test x.test' }],
    ['https://x.test', { HTTPS_PROXY: a, NO_PROXY: 'x.test:443' }],
    ['https://x.test:8443', { HTTPS_PROXY: a, NO_PROXY: 'x.test:443' }],
    ['http://x.test', { HTTP_PROXY: a, NO_PROXY: 'x.test:80' }],
    ['http://[::1]:3000', { HTTP_PROXY: a, NO_PROXY: '[::1]' }],
    ['http://127.0.0.1:3000', { HTTP_PROXY: a, NO_PROXY: 'localhost,127.0.0.1' }],
  ])("for %s with %j is the one of undici's EnvHttpProxyAgent", async (site, env) => {
    setVariables(env);
    let chosen = '';
    const clientFactory = ({ origin }: URL) => ({
      connect: () => Promise.reject(new Error((chosen = origin))),
      destroy: () => Promise.resolve(),
    });
    const agent = new EnvHttpProxyAgent({
      // Typed as a whole dispatcher; only this is called of it.
      clientFactory: clientFactory as never,
      connect: (_options, callback) => callback(new Error((chosen = 'none')), null),
    });
    await agent.request({ origin: site, path: '/', method: 'GET' }).catch(() => undefined);
    await agent.destroy();
    expect(choose(site, env)?.url?.origin ?? 'none').toBe(chosen);
  });

  test.each([
    ['https://10.0.0.7', '10.0.0.1-10.0.0.9', undefined],
    ['https://10.0.0.10', '10.0.0.1-10.0.0.9', a],
    ['https://10.0.0.7', '10.0.0.1-', a],
    ['https://x-y.test', 'x-y.test', undefined],
    ['http://[::1]:3000', '::1', undefined],
    ['https://x.test', 'y.test,*', undefined],
  ])('for %s with NO_PROXY=%s, which Node takes too, is %s', (site, noProxy, url) => {
    const proxy = choose(site, { HTTP_PROXY: a, NO_PROXY: noProxy });
    expect(proxy?.url?.origin).toBe(url);
  });

  test.each([
    [{ NODE_USE_ENV_PROXY: '1' }, true],
    [{ NODE_USE_ENV_PROXY: 'true' }, false],
    [{ NODE_USE_ENV_PROXY: '0' }, false],
    [{ NODE_OPTIONS: '--enable-source-maps --use-env-proxy' }, true],
    [{ NODE_USE_ENV_PROXY: '1', NODE_OPTIONS: '--no-use-env-proxy' }, false],
    [{}, false],
  ])('is used with %j: %s', (env, isUsed) => {
    expect(choose('https://x.test', { ...env, HTTPS_PROXY: b })).toMatchObject({ isUsed });
  });

  test('is used with --use-env-proxy, and not with its opposite', () => {
    const execArgv = jest.replaceProperty(process, 'execArgv', ['--use-env-proxy']);
    expect(choose('https://x.test', { HTTPS_PROXY: b })?.isUsed).toBe(true);
    execArgv.replaceValue(['--no-use-env-proxy']);
    expect(choose('https://x.test', { HTTPS_PROXY: b, NODE_OPTIONS: '--use-env-proxy' })?.isUsed).toBe(false);
  });
});

function trustedCertificate(host: string): Certificate {
  const now = Date.now();
  const certificate = createCertificate(host, now - 60_000, now + 60_000);
  trust(certificate.cert);
  return certificate;
}
