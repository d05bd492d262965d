export { loginWith } from './login-with.js';
export type { PageContext, ProviderLink, Templates } from '../pages/templates.js';
export type { Locale } from '../pages/texts.js';
export type {
  ErrorHandler,
  RateLimitCount,
  RateLimitStore,
  Handler,
  LimitOptions,
  Link,
  LinkedProfile,
  LoginPaths,
  LoginWith,
  LoginWithOptions,
  Next,
  PassportLike,
  SessionProfile,
  Verified,
  WebRequest,
} from './types.js';
