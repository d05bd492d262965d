import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { loadOnce } from './internal/load-once.js';
import type { ExpressRequest, FrameworkRequest, RequestViews } from './node-request.js';

/** A response as its framework hands it on: Node's own, Express's, or Fastify's reply. */
export type FrameworkResponse = ServerResponse | { raw: ServerResponse | Http2ServerResponse };

/** Finds Node's response to a request, whose framework may keep it out of a strategy's sight. */
export function findResponse({ raw, koa }: RequestViews, res?: FrameworkResponse): ServerResponse | undefined {
  // Those of HTTP/2 have the same methods.
  if (res !== undefined) return 'raw' in res ? (res.raw as ServerResponse) : res;
  return koa?.res ?? raw.res ?? findOnSocket(raw);
}

/** Adds cookies to the response when its headers are sent, beside those that the framework has by then. */
export function addCookies(res: ServerResponse, cookies: string[]): void {
  if (cookies.length === 0) return;
  // Node's own error says that it is too late.
  if (res.headersSent) res.appendHeader('Set-Cookie', cookies);
  // Earlier they would be lost: Fastify hands its own to writeHead, which replaces those of the response, and Koa
  // removes all headers when the app has thrown an error.
  loadOnHeaders()(res, () => res.appendHeader('Set-Cookie', cookies));
}

/** Responds in place of the framework, in its way if Passport has one for it. */
export function respond(
  req: FrameworkRequest,
  res: ServerResponse,
  status: number,
  headers: Record<string, string>,
  text?: string,
): void {
  // koa-passport puts a response here that hands everything to Koa, which then goes on. Express has its own here.
  const { res: responder = res } = req as ExpressRequest;
  responder.statusCode = status;
  for (const [name, value] of Object.entries(headers)) responder.setHeader(name, value);
  responder.end(text);
}

/**
 * The response that Node is about to send on the request's connection. The property is Node's own and not documented,
 * but `res.req` is: a response is never taken for that to another request. It is not there in HTTP/2, for a request
 * that waits for an earlier one of its connection, and for one that a test injects.
 */
function findOnSocket(req: IncomingMessage): ServerResponse | undefined {
  // There is no socket on a request that is made up.
  const { socket } = req as { socket?: { _httpMessage?: ServerResponse | null } };
  const response = socket?._httpMessage;
  return response?.req === req ? response : undefined;
}

/** Loads on-headers with the first cookie, so that the app starts faster. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadOnHeaders = loadOnce(() => require('on-headers') as typeof import('on-headers'));
