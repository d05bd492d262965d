import { types } from 'node:util';
import { LoginWithError } from '../errors.js';
import { isError } from '../internal/unknown-error.js';

/** The result of `verify`: a user, or the reason why there is none. */
export type VerifyResult = { type: 'accepted'; user: unknown; info: object } | { type: 'rejected'; info: object };

export interface VerifyLimit {
  /** Milliseconds; 0 for no limit. */
  verifyTimeout: number;
  /** Called if `verify` has returned without a result. */
  onWait?: () => void;
  /** Whether `verify` has responded to the request itself: then it need not end. */
  hasResponded?: () => boolean;
}

/**
 * Calls the app's `verify` with `done` as the last argument. The result comes from `done`, from the promise that
 * `verify` returns, or, if `verify` does not declare `done`, from its return value.
 *
 * @param parameters the arguments before `done`.
 * @throws the error that `verify` threw, rejected with or passed to `done`; LoginWithError `verify_failed` if that is
 *   not an Error, `verify_no_result` if `verify` ended without a result and does not declare `done`, `verify_timeout`
 *   if it has not ended within the limit. What comes later is ignored.
 */
export function runVerify(
  verify: (...parameters: unknown[]) => unknown,
  parameters: unknown[],
  { verifyTimeout, onWait, hasResponded = () => false }: VerifyLimit,
): Promise<VerifyResult> {
  return new Promise((resolve, reject) => {
    let isWaiting = true;
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      isWaiting = false;
      clearTimeout(timer);
    };
    const fail = (error: Error) => {
      end();
      reject(error);
    };
    const done = (error: unknown, user?: unknown, info?: unknown) => {
      if (error !== null && error !== undefined && error !== false) {
        fail(asError(error));
        return;
      }
      end();
      resolve(toResult(user, info));
    };
    const giveUp = () => {
      if (!hasResponded()) reject(createTimeoutError(verifyTimeout));
    };
    const declaresDone = verify.length > parameters.length;
    const takeResult = (result: unknown) => {
      if (result !== undefined) done(null, result);
      else if (!declaresDone) fail(createNoResultError());
    };
    try {
      const result = verify(...parameters, done);
      // A function that declares done may return anything, such as the query or the timer that calls done later: then
      // only a promise is a result.
      if (types.isPromise(result) || (!declaresDone && isThenable(result)))
        result.then(takeResult, (error: unknown) => fail(asError(error)));
      // A function without declared parameters may wrap one that calls done later.
      else if (!declaresDone && (result !== undefined || verify.length > 0)) takeResult(result);
    } catch (error) {
      fail(asError(error));
    }
    // TypeScript does not see that verify may have called done.
    if (!(isWaiting as boolean)) return;
    onWait?.();
    if (verifyTimeout !== 0) timer = setTimeout(giveUp, verifyTimeout).unref();
  });
}

function toResult(user: unknown, info: unknown): VerifyResult {
  const details = typeof info === 'object' ? info : undefined;
  if (user !== undefined && user !== null && user !== false) return { type: 'accepted', user, info: details ?? {} };
  const reason = typeof info === 'string' ? info : undefined;
  return { type: 'rejected', info: details ?? createRejection(reason ?? noUser, reason) };
}

/** Makes an error of the reason that `verify` gave. */
export function toRejection(info: object): LoginWithError {
  if (info instanceof LoginWithError) return info;
  const reason = 'message' in info && typeof info.message === 'string' ? info.message : undefined;
  return createRejection(reason === undefined ? noUser : `verify: ${reason}`, reason);
}

const noUser = 'verify: the app has no such user';

function createRejection(message: string, reason: string | undefined): LoginWithError {
  const hint = 'The verify of this app returned or passed on no user.';
  return new LoginWithError(message, { code: 'user_rejected', stage: 'verify', hint, reason });
}

function asError(error: unknown): Error {
  if (isError(error)) return error;
  return new LoginWithError('verify: it failed with a value that is not an Error', {
    code: 'verify_failed',
    stage: 'verify',
    hint: 'Throw an Error or pass one to done.',
    cause: error,
  });
}

function createNoResultError(): LoginWithError {
  return new LoginWithError('verify: it ended without a user', {
    code: 'verify_no_result',
    stage: 'verify',
    hint: 'Return the user or false, resolve to it, or declare done as the last parameter and call it.',
  });
}

function createTimeoutError(milliseconds: number): LoginWithError {
  return new LoginWithError(`verify: it gave no result within ${milliseconds} ms`, {
    code: 'verify_timeout',
    stage: 'verify',
    hint:
      'Call done on every path, also after an error, or return the user or a promise that ends. The option ' +
      '"verifyTimeout" changes the limit.',
    retryable: true,
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
