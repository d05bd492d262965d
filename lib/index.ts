/**
 * The Passport strategy, the client below it, and what all entries share.
 *
 * ```ts
 * import { LoginWithStrategy } from 'passport-loginwith';
 * ```
 *
 * @module index
 */

export { LoginWithClient } from './client/client.js';
export { LoginWithError, redactURL, type LoginErrorCode, type LoginErrorDetails, type LoginStage } from './errors.js';
export { toProfile } from './client/profile.js';
export { adaptFastify } from './adapt-fastify.js';
export type {
  CallEvent,
  EventResult,
  LoginEvents,
  LoginPurpose,
  OutcomeEvent,
  StartEvent,
} from './diagnostics/events.js';
export type { FrameworkRequest } from './node-request.js';
export type { FrameworkResponse } from './node-response.js';
export { defineProvider, providers } from './providers.js';
export {
  LoginWithStrategy,
  LoginWithStrategy as Strategy,
  type AttemptStore,
  type LoginWithAuthenticateOptions,
  type StrategyOptions,
  type Verify,
  type VerifyDone,
  type VerifyWithRequest,
} from './strategy.js';
export type {
  AccessToken,
  Attempt,
  AttemptBinding,
  AttemptStoreOf,
  AuthorizeMethod,
  ClientOptions,
  Dispatcher,
  LimitOptions,
  LoginAccess,
  LoginInfo,
  LoginOptions,
  Profile,
  Provider,
  ProviderDefinition,
  RateLimitCount,
  RateLimitStore,
  UserInfo,
} from './types.js';
