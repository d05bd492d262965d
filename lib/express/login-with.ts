import type { IncomingMessage, ServerResponse } from 'node:http';
import { createContext, type Context, type ProviderLogin, type Visit } from './context.js';
import { guardLogin, guardToken, handleExpiry } from './guards.js';
import { parseOptions } from './options.js';
import { asTrouble, report } from './report.js';
import type { SeenRequest } from './request.js';
import { answerRoute } from './router.js';
import type { Handler, LoginWith, LoginWithOptions, Next, SessionProfile } from './types.js';

/**
 * Login, logout and guards for Express in three lines. The middleware goes behind the session and before the routes; it answers
 * `GET /auth/:name` (starts a login), `GET /auth/:name/callback` (the registered redirect URL), `GET /auth/:name/renew`, `GET` and
 * `POST /auth/:name/link`, `GET /auth/choose` and `POST /auth/logout`, and puts the signed-in user on `req.user`.
 *
 * The session is regenerated at the login and stored before every redirect. No secret, key or token is in any answer, error or
 * warning (PROTOCOL.md, from the start to `get_user_info`).
 *
 * @throws TypeError that lists every mistake in the options at once, each with the option's name.
 * @example
 * const auth = loginWith({ providers: [{ provider: 'pimbuzz', appId, appSecret }] });
 * app.use(session({ secret, resave: false, saveUninitialized: false }));
 * app.use(auth);
 * app.get('/me', auth.requireLogin(), (req, res) => res.json(req.user));
 */
export function loginWith<User = SessionProfile>(options: LoginWithOptions<User>): LoginWith<User> {
  const context = createContext(parseOptions(options));
  const guarded = new WeakMap<IncomingMessage, ProviderLogin>();

  const middleware: Handler = (req: SeenRequest, res, next) => {
    context.mounts.set(req, req.baseUrl ?? '');
    attend(context, { req, res, next }, async (visit) => {
      if (!(await answerRoute(context, visit))) visit.next();
    });
  };

  return Object.assign(middleware, {
    requireLogin(): Handler {
      return (req, res, next) => attend(context, { req, res, next }, (visit) => guardLogin(context, visit));
    },
    requireAccessToken(name: string): Handler {
      const provider = findProvider(context, name);
      context.keepsTokens = true;
      return (req, res, next) =>
        attend(context, { req, res, next }, (visit) => {
          guarded.set(req, provider);
          return guardToken(context, visit, provider);
        });
    },
    handleErrors() {
      return (error: unknown, req: IncomingMessage, res: ServerResponse, next: Next) =>
        attend(context, { req, res, next }, (visit) => handleExpiry(context, visit, guarded.get(req), error));
    },
    user(req: IncomingMessage): User | undefined {
      // verify returned it, or deserialize, or the app's Passport, which must agree on what a user is.
      return context.signIn.userOf(req) as User | undefined;
    },
    async close() {
      await Promise.all([...context.providers.values()].map(({ client }) => client.close()));
    },
  });
}

/** Finds out once per request who is signed in, then does the work; whatever goes wrong is answered. */
function attend(context: Context, visit: Visit, work: (visit: Visit) => Promise<void>): void {
  context.signIn
    .restore(visit.req, visit.res)
    .then(() => work(visit))
    .catch((error: unknown) => report(context, visit, asTrouble(error)))
    .catch(visit.next);
}

/** @throws TypeError */
function findProvider({ providers, settings }: Context, name: string): ProviderLogin {
  const provider = providers.get(name);
  if (provider === undefined) {
    throw new TypeError(
      `requireAccessToken: there is no provider ${JSON.stringify(name)}; there are ${[...providers.keys()].join(', ')}`,
    );
  }
  if (!settings.session) {
    throw new TypeError(
      'requireAccessToken: with "session" false there is nowhere to keep a token; take it from req.loginWith in "onLogin"',
    );
  }
  if (settings.keepAccessToken === false) {
    throw new TypeError('requireAccessToken: "keepAccessToken" is false, so there would never be a token');
  }
  return provider;
}
