/**
 * A provider for Auth.js.
 *
 * ```ts
 * import { acceptAuthKey, loginWithProvider } from 'passport-loginwith/auth-js';
 * ```
 *
 * @module auth-js
 */

export { acceptAuthKey } from './accept-auth-key.js';
export { loginWithProvider, type AuthJsOptions, type AuthJsProvider } from './provider.js';
export type { AdapterOptions } from '../adapters/login.js';
