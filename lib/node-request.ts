import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { isPathPrefix, parseURL, trimSlashes } from './internal/urls.js';
import type { LoginRequest } from './login/outcome.js';
import type { ClientAddress } from './login/rate-limit-buckets.js';
import type { LoginAccess, LoginInfo } from './types.js';

/** A request as its framework hands it on: Node's own, Express's, Fastify's, or Koa's context. */
export type FrameworkRequest =
  IncomingMessage | { raw: IncomingMessage | Http2ServerRequest } | { req: IncomingMessage };

/** Properties that frameworks and body parsers add to a request; each may be missing. */
export interface RequestProperties {
  res?: ServerResponse;
  app?: { get?: (setting: string) => unknown };
  originalUrl?: string;
  url?: string | undefined;
  baseUrl?: string;
  hostname?: string;
  secure?: boolean;
  protocol?: string | undefined;
  ip?: string | undefined;
  /** Empty as long as Express trusts no proxy. */
  ips?: readonly string[] | undefined;
  body?: unknown;
  user?: unknown;
  loginWith?: LoginInfo & LoginAccess;
}

/** A request with the properties that Express and body parsers add. */
export type ExpressRequest = IncomingMessage & RequestProperties;

export interface KoaContext {
  app: { proxy?: boolean; maxIpsCount?: number };
  req: ExpressRequest;
  res: ServerResponse;
  request: RequestProperties & { ctx?: unknown };
  state: Pick<RequestProperties, 'loginWith'>;
}

/** A request as Node has it, and as the framework has it, which heeds its setting for proxies. */
export interface RequestViews {
  /** As it was given. */
  source: FrameworkRequest;
  raw: ExpressRequest;
  framework: RequestProperties;
  koa: KoaContext | undefined;
}

/** Finds Node's request behind that of a framework. In Express they are one. */
export function viewRequest(req: FrameworkRequest): RequestViews {
  // Only Node's own has these, whatever an app has put on it.
  if ('rawHeaders' in req) return { source: req, raw: req, framework: req, koa: undefined };
  // Each framework has some of these.
  const { raw, ctx = req } = req as { raw?: ExpressRequest; ctx?: unknown };
  if (isKoaContext(ctx)) return { source: req, raw: ctx.req, framework: ctx.request, koa: ctx };
  // A body parser may have kept something else as "raw".
  if (raw?.headers !== undefined) return { source: req, raw, framework: req as RequestProperties, koa: undefined };
  // What is left is made up, as in a test.
  const own = req as object as ExpressRequest;
  return { source: req, raw: own, framework: own, koa: undefined };
}

/**
 * The context, or what `koa-passport` gives to strategies, refers to Koa's request, which refers back. A context that
 * an app has put on a request of Node refers to that.
 */
function isKoaContext(value: unknown): value is KoaContext {
  const { request, req } = (value ?? {}) as Partial<KoaContext>;
  return request?.ctx === value && req !== undefined && req !== request;
}

/** Takes the parts of a request that a login needs, from the framework where it knows more than Node. */
export function toLoginRequest(req: FrameworkRequest, options?: { returnTo?: string | undefined }): LoginRequest {
  return readLoginRequest(viewRequest(req), options);
}

/** The same, of a request that was viewed already. */
export function readLoginRequest(
  views: RequestViews,
  { returnTo }: { returnTo?: string | undefined } = {},
): LoginRequest {
  const { raw, framework } = views;
  const { headers } = raw;
  const prefix = readForwardedPrefix(raw);
  return {
    method: raw.method ?? 'GET',
    url: (prefix ?? '') + originalURL(framework),
    prefix,
    headers,
    // Frameworks follow their setting for proxies in these.
    host: hostnameOf(framework.hostname ?? headers.host ?? ''),
    secure: framework.secure ?? (framework.protocol ? framework.protocol === 'https' : 'encrypted' in raw.socket),
    clientAddress: () => readClientAddress(views),
    returnTo,
    // The app's attempt store gets the request that its framework gave to Passport.
    source: views.source,
  };
}

/** Path and query as the browser requested them, wherever the middleware is mounted. */
export function originalURL({ originalUrl, url }: RequestProperties): string {
  return originalUrl ?? url ?? '/';
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

/** Whether the app trusts what the nth proxy in front of it tells. */
function trustsProxy({ app }: RequestProperties, address: string | undefined, index: number): boolean {
  // Express compiles every kind of the setting to this function.
  const trusts = app?.get?.('trust proxy fn') as ((address: string | undefined, index: number) => boolean) | undefined;
  return typeof trusts === 'function' && trusts(address, index);
}

/**
 * What the proxy in front of the app has taken off the path, if the app trusts it as Express does: by the address of
 * the connection. Anything but a path is ignored, because it becomes the beginning of redirects.
 */
export function readForwardedPrefix(req: ExpressRequest): string | undefined {
  const header = req.headers['x-forwarded-prefix'];
  if (typeof header !== 'string' || !trustsProxy(req, req.socket.remoteAddress, 0)) return undefined;
  const prefix = trimSlashes(header);
  return isPathPrefix(prefix) ? prefix : undefined;
}

function hostnameOf(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, '');
}

/** Whether the app lets every client make up its address, as with `trust proxy` set to `true`. */
export function trustsEveryProxy(req: FrameworkRequest): boolean {
  return believesEveryone(viewRequest(req));
}

/** These are for documentation, and nobody's proxies. No real chain of proxies is that long. */
const madeUpProxies = Array.from({ length: 100 }, () => '192.0.2.1').join(', ');

function believesEveryone({ raw, framework, koa }: RequestViews): boolean {
  if (koa !== undefined) return koa.app.proxy === true && !Number(koa.app.maxIpsCount);
  if (framework !== raw) {
    // Fastify tells nobody its setting, but reads the addresses of any request with it.
    const headers = { 'x-forwarded-for': `203.0.113.1, ${madeUpProxies}` };
    const madeUp = { headers, socket: { remoteAddress: '192.0.2.1' } };
    return (Object.create(framework, { raw: { value: madeUp } }) as RequestProperties).ip === '203.0.113.1';
  }
  return trustsProxy(framework, '192.0.2.1', 1_000_000);
}

/** The client's address: from the framework, which heeds its setting for proxies, else that of the connection. */
function readClientAddress(views: RequestViews): ClientAddress {
  const { remoteAddress } = views.raw.socket;
  const address = views.framework.ip ?? remoteAddress;
  if (address === remoteAddress || !believesEveryone(views)) return { address };
  return { address, connection: remoteAddress ?? 'unknown' };
}
