import type { IncomingMessage } from 'node:http';

/** Base URL that a request was sent to, as the script sees it. */
export function requestURL(request: IncomingMessage): string {
  return `${scheme(request)}://${request.headers.host ?? 'localhost'}`;
}

/**
 * Whether a request was sent to another scheme or host than the site's own. A provider on its default address may be
 * called by any name of this machine, but on its own port.
 */
export function isElsewhere(request: IncomingMessage, siteURL: string, { given }: { given: boolean }): boolean {
  const asked = requestURL(request);
  if (asked === siteURL) return false;
  if (!URL.canParse(asked)) return true;
  const here = new URL(siteURL);
  const there = new URL(asked);
  if (here.protocol !== there.protocol) return true;
  if (here.host === there.host) return false;
  return given || here.port !== there.port || !isThisMachine(here.hostname) || !isThisMachine(there.hostname);
}

/**
 * Whether a form that changes something was sent from a page of this site. Browsers say so in `Sec-Fetch-Site`, older
 * ones in `Origin`; a client that sends neither is none that another site could have sent here.
 */
export function isSameOrigin(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = request.headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** A path of this site to go on to, or the home page when the text is anything else. */
export function localPath(text: unknown): string {
  // eslint-disable-next-line no-control-regex -- browsers drop control characters, and may then read another host
  const isPath = typeof text === 'string' && /^\/(?![/\\])[^\\\u0000-\u0020\u007f]*$/.test(text) && text.length <= 2000;
  return isPath ? text : '/';
}

function scheme(request: IncomingMessage): 'http' | 'https' {
  const forwarded = request.headers['x-forwarded-proto'];
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
  return isEncrypted || String(forwarded).split(',')[0]?.trim().toLowerCase() === 'https' ? 'https' : 'http';
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
