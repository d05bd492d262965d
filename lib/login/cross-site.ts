import { parseURL } from '../internal/urls.js';
import { isLoopback } from '../providers.js';

/** The parts of a request that show which site made the browser send it. */
export interface RequestOrigin {
  headers: Record<string, string | string[] | undefined>;
  /** Host name as the browser knows it, without the port. */
  host: string;
}

/**
 * Whether a start may have been caused by another site, or by another host of this one, that is not trusted. Browsers
 * say so in `Sec-Fetch-Site`. Where they do not (over plain http, and before 2023), only a visit with a referrer of the
 * app is surely its own: another site can withhold the referrer, but cannot forge it. What is no browser has no user
 * whom another site could send here.
 */
export function isForeignStart(request: StartRequest, trustedOrigins: readonly string[]): boolean {
  const { method, headers } = request;
  if (method === 'POST' && headers.origin !== undefined) return !isSameOriginPost(request, trustedOrigins);
  const referrer = headers.referer === undefined ? undefined : parseURL(String(headers.referer));
  if (referrer !== undefined && trustedOrigins.includes(referrer.origin)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (referrer !== undefined) return !isOwnHost(request, referrer);
  return isBrowser(headers) || asksForHTML(headers);
}

/** A request with its method. */
type StartRequest = RequestOrigin & { method: string };

/**
 * Whether a user went to this page: no picture, frame or script of a page may log anybody in. Browsers say so in
 * `Sec-Fetch-Dest`. Where they do not, they still ask for HTML when a user goes to a page, and only then or in a frame.
 */
export function isNavigation({ headers }: Pick<RequestOrigin, 'headers'>): boolean {
  const destination = headers['sec-fetch-dest'];
  if (destination !== undefined) return destination === 'document';
  return headers.accept === undefined || !isBrowser(headers) || asksForHTML(headers);
}

/**
 * Whether a POST comes from a page of this app or of a trusted origin. `Sec-Fetch-Site` decides, or for browsers from
 * before 2023 `Origin`, or else the referrer. No page can forge these headers, so a form needs no token. A request
 * without any of them is refused.
 */
export function isSameOriginPost(request: RequestOrigin, trustedOrigins: readonly string[]): boolean {
  const { origin, referer, 'sec-fetch-site': site } = request.headers;
  if (trustedOrigins.some((trusted) => trusted === origin)) return true;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const sender = parseURL(String(origin ?? referer));
  return sender !== undefined && isOwnHost(request, sender);
}

/** The page that sent a POST, and the host that the request was received for. */
export interface HiddenHost {
  sender: URL;
  received: string;
}

/**
 * Finds out whether a refused POST may be the app's own, of a browser that sends no `Sec-Fetch-Site`, behind a proxy
 * that hides the host: the proxy tells the page's host in `X-Forwarded-Host`, which the app does not trust; or only the
 * port is missing; or no user can have opened the host of the request, because its name is an inner one. Every other
 * page is another site's.
 */
export function findHiddenHost({ headers }: RequestOrigin): HiddenHost | undefined {
  const { host: received = '', origin, referer, 'sec-fetch-site': site, 'x-forwarded-host': told } = headers;
  const sender = parseURL(String(origin ?? referer));
  if (site !== undefined || sender === undefined || !/^[\w.:[\]-]{1,255}$/.test(String(received))) return undefined;
  const [receivedName, toldName] = [received, told].map((host) => String(host).toLowerCase().replace(/:\d+$/, ''));
  const isHidden =
    told === undefined
      ? sender.hostname === receivedName || (isInnerName(String(receivedName)) && !isInnerName(sender.hostname))
      : sender.hostname === toldName;
  return isHidden ? { sender, received: String(received) } : undefined;
}

/** Whether a host name means something in one network only. */
function isInnerName(name: string): boolean {
  return (
    isLoopback(name) ||
    /^(?:10|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$|^\[f[cde]/.test(name) ||
    /^[^.[]+$|\.(?:internal|intranet|lan|local|localdomain|svc)$/.test(name)
  );
}

function isOwnHost({ headers, host }: RequestOrigin, url: URL): boolean {
  const received = typeof headers.host === 'string' ? headers.host.toLowerCase() : '';
  if (url.host === received) return true;
  // Behind a trusted proxy the app knows the host name that the browser used, but not the port.
  return host !== received.replace(/:\d+$/, '') && url.hostname === host;
}

/** No page can change this header of a request that another site lets it send. */
function isBrowser(headers: RequestOrigin['headers']): boolean {
  return String(headers['user-agent']).startsWith('Mozilla/');
}

function asksForHTML({ accept }: RequestOrigin['headers']): boolean {
  return /\b(?:text\/html|application\/xhtml\+xml)\b/i.test(String(accept));
}
