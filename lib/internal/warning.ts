import { documentationOf } from './documentation.js';

/** Codes of the process warnings of this package. docs/errors.md has a section on each. */
export const warningCodes = [
  'LOGINWITH_BASE_URL',
  'LOGINWITH_CLIENT_ADDRESS',
  'LOGINWITH_COOKIE_SECRET',
  'LOGINWITH_DESERIALIZE',
  'LOGINWITH_FAILED',
  'LOGINWITH_HANDLE_ERRORS',
  'LOGINWITH_MEMORY_STORE',
  'LOGINWITH_PASSPORT_SESSION',
  'LOGINWITH_PROVIDER',
  'LOGINWITH_PROVIDER_EXPOSED',
  'LOGINWITH_PROVIDER_FAILED',
  'LOGINWITH_SAMESITE_STRICT',
  'LOGINWITH_TRUST_EVERY_PROXY',
  'LOGINWITH_TRUST_PROXY',
] as const;

export type WarningCode = (typeof warningCodes)[number];

/** Emits a process warning, which Node prints with the address of its section in the documentation. */
export function emitWarning(code: WarningCode, message: string, topic: string = code): void {
  process.emitWarning(message, { type: 'LoginWithWarning', code, detail: `See ${documentationOf(topic)}` });
}

/** Whether a developer is likely to look at the terminal; tests have an environment of their own. */
export function isDevelopment(): boolean {
  const { NODE_ENV } = process.env;
  return NODE_ENV === undefined || NODE_ENV === '' || NODE_ENV === 'development';
}
