import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoginWithClient } from '../client/client.js';
import { createLoginHandler, type LoginHandler } from '../login/login.js';
import { createRateLimiter, type RateLimiter } from '../login/rate-limit.js';
import type { StrategySettings } from '../options.js';
import type { Settings } from './options.js';
import type { ExpressRequest } from './request.js';
import { createCurrentUser, type CurrentUser } from './session/current-user.js';
import { createLoginData, type LoginData } from './session/login-data.js';
import type { Next } from './types.js';
import { createWarnings } from './warnings.js';

/** The parts of one `loginWith()`. */
export interface Instance {
  settings: Settings;
  providers: ReadonlyMap<string, ProviderLogin>;
  currentUser: CurrentUser;
  loginData: LoginData;
  rateLimiter: RateLimiter;
  /** Whether access tokens are kept in the session; set at the latest when the guards are created. */
  keepsTokens: boolean;
  /** Warns of misconfigurations, at the first start of a login. */
  warn: (req: IncomingMessage) => void;
  /** The path under which the app has mounted the middleware, by request. */
  mountPaths: WeakMap<IncomingMessage, string>;
}

/** One provider of a `loginWith()`. */
export interface ProviderLogin {
  settings: StrategySettings;
  client: LoginWithClient;
  handleLogin: LoginHandler;
}

/** The arguments of a middleware, for one request. */
export interface RequestContext {
  req: ExpressRequest;
  res: ServerResponse;
  next: Next;
}

export function createInstance(settings: Settings): Instance {
  const currentUser = createCurrentUser(settings);
  return {
    settings,
    providers: new Map(settings.providers.map((provider) => [provider.name, createProviderLogin(provider)])),
    currentUser,
    loginData: createLoginData(settings, currentUser),
    rateLimiter: createRateLimiter(settings.limits),
    keepsTokens: settings.keepAccessToken === true,
    warn: createWarnings(),
    mountPaths: new WeakMap(),
  };
}

function createProviderLogin(settings: StrategySettings): ProviderLogin {
  const { provider, appId, appSecret, timeout, dispatcher } = settings;
  const client = new LoginWithClient({ provider, appId, appSecret: appSecret(), timeout, dispatcher });
  return { settings, client, handleLogin: createLoginHandler(settings, client) };
}
