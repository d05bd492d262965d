import { sanitizeReturnTo } from '../login/request.js';
import { loginTarget, pathTo, type Context, type Visit } from './context.js';
import { redirect, sendJSON, sendPage } from './responses.js';
import { addParameter, isFormPost, isPageVisit } from './request.js';

/**
 * Answers who is not signed in: a page visit goes to the login and comes back; a form that was sent gets a page, because a redirect would
 * lose what is in it; everything else gets JSON, because a redirect to the provider would die in CORS.
 *
 * @param name the provider to log in with, if only one will do.
 */
export async function refuseVisitor(context: Context, { req, res }: Visit, name?: string): Promise<void> {
  const returnTo = sanitizeReturnTo(req.originalUrl);
  const targetFor = (path?: string) =>
    name === undefined ? loginTarget(context, req, path) : withReturnTo(pathTo(context, req, 'login', name), path);
  if (isPageVisit(req)) {
    await redirect(req, res, targetFor(returnTo));
    return;
  }
  const loginURL = targetFor();
  if (isFormPost(req)) {
    sendPage(req, res, 401, (basics) => context.settings.templates.loginRequired({ ...basics, href: loginURL }));
    return;
  }
  sendJSON(res, 401, {
    code: 'login_required',
    message: `Nobody is logged in; send the browser to ${loginURL}`,
    loginURL,
  });
}

/** A path with the page to come back to. */
export function withReturnTo(path: string, returnTo: string | undefined): string {
  return returnTo === undefined ? path : addParameter(path, 'returnTo', returnTo);
}
