export { acceptAuthKey } from './accept-auth-key.js';
export { loginWithProvider, type AuthJsOptions, type AuthJsProvider } from './provider.js';
export type { AdapterOptions } from '../adapters/login.js';
