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
export type { BrandOptions } from '../pages/brand.js';
export type { FailurePage } from '../pages/failure-page.js';
export type { PageBrand, PageContext } from '../pages/layout.js';
export type { ProviderLink } from '../pages/login-button.js';
export type { FailureTexts, Locale, TextOptions, Texts } from '../pages/texts.js';
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
