import { parseURL } from '../../internal/urls.js';
import { isLoopback } from '../../providers.js';
import { showURL } from './base-url.js';
import type { GivenValue } from './environment.js';
import { notChecked, ok, problem, type Finding } from './findings.js';
import type { DoctorResponse, Reply, Sender } from './http.js';
import {
  findErrorCode,
  isLoginRoute,
  isSameRoute,
  isStartPage,
  readProviderStart,
  showTarget,
  targetOf,
  visit,
} from './visits.js';
import { cleanValue } from './values.js';

/** The column of the site holds so many characters. */
const maximumLength = 256;

/** Checks a redirect URL as text (PROTOCOL.md, the start and the return). Returns the URL to visit, if there is one. */
export function readRedirectURL(
  given: GivenValue,
  baseURL: string | undefined,
): { finding: Finding; url: URL | undefined } {
  const { text, mistake } = cleanValue(given.text);
  const url = parseURL(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const advice = 'Register the whole URL of the callback, such as https://app.example/auth/pimbuzz/callback.';
    return { finding: problem('redirect-url', `${given.name} is no http(s) URL`, advice), url: undefined };
  }
  const bare = new URL(showURL(url) + (url.pathname.endsWith('/') && url.pathname !== '/' ? '/' : ''));
  const mendable = [...(mistake === undefined ? [] : [mistake]), ...findMendable(text, url)];
  const others = findOthers(text, url, baseURL);
  if (mendable.length + others.length === 0)
    return { finding: ok('redirect-url', `${bare.href} can be registered`), url: bare };
  const right = new URL(bare);
  if (!isLoopback(right.hostname)) right.protocol = 'https:';
  if (right.pathname === '/') right.pathname = '/auth/pimbuzz/callback';
  const advice =
    others.length > 0
      ? 'Put the callback at an address without that, and register it.'
      : `Register ${right.href}, letter by letter, if that is where the route is.`;
  return { finding: problem('redirect-url', `it ${[...mendable, ...others].join('; it ')}`, advice), url: bare };
}

/** Compares the redirect URL with the address at which people open the app. */
export function compareWithApp(url: URL, app: URL): Finding {
  if (url.origin === app.origin) return ok('redirect-url-app', `both are on ${app.origin}`);
  const advice = `Register a URL that begins with ${app.origin}: a login ends only on the host on which it began.`;
  const isForeignLoopback = isLoopback(url.hostname) && !isLoopback(app.hostname);
  const found = isForeignLoopback
    ? `it leads people to their own machine (${url.host}), and the app is at ${app.origin}`
    : `it is on ${url.origin}, and the app is at ${app.origin}`;
  return problem('redirect-url-app', found, advice);
}

export interface CallbackVisit {
  url: URL;
  /** Of the provider that is being checked. */
  baseURL: string | undefined;
  /** Whether nobody has told that the callback is there. */
  isGuess?: boolean;
  /** Whether the app is known to run. */
  isRunning: boolean;
  sender: Sender;
}

/** Requests the callback without a key, and looks whether this package answers, at this very address. */
export async function checkCallback(toVisit: CallbackVisit): Promise<Finding> {
  const { url, baseURL, isRunning, isGuess = false, sender } = toVisit;
  const reply = await visit(sender, url);
  if (!reply.isResponse) return explainUnreachable(url, reply, isRunning);
  const target = targetOf(reply, url);
  if (target !== undefined && isSameRoute(target, url)) return explainRedirectBefore(url, target);
  const start = readProviderStart(target);
  if (start !== undefined && baseURL !== undefined && start.baseURL !== baseURL) {
    const found = `the route at ${showTarget(url)} belongs to the provider at ${showURL(start.baseURL)}`;
    return problem('callback', found, 'Register the callback route of the right provider.');
  }
  const code = findErrorCode(reply);
  if (reply.status >= 500) {
    const found = `the app answers ${reply.status}${code === undefined ? '' : ` (${code})`}`;
    return problem('callback', found, adviceForServerError(reply.status, code));
  }
  const needsKey = (response: DoctorResponse) =>
    findErrorCode(response) === 'auth_key_missing' || readProviderStart(targetOf(response, url)) !== undefined;
  if (needsKey(reply)) {
    // No login: an empty key is refused at once.
    const withKey = await visit(sender, `${url.href}?auth_key=`);
    if (withKey.isResponse && needsKey(withKey)) return explainLostQuery();
  }
  const isOurs = needsKey(reply) || isStartPage(reply, url) || (await isLoginRoute(sender, url));
  if (isOurs) return ok('callback', `a login can end at ${showTarget(url)}`);
  if (isGuess && reply.status === 404) return notChecked('callback', `the app has none at ${showTarget(url)}`);
  return explainOtherRoute(url, reply.status, target);
}

export const rateLimitAdvice = 'Wait, and raise the limit for the login routes: each login needs a few requests.';

/** What to do about an error of the app. */
export function adviceForServerError(status: number, code: string | undefined): string {
  switch (code) {
    case 'session_missing':
      return 'Put the session middleware before loginWith(), and check that its store runs.';
    case 'attempts_failed':
      return 'Look at the store in the option "attempts".';
    default:
      return status === 500
        ? 'Look at what the app logs.'
        : 'The proxy does not reach the app: look whether it runs, and on the port that the proxy knows.';
  }
}

function findMendable(text: string, url: URL): string[] {
  const hasQuery = text.replace(/#.*/s, '').includes('?');
  return [
    ...(text.includes('#') ? ['has a "#": the provider adds the key behind it, where it never reaches a server'] : []),
    ...(hasQuery ? ['has a "?": the provider adds the key with a second one, and spoils the last parameter'] : []),
    ...(url.protocol === 'http:' && !isLoopback(url.hostname)
      ? ['begins with http://, so others can read the key on its way']
      : []),
    ...(url.username !== '' || url.password !== '' ? ['has a user name or a password'] : []),
  ];
}

function findOthers(text: string, url: URL, baseURL: string | undefined): string[] {
  const [, host = '', path = ''] = /^https?:\/\/([^/?#]*)([^?#]*)/i.exec(text) ?? [];
  const encodedLength = text
    .replaceAll('&', '&amp;')
    .replace(/[<>]/g, '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#039;').length;
  return [
    ...(/[_\P{ASCII}]/u.test(host) ? ['has a "_" or a letter with an accent in its host, which sites refuse'] : []),
    ...(/[\s\P{ASCII}]/u.test(path) ? ['has a blank or a letter with an accent in its path, which sites refuse'] : []),
    ...(/[&"'<>]/.test(path) ? ['has a character in its path that sites change: & " \' < or >'] : []),
    ...(encodedLength > maximumLength ? [`is longer than the ${maximumLength} characters that sites keep`] : []),
    ...(baseURL !== undefined && url.origin === new URL(baseURL).origin
      ? ['leads to the provider, and not to the app']
      : []),
  ];
}

function explainUnreachable(url: URL, { error }: Extract<Reply, { isResponse: false }>, isRunning: boolean): Finding {
  const found = `the app ${error.message}`;
  if (error.code === 'host_not_found') return problem('callback', found, `Check how ${url.host} is written.`);
  if (isLoopback(url.hostname) && !isRunning)
    return notChecked('callback', found, 'Start the app, and run the doctor again.');
  return problem('callback', found, 'Start the app, or register the address at which it can be reached.');
}

function explainRedirectBefore(url: URL, target: URL): Finding {
  const found = `${showTarget(url)} redirects to ${showTarget(target)}${slashOf(target)} before the route sees the request`;
  return problem(
    'callback',
    found,
    `Register ${showTarget(target)}${slashOf(target)}, so that no key takes a way round or gets lost.`,
  );
}

function explainLostQuery(): Finding {
  return problem(
    'callback',
    'something on the way takes the query off, so that no key reaches the route',
    'Let the proxy or the CDN pass the query on (nginx: proxy_pass without a path, or with $is_args$args).',
  );
}

function slashOf({ pathname }: URL): string {
  return pathname.endsWith('/') ? '/' : '';
}

function explainOtherRoute(url: URL, status: number, target: URL | undefined): Finding {
  const at = showTarget(url);
  if (status === 404)
    return problem(
      'callback',
      `the app has no route at ${at} (404)`,
      'Register the path at which the callback is mounted, or mount it there.',
    );
  if (status === 401 || status === 403)
    return problem(
      'callback',
      `something refuses the request before the route (${status})`,
      'Let the callback through without a login or a password.',
    );
  if (status === 429)
    return problem('callback', 'something limits the requests before the route (429)', rateLimitAdvice);
  if (target !== undefined) {
    const found = `${at} redirects to ${showTarget(target)}, and no login route answers there`;
    return problem('callback', found, 'Put the route before what redirects, such as a guard that asks for a login.');
  }
  const found = `another page answers at ${at} (${status})`;
  return problem(
    'callback',
    found,
    'Put the route before the one that answers everything else, such as that of a single-page app.',
  );
}
