import type { IncomingMessage } from 'node:http';
import { sanitizeReturnTo } from '../login/request.js';
import { LoginWithError } from '../errors.js';
import { withAccess } from '../strategy.js';
import { pathTo, type Context, type ProviderLogin, type Visit } from './context.js';
import { refuseVisitor, withReturnTo } from './unauthorized.js';
import { redirect, sendJSON, sendPage } from './responses.js';
import { isCrossSite, isFormPost, isPageVisit } from './request.js';
import { sendToProvider } from './routes/login.js';

/** Lets signed-in people through. */
export async function guardLogin(context: Context, visit: Visit): Promise<void> {
  const user = context.signIn.userOf(visit.req);
  if (user === undefined) {
    await refuseVisitor(context, visit);
    return;
  }
  showUser(context, visit.req, user);
  visit.next();
}

/** Lets people through whose token is there and may be good; whether it is, only the provider knows. */
export async function guardToken(context: Context, visit: Visit, provider: ProviderLogin): Promise<void> {
  const { req } = visit;
  const user = context.signIn.userOf(req);
  if (user === undefined) {
    await refuseVisitor(context, visit, provider.settings.name);
    return;
  }
  const token = context.records.findToken(req, provider.settings);
  if (token === undefined) {
    await renewToken(context, visit, provider);
    return;
  }
  showUser(context, req, user);
  const info = { provider: provider.settings.provider.name, ...token, returnTo: '/' };
  Object.assign(req, { loginWith: withAccess(info, provider.client) });
  visit.next();
}

/** Renews after a handler behind {@link guardToken} has met `token_expired`; every other error goes on. */
export async function handleExpiry(
  context: Context,
  visit: Visit,
  provider: ProviderLogin | undefined,
  error: unknown,
): Promise<void> {
  const isExpired = error instanceof LoginWithError && error.code === 'token_expired';
  if (provider === undefined || !isExpired || visit.res.headersSent) {
    visit.next(error);
    return;
  }
  context.records.dropToken(visit.req, provider.settings.name);
  await renewToken(context, visit, provider);
}

/**
 * Gets a new token without a click: the provider sends people who have accepted the app straight back. A page whose token dies at once,
 * again and again, would go round for ever; each round is a start of this browser, and the login's brake (`login_loop`, 8 starts within 30 seconds)
 * stops them and says so.
 */
async function renewToken(context: Context, visit: Visit, provider: ProviderLogin): Promise<void> {
  const { req, res } = visit;
  const { settings, records } = context;
  const { name } = provider.settings;
  const renewURL = pathTo(context, req, 'renew', name);
  if (isPageVisit(req)) {
    const returnTo = sanitizeReturnTo(req.originalUrl);
    // With an account that this session has not met yet, it is no renewal but a first time, and must not happen at another site's wish.
    if (records.personOf(req, name) === undefined && isCrossSite(req, settings.trustedOrigins))
      await redirect(req, res, withReturnTo(renewURL, returnTo));
    else await sendToProvider(context, visit, provider, returnTo, 'renew');
  } else if (isFormPost(req)) {
    sendPage(req, res, 401, (basics) => settings.templates.loginRequired({ ...basics, href: renewURL }));
  } else {
    sendJSON(res, 401, {
      code: 'token_expired',
      message: `There is no access token of ${name} any more; send the browser to ${renewURL}`,
      renewURL,
    });
  }
}

/** Where another Passport has put its user, a guard of ours shows ours. */
function showUser({ settings }: Context, req: IncomingMessage, user: unknown): void {
  if (settings.passport === undefined) Object.assign(req, { user });
}
