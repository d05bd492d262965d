import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { defineProvider, LoginWithStrategy } from '../../../lib/index';
import { Browser } from '../../support/test-browser';
import { openApp, type AppResponse } from './app';
import type { Certificates } from './certificates';
import type { ClientWatch } from './client-watch';
import { openFakeProvider, userIdOf, type Call, type FakeProvider } from './fake-provider';
import type { FaultRow, Outcome } from './row';

/** A row at one of the calls. */
export interface FaultCase extends Pick<FaultRow, 'name' | 'fault' | 'reload'> {
  call: Call;
  expected: Outcome;
  /** Milliseconds. */
  timeout: number;
  /** Whether the provider speaks https. */
  isSecure: boolean;
  /** Where the provider reads the parameters of `authorize`, and whether the app knows it. */
  method: 'GET' | 'POST';
  isMethodKnown: boolean;
  /** A whole login before the one that is looked at leaves a connection behind. */
  hasPreviousLogin?: boolean;
  /** Prepares the connections between the start of the login and its callback. */
  prepare?: (provider: FakeProvider, watch: ClientWatch) => Promise<void> | void;
  /** How many connections the provider is to have seen when the outcome is there. */
  connections?: number;
}

/** What became of a case. */
export interface CaseResult {
  outcome: string;
  milliseconds: number;
  /** How often the provider received a key, and how often the client wrote it: with one method, the highest. */
  received: number;
  sent: number;
  /** What the same callback did when it was loaded again. */
  reloaded: string;
  /** Each guarantee that was broken. */
  violations: string[];
}

/** What all cases share. */
export interface CaseWorld {
  watch: ClientWatch;
  certificates: Certificates;
}

/** Milliseconds after the timeout until the outcome must be there. */
export const tolerance = 250;
/** Milliseconds after which a connection that was closed must be gone. */
const closingTime = 500;
/**
 * After two logins there may be one connection for the next call and one that was made ready for it, and if connecting
 * hangs, both of the first login until undici gives them up.
 */
const maximumConnections = 4;
/** Codes after which the login goes back to the start once. */
const restartingCodes = ['auth_key_invalid', 'token_expired'];
const appSecret = 'secret-of-the-app';
/** Options of the strategy that do not matter here. */
const sealing = {};

let hostCount = 0;

/** Logs in with the fault, loads the callback again and logs in once more without it, and checks each guarantee. */
export async function playCase(given: FaultCase, world: CaseWorld): Promise<CaseResult> {
  const { call, fault, expected, timeout } = given;
  const { watch, certificates } = world;
  const host = `c${(hostCount += 1)}.provider.invalid`;
  const provider = await openFakeProvider({
    method: given.method,
    secure: given.isSecure ? { certificates, host, lookups: watch.lookups } : undefined,
  });
  const authorizeMethod = given.isMethodKnown ? given.method : 'auto';
  const strategy = new LoginWithStrategy(
    {
      provider: defineProvider({ name: 'fake', baseURL: provider.baseURL, authorizeMethod }),
      appId: '1',
      appSecret,
      timeout,
      ...sealing,
    },
    (_accessToken, _refreshToken, { id }) => id,
  );
  const app = await openApp(strategy);
  const violations: string[] = [];
  const check = (holds: boolean, violation: string): void => {
    if (!holds) violations.push(violation);
  };
  const countKeys = (login: Login): { received: number; sent: number } => {
    const ids = login.keys.flatMap((key) => [`GET ${key}`, `POST ${key}`]);
    return {
      received: Math.max(...ids.map((id) => provider.received.get(id) ?? 0)),
      sent: Math.max(...ids.map((id) => watch.timesSent(id))),
    };
  };

  if (given.hasPreviousLogin === true) {
    const previous = createLogin(app.url, provider, watch);
    check((await previous.run()) === 'user', 'the login before it failed');
  }
  await provider.breakCall(call, fault);
  const login = createLogin(app.url, provider, watch);
  const outcome = await login.run(given.prepare);
  const isExpected = (code: string): boolean => expected.startsWith(`${code} `);
  check(outcome === expected, `outcome ${outcome}`);
  const stage = call === 'get_user_info' ? 'user_info' : 'authorize';
  if (outcome !== 'user') check(login.failure?.stage === stage, `stage ${login.failure?.stage ?? 'none'}`);
  check(login.restarts === (restartingCodes.some(isExpected) ? 1 : 0), `${login.restarts} restarts`);
  check(login.milliseconds <= timeout + tolerance, `took ${login.milliseconds} ms, timeout ${timeout}`);
  const { received, sent } = countKeys(login);
  check(received <= 1, `the provider received a key ${received} times`);
  check(sent <= 1, `the client sent a key ${sent} times`);
  check(
    given.connections === undefined || provider.connectionCount === given.connections,
    `${provider.connectionCount} connections`,
  );

  await provider.mend();
  const reloaded = await login.reload();
  if (call !== 'get_user_info' && given.reload === 'user') check(reloaded === 'user', `loaded again: ${reloaded}`);
  else if (given.reload === undefined)
    check(countKeys(login).received <= 1, `loaded again: the key was received again`);
  const next = createLogin(app.url, provider, watch);
  check((await next.run()) === 'user', `the next login: ${next.outcome}`);
  const open = watch.openSockets(provider.port).length;
  check(open <= maximumConnections, `${open} connections are open after it`);
  check(provider.strayRequests.length === 0, `followed to ${provider.strayRequests.join()}`);
  const shown = [login, next].map(({ texts }) => texts.join()).join();
  for (const secret of [appSecret, ...login.keys, ...next.keys, 'SQLMARK'])
    check(!shown.includes(secret), 'an error shows a secret, a key, a token or the text of the provider');

  check(await isWithin(strategy.client.close(), closingTime), 'client.close() does not end');
  const isClosed = async (): Promise<void> => {
    while (watch.openSockets(provider.port).length > 0) await delay(5);
  };
  check(await isWithin(isClosed(), closingTime), `${watch.openSockets(provider.port).length} connections are left`);
  for (const socket of watch.openSockets(provider.port)) socket.destroy();
  await Promise.all([app.close(), provider.close()]);
  return { outcome, milliseconds: login.milliseconds, received, sent, reloaded, violations };
}

type Login = ReturnType<typeof createLogin>;

/** A browser that logs in; it plays the provider's pages itself and comes back with a new key each time. */
function createLogin(appURL: string, provider: FakeProvider, watch: ClientWatch) {
  const browser = new Browser(appURL);
  const keys: string[] = [];
  const texts: string[] = [];

  const load = async (key: string): Promise<string> => {
    const began = performance.now();
    const { status, text, location } = await browser.get(`/callback?auth_key=${key}`);
    login.milliseconds = Math.max(login.milliseconds, Math.round(performance.now() - began));
    texts.push(text);
    if (status === 302 && location?.startsWith(`${provider.baseURL}/api/oauth?`)) return 'restart';
    const { user, failure } = JSON.parse(text) as AppResponse;
    login.failure = failure;
    if (user !== undefined) return user === userIdOf(key) ? 'user' : `another user`;
    return failure?.status === status ? `${failure.code} ${status}` : `${failure?.code ?? 'nothing'} as ${status}`;
  };
  const newKey = (): string => {
    const key = randomBytes(16).toString('hex');
    keys.push(key);
    return key;
  };
  const login = {
    keys,
    texts,
    outcome: '',
    restarts: 0,
    milliseconds: 0,
    failure: undefined as AppResponse['failure'],
    async run(prepare?: FaultCase['prepare']): Promise<string> {
      const { status, location = '' } = await browser.get('/auth');
      if (status !== 302 || !location.startsWith(`${provider.baseURL}/api/oauth?`)) return `start: ${status}`;
      await watch.newestReady(provider.port);
      await prepare?.(provider, watch);
      login.outcome = await load(newKey());
      while (login.outcome === 'restart' && login.restarts < 3) {
        login.restarts += 1;
        await watch.newestReady(provider.port);
        login.outcome = await load(newKey());
      }
      return login.outcome;
    },
    /** Loads the last callback again; its time does not count. */
    async reload(): Promise<string> {
      const { milliseconds } = login;
      const outcome = await load(keys.at(-1) ?? '');
      login.milliseconds = milliseconds;
      return outcome;
    },
  };
  return login;
}

async function isWithin(work: Promise<unknown>, limit: number): Promise<boolean> {
  const timer = new AbortController();
  const isLate = delay(limit, false, { signal: timer.signal }).catch(() => false);
  const isInTime = await Promise.race([work.then(() => true), isLate]);
  timer.abort();
  return isInTime;
}
