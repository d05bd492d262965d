import { LoginWithError } from '../errors.js';
import { addQueryParameter } from '../internal/urls.js';
import { isUsersFailure } from '../login/outcome.js';
import { isFetchRequest } from '../pages/negotiation.js';
import type { FailedPopup } from '../login/failure-cookie.js';
import type { Instance, RequestContext } from './instance.js';
import { loginPath, publicPath } from './paths.js';
import { addDisplay } from './popup.js';
import { asWebRequest } from './request.js';
import { redirect, sendJSON, sendPage } from './responses.js';

/** Ends a request whose login has failed: as `onError` does, else with a redirect, JSON, our page or the app's own. */
export async function sendFailure(
  instance: Instance,
  context: RequestContext,
  error: unknown,
  popup?: FailedPopup,
): Promise<void> {
  const { req, res, next } = context;
  const { onError, failureRedirect, templates } = instance.settings;
  if (res.headersSent) {
    next(error);
    return;
  }
  if (error instanceof LoginWithError)
    for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  if (onError !== undefined) {
    try {
      await onError(error, asWebRequest(req), res, next);
    } catch (thrown) {
      next(thrown);
    }
    return;
  }
  if (!isUsersFailure(error)) {
    next(error);
    return;
  }
  const { status, code, message, hint } = error;
  if (isFetchRequest(req)) {
    sendJSON(res, status, { code, message });
    return;
  }
  if (failureRedirect !== undefined) {
    await redirect(req, res, addQueryParameter(publicPath(instance, req, failureRedirect), 'error', code));
    return;
  }
  const visibleHint = process.env.NODE_ENV === 'production' ? undefined : hint;
  const path = loginPath(instance, req, popup?.returnTo);
  const href = popup === undefined ? path : addDisplay(path, 'popup');
  sendPage(req, res, status, (page) => templates.failure({ ...page, code, hint: visibleHint, href }));
}
