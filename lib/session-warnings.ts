import { doctorAppAdvice } from './internal/doctor-advice.js';
import { emitWarning, type WarningCode } from './internal/warning.js';
import { toLoginRequest, type ExpressRequest, type RequestViews } from './node-request.js';

/** A request that may have a session, of express-session or cookie-session, and what Passport adds. */
export type RequestWithSession = ExpressRequest & {
  session?: { cookie?: { secure?: unknown }; passport?: unknown } | null | undefined;
  sessionOptions?: { secure?: unknown };
  isAuthenticated?: () => boolean;
};

/** Why the session's cookie will not be set in the response to a request, if so. */
export function explainSecureCookie(req: RequestWithSession): string | undefined {
  const { session, sessionOptions } = req;
  const isSecure = (session?.cookie === undefined ? sessionOptions?.secure : session.cookie.secure) === true;
  if (!isSecure || toLoginRequest(req).secure) return undefined;
  return (
    'the session cookie is for https only, and this request came over http, so the cookie is not set and nobody ' +
    'stays logged in. Behind a proxy that speaks https, set app.set("trust proxy", 1); on localhost without https, ' +
    `set the cookie's "secure" to false. ${doctorAppAdvice}`
  );
}

/** Warns once, at a login with the strategy, of a session whose cookie does not reach the browser. */
export function warnOfSecureCookie({ raw }: RequestViews): void {
  const problem = explainSecureCookie(raw);
  if (problem !== undefined) warnOnce('LOGINWITH_TRUST_PROXY', problem);
}

/**
 * Warns once if the session has a user of Passport who is not on the request: nothing has loaded the user. The earliest
 * request that shows it is the next one on a route of the strategy, such as the second try to log in.
 */
export function warnOfMissingPassportSession({ raw }: { raw: RequestWithSession }): void {
  const { passport } = raw.session ?? {};
  const hasUser = typeof passport === 'object' && passport !== null && 'user' in passport;
  // Passport has just added the method, which knows the property that the user is on.
  if (!hasUser || raw.isAuthenticated?.() !== false) return;
  warnOnce(
    'LOGINWITH_PASSPORT_SESSION',
    'the session has a logged-in user, and nothing has put that user on req.user. Put app.use(passport.session()) ' +
      'behind the session and before the routes.',
  );
}

const warned = new Set<WarningCode>();

function warnOnce(code: WarningCode, problem: string): void {
  if (warned.has(code)) return;
  warned.add(code);
  emitWarning(code, `LoginWithStrategy: ${problem}`);
}
