import { LoginWithError } from '../errors.js';
import { loginTarget, type Context, type Visit } from './context.js';
import { retryAfterOf } from '../login/rate-limit.js';
import { redirect, sendJSON, sendPage } from './responses.js';
import { addParameter, asWebRequest, isFetchRequest } from './request.js';

/** A login that did not work, and whose affair it is. */
export type Trouble = { type: 'fail'; error: LoginWithError } | { type: 'error'; error: unknown };

/** Sorts what was thrown: the visitor's affair has a status below 500. */
export function asTrouble(error: unknown): Trouble {
  return error instanceof LoginWithError && error.status < 500 ? { type: 'fail', error } : { type: 'error', error };
}

/** Ends a request whose login did not work: the app's way, or with our page or JSON. */
export async function report(context: Context, { req, res, next }: Visit, trouble: Trouble): Promise<void> {
  const { onError, failureRedirect, templates } = context.settings;
  const seconds = retryAfterOf(trouble.error);
  if (seconds !== undefined) res.setHeader('Retry-After', seconds);
  if (onError !== undefined) {
    await onError(trouble.error, asWebRequest(req), res, next);
    return;
  }
  if (trouble.type === 'error') {
    next(trouble.error);
    return;
  }
  const { status, code, message, hint } = trouble.error;
  if (isFetchRequest(req)) {
    sendJSON(res, status, { code, message });
    return;
  }
  if (failureRedirect !== undefined) {
    await redirect(req, res, addParameter(failureRedirect, 'error', code));
    return;
  }
  const visibleHint = process.env.NODE_ENV === 'production' ? undefined : hint;
  sendPage(req, res, status, (basics) =>
    templates.failure({ ...basics, code, hint: visibleHint, href: loginTarget(context, req) }),
  );
}
