import { types } from 'node:util';

/**
 * Whether a value is an Error, also one of another realm: in Jest `instanceof Error` is false for errors of Node's own
 * modules.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** Returns the message of an error, or anything else as text. */
export function errorText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** Returns the code of an error, such as `ECONNRESET` or `ENOENT`. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
