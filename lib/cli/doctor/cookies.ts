import { parseSetCookie, type SetCookie } from 'cookie';
import { isLoopback } from '../../providers.js';
import { notChecked, ok, problem, warning, type Finding } from './findings.js';

/** Names of the cookies in which this package keeps started logins. */
const attemptCookieName = /^(?:__Host-)?loginwith-/;

/** The cookies that responses set, by their names. The last one of a name counts. */
export function readCookies(headers: readonly string[]): SetCookie[] {
  const cookies = headers.map((header) => parseSetCookie(header));
  return [...new Map(cookies.map((cookie) => [cookie.name, cookie])).values()];
}

export function isAttemptCookie({ name }: SetCookie): boolean {
  return attemptCookieName.test(name);
}

/** Checks the cookie of a started login, and by it which scheme the app sees. */
export function checkAttemptCookie(cookies: readonly SetCookie[], app: URL): Finding[] {
  const cookie = cookies.find(isAttemptCookie);
  if (cookies.length === 0) {
    const found = 'the start sets no cookie at all, so the callback cannot know the browser again';
    return [problem('attempt-cookie', found, 'Let the proxy or the CDN pass Set-Cookie on.')];
  }
  if (cookie === undefined) {
    const advice =
      'Let the proxy pass Set-Cookie on. With a store of your own in "attempts" there is none, and all is well.';
    return [warning('attempt-cookie', 'the start sets none', advice)];
  }
  const isHTTPS = app.protocol === 'https:';
  const isSecure = cookie.secure === true && cookie.name.startsWith('__Host-');
  return [
    explainChanges(cookie),
    ...(isHTTPS ? [isSecure ? ok('proxy-scheme', 'https') : explainMissingTrust()] : []),
    ...(!isHTTPS && isSecure ? [explainWrongScheme()] : []),
  ];
}

/** Checks the cookies of the app's session. Others, such as that of a theme, are its own affair. */
export function checkSessionCookies(cookies: readonly SetCookie[], app: URL, isWholeLogin: boolean): Finding {
  const sessions = cookies.filter((cookie) => !isAttemptCookie(cookie) && looksLikeSession(cookie));
  if (sessions.length === 0) {
    const advice = 'If nobody stays logged in, look at "secure" and "sameSite" in the options of the session.';
    return notChecked('session-cookie', 'the app sets none before a login', advice);
  }
  const isHTTPS = app.protocol === 'https:';
  const lost = sessions.find(({ secure, sameSite, name }) => {
    const needsHTTPS = secure === true && !isHTTPS && !isLoopback(app.hostname);
    return (
      needsHTTPS || (sameSite === 'none' && secure !== true) || (/^__(?:Host|Secure)-/.test(name) && secure !== true)
    );
  });
  if (lost !== undefined) {
    const found = `browsers drop ${nameOf(lost)}: it needs https and Secure`;
    return problem('session-cookie', found, 'Open the app over https, and set "secure" in the options of the session.');
  }
  const strict = sessions.find(({ sameSite }) => sameSite === 'strict');
  // loginWith() goes on by a page of the app, so that the browser sends it.
  if (strict !== undefined && !isWholeLogin) {
    const found = `${nameOf(strict)} is SameSite=Strict: browsers withhold it when people come back from the provider`;
    return problem('session-cookie', found, `Set sameSite to 'lax' in the options of the session.`);
  }
  const open = sessions.find(({ httpOnly, secure }) => httpOnly !== true || (isHTTPS && secure !== true));
  if (open === undefined) return ok('session-cookie', sessions.map(nameOf).join(', '));
  const missing = [
    ...(open.httpOnly === true ? [] : ['HttpOnly']),
    ...(isHTTPS && open.secure !== true ? ['Secure'] : []),
  ];
  return warning(
    'session-cookie',
    `${nameOf(open)} is not ${missing.join(' and not ')}`,
    'Set that in the options of the session.',
  );
}

/** By the names and the values that session middleware gives its cookies. */
function looksLikeSession({ name, value }: SetCookie): boolean {
  if (/csrf|xsrf|^(?:__Host-)?login-failure-/i.test(name)) return false;
  return /sess|sid(?:\.sig)?$/i.test(name) || value?.startsWith('s:') === true;
}

function explainChanges({ name, httpOnly, sameSite, path, domain, maxAge }: SetCookie): Finding {
  const changes = [
    ...(httpOnly === true ? [] : ['is not HttpOnly']),
    ...(sameSite === 'lax' ? [] : [`is ${sameSite === undefined ? 'without SameSite' : `SameSite=${sameSite}`}`]),
    ...(path === '/' ? [] : ['is not for the path /']),
    ...(domain === undefined ? [] : ['has a Domain']),
    ...(maxAge === undefined ? ['has no Max-Age'] : []),
  ];
  if (changes.length === 0) return ok('attempt-cookie', `${printableName(name)} (HttpOnly, SameSite=Lax)`);
  const found = `something changes it on its way: it ${changes.join(', and ')}`;
  return problem(
    'attempt-cookie',
    found,
    'Let the proxy pass Set-Cookie on unchanged (nginx: without proxy_cookie_flags, _path and _domain for it).',
  );
}

function explainMissingTrust(): Finding {
  return problem(
    'proxy-scheme',
    'http, though people come over https: the cookie is not Secure, and a “secure” session is not kept at all',
    "Set Express's trust proxy, app.set('trust proxy', 1) for one proxy, and let it send X-Forwarded-Proto.",
  );
}

function explainWrongScheme(): Finding {
  return problem(
    'proxy-scheme',
    'https, and the address in --app is http: browsers drop the cookie of the login',
    'Open the app over https, or let the proxy send the right X-Forwarded-Proto.',
  );
}

function nameOf({ name }: SetCookie): string {
  return `the cookie ${printableName(name)}`;
}

function printableName(name: string): string {
  return /^[\w.%-]{1,60}$/.test(name) ? name : 'with an odd name';
}
