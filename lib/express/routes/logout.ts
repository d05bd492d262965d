import type { Context, Visit } from '../context.js';
import { loginTarget } from '../context.js';
import { refuseForeign } from './link.js';
import { redirect, sendJSON, sendPage } from '../responses.js';
import { asWebRequest, isSameOriginPost, isFetchRequest } from '../request.js';
import { saveSession } from '../session/session.js';

/** Logs out here. The provider has no logout for apps, so the person stays signed in there, and is told so. */
export async function logOut(context: Context, { req, res, next }: Visit): Promise<void> {
  const { settings, signIn, records, providers } = context;
  if (!isSameOriginPost(req, settings.trustedOrigins)) throw refuseForeign('logout');
  const met = records.namesOf(req);
  const stillSignedInAt = [...providers.values()]
    .filter(({ settings: { name } }) => !settings.session || met.includes(name))
    .map(({ settings: { provider } }) => provider.displayName);
  await signIn.signOut(req, res);
  const answer = async () => {
    await saveSession(req);
    if (isFetchRequest(req)) {
      const message = 'Logged out here. The provider has no logout for apps: the person stays signed in there.';
      sendJSON(res, 200, { loggedOut: true, message, stillSignedInAt });
    } else if (settings.logoutRedirect !== undefined) {
      await redirect(req, res, settings.logoutRedirect);
    } else {
      const href = loginTarget(context, req);
      sendPage(req, res, 200, (basics) => settings.templates.loggedOut({ ...basics, stillSignedInAt, href }));
    }
  };
  if (settings.onLogout === undefined) {
    await answer();
    return;
  }
  await settings.onLogout(asWebRequest(req), res, (error) => {
    if (error) next(error);
    else answer().catch(next);
  });
}
