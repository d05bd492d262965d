/** The app of the soak, in a process of its own: its heap is what is measured. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express, { type RequestHandler } from 'express';
import session, { MemoryStore } from 'express-session';
import { Passport } from 'passport';
import { loginWith } from '../../../lib/express/index';
import { defineProvider, LoginWithStrategy, type Profile } from '../../../lib/index';

/** How an app uses the package. */
export type Kind = 'name' | 'instance' | 'loginWith';

/** Sent to the app before it serves. */
export interface AppSettings {
  baseURL: string;
  apps: Record<Kind, { appId: string; appSecret: string }>;
}

/** Where each kind of login starts, and comes back to. */
export const startPaths: Record<Kind, string> = { name: '/name', instance: '/instance', loginWith: '/auth/soak' };
export const callbackPaths: Record<Kind, string> = {
  name: '/name/callback',
  instance: '/instance/callback',
  loginWith: '/auth/soak/callback',
};

/** What the app answers when a login is over. */
export interface AppResponse {
  user?: string;
  code?: string;
}

/** What the app tells of itself. */
export interface AppMeasures {
  /** Bytes in use after a garbage collection, without the app's own sessions. */
  heap: number;
  /** Sessions since the last time. */
  sessions: number;
}

/** In milliseconds; far above what a call takes here when the machine is busy. */
const timeout = 4000;
/** Options of each provider that do not matter here. */
const sealing = { cookieSecret: 'of the measurement, and long enough for it' };

const store = new MemoryStore();
const app = express();

function addRoutes({ baseURL, apps }: AppSettings): void {
  const optionsFor = (kind: Kind, name: string) => ({
    provider: defineProvider({ name, baseURL }),
    ...apps[kind],
    timeout,
    ...sealing,
  });
  const findUser = async (profile: Profile): Promise<{ id: string }> => {
    await nextTurn();
    return { id: profile.id };
  };
  const passport = new Passport();
  const createStrategy = (kind: Kind): LoginWithStrategy =>
    new LoginWithStrategy(optionsFor(kind, kind), (_accessToken, _refreshToken, profile) => findUser(profile));
  const byName = createStrategy('name');
  passport.use(byName);
  addStrategy('name', passport, byName.name);
  addStrategy('instance', passport, createStrategy('instance'));

  const auth = loginWith({
    providers: [optionsFor('loginWith', 'soak')],
    verify: (_accessToken, _refreshToken, profile) => findUser(profile),
    serialize: ({ id }) => id,
    deserialize: (id: string) => ({ id }),
    successRedirect: '/me',
    // All logins come from one address, and some with keys that are injected to be wrong.
    limits: { limit: 100_000, overallLimit: 1_000_000 },
    onError: (error, _req, res) => void res.end(JSON.stringify({ code: codeOf(error) } satisfies AppResponse)),
  });
  app.use(session({ secret: 'a secret of the app', resave: false, saveUninitialized: false, store }), auth);
  app.get('/me', auth.requireLogin(), (req, res) => {
    res.json({ user: auth.user(req)?.id });
  });
}

function addStrategy(kind: Kind, passport: InstanceType<typeof Passport>, strategy: string | LoginWithStrategy): void {
  app.get([startPaths[kind], callbackPaths[kind]], (req, res, next) => {
    const finish = (error: unknown, user: unknown, challenge: unknown): void => {
      const isUser = typeof user === 'object' && user !== null && 'id' in user;
      res.json((isUser ? { user: String(user.id) } : { code: codeOf(error ?? challenge) }) satisfies AppResponse);
    };
    (passport.authenticate(strategy, { session: false }, finish) as RequestHandler)(req, res, next);
  });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

async function measure(): Promise<AppMeasures> {
  if (globalThis.gc === undefined) throw new Error('run it with --expose-gc');
  const sessions = await new Promise<number>((resolve) => store.length((_error, count = 0) => resolve(count)));
  await new Promise((resolve) => store.clear(resolve));
  for (let round = 0; round < 3; round += 1) {
    await nextTurn();
    globalThis.gc();
  }
  return { heap: process.memoryUsage().heapUsed, sessions };
}

async function serve(): Promise<void> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', (message: AppSettings | 'measure') => {
    if (message === 'measure') void measure().then((measures) => process.send?.(measures));
    else {
      addRoutes(message);
      process.send?.('ready');
    }
  });
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

if (require.main === module) void serve();
