import type { IncomingMessage, ServerResponse } from 'node:http';
import Router from 'router';
import { closedResponse } from '../api/api.js';
import { consentPath, signInResponse } from '../api/oauth.js';
import { messageResponse, pageResponse, type ScriptResponse } from '../api/response.js';
import type { ScriptCall } from '../api/script-call.js';
import { homePage } from '../pages/index.js';
import type { Store } from '../store/store.js';
import type { CallReader } from './call-reader.js';
import type { Middleware } from './cross-site.js';
import { sendAsset, sendRedirect } from './page-responses.js';
import { pictureFor } from './pictures.js';
import { readTarget } from './request-target.js';
import type { ScriptRunner } from './script-runner.js';
import type { SessionCookie } from './session-cookie.js';
import { localPath, type SiteAddress } from './urls.js';

interface SiteRouterDeps {
  store: Store;
  address: SiteAddress;
  session: SessionCookie;
  calls: CallReader;
  runner: ScriptRunner;
  crossSiteGuard: Middleware;
}

/**
 * Routes for the API, the sign-in, the consent, the home page and the pictures. Every other path that is open to the
 * caller is passed on.
 */
export function createSiteRouter(deps: SiteRouterDeps): Router.Router {
  const { runner, address, calls, crossSiteGuard } = deps;
  const router = new Router({ caseSensitive: true, strict: true });
  const sendNotFound = (req: IncomingMessage, res: ServerResponse): void => {
    runner.sendMessage(req, res, 'not_found', 404);
  };

  router.all(['/api.php', /^\/api\/[^/]+\/?$/], (req, res) => runner.runAPI(req, res));
  router.all(/^\/api\//, sendNotFound);
  router.all(/^\/content\//, (req, res) => {
    const picture = pictureFor(readTarget(req).path);
    if (picture === undefined) sendNotFound(req, res);
    else sendAsset(res, picture, pictureHeaders);
  });

  router.all(['/', '/started', '/signin', '/signout', consentPath], crossSiteGuard);
  router.post(consentPath, async (req, res) => {
    const user = calls.currentUser(req);
    if (user === null) sendRedirect(res, '/signin');
    else await runner.runConsent(req, res, user);
  });
  router.get(
    '/',
    page(deps, (call) => pageResponse(homePage(call.page))),
  );
  router.get(
    '/started',
    page(deps, (call) => messageResponse(call.page, 'started')),
  );
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
    const closed = closedResponse(await calls.readCall(req, readTarget(req)));
    if (closed !== undefined) runner.send(req, res, closed);
    else if (address.isElsewhere(req)) sendRedirect(res, address.urlFor(req), { status: 302 });
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
