import type { LoginOutcome } from '../login/login.js';
import type { Context, Visit } from './context.js';
import { redirect } from './responses.js';
import { report } from './report.js';

/** Ends a request whose login goes on elsewhere or has failed. */
export async function settle(
  context: Context,
  visit: Visit,
  outcome: Exclude<LoginOutcome, { type: 'success' }>,
): Promise<void> {
  const { req, res } = visit;
  if ('cookie' in outcome) res.appendHeader('Set-Cookie', outcome.cookie);
  switch (outcome.type) {
    case 'nothing':
      res.writeHead(204, { 'Cache-Control': 'no-store' }).end();
      return;
    case 'redirect':
      await redirect(req, res, outcome.location);
      return;
    case 'fail':
      if (outcome.error.code === 'attempt_missing' && context.signIn.userOf(req) !== undefined) {
        // A reload or the back button after the login: nothing was exchanged, and there is nothing left to do.
        await redirect(req, res, context.settings.successRedirect);
        return;
      }
      await report(context, visit, outcome);
      return;
    case 'error':
      await report(context, visit, outcome);
  }
}
