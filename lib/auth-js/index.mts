// The same functions for `import` as for `require`.
export { acceptAuthKey, loginWithProvider } from './index.js';
export type * from './index.js';
