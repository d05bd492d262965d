export { loginWith } from './login-with.js';
export type { PageBasics, ProviderLink, Templates } from '../pages/templates.js';
export type { Locale } from '../pages/texts.js';
export type {
  ErrorHandler,
  FailureCount,
  FailureStore,
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
