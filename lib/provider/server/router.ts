import type { ServerResponse } from 'node:http';
import { isSameOrigin, localPath } from './urls.js';
import { closedReply } from '../api/api.js';
import { readTarget, type Engine, type Target } from './script-runner.js';
import type { BodyRequest } from './body.js';
import { CONSENT_PATH, signInReply } from '../api/oauth.js';
import { homePage } from '../pages/index.js';
import { pictureFor } from './pictures.js';
import { messageReply, pageReply, type Call, type Reply } from '../api/response.js';
import { PAGE_HEADERS } from './wire-response.js';

/**
 * Answers the requests for the API, the sign-in, the home page and the pictures. Resolves to `false` for every other
 * path that is open to the caller: the dashboard's.
 */
export async function route(engine: Engine, request: BodyRequest, response: ServerResponse): Promise<boolean> {
  const target = readTarget(request);
  const { path } = target;
  if (path === '/api.php' || /^\/api\/[^/]+\/?$/.test(path)) {
    await engine.answerAPI(request, response, target);
    return true;
  }
  if (path.startsWith('/content/'))
    return sendPicture(response, path) || sendNotFound(engine, request, response, target);
  if (path.startsWith('/api/')) return sendNotFound(engine, request, response, target);
  if (ASSETS.includes(path)) return false;
  return routePage(engine, request, response, target);
}

export function sendNotFound(engine: Engine, request: BodyRequest, response: ServerResponse, target: Target): true {
  engine.send(
    request,
    response,
    messageReply(engine.pageContext(request, target.path, target.query), 'not_found', 404),
  );
  return true;
}

/** Style sheet and script, needed by the very page that says that the site is closed. */
const ASSETS = ['/style.css', '/dashboard.js'];

async function routePage(
  engine: Engine,
  request: BodyRequest,
  response: ServerResponse,
  target: Target,
): Promise<boolean> {
  const action = `${request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')} ${target.path}`;
  if (!PAGES.has(action) && request.method === 'POST') return false;
  const foreign = request.method === 'POST' && !isSameOrigin(request);
  if (foreign) {
    engine.send(
      request,
      response,
      messageReply(engine.pageContext(request, target.path, target.query), 'forbidden', 403),
    );
    return true;
  }
  if (action === `POST ${CONSENT_PATH}`) {
    const user = engine.userOf(request);
    if (user === null) redirect(response, '/signin');
    else await engine.answerConsent(request, response, { ...target, endpoint: 'consent' }, user);
    return true;
  }
  if (!PAGES.has(action)) return sendIfClosed(engine, request, response, target);
  const call = await engine.readCall(request, target);
  // As on the real site, admins can sign in to a site in maintenance.
  const maintenance = call.conditions.maintenance && !target.path.startsWith('/sign');
  const closed = closedReply(engine.site, { ...call, conditions: { ...call.conditions, maintenance } });
  if (closed !== undefined) engine.send(request, response, closed);
  else answerPage(engine, request, response, action, call);
  return true;
}

const PAGES = new Set([
  'GET /',
  'GET /signin',
  'POST /signin',
  'POST /signout',
  'GET /started',
  `POST ${CONSENT_PATH}`,
]);

/** The dashboard's pages are closed with the rest of the site, and served on the site's own address only. */
async function sendIfClosed(
  engine: Engine,
  request: BodyRequest,
  response: ServerResponse,
  target: Target,
): Promise<boolean> {
  const closed = closedReply(engine.site, await engine.readCall(request, target));
  if (closed !== undefined) engine.send(request, response, closed);
  else if (engine.isElsewhere(request)) redirect(response, engine.siteURL(request), 302);
  else return false;
  return true;
}

function answerPage(engine: Engine, request: BodyRequest, response: ServerResponse, action: string, call: Call): void {
  switch (action) {
    case 'POST /signin':
      signIn(engine, request, response, call);
      return;
    case 'POST /signout':
      redirect(response, '/', 303, engine.signedIn.clearCookieFor(request));
      return;
    default:
      engine.send(request, response, pageFor(engine, action, call));
  }
}

function pageFor(engine: Engine, action: string, call: Call): Reply {
  if (action === 'GET /signin') {
    return signInReply(engine.site, { ...call, path: localPath(call.query.get('return_to')), query: new Map() });
  }
  return action === 'GET /started' ? messageReply(call.page, 'started') : pageReply(homePage(call.page));
}

function signIn(engine: Engine, request: BodyRequest, response: ServerResponse, call: Call): void {
  const returnTo = localPath(call.form.get('return_to'));
  const asked = call.form.get('user_id') ?? call.form.get('user_name');
  const idOrName = typeof asked === 'string' ? asked.trim() : '';
  const user = engine.site.findUser(idOrName);
  if (user !== undefined) {
    redirect(response, returnTo, 303, engine.signedIn.cookieFor(request, user.id));
    return;
  }
  const reply = signInReply(engine.site, { ...call, path: returnTo, query: new Map() }, idOrName);
  engine.send(request, response, { ...reply, status: 422 });
}

function sendPicture(response: ServerResponse, path: string): boolean {
  const picture = pictureFor(path);
  if (picture === undefined) return false;
  const body = Buffer.from(picture);
  const headers = {
    ...PAGE_HEADERS,
    'content-type': 'image/svg+xml',
    'content-length': body.length,
    'cache-control': 'public, max-age=3600',
    // The example app and others show these pictures on their own pages.
    'cross-origin-resource-policy': 'cross-origin',
  };
  response.writeHead(200, headers).end(body);
  return true;
}

function redirect(response: ServerResponse, location: string, status = 303, cookie?: string): void {
  const headers = { location, 'cache-control': 'no-store', 'content-length': 0 };
  response.writeHead(status, cookie === undefined ? headers : { ...headers, 'set-cookie': cookie }).end();
}
