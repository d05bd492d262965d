import type { IncomingHttpHeaders } from 'node:http';
import Negotiator from 'negotiator';
import type { Locale } from './texts.js';

/** What of a request tells which kind of response it waits for. */
export interface NegotiableRequest {
  method?: string | undefined;
  headers: IncomingHttpHeaders;
}

const html = ['text/html', 'application/xhtml+xml'];
const json = 'application/json';

/** Whether the request is a navigation to a page, which can be redirected to the provider. */
export function isPageRequest(req: NegotiableRequest): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && asksForHTML(req);
}

/** Whether a page's form was sent, so that the response is a page, too; a redirect would lose what is in the form. */
export function isFormPost(req: NegotiableRequest): boolean {
  return req.method === 'POST' && asksForHTML(req);
}

/** Whether `fetch`, XHR or an API client sent the request: a redirect to the provider would end in a CORS error. */
export function isFetchRequest({ headers }: NegotiableRequest): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  // Browsers send all three. Node's fetch sends the mode alone, and follows redirects wherever they lead.
  if (site !== undefined && (mode !== 'navigate' || (destination !== undefined && destination !== 'document')))
    return true;
  if (headers['x-requested-with'] === 'XMLHttpRequest') return true;
  return new Negotiator({ headers }).mediaType([...html, json]) === json;
}

/** The language of our pages that the browser prefers. */
export function preferredLocale({ headers }: NegotiableRequest): Locale {
  const locales: readonly Locale[] = ['en', 'fr'];
  const preferred = new Negotiator({ headers }).language([...locales]);
  return locales.find((locale) => locale === preferred) ?? 'en';
}

/** Whether HTML is preferred to JSON; a client that accepts anything does not ask for HTML. */
function asksForHTML(req: NegotiableRequest): boolean {
  const preferred = new Negotiator({ headers: req.headers }).mediaType([json, ...html]);
  return preferred !== undefined && html.includes(preferred) && !isFetchRequest(req);
}
