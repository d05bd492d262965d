import { loadOnce } from '../internal/load-once.js';
import { classifyRequest } from '../login/request.js';
import { findReturnTo } from '../login/return-to.js';
import { originalURL, toLoginRequest } from '../node-request.js';
import type { ProviderLogin } from '../login/provider-login.js';
import type { Instance, RequestContext } from './instance.js';
import { findDisplay } from './popup.js';
import { sendNothing } from './responses.js';
import { handleCallback, sendLoginFailure } from './routes/callback.js';
import { sendChoice } from './routes/choose.js';
import { confirmLink } from './routes/link.js';
import { startLogin } from './routes/login.js';
import { askToLogOut, logOut } from './routes/logout.js';
import type { Handler } from './types.js';

/** Makes a handler of a function that responds to one request. */
type ToHandler = (respond: (context: RequestContext) => Promise<void> | void) => Handler;

const providerRoutes = ['callback', 'renew', 'link', 'login'] as const;

/** Creates the middleware that answers our routes; every other request goes to `next`. */
export function createRouter(instance: Instance, toHandler: ToHandler): Handler {
  const basePath = instance.settings.basePath.toLowerCase();
  const getRoutes = loadOnce(() => createRoutes(instance, toHandler));
  return (req, res, next) => {
    // Most requests are for other pages of the app, and need no router. The routes ignore case.
    if (req.url?.toLowerCase().includes(basePath) !== true) {
      next();
      return;
    }
    getRoutes()(req, res, next);
  };
}

function createRoutes(instance: Instance, toHandler: ToHandler): Handler {
  const { basePath, paths, onLink } = instance.settings;
  const Router = loadRouter();
  const router = new Router();
  const toRoute = (respond: (context: RequestContext) => Promise<void> | void, provider?: ProviderLogin) =>
    toHandler((context) => {
      instance.shared.routes.set(context.req, { isOurs: true, provider });
      return respond(context);
    });
  router.post(
    basePath + paths.logout,
    toRoute((context) => logOut(instance, context)),
  );
  router.get(
    basePath + paths.choose,
    toRoute((context) => sendChoice(instance, context)),
  );
  for (const [name, provider] of instance.providers) {
    for (const route of providerRoutes) {
      const path = basePath + paths[route].replace(':name', name);
      if (route !== 'link' || onLink !== undefined)
        router.get(
          path,
          toRoute((context) => handleGet(instance, context, provider, route), provider),
        );
      // Without onLink, the form is that of an account to be used in this session.
      if (route === 'link')
        router.post(
          path,
          toRoute((context) => confirmLink(instance, context, provider), provider),
        );
    }
  }
  // Last, because a provider may be called "logout".
  router.get(
    basePath + paths.logout,
    toRoute((context) => askToLogOut(instance, context)),
  );
  return router;
}

async function handleGet(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  route: (typeof providerRoutes)[number],
): Promise<void> {
  context.report.details.provider = provider.settings.provider.name;
  // Also for what the app itself sends from a hook or for an error: a cache must not give one user's cookies to others.
  context.res.setHeader('Cache-Control', 'no-store');
  const { type } = classifyRequest(toLoginRequest(context.req), undefined);
  if (type === 'prefetch') sendNothing(context.res);
  // An app may have registered the route that starts the login as its redirect URL.
  else if (route === 'callback' || (route === 'login' && type !== 'start'))
    await handleCallback(instance, context, provider);
  else await start(instance, context, provider, route);
}

/** Starts a login; if that fails in a popup, its opener is told. */
async function start(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  route: 'login' | 'renew' | 'link',
): Promise<void> {
  const { req } = context;
  try {
    await startLogin(instance, context, provider, route);
  } catch (error) {
    if (findDisplay(req) === undefined) throw error;
    const returnTo = findReturnTo(originalURL(req), provider.settings) ?? '/';
    const popup = { returnTo, isTold: false };
    await sendLoginFailure(instance, context, provider, true, { error, authKey: undefined, popup });
  }
}

/**
 * Loads router with the first request for our routes, so that an app starts faster unless it is on Express 5, which has
 * loaded router already.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadRouter = loadOnce(() => require('router') as typeof import('router'));
