import { sanitizeReturnTo, findReturnTo } from '../../login/request.js';
import { toLoginRequest } from '../../strategy.js';
import type { AttemptBinding } from '../../types.js';
import { loginTarget, pathTo, type Context, type ProviderLogin, type Visit } from '../context.js';
import { redirect, sendJSON, sendPage } from '../responses.js';
import { addParameter, isCrossSite, isFetchRequest } from '../request.js';
import { findSession } from '../session/session.js';
import { settle } from '../outcome.js';

/** Routes that send somebody to the provider. */
export type StartRoute = 'login' | 'renew' | 'link';

/** A visit to a route that starts a login, a renewal or the linking of an account. */
export async function startLogin(
  context: Context,
  visit: Visit,
  provider: ProviderLogin,
  route: StartRoute,
): Promise<void> {
  const { req, res } = visit;
  const { settings, signIn, records } = context;
  const { name } = provider.settings;
  if (settings.session) findSession(req);
  context.warn(req);
  if (isFetchRequest(req)) {
    const loginURL = pathTo(context, req, route, name);
    sendJSON(res, 401, { code: 'login_required', message: `Visit ${loginURL}; a script cannot.`, loginURL });
    return;
  }
  const asked = findReturnTo(req.url ?? '');
  const returnTo = asked === undefined ? settings.successRedirect : sanitizeReturnTo(asked);
  const isSignedIn = signIn.userOf(req) !== undefined;
  if (route === 'link' && !isSignedIn) {
    await redirect(req, res, loginTarget(context, req, sanitizeReturnTo(req.originalUrl)));
    return;
  }
  const isHarmless = route === 'renew' && isSignedIn && records.personOf(req, name) !== undefined;
  if (!isHarmless && isCrossSite(req, settings.trustedOrigins)) {
    askForClick(context, visit, provider, route, returnTo);
    return;
  }
  await sendToProvider(context, visit, provider, returnTo, route === 'login' ? undefined : route);
}

/** Begins an attempt and sends the browser off; a purpose ties it to who is signed in, and without anybody it is a login. */
export async function sendToProvider(
  context: Context,
  visit: Visit,
  provider: ProviderLogin,
  returnTo: string,
  purpose?: AttemptBinding['purpose'],
): Promise<void> {
  const { req } = visit;
  const session = purpose === undefined ? undefined : context.records.bind(req);
  const binding = purpose === undefined || session === undefined ? undefined : { purpose, session };
  // Only what is handed over here counts: whatever stands in the page's own query is not for the login.
  const outcome = await provider.login.handle({ ...toLoginRequest(req, { returnTo }), url: '/', binding });
  if (outcome.type !== 'success') await settle(context, visit, outcome);
}

/**
 * The page with one link that stands between another site and a login. The protocol has no `state`: an attempt in the browser is all that
 * a callback is judged by, and a site that could make a visitor's browser begin one could then bring it back with a key of its own
 * account. From here on it takes a click: the link's request says `Sec-Fetch-Site: same-origin`, which no other site's page can
 * make a browser say, and no other site can put this page in a frame to get the click. A link rather than a form, because Chromium
 * would apply this page's form-action to the redirect to the provider.
 */
function askForClick(
  context: Context,
  { req, res }: Visit,
  { settings }: ProviderLogin,
  route: StartRoute,
  returnTo: string,
): void {
  const { displayName } = settings.provider;
  const href = addParameter(pathTo(context, req, route, settings.name), 'returnTo', returnTo);
  sendPage(req, res, 200, (basics) => context.settings.templates.start({ ...basics, displayName, href }));
}
