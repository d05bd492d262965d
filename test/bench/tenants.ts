/**
 * Measures what each provider costs that an app chooses per request: heap in bytes, after one started login with each
 * of 1000 providers, and after three times as many, of which 1000 are kept.
 *
 *   npm run bench:tenants
 */
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import express from 'express';
import session from 'express-session';
import { createServer as createHTTPServer, request } from 'node:http';
import { loginWith } from '../../lib/express/index';
import { createLogin } from '../../lib/web/index';
import { machine, table } from './report';

const kept = 1000;
const cookieSecret = 'of the measurement, and long enough';
/** More than this is a failure, in bytes. */
const maximumHeap = 64 * 1024;

void run();

async function run(): Promise<void> {
  // A provider that accepts connections, and answers nothing.
  const sockets = new Set<{ destroy(): void }>();
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const provider = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const optionsOf = (index: number) => ({ provider, name: `site-${index}`, appId: String(index), appSecret: 's' });

  const rows = [await measureWeb(optionsOf), await measureExpress(optionsOf)];
  console.log(`${machine()}; bytes of heap per provider\n`);
  console.log(table(['', `${kept} providers`, `${kept * 3} providers, of which ${kept} are kept`], rows));
  for (const [name, ...bytes] of rows)
    if (bytes.some((each) => Number(each) > maximumHeap)) {
      console.log(`FAILED: ${name} takes more than ${maximumHeap} bytes`);
      process.exitCode = 1;
    }
  sockets.forEach((socket) => socket.destroy());
  silent.close();
}

type OptionsOf = (index: number) => { provider: string; name: string; appId: string; appSecret: string };

async function measureWeb(optionsOf: OptionsOf): Promise<(string | number)[]> {
  let index = 0;
  const login = createLogin({ cookieSecret, providers: () => optionsOf(index) });
  const headers = { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document', accept: 'text/html' };
  const start = async () => {
    const { response } = await login.handle(new Request('http://app.example/auth/x', { headers }));
    if (response.status !== 302) throw new Error(`the start sent ${response.status}`);
    index += 1;
  };
  const bytes = await growth(start);
  await login.close();
  return ['createLogin()', ...bytes];
}

async function measureExpress(optionsOf: OptionsOf): Promise<(string | number)[]> {
  let index = 0;
  const app = express();
  const auth = loginWith({ cookieSecret, providers: () => [optionsOf(index)] });
  app.use(session({ secret: randomBytes(16).toString('hex'), resave: false, saveUninitialized: false }), auth);
  const server = createHTTPServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const start = async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'sec-fetch-site': 'none', accept: 'text/html' };
      const options = { port, host: '127.0.0.1', path: `/auth/site-${index}`, headers };
      const sent = request(options, (res) => res.resume().on('end', () => resolve(res.statusCode)));
      sent.on('error', reject).end();
    });
    if (status !== 302) throw new Error(`the start sent ${status}`);
    index += 1;
  };
  const bytes = await growth(start);
  await auth.close();
  server.close();
  server.closeAllConnections();
  return ['loginWith()', ...bytes];
}

/** Bytes per provider after {@link kept} of them, and after three times as many. */
async function growth(start: () => Promise<void>): Promise<number[]> {
  // What is loaded and made once.
  for (let i = 0; i < 20; i += 1) await start();
  const before = await heap();
  const measured: number[] = [];
  for (const count of [kept, kept * 2]) {
    for (let i = 0; i < count; i += 1) await start();
    measured.push(Math.round(((await heap()) - before) / kept));
  }
  return measured;
}

async function heap(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    global.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
