import type { IncomingMessage } from 'node:http';
import type { WebRequest } from './types.js';

/** A request with the properties that Express and body parsers add; each may be missing. */
export type ExpressRequest = IncomingMessage & {
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

/** The request as the app's functions expect it: the session, the user and the login have been added to it. */
export function asWebRequest(req: IncomingMessage): WebRequest {
  return req as WebRequest;
}

/** Path and query as the browser requested them, wherever the middleware is mounted. */
export function originalURL(req: ExpressRequest): string {
  return req.originalUrl ?? req.url ?? '/';
}

/** The path under which the app has mounted a middleware: Express says it, connect only removes it from the URL. */
export function mountPathOf({ baseUrl, originalUrl = '', url = '' }: ExpressRequest): string {
  if (baseUrl !== undefined) return baseUrl;
  // Of a request for the mount path itself, connect leaves nothing and puts a "/" in front of it.
  const inner = originalUrl.endsWith(url) ? url : url.slice(1);
  return originalUrl.slice(0, originalUrl.length - inner.length);
}

/** The client's address: from Express, which heeds its "trust proxy", else that of the connection. */
export function clientAddress(req: ExpressRequest): string | undefined {
  return req.ip ?? req.socket.remoteAddress;
}
