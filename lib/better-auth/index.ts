/**
 * A plugin for better-auth.
 *
 * ```ts
 * import { loginWithPlugin } from 'passport-loginwith/better-auth';
 * ```
 *
 * @module better-auth
 */

export { loginWithPlugin, type BetterAuthOptions } from './plugin.js';
export type { BetterAuthPlugin } from './types.js';
export type { AdapterOptions } from '../adapters/login.js';
