import { doctorAppAdvice } from '../internal/doctor-advice.js';
import { toLoginRequest, trustsEveryProxy } from '../node-request.js';
import { isSecureSession, isStrictSession, type SessionRequest } from './session/session.js';

/** Creates a function that warns of misconfigurations, at the first start of a login. */
export function createWarnings(): (req: SessionRequest) => void {
  let isFirst = true;
  return (req) => {
    if (!isFirst) return;
    isFirst = false;
    for (const [code, message] of findProblems(req)) process.emitWarning(message, { code });
  };
}

function findProblems(req: SessionRequest): [code: string, message: string][] {
  const problems: [string, string][] = [];
  if (isSecureSession(req) && !toLoginRequest(req).secure) {
    problems.push([
      'LOGINWITH_TRUST_PROXY',
      'loginWith: the session cookie is for https only, and this request came over http, so the cookie is not set ' +
        'and nobody stays logged in. Behind a proxy that speaks https, set app.set("trust proxy", 1); on localhost ' +
        `without https, set the cookie's "secure" to false. ${doctorAppAdvice}`,
    ]);
  }
  const isProxyTrusted = req.ips === undefined ? req.ip !== undefined : req.ips.length > 0;
  if (req.headers['x-forwarded-for'] !== undefined && !isProxyTrusted) {
    problems.push([
      'LOGINWITH_CLIENT_ADDRESS',
      'loginWith: this request came through a proxy that the app does not trust. All users seem to have one ' +
        'address, and the failed logins of one count for all. Set app.set("trust proxy", 1), without Express set ' +
        `req.ip before loginWith(), or have the proxy drop X-Forwarded-For. ${doctorAppAdvice}`,
    ]);
  }
  if (trustsEveryProxy(req)) {
    problems.push([
      'LOGINWITH_TRUST_EVERY_PROXY',
      'loginWith: "trust proxy" is true, so every client can make up its address, and with it the limits on failed ' +
        'logins. All who connect from one address therefore share the overall limit. Set "trust proxy" to the number ' +
        'of proxies before the app, or to their addresses.',
    ]);
  }
  if (isStrictSession(req)) {
    problems.push([
      'LOGINWITH_SAMESITE_STRICT',
      'loginWith: the session cookie is SameSite=Strict, which browsers withhold on the way back from the provider. ' +
        'The login takes one more page of this site for it, and links from other sites show users as logged out. ' +
        'SameSite=Lax has neither problem.',
    ]);
  }
  if (process.env.NODE_ENV === 'production' && req.sessionStore?.constructor.name === 'MemoryStore') {
    problems.push([
      'LOGINWITH_MEMORY_STORE',
      "loginWith: sessions are in express-session's MemoryStore, in production: a restart logs everybody out, a " +
        'second process has none of them, and memory grows. Use a store such as connect-redis.',
    ]);
  }
  return problems;
}
