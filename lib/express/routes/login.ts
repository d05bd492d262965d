import { findReturnTo } from '../../login/return-to.js';
import { originalURL, toLoginRequest } from '../../node-request.js';
import { isFetchRequest } from '../../pages/negotiation.js';
import type { AttemptBinding } from '../../types.js';
import type { ProviderLogin } from '../../login/provider-login.js';
import type { Instance, RequestContext } from '../instance.js';
import { addReturnTo, loginPath, pathTo, returnAddress, toAbsoluteURL } from '../paths.js';
import { addDisplay, findDisplay, type Presentation } from '../popup.js';
import { redirect, sendJSON, sendNothing, sendPage } from '../responses.js';
import { getSession } from '../session/session.js';

/** Starts a login, a renewal or the linking of an account. */
export async function startLogin(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  route: 'login' | 'renew' | 'link',
): Promise<void> {
  const { req, res } = context;
  const { settings, currentUser, loginData } = instance;
  const { name } = provider.settings;
  context.report.details.purpose = route;
  if (settings.session) getSession(req);
  instance.shared.warn(req);
  if (isFetchRequest(req)) {
    const loginURL = toAbsoluteURL(instance, req, pathTo(instance, req, route, name), name);
    const message = `Send the browser to ${loginURL}; a script cannot log in.`;
    sendJSON(res, 401, { code: 'login_required', message, loginURL });
    return;
  }
  const returnTo = findReturnTo(originalURL(req), provider.settings) ?? settings.successRedirect;
  const isSignedIn = currentUser.get(req) !== undefined;
  if (route === 'link' && !isSignedIn) {
    await redirect(req, res, loginPath(instance, req, returnAddress(instance, req)));
    return;
  }
  const isRenewal = route === 'renew' && isSignedIn && loginData.accountIdOf(req, name) !== undefined;
  const purpose = route === 'login' ? undefined : route;
  const display = findDisplay(req);
  const start = { returnTo, display, purpose, isConfirmed: isRenewal };
  const isStarted = await redirectToProvider(instance, context, provider, start);
  if (!isStarted) sendStartPage(instance, context, provider, route, start);
}

interface Start extends Presentation {
  /** Ties the attempt to the user who is signed in; without such a user it is an ordinary login. */
  purpose: AttemptBinding['purpose'] | undefined;
  /** Whether it needs no click, wherever the request comes from. */
  isConfirmed: boolean;
}

/**
 * Begins an attempt and redirects to the provider, or responds with nothing to a HEAD or a prefetch of a guarded page;
 * `false` if the user must ask for it with a click first.
 */
export async function redirectToProvider(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  { returnTo, display, purpose, isConfirmed }: Start,
): Promise<boolean> {
  const { req, res, report } = context;
  Object.assign(report.details, { provider: provider.settings.provider.name, purpose });
  const session = purpose === undefined ? undefined : instance.loginData.bind(req);
  const binding = purpose === undefined || session === undefined ? undefined : { purpose, session };
  // Without the query: a guarded page's own parameters, such as auth_key, do not concern the login.
  const request = { ...toLoginRequest(req, { returnTo }), url: '/', binding, isConfirmed, display };
  const outcome = await provider.login.handle(request);
  switch (outcome.type) {
    case 'confirm':
      return false;
    case 'redirect':
      res.appendHeader('Set-Cookie', outcome.cookies);
      res.appendHeader('Set-Cookie', await provider.failureCookie.clear(toLoginRequest(req)));
      await redirect(req, res, outcome.location);
      return true;
    case 'fail':
    case 'error':
      throw outcome.error;
    case 'nothing':
    case 'success': // of callbacks only
      sendNothing(res);
      return true;
  }
}

/**
 * Sends the page with one link to click before a login that another site asked for. The protocol has no `state`: a
 * callback is judged by the attempt in the browser alone. An attacker who makes a browser begin one could open a
 * callback link with the attacker's key there. The click's request says `Sec-Fetch-Site: same-origin`, which no other
 * site can cause, and no other site can frame this page. It is a link and no form, because Chromium would apply the
 * page's form-action to the redirect to the provider.
 */
function sendStartPage(
  instance: Instance,
  context: RequestContext,
  { settings }: ProviderLogin,
  route: 'login' | 'renew' | 'link',
  { returnTo, display }: Presentation,
): void {
  const { displayName } = settings.provider;
  const href = addDisplay(addReturnTo(pathTo(instance, context.req, route, settings.name), returnTo), display);
  sendPage(instance, context, 200, (page) => instance.settings.templates.start({ ...page, displayName, href }));
}
