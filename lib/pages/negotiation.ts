import type { IncomingHttpHeaders } from 'node:http';
import type Negotiator from 'negotiator';
import { loadOnce } from '../internal/load-once.js';

/** The parts of a request that tell which kind of response it expects. */
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

/** Whether a form of a page was sent, which gets a page in response: a redirect would lose what is in the form. */
export function isFormPost(req: NegotiableRequest): boolean {
  return req.method === 'POST' && asksForHTML(req);
}

/** Whether `fetch`, XHR or an API client sent the request: a redirect to the provider would end in a CORS error. */
export function isFetchRequest({ headers }: NegotiableRequest): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  // Browsers send all three. Node's fetch sends the mode alone, and follows redirects wherever they lead.
  const isElsewhere = (value: unknown, expected: string) => value !== undefined && value !== expected;
  if (site !== undefined && (isElsewhere(mode, 'navigate') || isElsewhere(destination, 'document'))) return true;
  if (headers['x-requested-with'] === 'XMLHttpRequest') return true;
  return preferredMediaType(headers, [...html, json]) === json;
}

/** The language that the browser prefers, of those that the pages have; English if it wants none of them. */
export function preferredLanguage({ headers }: NegotiableRequest, languages: readonly string[]): string {
  return negotiate(headers).language([...languages]) ?? 'en';
}

/** Whether HTML is preferred to JSON; a client that accepts anything does not ask for HTML. */
function asksForHTML(req: NegotiableRequest): boolean {
  const preferred = preferredMediaType(req.headers, [json, ...html]);
  return html.some((type) => type === preferred) && !isFetchRequest(req);
}

/** The type that the client likes best; if it has no preference, the first one. */
function preferredMediaType({ accept }: IncomingHttpHeaders, types: string[]): string | undefined {
  // To negotiator "application/json;charset=utf-8" is another type than ours.
  const withoutParameters = accept?.replace(/;(?!\s*q=)[^;,]*/gi, '');
  return negotiate({ accept: withoutParameters }).mediaType(types);
}

function negotiate(headers: IncomingHttpHeaders): Negotiator {
  const Loaded = loadNegotiator();
  return new Loaded({ headers });
}

/** Loads negotiator with the first request that needs it, so that the app starts faster. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadNegotiator = loadOnce(() => require('negotiator') as typeof Negotiator);
