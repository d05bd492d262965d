import type { IncomingMessage } from 'node:http';
import { hasCode } from '../errors.js';
import { createUnknownProviderError, type ProviderLogin } from '../login/provider-login.js';
import { Report } from '../login/report.js';
import { brandStyle } from '../pages/brand.js';
import { pageStyle } from '../pages/style.js';
import { createButton } from './button.js';
import { handleError, sendFailure } from './failure.js';
import { guardAccessToken, guardLogin, replaceToken } from './guards.js';
import { reportFailure, type Instance, type RequestContext } from './instance.js';
import { createInstances, type Instances } from './instances.js';
import { parseLoginWithOptions, type Settings } from './options.js';
import { mountPathOf } from './request.js';
import { createRouter } from './router.js';
import type {
  ButtonOptions,
  ErrorHandler,
  Handler,
  LoginWith,
  LoginWithOptions,
  Next,
  SessionProfile,
} from './types.js';

/**
 * Login, logout and guards in one middleware, for Express, connect and plain `node:http`. It goes after the session
 * and before the routes; it answers `GET /auth/:name` (starts a login), `GET /auth/:name/callback` (the registered
 * redirect URL), `GET /auth/:name/renew`, `GET` and `POST /auth/:name/link`, `GET /auth/choose`, `GET` and
 * `POST /auth/logout`, and sets `req.user`.
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
 * app.use(auth.handleErrors());
 */
export function loginWith<User = SessionProfile>(options: LoginWithOptions<User>): LoginWith<User> {
  const settings = parseLoginWithOptions(options);
  const instances = createInstances(settings);
  const { shared } = instances;

  const toHandler =
    (respond: Respond, respondToUnknown = refuseUnknown): Handler =>
    (req, res, next) => {
      const context = { req, res, next: createNext(next), report: new Report() };
      handleRequest(instances, context, respond, respondToUnknown).catch(context.next);
    };

  const routers = new WeakMap<Instance, Handler>();
  const routerOf = (instance: Instance) => {
    const router =
      routers.get(instance) ?? createRouter(instance, (respond) => toHandler((_same, context) => respond(context)));
    routers.set(instance, router);
    return router;
  };
  const route = toHandler(
    (instance, { req, res, next }) => routerOf(instance)(req, res, next),
    ({ next }) => next(),
  );
  const replaceTokenOf = (provider: ProviderLogin) =>
    toHandler((instance, context) => replaceToken(instance, context, provider));
  const middleware: Handler = (req, res, next) => {
    shared.mountPaths.set(req, mountPathOf(req));
    route(req, res, next);
  };

  return Object.assign(middleware, {
    requireLogin(...[given]: unknown[]) {
      refuseRequest(given, 'auth.requireLogin()');
      return toHandler(guardLogin);
    },
    requireAccessToken(name: string) {
      checkTokenProvider(settings, name);
      shared.keepsTokens = true;
      return toHandler((instance, context) => {
        const provider = getTokenProvider(instance, name);
        shared.routes.set(context.req, { isOurs: false, provider });
        return guardAccessToken(instance, context, provider);
      });
    },
    handleErrors(...[given]: unknown[]): ErrorHandler {
      refuseRequest(given, 'auth.handleErrors()');
      instances.shared.handlesErrors = true;
      // Express tells a middleware for errors by its four parameters.
      return (error, req, res, next) => {
        const site = instances.found(req) ?? { settings, shared };
        const handle = (each: unknown) => handleError(site, { req, res, next }, each);
        const { isOurs, provider } = shared.routes.get(req) ?? {};
        if (isOurs === false && provider !== undefined && hasCode(error, 'token_expired') && !res.headersSent)
          replaceTokenOf(provider)(req, res, handle);
        else handle(error);
      };
    },
    pageStyle: pageStyle + brandStyle(settings.brand),
    button: (name: string, options?: ButtonOptions) => createButton(instances, settings, name, options),
    user(req: IncomingMessage): User | undefined {
      // verify, deserialize or the app's Passport returned it, and they must agree on what a user is.
      return instances.found(req)?.currentUser.get(req) as User | undefined;
    },
    async close() {
      const providers = instances.all().flatMap((instance) => [...instance.providers.values()]);
      await Promise.all(providers.map(({ client }) => client.close()));
    },
  });
}

type Respond = (instance: Instance, context: RequestContext) => unknown;

/** Loads the user and lets `respond` respond; if that fails, sends the failed login. */
async function handleRequest(
  instances: Instances,
  context: RequestContext,
  respond: Respond,
  respondToUnknown: (context: RequestContext) => void,
): Promise<void> {
  const instance = await instances.find(context.req);
  if (instance === undefined) {
    respondToUnknown(context);
    return;
  }
  // Needed on every page: if it fails, no login has failed, so neither our page nor "onError" is for it.
  await instance.currentUser.load(context.req, context.res);
  try {
    await respond(instance, context);
  } catch (error) {
    reportFailure(instance, context, error);
    await sendFailure(instance, context, error);
  }
}

function refuseUnknown({ next, report }: RequestContext): void {
  const error = createUnknownProviderError();
  report.failure(error, false);
  next(error);
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

/** @throws TypeError for a request: what only makes a handler stands in its place, and would never respond */
function refuseRequest(given: unknown, call: string): void {
  if (typeof given !== 'object' || given === null) return;
  const name = call.replace(/\(.*/, '');
  throw new TypeError(`${name} got a request, and only makes the handler for it; call it: ${call}`);
}

/** @throws TypeError if there could never be a token of this provider */
function checkTokenProvider({ providers, providersOf, session, keepAccessToken }: Settings, name: unknown): void {
  const call = `auth.requireAccessToken('${providers[0]?.name ?? 'NAME'}')`;
  refuseRequest(name, call);
  if (typeof name !== 'string')
    throw new TypeError(`requireAccessToken: the name of the provider is missing; call it: ${call}`);
  if (providersOf === undefined && !providers.some((provider) => provider.name === name)) {
    const names = providers.map((provider) => provider.name).join(', ');
    throw new TypeError(`requireAccessToken: there is no provider ${JSON.stringify(name)}; there are ${names}`);
  }
  if (!session) {
    throw new TypeError(
      'requireAccessToken: with "session" false there is nowhere to keep a token; use req.loginWith in "onLogin"',
    );
  }
  if (keepAccessToken === false) {
    throw new TypeError('requireAccessToken: "keepAccessToken" is false, so there would never be a token');
  }
}

/** @throws TypeError if the providers of a request are other ones. */
function getTokenProvider({ providers }: Instance, name: string): ProviderLogin {
  const provider = providers.get(name);
  if (provider !== undefined) return provider;
  throw new TypeError(`requireAccessToken: this request has no provider ${JSON.stringify(name)}`);
}
