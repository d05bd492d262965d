/**
 * What an error says. Not by `instanceof`: in a test runner's sandbox, errors of Node's own modules are of another
 * realm, and `error instanceof Error` is false.
 */
export function errorText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
