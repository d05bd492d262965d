// The same function for `import` as for `require`.
export { loginWithPlugin } from './index.js';
export type * from './index.js';
