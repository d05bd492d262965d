// The same classes for `import` as for `require`.
export {
  LoginWithClient,
  LoginWithError,
  LoginWithStrategy,
  Strategy,
  adaptFastify,
  defineProvider,
  providers,
  redactURL,
  toProfile,
} from './index.js';
export type * from './index.js';
