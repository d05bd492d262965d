import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDevelopment } from '../internal/warning.js';
import { isUsersFailure } from '../login/outcome.js';
import { createProviderLogin, type ProviderLogin } from '../login/provider-login.js';
import type { RateLimiter } from '../login/rate-limit.js';
import type { Report } from '../login/report.js';
import type { ExpressRequest } from '../node-request.js';
import type { LoginSettings } from '../options.js';
import type { Settings } from './options.js';
import { createCurrentUser, type CurrentUser } from './session/current-user.js';
import { createLoginData, type LoginData } from './session/login-data.js';
import type { Next } from './types.js';

/** The parts of one `loginWith()`. */
export interface Instance extends Site {
  providers: ReadonlyMap<string, ProviderLogin>;
  currentUser: CurrentUser;
  loginData: LoginData;
}

/** What pages and paths need; it is there also for a request that has no providers. */
export interface Site {
  settings: Settings;
  shared: SharedState;
  currentUser?: CurrentUser;
}

/** What all providers of a `loginWith()` share, also if the app chooses them per request. */
export interface SharedState {
  /** Whether access tokens are kept in the session; set at the latest when the guards are created. */
  keepsTokens: boolean;
  /** Whether `handleErrors()` was called. */
  handlesErrors: boolean;
  /** Warns of misconfigurations, at the first start of a login. */
  warn: (req: IncomingMessage) => void;
  /** The forms of links that were confirmed a short time ago, by id. */
  confirmations: Map<string, Promise<void>>;
  /** The path under which the app has mounted the middleware, by request. */
  mountPaths: WeakMap<IncomingMessage, string>;
  /** Which of our routes or guards has got a request. */
  routes: WeakMap<IncomingMessage, RouteInfo>;
}

/** A route of ours, or one of the app behind `requireAccessToken`. */
export interface RouteInfo {
  isOurs: boolean;
  /** The provider that it is about. */
  provider: ProviderLogin | undefined;
}

/** The arguments of a middleware, for one request. */
export interface RequestContext {
  req: ExpressRequest;
  res: ServerResponse;
  next: Next;
  report: Report;
}

/** Reports a failure. `handleErrors()`, or else Express, prints errors; what `onError` does is the app's own affair. */
export function reportFailure({ settings }: Instance, { report }: RequestContext, error: unknown): void {
  const isPrinted = settings.onError === undefined ? !isUsersFailure(error) : !isDevelopment();
  report.failure(error, isPrinted);
}

export function createInstance(settings: Settings, shared: SharedState, limiter: RateLimiter): Instance {
  const currentUser = createCurrentUser(settings);
  const { trustedOrigins } = settings;
  const createLogin = (provider: LoginSettings) => createProviderLogin({ ...provider, trustedOrigins }, limiter);
  return {
    settings,
    providers: new Map(settings.providers.map((provider) => [provider.name, createLogin(provider)])),
    currentUser,
    loginData: createLoginData(settings, currentUser),
    shared,
  };
}
