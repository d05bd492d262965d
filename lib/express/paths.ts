import type { IncomingMessage } from 'node:http';
import { LoginWithError } from '../errors.js';
import { addPathPrefix, addQueryParameter, encodePath, isPathPrefix, parseURL, pathOf } from '../internal/urls.js';
import type { LoginOutcome } from '../login/outcome.js';
import { sanitizeReturnTo } from '../login/return-to.js';
import { originOf, originalURL, readForwardedPrefix, type ExpressRequest } from '../node-request.js';
import type { Site } from './instance.js';
import type { LoginPaths } from './types.js';

/**
 * What a proxy takes off the paths of this app, such as `/app` of `https://site.example/app/auth/pimbuzz`: told by a
 * trusted proxy, else what stands in "callbackURL" before the path under which the app has mounted the middleware.
 */
export function prefixOf(site: Site, req: ExpressRequest): string {
  const mountPath = site.shared.mountPaths.get(req);
  return readForwardedPrefix(req) ?? (mountPath === undefined ? '' : findPrefix(site, mountPath));
}

/** Path of one of our routes as the browser must request it. */
export function pathTo(site: Site, req: ExpressRequest, route: keyof LoginPaths, name = ''): string {
  const { settings, shared } = site;
  const mountPath = shared.mountPaths.get(req) ?? '';
  // Of a request that the middleware does not reach, "callbackURL" tells prefix and mount path together.
  const prefix = readForwardedPrefix(req) ?? findPrefix(site, mountPath);
  return prefix + mountPath + settings.basePath + settings.paths[route].replace(':name', name);
}

/** The same for any browser: the prefix and the mount path are those of "callbackURL". */
export function pathWithoutRequest(site: Site, route: keyof LoginPaths, name: string): string {
  const { basePath, paths } = site.settings;
  return findPrefix(site, '') + basePath + paths[route].replace(':name', name);
}

/**
 * Makes sure that it is known where our routes are: the middleware has seen the request, or "callbackURL" tells it.
 *
 * @throws LoginWithError `middleware_missing`, in place of a link or a redirect to where our routes are not
 */
export function requireRoutes(site: Site, req: IncomingMessage): void {
  if (site.shared.mountPaths.has(req) || findPrefix(site, '') !== '') return;
  throw new LoginWithError('session: the middleware of loginWith() has not seen this request', {
    code: 'middleware_missing',
    stage: 'session',
    hint:
      'Put app.use(auth), with what loginWith() returned, behind the session and before the routes with guards and ' +
      'buttons. If it is mounted under a path that these routes do not have, set "callbackURL", which tells that path.',
  });
}

/** A path that the app has named, as the browser must request it; whole URLs stay as they are. */
export function publicPath(site: Site, req: ExpressRequest, path: string): string {
  return addPathPrefix(prefixOf(site, req), path);
}

/** The address of this request, to come back to, if it is a page of the app; else `/`. */
export function returnAddress(site: Site, req: ExpressRequest, callbackURL?: string): string {
  const path = sanitizeReturnTo(originalURL(req), { callbackURL });
  return path === '/' ? path : prefixOf(site, req) + path;
}

/** Where users log in: at the only provider, on the app's login page, or on our page with the choice. */
export function loginPath(site: Site, req: IncomingMessage, returnTo?: string): string {
  const { providers, failureRedirect } = site.settings;
  const [only] = providers;
  const getPath = () =>
    failureRedirect === undefined ? pathTo(site, req, 'choose') : publicPath(site, req, failureRedirect);
  const path = providers.length === 1 && only !== undefined ? pathTo(site, req, 'login', only.name) : getPath();
  return returnTo === '/' ? path : addReturnTo(path, returnTo);
}

/** Where a login ends: on the page that was asked for, else on the success page, which may be on another site. */
export function destinationOf(
  { settings: { successRedirect } }: Site,
  { attempt, info }: Extract<LoginOutcome, { type: 'success' }>,
): string {
  return attempt.returnTo === '/' && !successRedirect.startsWith('/') ? successRedirect : info.returnTo;
}

/**
 * The URL of one of our paths, for a client that may be on another origin; the path alone if the request names no host.
 * A `callbackURL` with an origin tells it best: only there does the login come back.
 *
 * @param name the provider of which the path is; any if absent
 */
export function toAbsoluteURL({ settings }: Site, req: ExpressRequest, path: string, name?: string): string {
  const providers = settings.providers.filter((provider) => name === undefined || provider.name === name);
  const [registered] = providers.flatMap(({ callbackURL = '' }) => parseURL(callbackURL)?.origin ?? []);
  // A login page of the app may be on another site.
  return path.startsWith('/') ? (registered ?? originOf(req) ?? '') + encodePath(path) : new URL(path).href;
}

export function addReturnTo(path: string, returnTo: string | undefined): string {
  return returnTo === undefined ? path : addQueryParameter(path, 'returnTo', returnTo);
}

/** Finds the part of a "callbackURL" that neither this app nor this middleware has in its routes. */
function findPrefix({ settings: { providers, basePath, paths } }: Site, mountPath: string): string {
  const candidates = providers.flatMap(({ name, callbackURL = '' }) => {
    const inner = mountPath + pathOf(basePath + paths.callback.replace(':name', name));
    const path = pathOf(callbackURL);
    return path.endsWith(inner) ? [path.slice(0, path.length - inner.length)] : [];
  });
  return candidates.find((prefix) => prefix !== '' && isPathPrefix(prefix)) ?? '';
}
