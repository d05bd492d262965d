import { loadOnce } from '../internal/load-once.js';

/**
 * Loads undici when it is first needed, because it takes longer to load than the rest of the package. By its file,
 * because Bun answers the plain name with a replacement of its own that has neither pools nor connectors.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports
export const loadUndici = loadOnce(() => require('undici/index.js') as typeof import('undici'));
