import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseURL } from './internal/urls.js';
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
export function toLoginRequest(req: ExpressRequest, { returnTo }: { returnTo?: string } = {}): LoginRequest {
  return {
    method: req.method ?? 'GET',
    url: originalURL(req),
    headers: req.headers,
    // Express follows "trust proxy" in hostname and secure.
    host: hostnameOf(req.hostname ?? req.headers.host ?? ''),
    secure: req.secure ?? 'encrypted' in req.socket,
    clientAddress: () => readClientAddress(req),
    returnTo,
    source: req,
  };
}

/** Path and query as the browser requested them, wherever the middleware is mounted. */
export function originalURL(req: ExpressRequest): string {
  return req.originalUrl ?? req.url ?? '/';
}

/**
 * The origin under which the browser knows the app, or undefined if the request names no host. The sender of a request
 * can make it up, so it is only for responses that nobody else gets.
 */
export function originOf(req: ExpressRequest): string | undefined {
  const { host, secure } = toLoginRequest(req);
  // Express follows "trust proxy" with the host name; only Express 5 tells its port, too.
  const forwarded = trustsProxy(req, req.socket.remoteAddress, 0) ? req.headers['x-forwarded-host'] : undefined;
  const authority = String(forwarded ?? req.headers.host)
    .replace(/,.*/s, '')
    .trim();
  return parseURL(`${secure ? 'https' : 'http'}://${hostnameOf(authority) === host ? authority : host}`)?.origin;
}

/** Whether the app lets every client make up its address, as with Express's `trust proxy` set to `true`. */
export function trustsEveryProxy(req: ExpressRequest): boolean {
  // No real chain of proxies is that long.
  return trustsProxy(req, '192.0.2.1', 1_000_000);
}

/** Whether the app trusts what the nth proxy in front of it tells. */
function trustsProxy({ app }: ExpressRequest, address: string | undefined, index: number): boolean {
  // Express compiles every kind of the setting to this function.
  const trusts = app?.get?.('trust proxy fn') as ((address: string | undefined, index: number) => boolean) | undefined;
  return typeof trusts === 'function' && trusts(address, index);
}

function hostnameOf(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, '');
}

/** The client's address: from Express, which heeds its "trust proxy", else that of the connection. */
function readClientAddress(req: ExpressRequest): ClientAddress {
  const { remoteAddress } = req.socket;
  const address = req.ip ?? remoteAddress;
  if (address === remoteAddress || !trustsEveryProxy(req)) return { address };
  return { address, connection: remoteAddress ?? 'unknown' };
}
