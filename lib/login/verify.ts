import { types } from 'node:util';
import { isError, LoginWithError } from '../errors.js';

const { isPromise } = types;

/** How `verify` ended: with a user, or without one and with a reason. */
export type Verdict = { type: 'accepted'; user: unknown; info: object } | { type: 'rejected'; info: object };

/**
 * Calls the app's `verify` with `done` added as the last parameter, and takes its result from `done`, from its promise, or, if it does not
 * declare `done`, from what it returns.
 *
 * @throws what `verify` threw, rejected with or handed to `done`; `verify_failed` if that is no Error; `verify_no_result` if it ended
 *   without a result and never asked for `done`.
 */
export function runVerify(verify: (...parameters: unknown[]) => unknown, parameters: unknown[]): Promise<Verdict> {
  const { promise, resolve, reject } = withResolvers<Verdict>();
  const done = (error: unknown, user?: unknown, info?: unknown) => {
    if (error !== null && error !== undefined && error !== false) reject(asError(error));
    else resolve(readVerdict(user, info));
  };
  const declaresDone = verify.length > parameters.length;
  const settle = (result: unknown) => {
    if (result !== undefined) done(null, result);
    else if (!declaresDone) reject(noResult());
  };
  try {
    const result = verify(...parameters, done);
    // An arrow function around a call with a callback returns whatever that call returns, a query or a timer: only a promise is an
    // answer of a function that has asked for done.
    if (isPromise(result) || (!declaresDone && isThenable(result)))
      result.then(settle, (error: unknown) => reject(asError(error)));
    // A function that names no parameters may be a wrapper, and the one within may call done later.
    else if (!declaresDone && (result !== undefined || verify.length > 0)) settle(result);
  } catch (error) {
    reject(asError(error));
  }
  return promise;
}

function readVerdict(user: unknown, info: unknown): Verdict {
  const details = typeof info === 'object' && info !== null ? info : undefined;
  if (user !== undefined && user !== null && user !== false) return { type: 'accepted', user, info: details ?? {} };
  const message = typeof info === 'string' ? info : 'verify: the app has no user for this person';
  return { type: 'rejected', info: details ?? new LoginWithError(message, { code: 'user_rejected', stage: 'verify' }) };
}

function asError(error: unknown): Error {
  if (isError(error)) return error;
  return new LoginWithError('verify: the app rejected the login with something that is no Error', {
    code: 'verify_failed',
    stage: 'verify',
    hint: 'Throw an Error, or hand one to done.',
    cause: error,
  });
}

function noResult(): LoginWithError {
  return new LoginWithError('verify: it ended without a user', {
    code: 'verify_no_result',
    stage: 'verify',
    hint: 'Return the user (or false), resolve to it, or declare done as the last parameter and call it.',
  });
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((...functions) => ([resolve, reject] = functions));
  return { promise, resolve, reject };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
