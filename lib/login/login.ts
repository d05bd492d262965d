import type { IncomingMessage } from 'node:http';
import type { LoginWithClient } from '../client/client.js';
import { hasCode, LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import type { Lock } from '../internal/lock.js';
import type { StrategySettings } from '../options.js';
import type { Attempt, AttemptBinding, LoginInfo, Profile } from '../types.js';
import {
  checkAttempt,
  createAttempt,
  createAttemptCookie,
  digestKey,
  type AttemptCookieContent,
  type AttemptCookieReading,
  type StoredAttempt,
} from './attempt-cookie.js';
import { explainInvalidAttempt, explainMissingAttempt, explainMissingKey, loopHint } from './hints.js';
import { classifyRequest, type RequestLine } from './request.js';
import { findReturnTo, sanitizeReturnTo } from './return-to.js';
import { createSharedExchanges, isKeyUnused } from './shared-exchange.js';

/** The parts of a request that a login needs. */
export interface LoginRequest extends RequestLine {
  /** Host name as the browser knows it, without the port. */
  host: string;
  /** Whether the browser uses https. */
  secure: boolean;
  /** Path to return to after the login; the query's `returnTo` if absent. */
  returnTo: string | undefined;
  /** Ties the attempt to the user who is signed in. An ordinary login has none. */
  binding?: AttemptBinding | undefined;
  /** The request itself, for the app's attempt store. */
  source: IncomingMessage;
}

/** The outcome of a request to a login route. `cookie` is the value of a `Set-Cookie` header. */
export type LoginOutcome =
  | { type: 'nothing' }
  /** `restartedAfter` is the error after which the login went back to the start by itself. */
  | { type: 'redirect'; location: string; cookie: string; restartedAfter?: LoginWithError }
  | { type: 'fail'; error: LoginWithError; cookie?: string }
  | { type: 'error'; error: unknown; cookie?: string }
  /** Hold the lock `acquire` while `verify` runs, because other requests may share this outcome. */
  | { type: 'success'; profile: Profile; info: LoginInfo; attempt: Attempt; acquire: Lock; cookie?: string };

/** Handles start and callback requests, independent of the framework (PROTOCOL.md, the start and the return). */
export type LoginHandler = (request: LoginRequest) => Promise<LoginOutcome>;

type FailOutcome = Extract<LoginOutcome, { type: 'fail' }>;
type StartOutcome = FailOutcome | Extract<LoginOutcome, { type: 'redirect' }>;

/** A browser may start this many logins within {@link startsWindow}. */
const maximumStarts = 8;
/** In milliseconds. */
const startsWindow = 30_000;

/** These errors send a login back to the start by itself, once. */
const restartableCodes: readonly LoginErrorCode[] = ['auth_key_invalid', 'token_expired'];

/** Creates the handler of one strategy. It throws `attempts_failed` if the app's attempt store fails. */
export function createLoginHandler(settings: StrategySettings, client: LoginWithClient): LoginHandler {
  const cookie = createAttemptCookie(settings);
  const exchanges = createSharedExchanges(client);
  const { attempts: store } = settings;

  async function start(request: LoginRequest): Promise<LoginOutcome> {
    const returnTo =
      request.returnTo === undefined ? (findReturnTo(request.url) ?? '/') : sanitizeReturnTo(request.returnTo);
    const { host, binding } = request;
    const attempt = createAttempt({ provider: settings.name, host, returnTo, restarts: 0, binding });
    return redirectToProvider(request, attempt, readCookie(request).content);
  }

  async function redirectToProvider(
    request: LoginRequest,
    attempt: Attempt,
    content: AttemptCookieContent,
  ): Promise<StartOutcome> {
    const now = Date.now();
    const starts = content.starts.filter((time) => now - time < startsWindow);
    if (starts.length >= maximumStarts) {
      const what = `this browser started more than ${maximumStarts} logins within ${startsWindow / 1000} seconds`;
      return fail('login_loop', what, loopHint, 'start');
    }
    if (store !== undefined) await useStore('start', () => store.begin(request.source, attempt));
    // After the response was sent, because the first time loads undici.
    setImmediate(() => client.warmUp());
    const attempts = store === undefined ? [...content.attempts, attempt] : [];
    return {
      type: 'redirect',
      location: client.authorizeURL(),
      cookie: cookie.write({ attempts, starts: [...starts, now] }, request.secure),
    };
  }

  async function finish(request: LoginRequest, authKey: string): Promise<LoginOutcome> {
    const { content, reading } = readCookie(request);
    const digest = digestKey(authKey);
    const found: StoredAttempt | undefined =
      store === undefined
        ? findAttempt(content, digest)
        : ((await useStore('callback', () => store.take(request.source))) ?? undefined);
    if (found === undefined) return failWithoutAttempt(explainMissingAttempt(settings, request.host, reading));
    const verdict = checkAttempt(found, settings.name, request.host);
    if (verdict !== 'valid') return failWithoutAttempt(explainInvalidAttempt(settings, request.host, found, verdict));
    const attempt: StoredAttempt = { ...found, usedFor: digest };
    const used = { ...content, attempts: content.attempts.map((kept) => (kept.id === attempt.id ? attempt : kept)) };
    const exchangeId = `${attempt.id} ${digest}`;
    const running = exchanges.find(exchangeId);
    if (running === undefined && found.usedFor === digest) {
      // Another instance sent the key, or this one did more than a minute ago. A new key costs the user one redirect.
      return restart(request, attempt, used, createUsedKeyError());
    }
    const { outcome, acquire } = running ?? exchanges.begin(exchangeId, authKey);
    const setCookie = store === undefined ? { cookie: cookie.write(used, request.secure) } : {};
    try {
      const { profile, ...token } = await outcome;
      const info: LoginInfo = { provider: settings.provider.name, ...token, returnTo: attempt.returnTo };
      return { type: 'success', profile, info, attempt, acquire, ...setCookie };
    } catch (error) {
      if (hasCode(error, ...restartableCodes)) return restart(request, attempt, used, error);
      // If the key is unused, the attempt stays unused too, so that loading the page again tries again.
      const kept = isKeyUnused(error) ? {} : setCookie;
      return hasCode(error, 'user_not_found') ? { type: 'fail', error, ...kept } : { type: 'error', error, ...kept };
    }
  }

  /** Sends the login back to the start once. The second time it fails. */
  async function restart(
    request: LoginRequest,
    attempt: StoredAttempt,
    content: AttemptCookieContent,
    error: LoginWithError,
  ): Promise<LoginOutcome> {
    const setCookie = cookie.write(content, request.secure);
    if (attempt.restarts > 0) return { type: 'fail', error, cookie: setCookie };
    const next = createAttempt({ ...attempt, restarts: attempt.restarts + 1 });
    const outcome = await redirectToProvider(request, next, content);
    // The attempt is used up even if this browser has started too many logins.
    return outcome.type === 'redirect' ? { ...outcome, restartedAfter: error } : { ...outcome, cookie: setCookie };
  }

  function readCookie(request: LoginRequest): { content: AttemptCookieContent; reading: AttemptCookieReading } {
    const reading = cookie.read(request.headers.cookie?.toString(), request.secure);
    return { reading, content: reading.found ? reading.content : { attempts: [], starts: [] } };
  }

  return async (request) => {
    const kind = classifyRequest(request, settings.callbackURL);
    switch (kind.type) {
      case 'prefetch':
        return { type: 'nothing' };
      case 'malformed':
        return fail(
          'auth_key_malformed',
          `the auth_key ${kind.reason}`,
          'No provider sends such a key. Start the login again.',
        );
      case 'denied':
        return fail(
          'access_denied',
          'the login was refused',
          'The query has "error" or "denied", which no provider sends today.',
        );
      case 'keyless':
        return fail('auth_key_missing', 'there is no auth_key in the query', explainMissingKey(settings));
      case 'start':
        return start(request);
      case 'callback':
        return finish(request, kind.authKey);
    }
  };
}

/**
 * Finds the attempt that this key used up, or else the newest unused one: the protocol does not say which one is meant.
 */
function findAttempt({ attempts }: AttemptCookieContent, digest: string): StoredAttempt | undefined {
  return (
    attempts.find(({ usedFor }) => usedFor === digest) ?? attempts.findLast(({ usedFor }) => usedFor === undefined)
  );
}

async function useStore<T>(stage: LoginStage, use: () => T | Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (cause) {
    throw new LoginWithError(`${stage}: the attempt store failed`, {
      code: 'attempts_failed',
      stage,
      hint: 'The store in the option "attempts" threw the error in cause.',
      retryable: true,
      cause,
    });
  }
}

function createUsedKeyError(): LoginWithError {
  return new LoginWithError('callback: this auth_key was used before', {
    code: 'auth_key_invalid',
    stage: 'callback',
    hint: 'The page was loaded again. A key can be used once. Start the login again.',
    retryable: true,
  });
}

function failWithoutAttempt(hint: string): FailOutcome {
  return fail('attempt_missing', 'this browser has not started a login here', hint);
}

function fail(code: LoginErrorCode, what: string, hint: string, stage: LoginStage = 'callback'): FailOutcome {
  return { type: 'fail', error: new LoginWithError(`${stage}: ${what}`, { code, stage, hint }) };
}
