import type { Server } from 'node:http';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { Passport } from 'passport';
import { LoginWithStrategy, type StrategyOptions, type Verify } from 'passport-loginwith';
import { Deadline } from '../../lib/client/deadline';
import { isAddressCall } from './address-call';
import { startProvider, type LocalProvider, type UserReference, type StartOptions } from 'passport-loginwith/provider';

/** Closes what a test opened; `closeAll` in `afterEach` runs all of them. */
const opened: (() => Promise<unknown>)[] = [];

export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((close) => close()));
}

export async function openProvider(options: StartOptions = {}): Promise<LocalProvider> {
  const provider = await startProvider({ redirectURL: 'http://app.test/callback', ...options });
  opened.push(() => provider.close());
  return provider;
}

/** A server with a listener of the test, for responses that no provider sends. */
export async function openServer(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    return closed;
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Spares the tests the effort of a key that is derived from the app secret. */
export const cookieSecret = 'of the tests, and long enough for them';

export function optionsFor(provider: LocalProvider) {
  const { appId, appSecret } = provider.apps[0]!;
  return { provider: provider.url, appId, appSecret };
}

export const returnProfile: Verify = (_accessToken, _refreshToken, profile) => profile;

export function createStrategy(
  options: StrategyOptions & { passReqToCallback?: false },
  verify = returnProfile,
): LoginWithStrategy {
  const strategy = new LoginWithStrategy({ cookieSecret, ...options }, verify);
  opened.push(() => strategy.client.close());
  return strategy;
}

/**
 * An app with one strategy: `/auth` starts, `/callback` finishes, and the response has the outcome as JSON:
 * `{ user, authInfo, loginWith }`, `{ failed, status }` or `{ error }`.
 */
export function createApp(strategy: LoginWithStrategy, prepare?: (app: Express) => void): Express {
  const passport = new Passport();
  passport.use(strategy);
  const app = express();
  prepare?.(app);
  app.use(passport.initialize());
  app.get(['/auth', '/callback', '/deep/callback'], (req, res, next) => {
    const finish = (error: unknown, user: unknown, failed: unknown, status?: number) => {
      if (error) next(error);
      else if (user) res.json({ user, authInfo: failed, loginWith: req.loginWith });
      else res.status(status ?? 401).json({ failed, status });
    };
    (passport.authenticate(strategy.name, { session: false }, finish) as express.RequestHandler)(req, res, next);
  });
  const reportError: ErrorRequestHandler = (error, _req, res, _next) => {
    res
      .status((error as { status?: number }).status ?? 500)
      .json({ error: error instanceof Error ? { ...error, message: error.message } : error });
  };
  app.use(reportError);
  return app;
}

/** Signs a user in at the provider and returns the key that the app would get. */
export async function issueKey(provider: LocalProvider, user?: UserReference): Promise<string> {
  let key = '';
  await provider.signIn((url: string) => {
    key = new URL(url).searchParams.get('auth_key') ?? '';
    const location = `${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`;
    return Promise.resolve(key === '' ? { status: 302, headers: { location } } : { status: 200, headers: {} });
  }, user);
  return key;
}

/** The `Cookie` header of a browser after a response, if it had these cookies before. */
export function cookiesOf(response: { headers: Record<string, unknown> }, before = ''): string {
  const pairs = [...before.split('; '), ...((response.headers['set-cookie'] ?? []) as string[])];
  const cookies = new Map(pairs.filter(Boolean).map((pair) => [pair.split('=')[0], pair.split(';')[0]]));
  return [...cookies.values()].join('; ');
}

/** The calls of logins that reached a provider's API, such as `GET authorize`. */
export function callsTo(provider: LocalProvider): string[] {
  return provider.requests
    .filter(({ endpoint }) => endpoint === 'authorize' || endpoint === 'get_user_info')
    .filter(({ path }) => !isAddressCall({ url: path }))
    .map(({ method, endpoint }) => `${method} ${endpoint}`);
}

/** A provider that grants every key: `authorize` yields the token `t`, and `get_user_info` the user `7`. */
export const respondWell: RequestListener = (req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(req.url?.includes('authorize') ? '{"access_token":"t"}' : '{"user_info":{"user_id":"7"}}');
};

export function withResolvers<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** The address of a server that is closed until the test opens it. */
export async function reserveAddress() {
  const { url, server } = await openServer(respondWell);
  await new Promise((resolve) => server.close(resolve));
  const open = () => new Promise<void>((resolve) => server.listen(Number(new URL(url).port), '127.0.0.1', resolve));
  return { url, server, open };
}

/** Counts the connections to a server from now on. */
export function countConnections(server: Server): () => number {
  let count = 0;
  server.on('connection', () => count++);
  return () => count;
}

/** Ends the pauses before a retry at once, or when `onPause` does; returns their lengths in milliseconds. */
export function skipPauses(onPause?: () => void | Promise<void>): number[] {
  const pauses: number[] = [];
  jest.spyOn(Deadline.prototype, 'pause').mockImplementation(async (pause) => {
    pauses.push(pause);
    await onPause?.();
  });
  return pauses;
}

/** Holds the time of exchanges, which have this timeout in milliseconds: it is over when a test calls `pass`. */
export function holdTimeouts(length = 10_000): { count: () => number; pass: () => void } {
  const ends: (() => void)[] = [];
  const { setTimeout } = globalThis;
  const hold = (end: (...parameters: unknown[]) => void, time?: number, ...parameters: unknown[]) => {
    if (time === length) ends.push(() => end(...parameters));
    return setTimeout(end, time === length ? 2 ** 30 : time, ...parameters);
  };
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(hold as typeof setTimeout);
  return { count: () => ends.length, pass: () => ends.forEach((end) => end()) };
}

/** Moves only `Date`: sockets and timers go on. */
export function moveTime(ms: number): void {
  const now = Date.now() + ms;
  jest.useFakeTimers({
    now,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}
