export { createProvider, startProvider } from './index.js';
export type * from './index.js';
