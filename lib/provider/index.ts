/**
 * A local Pimbuzz or Look Loox, to develop and test against.
 *
 * ```ts
 * import { startProvider } from 'passport-loginwith/provider';
 * ```
 *
 * @module provider
 */

export { createProvider, type ProviderHandler } from './create-provider.js';
export type { ProviderControls } from './controls.js';
export { startProvider, type LocalProvider, type StartOptions } from './start-provider.js';
export type { AuthorizeMethod, GenderLabels, ProviderOptions, SiteConditions, Version } from './options.js';
export type { AppInput, Category, RegisteredApp } from './store/app-form.js';
export type { AppReference, NewApp } from './store/apps.js';
export type {
  CommonFaultName,
  DelayFault,
  Endpoint,
  Fault,
  FaultNames,
  ResetFault,
  SlowFault,
  StatusFault,
} from './faults/faults.js';
export type { RequestFact } from './server/request-facts.js';
export type { LoggedRequest } from './server/request-log.js';
export type { Language } from './i18n.js';
export type { User, UserInput, UserReference } from './store/users.js';
export type { AgentResponse, FetchAgent, SignInOptions, TestAgent } from './testing/sign-in.js';
