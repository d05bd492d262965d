import { setTimeout as delay } from 'node:timers/promises';
import { defineProvider, LoginWithStrategy } from '../../../lib/index';
import { openApp } from './app';
import type { Certificates } from './certificates';
import type { ClientWatch } from './client-watch';
import { openFakeProvider, type Call, type FakeProvider } from './fake-provider';
import { createLogin, type Login } from './login';
import { secretMark, type FaultRow, type Outcome } from './row';

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
const sealing = { cookieSecret: 'of the measurement, and long enough for it' };

let hostCount = 0;

/** Logs in with the fault, loads the callback again and logs in once more without it, and checks each guarantee. */
export async function playCase(given: FaultCase, world: CaseWorld): Promise<CaseResult> {
  const open = await openCase(given, world);
  const { app, provider, checks, login } = open;
  if (given.hasPreviousLogin === true) checks.equal('the login before it', await open.createLogin().run(), 'user');
  await provider.breakCall(given.call, given.fault);
  await login.run(given.prepare);
  checkOutcome(given, open);
  const counts = countKeys(open);
  await provider.mend();
  const reloaded = await login.reload();
  if (given.reload === undefined || given.call === 'get_user_info')
    checks.holds(countKeys(open).received <= 1, 'loaded again: the key was received again');
  else if (given.reload === 'user') checks.equal('loaded again', reloaded, 'user');
  await checkNextLogin(open);
  await checkClosing(open);
  await Promise.all([app.close(), provider.close()]);
  const { outcome, milliseconds } = login;
  return { outcome, milliseconds, ...counts, reloaded, violations: checks.violations };
}

interface OpenCase {
  provider: FakeProvider;
  strategy: LoginWithStrategy;
  app: Awaited<ReturnType<typeof openApp>>;
  watch: ClientWatch;
  checks: ReturnType<typeof createChecks>;
  /** The one that meets the fault. */
  login: Login;
  createLogin(): Login;
}

async function openCase({ method, isMethodKnown, isSecure, timeout }: FaultCase, world: CaseWorld): Promise<OpenCase> {
  const { watch, certificates } = world;
  const host = `c${(hostCount += 1)}.provider.invalid`;
  const secure = isSecure ? { certificates, host, lookups: watch.lookups } : undefined;
  const provider = await openFakeProvider({ method, secure });
  const definition = {
    name: 'fake',
    baseURL: provider.baseURL,
    authorizeMethod: isMethodKnown ? method : 'auto',
  } as const;
  const strategy = new LoginWithStrategy(
    { provider: defineProvider(definition), appId: '1', appSecret, timeout, ...sealing },
    (_accessToken, _refreshToken, { id }) => id,
  );
  const app = await openApp(strategy);
  await fetch(`${app.url}/auth`, { redirect: 'manual' });
  await provider.askedForAddress;
  while (watch.openSockets(provider.port).length > 0) await delay(5);
  const start = (): Login => createLogin(app.url, provider, watch);
  return { provider, strategy, app, watch, checks: createChecks(), login: start(), createLogin: start };
}

function createChecks() {
  const violations: string[] = [];
  const holds = (isTrue: boolean, violation: string): void => {
    if (!isTrue) violations.push(violation);
  };
  return {
    violations,
    holds,
    equal: (what: string, is: string | number, expected: string | number): void =>
      holds(is === expected, `${what}: ${is}, not ${expected}`),
  };
}

function checkOutcome({ call, expected, timeout, connections }: FaultCase, open: OpenCase): void {
  const { checks, login, provider } = open;
  const { outcome, failure, restarts, milliseconds } = login;
  checks.equal('outcome', outcome, expected);
  const stage = call === 'get_user_info' ? 'user_info' : 'authorize';
  if (failure !== undefined) checks.equal('stage', failure.stage, stage);
  checks.equal('restarts', restarts, restartingCodes.some((code) => expected.startsWith(code)) ? 1 : 0);
  checks.holds(milliseconds <= timeout + tolerance, `took ${milliseconds} ms, with a timeout of ${timeout}`);
  const { received, sent } = countKeys(open);
  checks.holds(received <= 1, `the provider received a key ${received} times`);
  checks.holds(sent <= 1, `the client sent a key ${sent} times`);
  if (connections !== undefined) checks.equal('connections', provider.connectionCount, connections);
}

function countKeys({ login, provider, watch }: OpenCase): Pick<CaseResult, 'received' | 'sent'> {
  const ids = login.keys.flatMap((key) => [`GET ${key}`, `POST ${key}`]);
  return {
    received: Math.max(...ids.map((id) => provider.received.get(id) ?? 0)),
    sent: Math.max(...ids.map((id) => watch.timesSent(id))),
  };
}

async function checkNextLogin(open: OpenCase): Promise<void> {
  const { provider, watch, checks, login } = open;
  const next = open.createLogin();
  checks.equal('the next login', await next.run(), 'user');
  const connections = watch.openSockets(provider.port).length;
  checks.holds(connections <= maximumConnections, `${connections} connections are open after it`);
  checks.equal('requests for other paths', provider.strayRequests.length, 0);
  const shown = [...login.texts, ...next.texts].join();
  for (const secret of [appSecret, ...login.keys, ...next.keys, secretMark])
    checks.holds(!shown.includes(secret), 'an error shows a secret, a key, a token or the text of the provider');
}

async function checkClosing({ strategy, provider: { port }, watch, checks }: OpenCase): Promise<void> {
  checks.holds(await isWithin(strategy.client.close(), closingTime), 'client.close() does not end');
  const waitForEnd = async (): Promise<void> => {
    while (watch.openSockets(port).length > 0) await delay(5);
  };
  await isWithin(waitForEnd(), closingTime);
  const left = watch.openSockets(port);
  checks.equal('connections that are left', left.length, 0);
  for (const socket of left) socket.destroy();
}

async function isWithin(work: Promise<unknown>, limit: number): Promise<boolean> {
  const timer = new AbortController();
  const isLate = delay(limit, false, { signal: timer.signal }).catch(() => false);
  const isInTime = await Promise.race([work.then(() => true), isLate]);
  timer.abort();
  return isInTime;
}
