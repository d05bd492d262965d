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
export type { LinkQuestion, PageContext, ProviderLink, Templates } from '../pages/templates.js';
export type { Locale } from '../pages/texts.js';
export type { Dispatcher, LimitOptions, LinkedProfile, RateLimitCount, RateLimitStore } from '../types.js';
export type {
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
