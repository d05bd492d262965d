// The same functions for `import` as for `require`.
export { buttonStyle, html, loginWith, pageStyle } from './index.js';
export type * from './index.js';
