/**
 * Measures what the users of an app notice while the provider answers nothing: how quick another page stays during 500
 * logins in a second, what the logins are told, and how soon logins work when the provider is back.
 *
 *   node -r ./test/support/ts-hook.cjs test/bench/outage.ts
 *
 * The app runs in this process, with `loginWith()`; the provider and the users are in another one.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session from 'express-session';
import type { LoginWithError } from '../../lib/errors';
import { loginWith } from '../../lib/express/index';

const logins = 500;
/** The logins come within so many milliseconds. */
const period = 1_000;
/** Limits of the package's documentation, in milliseconds. */
const maximumPageTime = 50;
const maximumRecovery = 1_000;

interface Result {
  pages: number[];
  statuses: Record<string, number>;
  waits: number[];
  withRetryAfter: number;
  recovery: number;
}

async function measure(): Promise<void> {
  const users = fork(__filename, ['users'], { execArgv: ['-r', require.resolve('../support/ts-hook.cjs')] });
  const [provider] = (await once(users, 'message')) as [string];
  const app = express();
  const auth = loginWith({
    providers: [{ name: 'pimbuzz', provider, appId: '1', appSecret: 's', timeout: 5_000 }],
    cookieSecret: 'of the measurement, and long enough for it',
  });
  app.use(session({ secret: 'x', resave: false, saveUninitialized: false }), auth);
  app.get('/', (_req, res) => void res.send('a page'));
  app.use(auth.handleErrors());
  const showError: express.ErrorRequestHandler = (error: LoginWithError, _req, res, _next) => {
    res.status(error.status).set(error.headers).send(error.code);
  };
  app.use(showError);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The first login loads what later ones use.
  users.send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [result] = (await once(users, 'message')) as [Result];
  users.disconnect();
  server.close();
  server.closeAllConnections();
  await auth.close();
  print(result);
}

function print({ pages, statuses, waits, withRetryAfter, recovery }: Result): void {
  const pageTime = percentile(pages, 0.99);
  const told = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  console.log(`Node ${process.version}, ${logins} logins in a second from one address, a provider that answers nothing

| what | measured |
| --- | --- |
| another page, median and 99th percentile of ${pages.length} | ${percentile(pages, 0.5)} and ${pageTime} ms |
| the logins' responses | ${told.join(', ')} |
| of these with \`Retry-After\` | ${withRetryAfter} |
| a login's wait, median and longest | ${percentile(waits, 0.5)} and ${percentile(waits, 1)} ms |
| the first login after the provider is back | ${recovery} ms |
`);
  const broken = [
    pageTime >= maximumPageTime && `another page took ${pageTime} ms`,
    recovery >= maximumRecovery && `a login worked only ${recovery} ms after the provider was back`,
    withRetryAfter < logins && `${logins - withRetryAfter} responses have no Retry-After`,
  ].filter((each) => each !== false);
  for (const each of broken) console.log(`Broken: ${each}`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
}

/** The provider and its users, in a process of their own. */
async function runUsers(): Promise<void> {
  let isSilent = false;
  const answer: RequestListener = (req, res) => {
    if (isSilent) return;
    res.setHeader('Content-Type', 'application/json');
    res.end(req.url?.includes('authorize') ? '{"access_token":"t"}' : '{"user_info":{"user_id":"7"}}');
  };
  const provider = createServer(answer).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  process.send?.(`http://127.0.0.1:${(provider.address() as AddressInfo).port}`);
  const [app] = (await once(process, 'message')) as [string];

  /** Goes from the start to the end of a login; the status of the end, and whether it says when to come back. */
  const logIn = async (cookies: string, key: string) => {
    const callback = await request(`${app}/auth/pimbuzz/callback?auth_key=${key}`, cookies);
    const end = callback.status === 303 ? await request(app + callback.location, callback.cookies) : callback;
    return { status: end.status, hasRetryAfter: end.hasRetryAfter };
  };
  const start = async () => (await request(`${app}/auth/pimbuzz`, '')).cookies;
  const result: Result = { pages: [], statuses: {}, waits: [], withRetryAfter: 0, recovery: 0 };

  await logIn(await start(), 'first');
  const started = await Promise.all(Array.from({ length: logins }, start));
  isSilent = true;
  const pages = setInterval(() => void time(() => request(app, '')).then((ms) => result.pages.push(ms)), 5);
  const running = started.map(async (cookies, index) => {
    await new Promise((resolve) => setTimeout(resolve, (index * period) / logins));
    const wait = await time(async () => {
      const { status, hasRetryAfter } = await logIn(cookies, `key${index}`);
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      result.withRetryAfter += hasRetryAfter ? 1 : 0;
    });
    result.waits.push(wait);
  });
  await new Promise((resolve) => setTimeout(resolve, 3 * period));
  clearInterval(pages);
  isSilent = false;
  result.recovery = await time(async () => {
    for (let index = 0; (await logIn(await start(), `back${index}`)).status !== 302; index += 1);
  });
  await Promise.all(running);
  process.send?.(result);
  provider.close();
  provider.closeAllConnections();
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return Math.round(performance.now() - began);
}

/** A request as a browser sends it when somebody types an address. */
function request(
  url: string,
  cookie: string,
): Promise<{ status: number; location: string; cookies: string; hasRetryAfter: boolean }> {
  const headers = { cookie, accept: 'text/html', 'sec-fetch-site': 'none' };
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (res) => {
      res.resume().on('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          location: res.headers.location ?? '',
          cookies: (res.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; '),
          hasRetryAfter: res.headers['retry-after'] !== undefined,
        }),
      );
    }).on('error', reject);
  });
}

void (process.argv[2] === 'users' ? runUsers() : measure());
