import { isFetchRequest } from '../../pages/negotiation.js';
import { toLoginRequest } from '../../node-request.js';
import { runHook } from '../hooks.js';
import type { Instance, RequestContext } from '../instance.js';
import { loginPath, pathTo, publicPath } from '../paths.js';
import { requireSameOriginPost } from '../request.js';
import { redirect, sendJSON, sendPage } from '../responses.js';
import { saveSession } from '../session/session.js';

/** Responds to a GET, which logs nobody out: any site can send a browser here. */
export async function askToLogOut(instance: Instance, context: RequestContext): Promise<void> {
  const { req, res } = context;
  const { settings, currentUser } = instance;
  if (isFetchRequest(req)) {
    res.setHeader('Allow', 'POST');
    sendJSON(res, 405, { code: 'method_not_allowed', message: 'A GET logs nobody out; send a POST' });
  } else if (settings.session && currentUser.get(req) === undefined) {
    await sendLoggedOut(instance, context, []);
  } else {
    // Without a session only the app knows who is logged in.
    const action = pathTo(instance, req, 'logout');
    sendPage(instance, context, 200, (page) => settings.templates.logout({ ...page, action }));
  }
}

/** Logs out here, and says where the user is still signed in: the provider has no logout for apps. */
export async function logOut(instance: Instance, context: RequestContext): Promise<void> {
  const { req, res, report } = context;
  const { settings, currentUser, loginData, providers } = instance;
  report.details.purpose = 'logout';
  requireSameOriginPost(req, settings, 'logout');
  const used = loginData.providersOf(req);
  const stillSignedInAt = [...providers.values()]
    .filter(({ settings: { name } }) => !settings.session || used.includes(name))
    .map(({ settings: { provider } }) => provider.displayName);
  // An old callback page must not log in again.
  for (const { login } of providers.values()) {
    res.appendHeader('Set-Cookie', await login.forgetAttempts(toLoginRequest(req)));
  }
  await currentUser.logout(req, res);
  await runHook(instance, context, settings.onLogout, async () => {
    if (isFetchRequest(req)) {
      await saveSession(req);
      const message = 'Logged out here. The provider has no logout for apps: the user stays signed in there.';
      sendJSON(res, 200, { loggedOut: true, message, stillSignedInAt });
    } else await sendLoggedOut(instance, context, stillSignedInAt);
  });
}

async function sendLoggedOut(instance: Instance, context: RequestContext, stillSignedInAt: string[]): Promise<void> {
  const { req, res } = context;
  const { logoutRedirect, templates } = instance.settings;
  if (logoutRedirect !== undefined) {
    await redirect(req, res, publicPath(instance, req, logoutRedirect));
    return;
  }
  await saveSession(req);
  const href = loginPath(instance, req);
  sendPage(instance, context, 200, (page) => templates.loggedOut({ ...page, stillSignedInAt, href }));
}
