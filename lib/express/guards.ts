import type { IncomingMessage } from 'node:http';
import { isForeignStart } from '../login/cross-site.js';
import { toLoginRequest } from '../node-request.js';
import { isPageRequest } from '../pages/negotiation.js';
import { addLoginAccess } from '../login/login-access.js';
import type { ProviderLogin } from '../login/provider-login.js';
import type { Instance, RequestContext } from './instance.js';
import { addReturnTo, pathTo, publicPath, requireRoutes, returnAddress, toAbsoluteURL } from './paths.js';
import { redirect } from './responses.js';
import { redirectToProvider } from './routes/login.js';
import { sendLoginRequired, sendUnauthorized } from './unauthorized.js';

/** Lets signed-in users through. */
export async function guardLogin(instance: Instance, context: RequestContext): Promise<void> {
  const user = instance.currentUser.get(context.req);
  if (user === undefined) {
    const { providers, settings } = instance;
    const hasOwnPage = settings.failureRedirect !== undefined && providers.size > 1;
    if (!hasOwnPage) requireRoutes(instance, context.req);
    await sendLoginRequired(instance, context);
    return;
  }
  showUser(instance, context.req, user);
  context.next();
}

/** Lets users through whose access token is in the session; whether it still works, only the provider knows. */
export async function guardAccessToken(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
): Promise<void> {
  const { req } = context;
  const user = instance.currentUser.get(req);
  if (user === undefined) {
    requireRoutes(instance, req);
    await sendLoginRequired(instance, context, provider.settings.name);
    return;
  }
  const token = await instance.loginData.findToken(req, provider.settings.name);
  if (token === undefined) {
    await renewToken(instance, context, provider);
    return;
  }
  showUser(instance, req, user);
  const info = { provider: provider.settings.provider.name, ...token, returnTo: publicPath(instance, req, '/') };
  Object.assign(req, { loginWith: addLoginAccess(info, provider.client) });
  context.next();
}

/** Drops a token that the provider has refused, and gets a new one. */
export async function replaceToken(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
): Promise<void> {
  instance.loginData.dropToken(context.req, provider.settings.name);
  await renewToken(instance, context, provider);
}

/**
 * Gets a new token without a click: the provider redirects users who have accepted the app straight back. If a page's
 * tokens end at once, again and again, each round is a start of this browser, and `login_loop` (8 starts within
 * 30 seconds) ends the loop.
 */
async function renewToken(instance: Instance, context: RequestContext, provider: ProviderLogin): Promise<void> {
  const { req, res } = context;
  const { settings, loginData } = instance;
  const { name } = provider.settings;
  requireRoutes(instance, req);
  const path = pathTo(instance, req, 'renew', name);
  if (!isPageRequest(req)) {
    const renewURL = toAbsoluteURL(instance, req, path, name);
    const message = `There is no access token of ${name} any more; send the browser to ${renewURL}`;
    sendUnauthorized(instance, context, path, { code: 'token_expired', message, renewURL });
    return;
  }
  const returnTo = returnAddress(instance, req, provider.settings.callbackURL);
  // An account that this session does not know yet is no renewal but a first login, which another site must not start.
  const isFirst = loginData.accountIdOf(req, name) === undefined;
  if (isFirst && isForeignStart(toLoginRequest(req), settings.trustedOrigins))
    await redirect(req, res, addReturnTo(path, returnTo));
  else await redirectToProvider(instance, context, provider, { returnTo, purpose: 'renew', isConfirmed: true });
}

/** If another Passport has set `req.user`, a guard of ours replaces it by our user. */
function showUser({ settings }: Instance, req: IncomingMessage, user: unknown): void {
  if (settings.passport === undefined) Object.assign(req, { user });
}
