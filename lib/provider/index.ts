export { createProvider, type ProviderApp, type ProviderControls } from './create-provider.js';
export { startProvider, type LocalProvider, type StartOptions } from './start-provider.js';
export type { AuthorizeMethod, ProviderOptions, Version } from './options.js';
export type { AppInput, Category, RegisteredApp } from './store/app-form.js';
export type { NewApp } from './store/apps.js';
export type { AppReference } from './store/store.js';
export type { SiteConditions } from './faults/site-conditions.js';
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
export type { LoggedRequest } from './server/request-log.js';
export type { Language } from './i18n.js';
export type { User, UserInput, UserReference } from './store/users.js';
export type { AgentResponse, FetchAgent, SignInOptions, TestAgent } from './testing/sign-in.js';
export type { GenderLabels } from './api/user-info.js';
