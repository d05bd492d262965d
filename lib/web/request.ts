import { parseURL } from '../internal/urls.js';
import type { LoginRequest } from '../login/outcome.js';
import { isOrigin, type LoginSettings } from '../options.js';
import type { HandleOptions } from './types.js';

/** Takes the parts of a request that a login needs. */
export function toLoginRequest(
  request: Request,
  { returnTo, clientAddress, origin }: HandleOptions,
  { callbackURL }: Partial<Pick<LoginSettings, 'callbackURL'>> = {},
): LoginRequest {
  const url = new URL(request.url);
  // In a request that a framework has made up there is no Host header.
  const headers = { host: url.host, ...Object.fromEntries(request.headers) };
  if (origin !== undefined && !isOrigin(origin))
    throw new TypeError(`handle: "origin" must be an origin such as https://app.example, and is ${String(origin)}`);
  const seen = origin === undefined ? undefined : parseURL(origin);
  // Behind a proxy that speaks https the request's own URL begins with http.
  const scheme = seen ?? (callbackURL === undefined ? undefined : parseURL(callbackURL)) ?? url;
  return {
    method: request.method,
    url: url.pathname + url.search,
    headers,
    host: seen?.hostname ?? headers.host.toLowerCase().replace(/:\d+$/, ''),
    secure: scheme.protocol === 'https:',
    clientAddress: () => ({ address: clientAddress ?? undefined }),
    returnTo,
    source: request,
  };
}
