import { isFetchRequest } from '../../pages/negotiation.js';
import { toLoginRequest } from '../../node-request.js';
import { runHook } from '../hooks.js';
import type { Instance, RequestContext } from '../instance.js';
import { loginPath, publicPath } from '../paths.js';
import { requireSameOriginPost } from '../request.js';
import { redirect, sendJSON, sendPage } from '../responses.js';
import { saveSession } from '../session/session.js';

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
    } else if (settings.logoutRedirect !== undefined) {
      await redirect(req, res, publicPath(instance, req, settings.logoutRedirect));
    } else {
      await saveSession(req);
      const href = loginPath(instance, req);
      sendPage(instance, context, 200, (page) => settings.templates.loggedOut({ ...page, stillSignedInAt, href }));
    }
  });
}
