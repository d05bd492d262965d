import { trimSlashes } from '../../internal/urls.js';
import { isLoopback } from '../../providers.js';
import { showURL } from './base-url.js';
import { checkAttemptCookie, checkSessionCookies, isAttemptCookie, readCookies } from './cookies.js';
import type { LoginWithError } from '../../errors.js';
import { ok, problem, warning, type Finding } from './findings.js';
import { checkForms } from './forms.js';
import type { DoctorResponse, Reply, Sender } from './http.js';
import { adviceForServerError, rateLimitAdvice } from './redirect-url.js';
import { checkClock, speaksPlainHTTP } from './site.js';
import { showAppId } from './values.js';
import {
  findErrorCode,
  isLoginRoute,
  isSameRoute,
  isStartPage,
  readProviderStart,
  showTarget,
  targetOf,
  visit,
  visitFromOwnPage,
  type ProviderStart,
} from './visits.js';

/** A running app, and what it should do. */
export interface AppToCheck {
  /** Where people open it. */
  app: URL;
  /** Path of the start; the usual one if absent. */
  start: string | undefined;
  /** The provider's name in the routes. */
  name: string;
  baseURL: string | undefined;
  appId: string | undefined;
  /** App ids of other providers, by their names. */
  otherAppIds: ReadonlyMap<string, string>;
  sender: Sender;
}

export interface AppReading {
  findings: Finding[];
  /** Where the app really is: an address may redirect to the right one. */
  app: URL;
  isRunning: boolean;
  /** Base URL of the provider to which its start leads, if it does. */
  providerURL: string | undefined;
}

/** Where the start is if nothing else is said. */
export function usualStart(name: string): string {
  return `/auth/${name}`;
}

/** An address of an app that may be mounted on a path. */
export function inApp(app: URL, path: string): URL {
  return new URL(showURL(app) + path);
}

/** Starts a login as a browser does, twice at once, and reads what comes back. */
export async function checkApp(toCheck: AppToCheck): Promise<AppReading> {
  const { sender, name, start = usualStart(name) } = toCheck;
  const { app, findings: moved } = await findApp(toCheck.app, start, sender);
  const url = inApp(app, start);
  const replies = await Promise.all([visit(sender, url), visit(sender, url)]);
  // One of several processes may be at fault.
  const first = replies.find((each) => each.isResponse && findStartIn(each, url) !== undefined) ?? replies[0];
  const second = first === replies[0] ? replies[1] : replies[0];
  if (!first.isResponse)
    return { findings: [explainUnreachable(app, first)], app, isRunning: false, providerURL: undefined };
  const providerStart = findStartIn(first, url);
  const findings = [...moved, ...checkScheme(app), ...checkClock('app-clock', first)];
  if (providerStart === undefined) {
    findings.push(await explainNoStart({ ...toCheck, app, start }, first, targetOf(first, url)));
    return { findings, app, isRunning: true, providerURL: undefined };
  }
  const isWholeLogin = await isLoginRoute(sender, inApp(app, `${trimSlashes(start)}/renew`));
  const home = await visit(sender, inApp(app, '/'));
  const cookies = readCookies([...first.cookies, ...(home.isResponse ? home.cookies : [])]);
  findings.push(
    ok('start', `${start} redirects to a provider`),
    checkTarget(toCheck, providerStart),
    ...(home.isResponse ? checkForms(home, start, providerStart.baseURL) : []),
    ...checkAttemptCookie(readCookies(first.cookies), app),
    checkCaches(first, second),
    await checkHost(sender, url),
    checkSessionCookies(cookies, app, isWholeLogin),
  );
  return { findings, app, isRunning: true, providerURL: providerStart.baseURL };
}

/** Goes on from http to https, or to the other host name, as a browser does. */
async function findApp(app: URL, start: string, sender: Sender): Promise<{ app: URL; findings: Finding[] }> {
  const url = inApp(app, start);
  const reply = await visit(sender, url);
  const target = reply.isResponse ? targetOf(reply, url) : undefined;
  if (target === undefined || target.origin === url.origin || !isSameRoute(target, url)) return { app, findings: [] };
  const moved = new URL(target.origin + app.pathname);
  const advice = `Let links and the registered redirect URL begin with ${moved.origin}. The checks below use it.`;
  return { app: moved, findings: [warning('app', `${app.origin} redirects to ${moved.origin}`, advice)] };
}

function findStartIn(response: DoctorResponse, url: URL): ProviderStart | undefined {
  return readProviderStart(targetOf(response, url));
}

function explainUnreachable(app: URL, reply: Extract<Reply, { isResponse: false }>): Finding {
  const { error } = reply;
  if (speaksPlainHTTP(reply))
    return problem(
      'app',
      'it speaks http at this port, and not https',
      `Use ${app.origin.replace('https', 'http')} here, or the port of the proxy with TLS.`,
    );
  return problem('app', `it ${error.message}`, adviceForUnreachable(app, error));
}

/** The hints of errors are for the way to a provider. */
function adviceForUnreachable({ host, protocol }: URL, { code, hint }: LoginWithError): string {
  switch (code) {
    case 'connection_refused':
      return 'Start it. If it stops because an option is missing, it did not load .env (node --env-file=.env).';
    case 'host_not_found':
      return `Check how ${host} is written.`;
    case 'timeout':
      return 'Look whether the app, or what it waits for, hangs. If it is only slow, raise --timeout.';
    case 'tls_failed':
      return hint ?? '';
    default:
      return `Look which program listens at ${host}, and whether it speaks ${protocol.slice(0, -1)} there.`;
  }
}

function checkScheme(app: URL): Finding[] {
  if (app.protocol === 'https:' || isLoopback(app.hostname)) return [];
  const found = `people open it over http (${app.origin}), so others can read their session on its way`;
  return [problem('app', found, 'Put a proxy with TLS before it, and redirect http to https.')];
}

async function explainNoStart(
  { app, start = '', name, sender }: AppToCheck,
  response: DoctorResponse,
  target: URL | undefined,
): Promise<Finding> {
  const { status } = response;
  const code = findErrorCode(response);
  if (status >= 500)
    return problem(
      'start',
      `the app answers ${status}${code === undefined ? '' : ` (${code})`}`,
      adviceForServerError(status, code),
    );
  if (status === 401 || status === 403) {
    const advice = 'Let the login routes through without a login or a password.';
    return problem('start', `something refuses the request before the route (${status})`, advice);
  }
  if (code === 'login_loop')
    return problem(
      'start',
      'the app says login_loop to a browser without cookies',
      'Look for a cache or a proxy that adds cookies to requests.',
    );
  if (status === 429) return problem('start', 'something limits the requests before the route (429)', rateLimitAdvice);
  const url = inApp(app, start);
  if (status === 200 && (isStartPage(response, url) || (await isLoginRoute(sender, url)))) {
    const advice = 'Let the proxy pass the headers Sec-Fetch-Site, Referer and Host on.';
    return warning('start', 'it asks for a click first, as if another site had caused the visit', advice);
  }
  if (target !== undefined && isSameRoute(target, url)) {
    const { pathname } = target;
    const advice = `Link to ${pathname}, and run the doctor with --start ${pathname}.`;
    return problem('start', `${start} redirects to ${pathname} first`, advice);
  }
  if (target !== undefined) {
    const advice = 'Put the start before what redirects, such as a guard, and link to the very address.';
    return problem('start', `${start} redirects to ${showTarget(target)}, and not to a provider`, advice);
  }
  const found = status === 404 ? `the app has no route ${start} (404)` : `another page answers at ${start} (${status})`;
  const other = await findStart(app, name, sender);
  const advice =
    other === undefined
      ? `Say where the start is with --start, or mount it at ${usualStart(name)}.`
      : `There is one at ${other}: link to it, and run the doctor with --start ${other}.`;
  return problem('start', found, advice);
}

/** Looks for the start in the links of the home page, and where people put it. */
async function findStart(app: URL, name: string, sender: Sender): Promise<string | undefined> {
  const home = await visit(sender, inApp(app, '/'));
  const hrefs = home.isResponse
    ? [...home.text.matchAll(/href="(\/[\w./-]{1,100})/g)].map(([, href = '']) => href)
    : [];
  const usual = ['', '/api', '/app', '/account', '/users'].flatMap((prefix) =>
    ['auth', 'login', 'oauth', 'connect', 'signin'].map((each) => `${prefix}/${each}/${name}`),
  );
  const candidates = [
    ...new Set([...hrefs.filter((href) => href.includes(name)), ...usual, '/login', `/${name}`]),
  ].slice(0, 40);
  for (const path of candidates) if (await isLoginRoute(sender, inApp(app, path))) return path;
  return undefined;
}

/** Compares where the app sends people with what was given to the doctor. */
function checkTarget({ baseURL, appId, otherAppIds }: AppToCheck, start: ProviderStart): Finding {
  const reload = 'Start the app anew with these variables (node --env-file=.env), and look for a value in its code.';
  if (baseURL !== undefined && start.baseURL !== baseURL)
    return problem('start-provider', `to ${showURL(start.baseURL)}, and not to ${baseURL}`, reload);
  if (appId !== undefined && start.appId !== appId) {
    const other = [...otherAppIds].find(([, id]) => id === start.appId)?.[0];
    const whose = other === undefined ? '' : `, that of ${other}`;
    return problem('start-provider', `with ${showAppId(start.appId)}${whose}, and not ${showAppId(appId)}`, reload);
  }
  return ok('start-provider', `to ${showURL(start.baseURL)}, with ${showAppId(start.appId)}`);
}

/** Two starts at once must get two cookies, and no cache may keep any. */
function checkCaches(first: DoctorResponse, second: Reply): Finding {
  const advice =
    'Switch caching off for the login routes, at the CDN and at the proxy; pass Cache-Control: no-store on.';
  if (!second.isResponse || second.status !== first.status) {
    const other = second.isResponse ? `was answered ${second.status}` : second.error.message;
    const found = `of two starts at once, one was answered ${first.status}, and one ${other}`;
    return warning('cache', found, 'Look at what each process of the app logs; all need the same variables.');
  }
  const [a, b] = [first, second].map(({ cookies }) => readCookies(cookies).find(isAttemptCookie)?.value);
  if (a !== undefined && a === b)
    return problem('cache', 'two starts at once got the same cookie: a cache gives it to everybody', advice);
  if (!first.cacheControl.includes('no-store'))
    return problem('cache', 'something takes Cache-Control: no-store away', advice);
  return ok('cache', 'each gets a cookie of its own, and no cache keeps them');
}

/** A click on a page of the app is one of its own only if the app knows its host name. */
async function checkHost(sender: Sender, url: URL): Promise<Finding> {
  const reply = await visitFromOwnPage(sender, url);
  if (reply.isResponse && findStartIn(reply, url) !== undefined) return ok('proxy-host', url.hostname);
  return warning(
    'proxy-host',
    `another one than ${url.host}, so browsers that send no Sec-Fetch-Site get a page with a link first`,
    "Let the proxy pass Host on (nginx: proxy_set_header Host $host), or X-Forwarded-Host with Express's trust proxy.",
  );
}
