import { LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import type { Release } from '../internal/lock.js';
import type { Attempt, AttemptBinding, LoginInfo, Profile } from '../types.js';
import type { ClientAddress } from './rate-limit-buckets.js';
import type { RequestLine } from './request.js';

/** The parts of a request that a login needs. */
export interface LoginRequest extends RequestLine {
  /** Host name as the browser knows it, without the port. */
  host: string;
  /** Whether the browser uses https. */
  secure: boolean;
  /** Tells where the request comes from; only asked if exchanges are limited. */
  clientAddress: () => ClientAddress;
  /** What a proxy has taken off the path; undefined if nobody has told it. `url` begins with it. */
  prefix?: string | undefined;
  /** Path or trusted URL to return to after the login; the query's `returnTo` if absent. */
  returnTo: string | undefined;
  /** Whether the user has asked for it here, or it changes nobody's login, wherever the request comes from. */
  isConfirmed?: boolean;
  /** Ties the attempt to the user who is signed in. An ordinary login has none. */
  binding?: AttemptBinding | undefined;
  /** Kept with the attempt. */
  display?: Attempt['display'];
  /** Whether an attempt may end here that is tied to a user who is signed in. */
  acceptsBinding?: boolean;
  /** The request itself, for the app's attempt store. */
  source: unknown;
}

/** The outcome of a request to a login route. `cookies` are values of `Set-Cookie` headers. */
export type LoginOutcome =
  | { type: 'nothing' }
  /** The start may have been caused by another site: show a page with a link to it, which the user must click. */
  | { type: 'confirm' }
  | { type: 'redirect'; location: string; cookies: string[] }
  | ({ type: 'fail'; error: LoginWithError } & FailureDetails)
  | ({ type: 'error'; error: unknown } & FailureDetails)
  /** Call `acquire` before `verify`, and what it resolves to afterwards: other requests may share this outcome. */
  | { type: 'success'; profile: Profile; info: LoginInfo; attempt: Attempt; acquire: Acquire; cookies?: string[] };

type Acquire = () => Promise<Release>;

interface FailureDetails {
  cookies?: string[];
  /** The attempt that failed, if the callback belongs to one. */
  attempt?: Attempt;
  /** The same page loaded again tries again. */
  isKeyUnused?: boolean;
}

export type FailOutcome = Extract<LoginOutcome, { type: 'fail' }>;

/** A request that failed: `fail` was caused by the user's request, `error` by the app or the provider. */
export function toFailure(error: unknown): { type: 'fail'; error: LoginWithError } | { type: 'error'; error: unknown } {
  return isUsersFailure(error) ? { type: 'fail', error } : { type: 'error', error };
}

/** Whether the user's request caused a failure, and not the app or the provider. */
export function isUsersFailure(error: unknown): error is LoginWithError {
  return error instanceof LoginWithError && error.status < 500;
}

export function fail(code: LoginErrorCode, what: string, hint: string, stage: LoginStage = 'callback'): FailOutcome {
  return { type: 'fail', error: new LoginWithError(`${stage}: ${what}`, { code, stage, hint }) };
}
