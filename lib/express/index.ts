/**
 * Login, logout and guards in one middleware, for Express, connect and `node:http`.
 *
 * ```ts
 * import { loginWith } from 'passport-loginwith/express';
 * ```
 *
 * @module express
 */

export { html, type Markup, type Placeholder } from '../internal/html.js';
export { loginWith } from './login-with.js';
export type { BrandOptions } from '../pages/brand.js';
export type { FailurePage } from '../pages/failure-page.js';
export type { PageBrand, PageContext } from '../pages/layout.js';
export type { ProviderLink } from '../pages/login-button.js';
export { buttonStyle, pageStyle } from '../pages/style.js';
export type { LinkQuestion, Templates } from '../pages/templates.js';
export type { FailureTexts, QuestionTexts, Locale, TextOptions, Texts } from '../pages/texts.js';
export type { Dispatcher, LimitOptions, LinkedProfile, RateLimitCount, RateLimitStore } from '../types.js';
export type {
  ButtonOptions,
  ErrorHandler,
  Handler,
  Link,
  LoginPaths,
  LoginWith,
  LoginWithOptions,
  Next,
  PassportLike,
  ProviderOptions,
  SessionProfile,
  Verified,
  WebRequest,
} from './types.js';
