import { isFormPost, isPageRequest } from '../pages/negotiation.js';
import type { Instance, RequestContext } from './instance.js';
import { addReturnTo, loginPath, pathTo, returnAddress, toAbsoluteURL } from './paths.js';
import { redirect, sendJSON, sendPage } from './responses.js';

/**
 * Responds to a request without a signed-in user: a page request is redirected to the login and comes back; a form gets
 * a page, because a redirect would lose what is in it; everything else gets JSON.
 *
 * @param name the provider to log in with, if only one will do
 */
export async function sendLoginRequired(
  instance: Instance,
  { req, res }: RequestContext,
  name?: string,
): Promise<void> {
  const pathFor = (returnTo?: string) =>
    name === undefined
      ? loginPath(instance, req, returnTo)
      : addReturnTo(pathTo(instance, req, 'login', name), returnTo);
  if (isPageRequest(req)) {
    await redirect(req, res, pathFor(returnAddress(instance, req)));
    return;
  }
  const path = pathFor();
  const loginURL = toAbsoluteURL(instance, req, path, name);
  const message = `Nobody is logged in; send the browser to ${loginURL}`;
  sendUnauthorized(instance, { req, res }, path, { code: 'login_required', message, loginURL });
}

/** Responds with 401: a page to a form, JSON to everything else. */
export function sendUnauthorized(
  instance: Instance,
  context: Pick<RequestContext, 'req' | 'res'>,
  href: string,
  body: object,
): void {
  if (isFormPost(context.req))
    sendPage(instance, context, 401, (page) => instance.settings.templates.loginRequired({ ...page, href }));
  else sendJSON(context.res, 401, body);
}
