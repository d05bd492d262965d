/** The parts of a request that show which site made the browser send it. */
export interface RequestOrigin {
  headers: Record<string, string | string[] | undefined>;
  /** Host name as the browser knows it, without the port. */
  host: string;
}

/**
 * Whether a site that is not trusted made the browser send this request. Browsers say so in `Sec-Fetch-Site`. For
 * browsers from before 2023 the referrer decides: another site can withhold it, but cannot forge it.
 */
export function isCrossSite(request: RequestOrigin, trustedOrigins: readonly string[]): boolean {
  const referrer = parseURL(request.headers.referer);
  if (referrer !== undefined && trustedOrigins.includes(referrer.origin)) return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'cross-site';
  return referrer !== undefined && !isOwnHost(request, referrer);
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
  const sender = parseURL(origin ?? referer);
  return sender !== undefined && isOwnHost(request, sender);
}

function parseURL(header: string | string[] | undefined): URL | undefined {
  const text = String(header);
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isOwnHost({ headers, host }: RequestOrigin, url: URL): boolean {
  const received = typeof headers.host === 'string' ? headers.host.toLowerCase() : '';
  if (url.host === received) return true;
  // Behind a trusted proxy the app knows the host name that the browser used, but not the port.
  return host !== received.replace(/:\d+$/, '') && url.hostname === host;
}
