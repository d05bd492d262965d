import type { IncomingMessage } from 'node:http';
import { addQueryParameter } from '../internal/urls.js';
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

export function addReturnTo(path: string, returnTo: string | undefined): string {
  return returnTo === undefined ? path : addQueryParameter(path, 'returnTo', returnTo);
}
