import { documentationOf } from './internal/documentation.js';

/** The part of a login in which something went wrong. */
export type LoginStage = 'start' | 'callback' | 'authorize' | 'user_info' | 'verify' | 'session' | 'link' | 'logout';

/** Each way in which a login can fail, with its HTTP status. */
export const statusByCode = {
  auth_key_malformed: 400,
  auth_key_missing: 400,
  access_denied: 401,
  user_rejected: 401,
  login_required: 401,
  attempt_missing: 403,
  auth_key_invalid: 403,
  token_expired: 403,
  user_not_found: 403,
  account_mismatch: 403,
  link_invalid: 403,
  foreign_request: 403,
  provider_unknown: 404,
  login_loop: 429,
  too_many_failures: 429,
  app_id_invalid: 500,
  app_secret_invalid: 500,
  module_disabled: 500,
  response_missing: 500,
  attempts_failed: 500,
  session_missing: 500,
  middleware_missing: 500,
  limits_failed: 500,
  verify_failed: 500,
  verify_no_result: 500,
  verify_timeout: 500,
  provider_error: 502,
  provider_unavailable: 502,
  provider_redirected: 502,
  response_html: 502,
  response_not_json: 502,
  response_unexpected: 502,
  response_too_large: 502,
  connection_refused: 502,
  connection_lost: 502,
  host_not_found: 502,
  tls_failed: 502,
  timeout: 504,
} as const;

/** When to come back after a failure of the provider that may pass, in seconds. */
const providerPause = 5;

/** Names what went wrong. The names are stable, so an app can branch on them; docs/errors.md explains each. */
export type LoginErrorCode =
  // Extract keeps this name in what editors and the reference show of a `code`.
  Extract<keyof typeof statusByCode, string>;

/** The parts of a {@link LoginWithError} besides its message. */
export interface LoginErrorDetails {
  code: LoginErrorCode;
  stage: LoginStage;
  /** Tells a developer what to do, in a sentence or two. */
  hint?: string | undefined;
  /** Tells the user why, in the app's own words: the message that `verify` gave with `false`. */
  reason?: string | undefined;
  /** Whether a new login may succeed. */
  retryable?: boolean | undefined;
  /** Seconds until a new login may succeed; if absent, some seconds for what is the provider's affair and may pass. */
  retryAfter?: number | undefined;
  /** A low-level error. Only its name, its code, and its redacted message and stack are kept. */
  cause?: unknown;
}

/**
 * The only error class of this package. `message` says what happened and `hint` what to do. Neither of them, nor
 * `cause`, `stack` or any serialized form, ever holds a secret, a key, a token or a full URL.
 *
 * @example
 * import type { ErrorRequestHandler } from 'express';
 *
 * const showFailure: ErrorRequestHandler = (err, req, res, next) => {
 *   if (err instanceof LoginWithError) res.status(err.status).render('login-failed', { code: err.code });
 *   else next(err);
 * };
 * app.use(showFailure);
 */
export class LoginWithError extends Error {
  override readonly name = 'LoginWithError';
  /** What went wrong; branch on it, not on the message. */
  readonly code: LoginErrorCode;
  /** The part of the login in which it did. */
  readonly stage: LoginStage;
  /** HTTP status for the response: 4xx if the user's request caused the error, else 500, 502 or 504. */
  readonly status: number;
  /** What a developer can do about it. Not for users. */
  readonly hint: string | undefined;
  /** What `verify` gave as the reason for `user_rejected`, to be shown to the user. */
  readonly reason: string | undefined;
  /** Whether a new login may succeed. */
  readonly retryable: boolean;
  /** Seconds until a new login may succeed, if that is known. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: LoginErrorDetails) {
    super(redactText(message), details.cause === undefined ? undefined : { cause: harmlessCause(details.cause) });
    this.code = details.code;
    this.stage = details.stage;
    this.status = statusByCode[details.code];
    this.hint = details.hint === undefined ? undefined : redactText(details.hint);
    this.reason = details.reason === undefined ? undefined : redactText(details.reason);
    this.retryable = details.retryable ?? false;
    this.retryAfter = details.retryAfter ?? (this.retryable && this.status >= 502 ? providerPause : undefined);
    addAdvice(this);
  }

  /** The section of the documentation about this code: a file of the package, and a heading in it. */
  get documentation(): string {
    return documentationOf(this.code);
  }

  /** `Retry-After`, which Express's own error handler sends. */
  get headers(): Record<string, string> {
    return this.retryAfter === undefined ? {} : { 'Retry-After': String(this.retryAfter) };
  }

  /** Everything but `stack` and `cause`, for a log. */
  toJSON(): Pick<
    LoginWithError,
    'name' | 'code' | 'stage' | 'status' | 'message' | 'hint' | 'reason' | 'documentation' | 'retryable' | 'retryAfter'
  > {
    const { name, code, stage, status, message, hint, reason, documentation, retryable, retryAfter } = this;
    return { name, code, stage, status, message, hint, reason, documentation, retryable, retryAfter };
  }
}

/** Writes hint, cause and documentation into the stack: it is all of an error that Express and loggers print. */
function addAdvice(error: LoginWithError): void {
  const { stack, hint, cause, documentation } = error;
  const header = String(error);
  if (stack?.startsWith(header) !== true) return;
  const advice = [
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...(cause instanceof Error ? [`Cause: ${String(cause)}`] : []),
    `See ${documentation}`,
  ];
  error.stack = header + advice.map((line) => `\n    ${line}`).join('') + stack.slice(header.length);
}

/** Whether a value is a {@link LoginWithError} with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly LoginErrorCode[]): error is LoginWithError {
  return error instanceof LoginWithError && codes.includes(error.code);
}

const mask = '[redacted]';

/**
 * Masks the values of `auth_key`, `access_token` and `app_secret` in a URL, or in its path and query, for an access
 * log. Values are also found if they are percent-encoded, or if the provider's concatenation has broken the query, as
 * in `?x=1?auth_key=…`.
 *
 * @param url the URL as received; it need not be valid.
 * @example
 * import type { Request } from 'express';
 *
 * morgan.token('url', (req: Request) => redactURL(req.originalUrl));
 */
export function redactURL(url: string): string {
  return url
    .split(/([?&;#])/)
    .map((part) => (isSensitive(part) ? part.replace(/(?:=|%(?:25)*3D).*/is, `=${mask}`) : part))
    .join('');
}

/** Whether a part of a URL assigns a value to a sensitive parameter, however often it is percent-encoded. */
function isSensitive(part: string): boolean {
  // Nothing is assigned, so there is nothing to decode.
  if (!/[=%]/.test(part)) return false;
  const names = decodeFully(part).split('=').slice(0, -1);
  return names.some((name) => /(?:^|[?&;\s])(?:auth_key|access_token|app_secret)(?:\[|\s*$)/i.test(name));
}

/** Decodes percent-escapes in one pass, also those whose own characters are escaped. */
function decodeFully(text: string): string {
  const decoded: string[] = [];
  for (const character of text) {
    decoded.push(character);
    for (let escape = findEscape(decoded); escape !== undefined; escape = findEscape(decoded))
      decoded.splice(-3, 3, String.fromCharCode(parseInt(escape, 16)));
  }
  return decoded.join('');
}

/** Finds the two digits of an escape at the end of a text. */
function findEscape(characters: string[]): string | undefined {
  if (characters.at(-3) !== '%') return undefined;
  return /%([0-9a-f]{2})/i.exec(characters.slice(-3).join(''))?.[1];
}

/**
 * Masks in free text what looks like a key, a token or a secret: 32 hexadecimal digits, or a value behind a parameter's
 * name.
 */
export function redactText(text: string): string {
  return text
    .replace(
      /\b(auth_key|access_token|app_secret)(\[[^\]]{0,200}\])?(\\?["']?\s*[=:]\s*|%3D)(?:\\?["'])?[^\s&"',;)}]+/gi,
      `$1$3${mask}`,
    )
    .replace(/[0-9a-f]{32,}/gi, mask);
}

/** Copies only what names the failure: low-level errors carry requests, sockets and parts of bodies. */
function harmlessCause(cause: unknown): Error {
  if (!isObject(cause)) return new Error(redactText(String(cause)));
  const copy: Error & { code?: string } = new Error(readText(cause, 'message'));
  for (const field of ['name', 'code', 'stack'] as const) {
    const text = readText(cause, field);
    if (text !== undefined) copy[field] = text;
  }
  return copy;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Reads a text of an error, without secrets; nothing if that fails, because a getter or a proxy can throw. */
function readText(error: object, field: string): string | undefined {
  try {
    const text: unknown = Reflect.get(error, field);
    return typeof text === 'string' ? redactText(text) : undefined;
  } catch {
    return undefined;
  }
}
