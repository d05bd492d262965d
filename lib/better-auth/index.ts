export { loginWithPlugin, type BetterAuthOptions } from './plugin.js';
export type { AdapterOptions } from '../adapters/login.js';
