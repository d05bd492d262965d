import type { IncomingMessage } from 'node:http';
import { addQueryParameter, encodePath, parseURL } from '../internal/urls.js';
import { originOf, type ExpressRequest } from '../node-request.js';
import type { Instance } from './instance.js';
import type { Settings } from './options.js';
import type { LoginPaths } from './types.js';

/** Path of one of our routes as the browser must request it. */
export function pathTo(
  { settings, shared }: Instance,
  req: IncomingMessage,
  route: keyof LoginPaths,
  name = '',
): string {
  return (shared.mountPaths.get(req) ?? '') + settings.basePath + settings.paths[route].replace(':name', name);
}

/** Where users log in: at the only provider, on the app's login page, or on our page with the choice. */
export function loginPath(instance: Instance, req: IncomingMessage, returnTo?: string): string {
  const { providers, failureRedirect } = instance.settings;
  const [only] = providers;
  const path =
    providers.length === 1 && only !== undefined
      ? pathTo(instance, req, 'login', only.name)
      : (failureRedirect ?? pathTo(instance, req, 'choose'));
  return returnTo === '/' ? path : addReturnTo(path, returnTo);
}

/** Where a login ends: on the page that was asked for, else on the success page, which may be on another site. */
export function destinationOf({ successRedirect }: Settings, returnTo: string): string {
  return returnTo === '/' && !successRedirect.startsWith('/') ? successRedirect : returnTo;
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
