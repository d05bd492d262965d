import type { IncomingMessage, ServerResponse } from 'node:http';
import Router from 'router';
import { closedResponse } from '../api/api.js';
import { consentPath, signInResponse } from '../api/oauth.js';
import { pageResponse, type ScriptResponse } from '../api/response.js';
import type { ScriptCall } from '../api/script-call.js';
import type { CurrentConditions } from '../faults/site-conditions.js';
import { homePage } from '../pages/index.js';
import type { Store } from '../store/store.js';
import type { CallReader } from './call-reader.js';
import type { Middleware } from './cross-site.js';
import { sendAsset, sendRedirect } from './page-responses.js';
import { pictureFor } from './pictures.js';
import { readTarget } from './request-target.js';
import type { ScriptRunner } from './script-runner.js';
import type { SessionCookie } from './session-cookie.js';
import { routeStopPages } from './stop-pages.js';
import { localPath, uploadsPath, type SiteAddress } from './urls.js';

interface SiteRouterDeps {
  store: Store;
  address: SiteAddress;
  session: SessionCookie;
  calls: CallReader;
  runner: ScriptRunner;
  conditions: CurrentConditions;
  crossSiteGuard: Middleware;
}

/**
 * Routes for the API, the sign-in, the consent, the home page and the pictures. Every other path that is open to the
 * caller is passed on.
 */
export function createSiteRouter(deps: SiteRouterDeps): Router.Router {
  const { runner, address, calls, conditions, crossSiteGuard } = deps;
  const router = new Router({ caseSensitive: true, strict: true });
  const sendNotFound = (req: IncomingMessage, res: ServerResponse): void => {
    runner.sendMessage(req, res, 'not_found', 404);
  };

  router.use(async (req, res, next) => {
    const { path, isAPI } = readTarget(req);
    const picture = pictureFor(path, uploadsPath(conditions.read()));
    if (isAPI) await runner.runAPI(req, res);
    else if (picture !== undefined) sendAsset(res, picture, pictureHeaders);
    else if (/^\/(?:api|content)\//.test(path)) sendNotFound(req, res);
    else next();
  });

  const homePaths = ['/', /^\/index\.php(?:\/|$)/];
  router.all([...homePaths, '/started', '/packages', '/signin', '/signout', consentPath], crossSiteGuard);
  router.post(consentPath, async (req, res) => {
    const user = calls.currentUser(req);
    if (user === null) sendRedirect(res, '/signin');
    else await runner.runConsent(req, res, user);
  });
  router.all(
    homePaths,
    page(deps, (call) => pageResponse(homePage(call.page))),
  );
  routeStopPages(router, { store: deps.store, page: (handle) => page(deps, handle) });
  router.get(
    '/signin',
    page(deps, (call) => signInPageResponse(deps.store, call, call.query.get('return_to'))),
  );
  router.post(
    '/signin',
    page(deps, (call, req, res) => signIn(deps, call, req, res)),
  );
  router.post(
    '/signout',
    page(deps, (_call, req, res) => {
      sendRedirect(res, '/', { setCookie: deps.session.signOut(req) });
      return undefined;
    }),
  );

  // The pages behind this router are closed with the whole site, and are served on the site's own address only.
  router.use(async (req, res, next) => {
    if (req.method === 'POST' || assetPaths.includes(readTarget(req).path)) {
      next();
      return;
    }
    const call = await calls.readCall(req, readTarget(req));
    const closed = closedResponse(call);
    if (closed !== undefined) runner.send(req, res, closed);
    else if (address.isElsewhere(req)) sendRedirect(res, address.urlFor(req), { status: 302 });
    else if (call.conditions.private && call.user === null) sendRedirect(res, signInPath(call.path), { status: 302 });
    else next();
  });
  return router;
}

/** The page that says that the site is closed needs them too. */
const assetPaths = ['/style.css', '/dashboard.js'];

const pictureHeaders = {
  'content-type': 'image/svg+xml',
  'cache-control': 'public, max-age=3600',
  // Apps show these pictures on their own pages.
  'cross-origin-resource-policy': 'cross-origin',
};

type PageHandler = (call: ScriptCall, req: IncomingMessage, res: ServerResponse) => ScriptResponse | undefined;

/** Sends the response that the handler returns, or that of the closed site. */
function page({ calls, runner }: SiteRouterDeps, handle: PageHandler) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const target = readTarget(req);
    const call = await calls.readCall(req, target);
    // As on the real site, admins can sign in to a site in maintenance.
    const maintenance = call.conditions.maintenance && !target.path.startsWith('/sign');
    const closed = closedResponse({ ...call, conditions: { ...call.conditions, maintenance } });
    const response = closed ?? handle(call, req, res);
    if (response !== undefined) runner.send(req, res, response);
  };
}

function signInPath(returnTo: string): string {
  return `/signin?return_to=${encodeURIComponent(returnTo)}`;
}

function signIn(
  { store, session }: SiteRouterDeps,
  call: ScriptCall,
  req: IncomingMessage,
  res: ServerResponse,
): ScriptResponse | undefined {
  const returnTo = call.form.get('return_to');
  const given = call.form.get('user_id') ?? call.form.get('user_name');
  const idOrName = typeof given === 'string' ? given.trim() : '';
  const user = store.users.find(idOrName);
  if (user === undefined) return { ...signInPageResponse(store, call, returnTo, idOrName), status: 422 };
  sendRedirect(res, localPath(returnTo), { setCookie: session.signIn(req, user.id) });
  return undefined;
}

function signInPageResponse(
  store: Store,
  call: ScriptCall,
  returnTo: unknown,
  unknownUserName?: string,
): ScriptResponse {
  return signInResponse(store, { ...call, path: localPath(returnTo), query: new Map() }, unknownUserName);
}
