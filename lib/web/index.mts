// The same classes for `import` as for `require`.
export { LoginWithClient, LoginWithError, createLogin, defineProvider, html, providers, redactURL } from './index.js';
export type * from './index.js';
