import type { IncomingMessage } from 'node:http';
import { hasCode } from '../errors.js';
import { sendFailure } from './failure.js';
import { guardAccessToken, guardLogin, replaceToken } from './guards.js';
import { createInstance, type Instance, type ProviderLogin, type RequestContext } from './instance.js';
import { parseLoginWithOptions } from './options.js';
import { mountPathOf } from './request.js';
import { createRouter } from './router.js';
import type { ErrorHandler, Handler, LoginWith, LoginWithOptions, Next, SessionProfile } from './types.js';

/**
 * Login, logout and guards in one middleware, for Express, connect and plain `node:http`. It goes after the session
 * and before the routes; it answers `GET /auth/:name` (starts a login), `GET /auth/:name/callback` (the registered
 * redirect URL), `GET /auth/:name/renew`, `GET` and `POST /auth/:name/link`, `GET /auth/choose` and `POST
 * /auth/logout`, and sets `req.user`.
 *
 * The session is regenerated at the login and stored before every redirect. No secret, key or token is in any response,
 * error or warning (PROTOCOL.md, from the start to `get_user_info`).
 *
 * @throws TypeError that lists every mistake in the options at once, each with the option's name
 * @example
 * const auth = loginWith({ providers: [{ provider: 'pimbuzz', appId, appSecret }], cookieSecret });
 * app.use(session({ secret, resave: false, saveUninitialized: false }));
 * app.use(auth);
 * app.get('/me', auth.requireLogin(), (req, res) => res.json(req.user));
 */
export function loginWith<User = SessionProfile>(options: LoginWithOptions<User>): LoginWith<User> {
  const instance = createInstance(parseLoginWithOptions(options));
  const guardedProviders = new WeakMap<IncomingMessage, ProviderLogin>();

  const toHandler =
    (respond: Respond): Handler =>
    (req, res, next) => {
      const context = { req, res, next: createNext(next) };
      handleRequest(instance, context, respond).catch(context.next);
    };

  const router = createRouter(instance, toHandler);
  const route = toHandler(({ req, res, next }) => router(req, res, next));
  const middleware: Handler = (req, res, next) => {
    instance.mountPaths.set(req, mountPathOf(req));
    route(req, res, next);
  };

  return Object.assign(middleware, {
    requireLogin: () => toHandler((context) => guardLogin(instance, context)),
    requireAccessToken(name: string) {
      const provider = getTokenProvider(instance, name);
      instance.keepsTokens = true;
      return toHandler((context) => {
        guardedProviders.set(context.req, provider);
        return guardAccessToken(instance, context, provider);
      });
    },
    handleErrors(): ErrorHandler {
      // Express tells a middleware for errors by its four parameters.
      return (error, req, res, next) => {
        const provider = guardedProviders.get(req);
        if (provider === undefined || !hasCode(error, 'token_expired') || res.headersSent) next(error);
        else toHandler((context) => replaceToken(instance, context, provider))(req, res, next);
      };
    },
    user(req: IncomingMessage): User | undefined {
      // verify, deserialize or the app's Passport returned it, and they must agree on what a user is.
      return instance.currentUser.get(req) as User | undefined;
    },
    async close() {
      await Promise.all([...instance.providers.values()].map(({ client }) => client.close()));
    },
  });
}

type Respond = (context: RequestContext) => unknown;

/** Loads the user and lets `respond` respond; if that fails, sends the failed login. */
async function handleRequest(instance: Instance, context: RequestContext, respond: Respond): Promise<void> {
  // Needed on every page: if it fails, no login has failed, so neither our page nor "onError" is for it.
  await instance.currentUser.load(context.req, context.res);
  try {
    await respond(context);
  } catch (error) {
    await sendFailure(instance, context, error);
  }
}

/**
 * Makes `next` safe to call from a promise: only the first call counts, and what the next handlers throw, which
 * `node:http` lets through, does not come back to us as a failure of the login.
 */
function createNext(next: Next): Next {
  let isCalled = false;
  return (error) => {
    if (isCalled) return;
    isCalled = true;
    void Promise.resolve().then(() => next(error));
  };
}

/** @throws TypeError if there could never be a token of this provider */
function getTokenProvider({ providers, settings }: Instance, name: string): ProviderLogin {
  const provider = providers.get(name);
  if (provider === undefined) {
    const names = [...providers.keys()].join(', ');
    throw new TypeError(`requireAccessToken: there is no provider ${JSON.stringify(name)}; there are ${names}`);
  }
  if (!settings.session) {
    throw new TypeError(
      'requireAccessToken: with "session" false there is nowhere to keep a token; use req.loginWith in "onLogin"',
    );
  }
  if (settings.keepAccessToken === false) {
    throw new TypeError('requireAccessToken: "keepAccessToken" is false, so there would never be a token');
  }
  return provider;
}
