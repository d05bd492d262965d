// The same functions for `import` as for `require`.
export { loginWith } from './index.js';
export type * from './index.js';
