import { doctorAppAdvice } from '../internal/doctor-advice.js';
import { emitWarning, isDevelopment, type WarningCode } from '../internal/warning.js';
import { trustsEveryProxy } from '../node-request.js';
import { explainSecureCookie } from '../session-warnings.js';
import { isStrictSession, type SessionRequest } from './session/session.js';

/**
 * Creates a function that warns of misconfigurations, at the first start of a login.
 *
 * @param handlesErrors whether the app has `onError` or `handleErrors()`
 */
export function createWarnings(handlesErrors: () => boolean): (req: SessionRequest) => void {
  let isFirst = true;
  return (req) => {
    if (!isFirst) return;
    isFirst = false;
    for (const [code, message] of findProblems(req)) emitWarning(code, `loginWith: ${message}`);
    if (isDevelopment() && !handlesErrors())
      emitWarning(
        'LOGINWITH_HANDLE_ERRORS',
        'loginWith: without app.use(auth.handleErrors()) behind the routes, or the option "onError", users see the ' +
          "framework's own page when the provider fails, and a token that ends on a page is not renewed.",
      );
  };
}

/** Creates a function that warns once of a login that is no more: most often "deserialize" lacks a "return". */
export function createMissingUserWarning(): () => void {
  let isFirst = true;
  return () => {
    if (isFirst && isDevelopment())
      emitWarning(
        'LOGINWITH_DESERIALIZE',
        'loginWith: "deserialize" returned no user for the session of a login, so nobody is logged in. Unless that ' +
          'user was deleted, it does not find or does not return the user.',
      );
    isFirst = false;
  };
}

function findProblems(req: SessionRequest): [code: WarningCode, message: string][] {
  const problems: [WarningCode, string][] = [];
  const secureCookie = explainSecureCookie(req);
  if (secureCookie !== undefined) problems.push(['LOGINWITH_TRUST_PROXY', secureCookie]);
  const isProxyTrusted = req.ips === undefined ? req.ip !== undefined : req.ips.length > 0;
  if (req.headers['x-forwarded-for'] !== undefined && !isProxyTrusted) {
    problems.push([
      'LOGINWITH_CLIENT_ADDRESS',
      'this request came through a proxy that the app does not trust. All users seem to have one address, and the ' +
        'failed logins of one count for all. Set app.set("trust proxy", 1), without Express set req.ip before ' +
        `loginWith(), or have the proxy drop X-Forwarded-For. ${doctorAppAdvice}`,
    ]);
  }
  if (trustsEveryProxy(req)) {
    problems.push([
      'LOGINWITH_TRUST_EVERY_PROXY',
      '"trust proxy" is true, so every client can make up its address, and with it the limits on failed logins. All ' +
        'who connect from one address therefore share the overall limit. Set "trust proxy" to the number of proxies ' +
        'before the app, or to their addresses.',
    ]);
  }
  if (isStrictSession(req)) {
    problems.push([
      'LOGINWITH_SAMESITE_STRICT',
      'the session cookie is SameSite=Strict, which browsers withhold on the way back from the provider. The login ' +
        'takes one more page of this site for it, and links from other sites show users as logged out. SameSite=Lax ' +
        'has neither problem.',
    ]);
  }
  if (process.env.NODE_ENV === 'production' && req.sessionStore?.constructor.name === 'MemoryStore') {
    problems.push([
      'LOGINWITH_MEMORY_STORE',
      "sessions are in express-session's MemoryStore, in production: a restart logs everybody out, a second process " +
        'has none of them, and memory grows. Use a store such as connect-redis.',
    ]);
  }
  return problems;
}
