import { LoginWithError } from '../errors.js';
import { addQueryParameter } from '../internal/urls.js';
import type { LoginOutcome } from '../login/login.js';
import { findRetryAfter } from '../login/rate-limit.js';
import { isFetchRequest } from '../pages/negotiation.js';
import type { Instance, RequestContext } from './instance.js';
import { loginPath } from './paths.js';
import { asWebRequest } from './request.js';
import { redirect, sendJSON, sendNothing, sendPage } from './responses.js';

/** Ends a request whose login goes on elsewhere or has failed. */
export async function sendOutcome(
  instance: Instance,
  context: RequestContext,
  outcome: Exclude<LoginOutcome, { type: 'success' }>,
): Promise<void> {
  const { req, res } = context;
  if ('cookie' in outcome) res.appendHeader('Set-Cookie', outcome.cookie);
  switch (outcome.type) {
    case 'nothing':
      sendNothing(res);
      return;
    case 'redirect':
      await redirect(req, res, outcome.location);
      return;
    case 'fail':
      if (outcome.error.code === 'attempt_missing' && instance.currentUser.get(req) !== undefined) {
        // A reload or the back button after the login: nothing was exchanged, and there is nothing left to do.
        await redirect(req, res, instance.settings.successRedirect);
        return;
      }
      await sendFailure(instance, context, outcome);
      return;
    case 'error':
      await sendFailure(instance, context, outcome);
  }
}

/** A failed login: `fail` was caused by the user's request, `error` by the app or the provider. */
export type Failure = { type: 'fail'; error: LoginWithError } | { type: 'error'; error: unknown };

export function toFailure(error: unknown): Failure {
  return error instanceof LoginWithError && error.status < 500 ? { type: 'fail', error } : { type: 'error', error };
}

/** Ends a request whose login has failed: as `onError` does, else with a redirect, JSON or our page. */
export async function sendFailure(instance: Instance, context: RequestContext, failure: Failure): Promise<void> {
  const { req, res, next } = context;
  const { onError, failureRedirect, templates } = instance.settings;
  if (res.headersSent) {
    next(failure.error);
    return;
  }
  const seconds = findRetryAfter(failure.error);
  if (seconds !== undefined) res.setHeader('Retry-After', seconds);
  if (onError !== undefined) {
    try {
      await onError(failure.error, asWebRequest(req), res, next);
    } catch (error) {
      next(error);
    }
    return;
  }
  if (failure.type === 'error') {
    next(failure.error);
    return;
  }
  const { status, code, message, hint } = failure.error;
  if (isFetchRequest(req)) {
    sendJSON(res, status, { code, message });
    return;
  }
  if (failureRedirect !== undefined) {
    await redirect(req, res, addQueryParameter(failureRedirect, 'error', code));
    return;
  }
  const visibleHint = process.env.NODE_ENV === 'production' ? undefined : hint;
  const href = loginPath(instance, req);
  sendPage(req, res, status, (page) => templates.failure({ ...page, code, hint: visibleHint, href }));
}
