import { redactURL } from '../../errors.js';
import { parseURL, pathOf } from '../../internal/urls.js';
import { showURL } from './base-url.js';
import type { DoctorResponse, Reply, Sender } from './http.js';

/** What a browser says of itself when somebody types an address. */
const browserHeaders = {
  'user-agent': 'Mozilla/5.0 (compatible; passport-loginwith doctor)',
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'accept-language': 'en',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** Gets a page of the app as a browser does. */
export function visit(sender: Sender, url: string | URL): Promise<Reply> {
  return sender.send({ url: String(url), headers: browserHeaders });
}

/** Gets it as a browser does that sends no fetch metadata, after a click on a page of the app. */
export function visitFromOwnPage(sender: Sender, url: URL): Promise<Reply> {
  const { 'user-agent': userAgent, accept } = browserHeaders;
  return sender.send({ url: url.href, headers: { 'user-agent': userAgent, accept, referer: `${url.origin}/` } });
}

/** Whether a login route of this package is there: only these answer a prefetch with nothing. */
export async function isLoginRoute(sender: Sender, url: string | URL): Promise<boolean> {
  const reply = await sender.send({ url: String(url), headers: { ...browserHeaders, 'sec-purpose': 'prefetch' } });
  return reply.isResponse && reply.status === 204 && reply.cacheControl.includes('no-store');
}

/** Whether the page with a link to the start is there: a proxy may keep back what tells a prefetch. */
export function isStartPage({ text, cacheControl }: DoctorResponse, { pathname }: URL): boolean {
  return (
    cacheControl.includes('no-store') &&
    ['', pathname].some((href) => text.includes(`<a class="button primary" href="${href}">`))
  );
}

/** Where a response redirects to. */
export function targetOf({ status, location }: DoctorResponse, url: string | URL): URL | undefined {
  return status < 300 || status >= 400 ? undefined : parseURL(location, url);
}

/** The start of a login at a provider. */
export interface ProviderStart {
  baseURL: string;
  appId: string | null;
}

/** Reads a redirect to a provider; undefined if it is none. */
export function readProviderStart(target: URL | undefined): ProviderStart | undefined {
  const path = target && /^(.*)\/api\/oauth\/?$/.exec(target.pathname)?.[1];
  if (target === undefined || path === undefined) return undefined;
  return { baseURL: target.origin + path, appId: target.searchParams.get('app_id') };
}

/** Whether two addresses differ only in what servers redirect from: scheme, `www.`, port, slash at the end, case. */
export function isSameRoute(a: URL, b: URL): boolean {
  const [first, second] = [a, b].map((url) => `${url.hostname.replace(/^www\./, '')}${pathOf(url.href)}`.toLowerCase());
  return first === second;
}

/** The code of an error of this package, on its page or in its JSON. */
export function findErrorCode({ text }: DoctorResponse): string | undefined {
  return (/<code>([a-z_]{4,30})<\/code>/.exec(text) ?? /"(?:code|error)":\s?"([a-z]+_[a-z_]{2,24})"/.exec(text))?.[1];
}

/** An address of the app as it may be shown. */
export function showTarget(target: URL): string {
  return redactURL(showURL(target));
}
