import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoginWithClient } from '../client/client.js';
import { Login } from '../login/login.js';
import type { StrategySettings } from '../options.js';
import { createFailures, type Failures } from '../login/rate-limit.js';
import type { Settings } from './options.js';
import { createRecords, type Records } from './session/login-data.js';
import { addParameter, type SeenRequest } from './request.js';
import { createSignIn, type SignIn } from './session/current-user.js';
import type { LoginPaths, Next } from './types.js';
import { createWarnings } from './warnings.js';

/** One provider of a `loginWith()`. */
export interface ProviderLogin {
  settings: StrategySettings;
  client: LoginWithClient;
  login: Login;
}

/** What one `loginWith()` is made of. */
export interface Context {
  settings: Settings;
  providers: ReadonlyMap<string, ProviderLogin>;
  signIn: SignIn;
  records: Records;
  failures: Failures;
  /** Whether tokens are kept; decided when the guards are made. */
  keepsTokens: boolean;
  /** Tells once what will go wrong. */
  warn: (req: IncomingMessage) => void;
  /** Where the app has mounted the middleware, as each request saw it. */
  mounts: WeakMap<IncomingMessage, string>;
}

/** One request on its way through. */
export interface Visit {
  req: SeenRequest;
  res: ServerResponse;
  next: Next;
}

export function createContext(settings: Settings): Context {
  const providers = settings.providers.map((provider): [string, ProviderLogin] => {
    const { name, appId, appSecret, timeout, dispatcher } = provider;
    const client = new LoginWithClient({
      provider: provider.provider,
      appId,
      appSecret: appSecret(),
      timeout,
      dispatcher,
    });
    return [name, { settings: provider, client, login: new Login(provider, client) }];
  });
  const signIn = createSignIn(settings);
  return {
    settings,
    providers: new Map(providers),
    signIn,
    records: createRecords(settings.basePath, signIn),
    failures: createFailures(settings.limits),
    keepsTokens: settings.keepAccessToken === true,
    warn: createWarnings(),
    mounts: new WeakMap(),
  };
}

/** Path of a route of ours as a browser must ask for it. */
export function pathTo(
  { settings, mounts }: Context,
  req: IncomingMessage,
  route: keyof LoginPaths,
  name = '',
): string {
  return (mounts.get(req) ?? '') + settings.basePath + settings.paths[route].replace(':name', name);
}

/** Where a login ends: on the page that was asked for, or on the success page. A start without a page has asked for that one, unless it is elsewhere. */
export function destinationOf({ successRedirect }: Settings, returnTo: string): string {
  return returnTo === '/' && !successRedirect.startsWith('/') ? successRedirect : returnTo;
}

/** Where somebody logs in: at the only provider, on the app's login page, or on our page with the choice. */
export function loginTarget(context: Context, req: IncomingMessage, returnTo?: string): string {
  const { providers, failureRedirect } = context.settings;
  const [only] = providers;
  const path =
    providers.length === 1 && only !== undefined
      ? pathTo(context, req, 'login', only.name)
      : (failureRedirect ?? pathTo(context, req, 'choose'));
  return returnTo === undefined || returnTo === '/' ? path : addParameter(path, 'returnTo', returnTo);
}
