import type { IncomingMessage } from 'node:http';
import type { WebRequest } from './types.js';

/** What Express, sessions and Passport hang on a request; each may be missing. */
export type SeenRequest = IncomingMessage & {
  originalUrl?: string;
  baseUrl?: string;
  hostname?: string;
  secure?: boolean;
  ip?: string | undefined;
  /** Empty as long as Express trusts no proxy. */
  ips?: readonly string[] | undefined;
  body?: unknown;
  user?: unknown;
};

/** The request as the app's functions see it: the session, Express and Passport have made it one. */
export function asWebRequest(req: IncomingMessage): WebRequest {
  return req as WebRequest;
}

/** Whether somebody looks at a page and can be sent elsewhere, rather than a script that waits for an answer. */
export function isPageVisit(req: IncomingMessage): boolean {
  const { headers } = req;
  const accepts = (headers.accept ?? '').includes('text/html');
  return (req.method === 'GET' || req.method === 'HEAD') && accepts && !isFetchRequest(req);
}

/** Whether a form of a page was sent, so that the answer is a page to read. */
export function isFormPost(req: IncomingMessage): boolean {
  return req.method === 'POST' && (req.headers.accept ?? '').includes('text/html') && !isFetchRequest(req);
}

/** Whether there are signs of `fetch`, XHR or a client of an API: a redirect to the provider would die in CORS there. */
export function isFetchRequest({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  // Browsers send all three. The fetch of Node sends the mode alone, and follows redirects wherever they lead.
  if (site !== undefined && (mode !== 'navigate' || (destination !== undefined && destination !== 'document')))
    return true;
  if (headers['x-requested-with'] === 'XMLHttpRequest') return true;
  const accept = headers.accept ?? '';
  return accept.includes('json') && !accept.includes('html');
}

/** Whether another site made the browser ask for this, and none of those that are trusted. */
export function isCrossSite(req: SeenRequest, trustedOrigins: readonly string[]): boolean {
  const referer = parseOrigin(req.headers.referer);
  if (referer !== undefined && trustedOrigins.includes(referer.origin)) return false;
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'cross-site';
  // A browser from before 2023: the referrer can be withheld, but not forged.
  return referer !== undefined && !isOwnHost(req, referer);
}

/**
 * Whether a POST comes from a page of this app. Browsers tell it by themselves and let no page change it, so no token in the form and
 * no set-up are needed: `Sec-Fetch-Site`, in browsers from before 2023 `Origin`, and as the last resort the referrer.
 * What sends none of them is no browser that a foreign site could use.
 */
export function isSameOriginPost(req: SeenRequest, trustedOrigins: readonly string[]): boolean {
  const { origin, referer, 'sec-fetch-site': site } = req.headers;
  if (origin !== undefined && trustedOrigins.includes(origin)) return true;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const sender = parseOrigin(origin ?? referer);
  return sender !== undefined && isOwnHost(req, sender);
}

/** Path and query for a redirect, with what a header cannot hold encoded. */
export function encodePath(path: string): string {
  const { pathname, search, hash } = new URL(path, 'http://origin.invalid');
  return pathname + search + hash;
}

/** Appends a parameter to a path or a URL. */
export function addParameter(url: string, name: string, value: string): string {
  const [, start = '', hash = ''] = /^([^#]*)(.*)$/s.exec(url) ?? [];
  return `${start}${start.includes('?') ? '&' : '?'}${new URLSearchParams({ [name]: value }).toString()}${hash}`;
}

/** Whether somebody reads French rather than English, by `Accept-Language`. */
export function prefersFrench({ headers }: IncomingMessage): boolean {
  const weigh = (language: string) => {
    const found = new RegExp(`(?:^|,)\\s*${language}(?:-[a-z]+)?\\s*(?:;\\s*q=([\\d.]+))?\\s*(?=,|$)`, 'i').exec(
      (headers['accept-language'] ?? '').slice(0, 1000),
    );
    return found === null ? 0 : Number(found[1] ?? 1);
  };
  return weigh('fr') > weigh('en');
}

function parseOrigin(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

function isOwnHost({ headers: { host = '' }, hostname }: SeenRequest, url: URL): boolean {
  if (url.host === host.toLowerCase()) return true;
  // Behind a trusted proxy Express knows the name that the browser used, but not the port.
  return hostname !== undefined && hostname !== host.replace(/:\d+$/, '') && url.hostname === hostname.toLowerCase();
}
