import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { createServer as createTLSServer, type Server as TLSServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import type { LocalProvider } from 'passport-loginwith/provider';
import { certify, createAuthority } from '../bench/faults/certificates';
import { openForwardProxy } from '../support/forward-proxy';
import { createPackageFolder, type PackageFolder } from '../support/package-folder';
import { describeWith, findService } from '../support/service';
import {
  closeAll,
  countConnections,
  issueKey,
  openProvider,
  openServer,
  optionsFor,
  reserveAddress,
  respondWell,
} from '../support/strategy-app';

const scriptName = 'runtime-script.cjs';
const lifetime = [Date.now() - 60_000, Date.now() + 60 * 60_000] as const;
const authority = createAuthority(...lifetime);
let folder: PackageFolder;
/** What makes each runtime trust the authority, and Deno ask for no newer version. */
const trust = () => ({
  NODE_EXTRA_CA_CERTS: join(folder.path, 'authority.pem'),
  DENO_CERT: join(folder.path, 'authority.pem'),
  DENO_NO_UPDATE_CHECK: '1',
});

beforeAll(async () => {
  folder = await createPackageFolder();
  writeFileSync(trust().DENO_CERT, authority.cert);
  copyFileSync(join(__dirname, '../support', scriptName), join(folder.path, scriptName));
}, 30_000);

afterAll(() => folder.remove());

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all([closeAll(), ...closing.splice(0).map((close) => close())]);
});

const find = (name: string) => ({
  ...findService(name, name.toUpperCase()),
  advice: `npm install --global ${name}`,
});
const runtimes = [
  { service: { ...find('node'), executablePath: process.execPath }, options: [] },
  { service: find('bun'), options: [] },
  { service: find('deno'), options: ['run', '--allow-all', '--node-modules-dir=manual'] },
];

for (const { service, options } of runtimes) {
  describeWith(service, `the package on ${service.name}`, () => {
    /** Runs the script, which must end by itself. */
    async function runScript(input: object, env: Record<string, string> = {}): Promise<unknown> {
      const { stdout } = await promisify(execFile)(
        service.executablePath!,
        [...options, scriptName, JSON.stringify(input)],
        { cwd: folder.path, env: { ...process.env, ...trust(), NODE_ENV: 'production', ...env } },
      );
      return JSON.parse(stdout);
    }

    test('people log in, and each failure is told', async () => {
      const good = await openTLSSite('localhost');
      const { url: warm, server } = await openServer(respondWell);
      const connections = countConnections(server);
      const site = async (listener: RequestListener) => (await openServer(listener)).url;
      const body = (headers: Record<string, string>, ...chunks: (string | Buffer)[]) =>
        site((_req, res) => {
          res.writeHead(200, { 'content-type': 'application/json', ...headers });
          chunks.forEach((chunk) => res.write(chunk));
          res.end();
        });
      const compressed = (encoding: string, compress: (text: string) => Buffer) =>
        site((req, res) => {
          res.writeHead(200, { 'content-encoding': encoding });
          res.end(compress(req.url?.includes('authorize') ? '{"access_token":"t"}' : '{"user_info":{"user_id":"7"}}'));
        });
      const half = '{"access_token":';
      const large = Buffer.alloc(200 * 1024, ' ');
      const cases: { name: string; provider: string; outcome: string; [option: string]: unknown }[] = [
        { name: 'warmed up', provider: warm, isWarm: true, outcome: '7' },
        { name: 'https', provider: good, outcome: '7' },
        { name: 'gzip', provider: await compressed('gzip', gzipSync), outcome: '7' },
        { name: 'Brotli', provider: await compressed('br', brotliCompressSync), outcome: '7' },
        { name: 'a dispatcher of the app', provider: good, hasDispatcher: true, outcome: '7' },
        { name: 'refused', provider: (await reserveAddress()).url, outcome: 'connection_refused' },
        { name: 'no address', provider: 'https://nobody.invalid', outcome: 'host_not_found' },
        { name: 'no TLS', provider: warm.replace('http:', 'https:'), outcome: 'tls_failed' },
        {
          name: 'a certificate of another host',
          provider: await openTLSSite('elsewhere.invalid'),
          outcome: 'tls_failed',
        },
        {
          name: 'a certificate of nobody',
          provider: await openTLSSite('localhost', createAuthority(...lifetime)),
          outcome: 'tls_failed',
        },
        { name: 'reset', provider: await site((req) => req.socket.resetAndDestroy()), outcome: 'connection_lost' },
        { name: 'closed', provider: await site((req) => req.socket.destroy()), outcome: 'connection_lost' },
        {
          name: 'cut off',
          provider: await site((req, res) => {
            res.writeHead(200, { 'content-length': 100 });
            res.write(half, () => req.socket.destroy());
          }),
          outcome: 'connection_lost',
        },
        { name: 'silent', provider: await site(() => undefined), timeout: 300, outcome: 'timeout' },
        { name: 'half', provider: await site((_req, res) => res.write(half)), timeout: 300, outcome: 'timeout' },
        { name: 'given up', provider: await site(() => undefined), isAborted: true, outcome: 'timeout' },
        { name: 'large', provider: await body({}, large, large), outcome: 'response_too_large' },
        {
          name: 'large, and says so',
          provider: await body({ 'content-length': `${2 * large.length}` }, large, large),
          outcome: 'response_too_large',
        },
        { name: 'large headers', provider: await body({ x: 'x'.repeat(20_000) }), outcome: 'response_too_large' },
        {
          name: 'large when decompressed',
          provider: await body({ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(2 ** 20, ' '))),
          outcome: 'response_too_large',
        },
        {
          name: 'broken gzip',
          provider: await body({ 'content-encoding': 'gzip' }, '{}'),
          outcome: 'response_not_json',
        },
        {
          name: 'a redirect',
          provider: await site((_req, res) => res.writeHead(302, { location: warm }).end()),
          outcome: 'provider_redirected',
        },
        { name: 'no HTTP', provider: await openChatter(), outcome: 'response_unexpected' },
      ];
      const calls = cases.map(({ outcome: _, ...call }) => call);
      const provider = await openProvider();
      const users = provider.users.slice(0, 3);
      const logins = { account: optionsFor(provider), keys: await issueKeys(provider, users) };
      expect(await runScript({ calls, ...logins })).toEqual({
        outcomes: Object.fromEntries(cases.map(({ name, outcome }) => [name, outcome])),
        user: users[0]!.id,
        strategy: [JSON.stringify({ id: users[1]!.id }), 302],
        loginWith: JSON.stringify(users[2]!.id),
        warnings: expect.arrayContaining(['LoginWithWarning LOGINWITH_COOKIE_SECRET']),
      });
      // The other one is that of the call that expects TLS there.
      expect(connections()).toBe(2);
    }, 60_000);

    test('the proxy of the environment is used', async () => {
      const port = Number(new URL(await openTLSSite('social.invalid')).port);
      const proxy = await openForwardProxy({ port, authorization: `Basic ${btoa('user:pass')}` });
      closing.push(proxy.close);
      const calls = [{ name: 'tunnel', provider: 'https://social.invalid', isWarm: true }];
      const printed = await runScript(
        { calls },
        {
          NODE_USE_ENV_PROXY: '1',
          HTTPS_PROXY: proxy.url.replace('//', '//user:pass@'),
          NO_PROXY: '127.0.0.1',
        },
      );
      expect(printed).toMatchObject({ outcomes: { tunnel: '7' } });
      expect(proxy.hosts).toEqual(['social.invalid:443']);
    }, 60_000);
  });
}

async function issueKeys(provider: LocalProvider, users: LocalProvider['users']): Promise<string[]> {
  const keys: string[] = [];
  for (const { id } of users) keys.push(await issueKey(provider, id));
  return keys;
}

async function openTLSSite(host: string, by = authority): Promise<string> {
  return `https://localhost:${await listen(createTLSServer(certify(host, by, ...lifetime), respondWell))}`;
}

/** A server that speaks something other than HTTP. */
async function openChatter(): Promise<string> {
  const server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .resume()
      .end('SSH-2.0-x\r\n'),
  );
  return `http://127.0.0.1:${await listen(server)}`;
}

async function listen(server: Server | TLSServer): Promise<number> {
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}
