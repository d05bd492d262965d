/** Where in a login something went wrong. */
export type LoginStage = 'start' | 'callback' | 'authorize' | 'user_info' | 'verify' | 'session' | 'link' | 'logout';

/** Every way in which a login can fail, with the HTTP status that goes with it. */
const statusByCode = {
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
  login_loop: 429,
  too_many_failures: 429,
  app_id_invalid: 500,
  app_secret_invalid: 500,
  module_disabled: 500,
  response_missing: 500,
  attempts_failed: 500,
  session_missing: 500,
  limits_failed: 500,
  verify_failed: 500,
  verify_no_result: 500,
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

/** A stable name for what went wrong, to branch on; the README has an entry for each. */
export type LoginErrorCode = keyof typeof statusByCode;

/** What a {@link LoginWithError} is made of, besides its message. */
export interface LoginErrorDetails {
  code: LoginErrorCode;
  stage: LoginStage;
  /** What to do about it, in a sentence or two for a developer. */
  hint?: string | undefined;
  /** Whether the same login may succeed when it is started again. */
  retryable?: boolean | undefined;
  /** A low-level error; only its name, code and redacted message are kept. */
  cause?: unknown;
}

/**
 * The one error of this package. The message says what happened, `hint` what to do; neither, nor `cause`, `stack` or any
 * serialized form, ever holds a secret, a key, a token or a full URL.
 *
 * @example
 * app.use((err, req, res, next) => {
 *   if (err instanceof LoginWithError) res.status(err.status).render('login-failed', { code: err.code });
 *   else next(err);
 * });
 */
export class LoginWithError extends Error {
  override readonly name = 'LoginWithError';
  readonly code: LoginErrorCode;
  readonly stage: LoginStage;
  /** HTTP status for the answer: 4xx for what the visitor's request caused, 500, 502 or 504 for the rest. */
  readonly status: number;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(message: string, details: LoginErrorDetails) {
    super(redact(message), details.cause === undefined ? undefined : { cause: harmlessCause(details.cause) });
    this.code = details.code;
    this.stage = details.stage;
    this.status = statusByCode[details.code];
    this.hint = details.hint === undefined ? undefined : redact(details.hint);
    this.retryable = details.retryable ?? false;
  }

  toJSON(): Pick<LoginWithError, 'name' | 'code' | 'stage' | 'status' | 'message' | 'hint' | 'retryable'> {
    const { name, code, stage, status, message, hint, retryable } = this;
    return { name, code, stage, status, message, hint, retryable };
  }
}

/** Whether it is a {@link LoginWithError} with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly LoginErrorCode[]): error is LoginWithError {
  return error instanceof LoginWithError && codes.includes(error.code);
}

const mask = '[redacted]';
const sensitivePair = /(?:^|[?&;\s])(?:auth_key|access_token|app_secret)(?:\[[^=]*)?\s*=/i;

/**
 * Masks the values of `auth_key`, `access_token` and `app_secret` in a URL or in its path and query, so that it can go into an
 * access log; also where they are encoded, or where the provider's concatenation garbled the query (`?x=1?auth_key=…`).
 *
 * @example
 * morgan.token('url', (req) => redactURL(req.originalUrl));
 */
export function redactURL(url: string): string {
  return url
    .split(/([?&;#])/)
    .map((part) => (sensitivePair.test(decodeFully(part)) ? part.replace(/(?:=|%(?:25)*3D).*$/is, `=${mask}`) : part))
    .join('');
}

/** Masks in free text what looks like a key, a token or a secret: these are 32 hexadecimal digits, or stand behind their parameter's name. */
function redact(text: string): string {
  return text
    .replace(/\b(auth_key|access_token|app_secret)(\[[^\]]*\])?(\s*[=:]\s*|%3D)["']?[^\s&"',;)}]+/gi, `$1$3${mask}`)
    .replace(/[0-9a-f]{32,}/gi, mask);
}

function decodeFully(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    return decoded === text ? text : decodeFully(decoded);
  } catch {
    return text;
  }
}

/** Low-level errors carry requests, sockets and snippets of bodies: only what names the failure is taken over. */
function harmlessCause(cause: unknown): Error {
  const source: { name?: unknown; code?: unknown; message?: unknown; stack?: unknown } =
    typeof cause === 'object' && cause !== null ? cause : { message: String(cause) };
  const copy: Error & { code?: string } = new Error(redact(typeof source.message === 'string' ? source.message : ''));
  if (typeof source.name === 'string') copy.name = source.name;
  if (typeof source.code === 'string') copy.code = source.code;
  if (typeof source.stack === 'string') copy.stack = redact(source.stack);
  return copy;
}
