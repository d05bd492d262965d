import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPathPrefix, trimSlashes } from './internal/urls.js';
import type { LoginRequest } from './login/outcome.js';
import type { ClientAddress } from './login/rate-limit-buckets.js';
import type { LoginAccess, LoginInfo } from './types.js';

/** A request with the properties that Express and body parsers add; each may be missing. */
export type ExpressRequest = IncomingMessage & {
  res?: ServerResponse;
  app?: { get?: (setting: string) => unknown };
  originalUrl?: string;
  baseUrl?: string;
  hostname?: string;
  secure?: boolean;
  ip?: string | undefined;
  /** Empty as long as Express trusts no proxy. */
  ips?: readonly string[] | undefined;
  body?: unknown;
  user?: unknown;
  loginWith?: LoginInfo & LoginAccess;
};

/** Takes the parts of a request that a login needs, from Express where it knows more than Node. */
export function toLoginRequest(
  req: ExpressRequest,
  { returnTo }: { returnTo?: string | undefined } = {},
): LoginRequest {
  const prefix = readForwardedPrefix(req);
  return {
    method: req.method ?? 'GET',
    url: (prefix ?? '') + originalURL(req),
    prefix,
    headers: req.headers,
    // Express follows "trust proxy" in hostname and secure.
    host: (req.hostname ?? req.headers.host ?? '').toLowerCase().replace(/:\d+$/, ''),
    secure: req.secure ?? 'encrypted' in req.socket,
    clientAddress: () => readClientAddress(req),
    returnTo,
    source: req,
  };
}

/** Path and query as the app was requested, wherever the middleware is mounted. */
export function originalURL(req: ExpressRequest): string {
  return req.originalUrl ?? req.url ?? '/';
}

/** Whether the app lets every client make up its address, as with Express's `trust proxy` set to `true`. */
export function trustsEveryProxy({ app }: ExpressRequest): boolean {
  // No real chain of proxies is that long.
  return getTrust(app)?.('192.0.2.1', 1_000_000) === true;
}

/**
 * What the proxy in front of the app has taken off the path, if the app trusts it as Express does: by the address of
 * the connection. Anything but a path is ignored, because it becomes the beginning of redirects.
 */
export function readForwardedPrefix({ app, headers, socket }: ExpressRequest): string | undefined {
  const header = headers['x-forwarded-prefix'];
  if (typeof header !== 'string' || getTrust(app)?.(socket.remoteAddress ?? '', 0) !== true) return undefined;
  const prefix = trimSlashes(header);
  return isPathPrefix(prefix) ? prefix : undefined;
}

/** Express compiles every kind of "trust proxy" to this function: whether to trust the address of the nth proxy. */
function getTrust(app: ExpressRequest['app']): ((address: string, index: number) => boolean) | undefined {
  const trusts = app?.get?.('trust proxy fn');
  return typeof trusts === 'function' ? (trusts as (address: string, index: number) => boolean) : undefined;
}

/** The client's address: from Express, which heeds its "trust proxy", else that of the connection. */
function readClientAddress(req: ExpressRequest): ClientAddress {
  const { remoteAddress } = req.socket;
  const address = req.ip ?? remoteAddress;
  if (address === remoteAddress || !trustsEveryProxy(req)) return { address };
  return { address, connection: remoteAddress ?? 'unknown' };
}
