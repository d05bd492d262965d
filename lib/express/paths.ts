import type { IncomingMessage } from 'node:http';
import { addPathPrefix, addQueryParameter, encodePath, isPathPrefix, parseURL, pathOf } from '../internal/urls.js';
import type { LoginOutcome } from '../login/outcome.js';
import { sanitizeReturnTo } from '../login/return-to.js';
import { originOf, originalURL, readForwardedPrefix, type ExpressRequest } from '../node-request.js';
import type { Instance } from './instance.js';
import type { LoginPaths } from './types.js';

/**
 * What a proxy takes off the paths of this app, such as `/app` of `https://site.example/app/auth/pimbuzz`: told by a
 * trusted proxy, else what stands in "callbackURL" before the path under which the app has mounted the middleware.
 */
export function prefixOf(instance: Instance, req: ExpressRequest): string {
  const mountPath = instance.shared.mountPaths.get(req);
  return readForwardedPrefix(req) ?? (mountPath === undefined ? '' : findPrefix(instance, mountPath));
}

/** Path of one of our routes as the browser must request it. */
export function pathTo(instance: Instance, req: ExpressRequest, route: keyof LoginPaths, name = ''): string {
  const { settings, shared } = instance;
  const mountPath = shared.mountPaths.get(req) ?? '';
  // Of a request that the middleware does not reach, "callbackURL" tells prefix and mount path together.
  const prefix = readForwardedPrefix(req) ?? findPrefix(instance, mountPath);
  return prefix + mountPath + settings.basePath + settings.paths[route].replace(':name', name);
}

/** Whether it is known where our routes are: the middleware has seen the request, or "callbackURL" tells it. */
export function knowsRoutes(instance: Instance, req: IncomingMessage): boolean {
  return instance.shared.mountPaths.has(req) || findPrefix(instance, '') !== '';
}

/** A path that the app has named, as the browser must request it; whole URLs stay as they are. */
export function publicPath(instance: Instance, req: ExpressRequest, path: string): string {
  return addPathPrefix(prefixOf(instance, req), path);
}

/** The address of this request, to come back to, if it is a page of the app; else `/`. */
export function returnAddress(instance: Instance, req: ExpressRequest, callbackURL?: string): string {
  const path = sanitizeReturnTo(originalURL(req), { callbackURL });
  return path === '/' ? path : prefixOf(instance, req) + path;
}

/** Where users log in: at the only provider, on the app's login page, or on our page with the choice. */
export function loginPath(instance: Instance, req: IncomingMessage, returnTo?: string): string {
  const { providers, failureRedirect } = instance.settings;
  const [only] = providers;
  const getPath = () =>
    failureRedirect === undefined ? pathTo(instance, req, 'choose') : publicPath(instance, req, failureRedirect);
  const path = providers.length === 1 && only !== undefined ? pathTo(instance, req, 'login', only.name) : getPath();
  return returnTo === '/' ? path : addReturnTo(path, returnTo);
}

/** Where a login ends: on the page that was asked for, else on the success page, which may be on another site. */
export function destinationOf(
  { settings: { successRedirect } }: Instance,
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
export function toAbsoluteURL({ settings }: Instance, req: ExpressRequest, path: string, name?: string): string {
  const providers = settings.providers.filter((provider) => name === undefined || provider.name === name);
  const [registered] = providers.flatMap(({ callbackURL = '' }) => parseURL(callbackURL)?.origin ?? []);
  // A login page of the app may be on another site.
  return path.startsWith('/') ? (registered ?? originOf(req) ?? '') + encodePath(path) : new URL(path).href;
}

export function addReturnTo(path: string, returnTo: string | undefined): string {
  return returnTo === undefined ? path : addQueryParameter(path, 'returnTo', returnTo);
}

/** Finds the part of a "callbackURL" that neither this app nor this middleware has in its routes. */
function findPrefix({ settings: { providers, basePath, paths } }: Instance, mountPath: string): string {
  const candidates = providers.flatMap(({ name, callbackURL = '' }) => {
    const inner = mountPath + pathOf(basePath + paths.callback.replace(':name', name));
    const path = pathOf(callbackURL);
    return path.endsWith(inner) ? [path.slice(0, path.length - inner.length)] : [];
  });
  return candidates.find((prefix) => prefix !== '' && isPathPrefix(prefix)) ?? '';
}
