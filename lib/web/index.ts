/**
 * A login for every framework that has `Request` and `Response`.
 *
 * ```ts
 * import { createLogin } from 'passport-loginwith/web';
 * ```
 *
 * @module web
 */

export { LoginWithClient } from '../client/client.js';
export { LoginWithError, redactURL, type LoginErrorCode, type LoginErrorDetails, type LoginStage } from '../errors.js';
export { html, type Markup, type Placeholder } from '../internal/html.js';
export { defineProvider, providers } from '../providers.js';
export { createLogin } from './create-login.js';
export type { PageContext, ProviderLink } from '../pages/templates.js';
export type { Locale } from '../pages/texts.js';
export type {
  AccessToken,
  Attempt,
  AttemptStoreOf,
  Dispatcher,
  LimitOptions,
  LoginOptions,
  Profile,
  Provider,
  RateLimitCount,
  RateLimitStore,
} from '../types.js';
export type {
  CreateLoginOptions,
  CreateLoginsOptions,
  HandleOptions,
  Login,
  LoginResult,
  LoginSuccess,
  LoginTemplates,
  ProviderOptions,
} from './types.js';
