export { createProvider, type ProviderApp, type ProviderControls } from './provider.js';
export { startProvider, type LocalProvider, type StartOptions } from './start.js';
export type { AuthorizeMethod, ProviderOptions, Version } from './options.js';
export type { AppInput, Category, RegisteredApp } from './app-form.js';
export type { NewApp } from './apps.js';
export type { AppReference } from './site.js';
export type { Conditions } from './conditions.js';
export type {
  CommonFaultName,
  DelayFault,
  Endpoint,
  Fault,
  FaultNames,
  ResetFault,
  SlowFault,
  StatusFault,
} from './faults.js';
export type { JournalEntry } from './journal.js';
export type { Language } from './language.js';
export type { Person, PersonInput, PersonReference } from './people.js';
export type { AgentResponse, FetchAgent, SignInOptions, TestAgent } from './sign-in.js';
export type { GenderLabels } from './user-info.js';
