import { types } from 'node:util';

/*
 * Reads errors of unknown origin. Not by `instanceof` alone: in a test runner's sandbox, errors of Node's own modules
 * belong to another realm, and `error instanceof Error` is false.
 */

export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The error's message; anything without one as text. */
export function errorText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** The error's code, such as `ECONNRESET` or `ENOENT`. */
export function errorCodeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
