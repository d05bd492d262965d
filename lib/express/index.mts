// The same functions for `import` as for `require`.
export { html, loginWith } from './index.js';
export type * from './index.js';
