import { LoginWithError } from '../errors.js';
import { isError } from '../internal/unknown-error.js';
import { addQueryParameter } from '../internal/urls.js';
import type { FailedPopup } from '../login/failure-cookie.js';
import { isUsersFailure } from '../login/outcome.js';
import { otherCode, toFailurePage } from '../pages/failure-page.js';
import { isFetchRequest } from '../pages/negotiation.js';
import type { Instance, RequestContext, Site } from './instance.js';
import { loginPath, publicPath } from './paths.js';
import { addDisplay } from './popup.js';
import { asWebRequest } from './request.js';
import { redirect, sendJSON, sendPage } from './responses.js';

/** The arguments of a middleware for errors. */
type ErrorContext = Pick<RequestContext, 'req' | 'res' | 'next'>;

/** Ends a request whose login has failed: as `onError` does, else with a redirect, JSON, our page or the app's own. */
export async function sendFailure(
  instance: Instance,
  context: RequestContext,
  error: unknown,
  popup?: FailedPopup,
): Promise<void> {
  const { req, res, next } = context;
  const { onError, failureRedirect } = instance.settings;
  if (res.headersSent) {
    next(error);
    return;
  }
  addHeaders(res, error);
  if (onError !== undefined) {
    try {
      await onError(error, asWebRequest(req), res, next);
    } catch (thrown) {
      next(thrown);
    }
    return;
  }
  if (!isUsersFailure(error)) next(error);
  else if (failureRedirect !== undefined && !isFetchRequest(req))
    await redirect(req, res, addQueryParameter(publicPath(instance, req, failureRedirect), 'error', error.code));
  else respondToFailure(instance, context, error, popup);
}

/**
 * Responds to an error that a login route, or an error of this package that any route of the app has passed on; passes
 * every other error on. Errors of the app and of the provider are printed, as Express prints those that nobody handles.
 */
export function handleError(site: Site, context: ErrorContext, error: unknown): void {
  const { req, res, next } = context;
  const isOurs = error instanceof LoginWithError || site.shared.routes.get(req)?.isOurs === true;
  if (!isOurs || res.headersSent) {
    next(error);
    return;
  }
  if (!isUsersFailure(error)) printError(error);
  addHeaders(res, error);
  try {
    respondToFailure(site, context, error);
  } catch (thrown) {
    next(thrown);
  }
}

/** What a client reads of an error that is not of this package: nothing that the error says. */
const otherError = { status: 500, code: otherCode, message: 'The login failed because of an error in the app' };

function respondToFailure(site: Site, context: ErrorContext, error: unknown, popup?: FailedPopup): void {
  const { req, res } = context;
  const { status, code, message } = error instanceof LoginWithError ? error : otherError;
  if (isFetchRequest(req)) {
    sendJSON(res, status, { code, message });
    return;
  }
  const path = loginPath(site, req, popup?.returnTo);
  const href = popup === undefined ? path : addDisplay(path, 'popup');
  const { provider } = site.shared.routes.get(req) ?? {};
  const failure = toFailurePage(error, {
    displayName: provider?.settings.provider.displayName,
    isSignedIn: site.currentUser?.get(req) !== undefined,
    href,
  });
  sendPage(site, context, status, (page) => site.settings.templates.failure({ ...page, ...failure }));
}

function addHeaders(res: RequestContext['res'], error: unknown): void {
  if (!(error instanceof LoginWithError)) return;
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
}

/** Prints an error as Express does: its stack, which has the hint, and nothing in the tests of an app. */
function printError(error: unknown): void {
  if (process.env.NODE_ENV !== 'test') console.error((isError(error) && error.stack) || String(error));
}
