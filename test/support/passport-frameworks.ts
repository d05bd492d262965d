import { createRequire } from 'node:module';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyRequest, type RouteHandlerMethod } from 'fastify';
import { Passport, type Strategy as PassportStrategy } from 'passport';
import type { LoginWithStrategy } from 'passport-loginwith';

/** What Passport runs; the tests have strategies of their own, too. */
interface Strategy {
  name: string;
  authenticate: LoginWithStrategy['authenticate'];
}

const load = createRequire(__filename);

/**
 * An app on Fastify: `/auth` starts a login, and `/callback` finishes it and has the user. The typings of
 * `@fastify/passport` need those of a session that is not used here.
 */
export function createFastifyApp(
  strategy: Strategy,
  options: object = {},
  prepare?: (app: FastifyInstance) => void,
): FastifyInstance {
  const { Authenticator } = load('@fastify/passport') as {
    Authenticator: new () => {
      use(strategy: Strategy): void;
      initialize(): (app: FastifyInstance) => Promise<void>;
      authenticate(name: string, options: object): RouteHandlerMethod;
    };
  };
  const passport = new Authenticator();
  passport.use(strategy);
  const app = Fastify(options);
  // What keeps messages for the next page wants one.
  app.decorateRequest('session', null);
  prepare?.(app);
  void app.register(passport.initialize());
  const preValidation = passport.authenticate(strategy.name, { session: false }) as never;
  const showUser = (request: FastifyRequest & { user?: unknown }) => Promise.resolve(request.user);
  for (const path of ['/auth', '/callback', '/inner/auth']) app.get(path, { preValidation }, showUser);
  return app;
}

/** The parts of Koa and its context that the tests use. */
export interface KoaApp {
  proxy: boolean;
  maxIpsCount: number;
  silent: boolean;
  use(middleware: (context: KoaContext, next: () => Promise<unknown>) => unknown): void;
  callback(): RequestListener;
}

export interface KoaContext {
  req: IncomingMessage;
  res: ServerResponse;
  path: string;
  status: number;
  body: unknown;
  state: { user?: unknown; loginWith?: unknown; authInfo?: unknown };
  cookies: { set(name: string, value: string): void };
}

/** The same on Koa. */
export function createKoaApp(strategy: Strategy, prepare?: (app: KoaApp) => void): KoaApp {
  const Koa = load('koa') as new () => KoaApp;
  const { KoaPassport } = load('koa-passport') as {
    KoaPassport: new () => {
      use(strategy: Strategy): void;
      initialize(): Parameters<KoaApp['use']>[0];
      authenticate(name: string, options: object): Parameters<KoaApp['use']>[0];
    };
  };
  const passport = new KoaPassport();
  passport.use(strategy);
  const app = new Koa();
  app.silent = true;
  prepare?.(app);
  app.use(passport.initialize());
  app.use(passport.authenticate(strategy.name, { session: false }));
  app.use((context) => (context.body = context.state.user));
  return app;
}

/** The same on Node alone: nothing puts the response onto the request. */
export function createNodeApp(strategy: Strategy): RequestListener {
  const passport = new Passport();
  passport.use(strategy as unknown as PassportStrategy);
  const authenticate = passport.authenticate(strategy.name, { session: false }) as (
    req: IncomingMessage,
    res: ServerResponse,
    next: (error?: Error) => void,
  ) => void;
  return (req, res) =>
    authenticate(req, res, (error) =>
      error === undefined
        ? res.end(JSON.stringify((req as { user?: unknown }).user))
        : res.writeHead(500).end(error.message),
    );
}
