/** The apps of one contestant, in a process of their own that does nothing else. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import { Passport, type Strategy } from 'passport';
import { loginWith } from '../../../lib/express/index';
import { LoginWithStrategy, defineProvider } from '../../../lib/index';
import { serve } from './processes';

/** How an app logs its users in. */
export type Contestant = 'LoginWithStrategy' | 'loginWith()' | 'passport-oauth2';

export type AppCommands = typeof commands;

export const startPath = '/auth/pimbuzz';
export const callbackPath = '/auth/pimbuzz/callback';

const credentials = { appId: '1', appSecret: 'secret' };
const cookieSecret = 'of the measurement, and long enough for it';
const servers = new Map<string, Server>();

const commands = {
  /** Opens an app with connections of its own; those of passport-oauth2 are the process'. */
  async open(contestant: Contestant, baseURL: string): Promise<string> {
    const app = express();
    app.use(session({ secret: 'a secret of the app', resave: false, saveUninitialized: false }));
    addLogin[contestant](app, baseURL);
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    servers.set(url, server);
    return url;
  },
  /** What comes in the life of every process, and forgets what is held weakly, as sessions of TLS may be. */
  collectGarbage(): void {
    globalThis.gc?.();
  },
};

const addLogin: Record<Contestant, (app: Express, baseURL: string) => void> = {
  LoginWithStrategy(app, baseURL) {
    const provider = defineProvider({ name: 'pimbuzz', baseURL });
    const options = { provider, ...credentials, cookieSecret };
    addStrategy(app, new LoginWithStrategy(options, (_accessToken, _refreshToken, { id }) => ({ id })));
  },
  'loginWith()'(app, baseURL) {
    app.use(loginWith({ providers: [{ name: 'pimbuzz', provider: baseURL, ...credentials }], cookieSecret }));
  },
  'passport-oauth2'(app, baseURL) {
    addStrategy(app, createRival(baseURL));
  },
};

function addStrategy(app: Express, strategy: Strategy): void {
  const passport = new Passport();
  passport.use('pimbuzz', strategy);
  passport.serializeUser<string>((user, done) => done(null, (user as { id: string }).id));
  app.get([startPath, callbackPath], passport.authenticate('pimbuzz', { successRedirect: '/' }) as RequestHandler);
}

/** The parts of passport-oauth2 that are used here; it has no types. */
type Rival = Strategy & {
  _oauth2: { get(url: string, token: string, done: (error: unknown, body: string) => void): void };
  userProfile(accessToken: string, done: (error: unknown, profile?: unknown) => void): void;
};
type RivalVerify = (
  accessToken: string,
  refreshToken: string | undefined,
  profile: { id: string },
  done: (error: unknown, user: { id: string }) => void,
) => void;
type RivalConstructor = new (options: Record<string, unknown>, verify: RivalVerify) => Rival;

function createRival(baseURL: string): Strategy {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an app of another contestant does not load it
  const RivalStrategy = require('passport-oauth2') as RivalConstructor;
  const options = {
    authorizationURL: `${baseURL}/oauth/authorize`,
    tokenURL: `${baseURL}/oauth/token`,
    callbackURL: callbackPath,
    clientID: credentials.appId,
    clientSecret: credentials.appSecret,
    state: true,
  };
  const strategy = new RivalStrategy(options, (_accessToken, _refreshToken, { id }, done) => done(null, { id }));
  strategy.userProfile = (accessToken, done) => {
    strategy._oauth2.get(`${baseURL}/oauth/userinfo`, accessToken, (error, body) => {
      if (error) done(error);
      else done(null, { id: (JSON.parse(body) as { user_info: { user_id: string } }).user_info.user_id });
    });
  };
  return strategy;
}

if (require.main === module) serve(commands);
