import { LoginWithError, type LoginErrorCode } from '../errors.js';
import { documentationOf } from '../internal/documentation.js';

/** What the page of a failure gets. */
export interface FailurePage {
  /** What went wrong; undefined if it was a function of the app's own. */
  code: LoginErrorCode | undefined;
  /** The provider's name, if the failure has to do with one. */
  displayName: string | undefined;
  /** Why the app does not let this user in: the message that `verify` gave with `false`. */
  reason: string | undefined;
  /** Seconds until a new login may succeed, if that is known. */
  retryAfter: number | undefined;
  /** Whether somebody is logged in here, whose place a new login could take. */
  isSignedIn: boolean;
  /** Whether nobody is logged in, and a new login, started at once, may succeed, perhaps with another account. */
  canRetry: boolean;
  /** For the developer, and only there outside production. */
  hint: string | undefined;
  /** The section of the documentation about the code, for the developer, and only there outside production. */
  documentation: string | undefined;
  /** Starts a login. */
  href: string;
}

/** After what users can do nothing, or must do something else before they try again. */
const finalCodes: ReadonlySet<LoginErrorCode> = new Set<LoginErrorCode>([
  'account_mismatch',
  'link_invalid',
  'foreign_request',
  'provider_unknown',
  'login_loop',
  'too_many_failures',
  'app_id_invalid',
  'app_secret_invalid',
  'module_disabled',
  'middleware_missing',
  'session_missing',
  'response_missing',
]);

/** After which time a browser may start as many logins again, in seconds. */
const loopPause = 30;

/** The code in the JSON and in the documentation of an error that is not of this package. */
export const otherCode = 'server_error';

const otherHint = 'A function of this app, such as verify, threw an error; the terminal has it.';

/** What the page tells of an error; of one that is not of this package, only that there was one. */
export function toFailurePage(
  error: unknown,
  { displayName, isSignedIn, href }: Pick<FailurePage, 'displayName' | 'isSignedIn' | 'href'>,
): FailurePage {
  const isShownToDevelopers = process.env.NODE_ENV !== 'production';
  const forDevelopers = (hint: string | undefined, documentation: string) =>
    isShownToDevelopers ? { hint, documentation } : { hint: undefined, documentation: undefined };
  const known = { displayName, isSignedIn, href };
  if (!(error instanceof LoginWithError))
    return {
      ...known,
      code: undefined,
      reason: undefined,
      retryAfter: undefined,
      canRetry: !isSignedIn,
      ...forDevelopers(otherHint, documentationOf(otherCode)),
    };
  const { code, reason, hint, documentation } = error;
  return {
    ...known,
    code,
    reason,
    retryAfter: error.retryAfter ?? (code === 'login_loop' ? loopPause : undefined),
    canRetry: !isSignedIn && !finalCodes.has(code),
    ...forDevelopers(hint, documentation),
  };
}
