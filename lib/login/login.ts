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
import { explainMissingAttempt, explainMissingKey, loopHint } from './hints.js';
import { classifyRequest, type RequestLine } from './request.js';
import { findReturnTo, sanitizeReturnTo } from './return-to.js';
import { createSharedExchanges, isKeyUnused } from './shared-exchange.js';

/** What a login needs of a request. */
export interface LoginRequest extends RequestLine {
  /** Host name without the port, as the browser knows it. */
  host: string;
  /** Whether the browser came over https. */
  secure: boolean;
  /** Where to go after the login, if the app says so; else the query's `returnTo`. */
  returnTo: string | undefined;
  /** Ties the attempt to the user who is signed in; absent for an ordinary login. */
  binding?: AttemptBinding | undefined;
  /** The request itself, for the app's own attempt store. */
  source: IncomingMessage;
}

/** How a request to a login route ends; `cookie` is the value of a `Set-Cookie` header. */
export type LoginOutcome =
  | { type: 'nothing' }
  /** `restartedAfter`: why the login went back to the start by itself. */
  | { type: 'redirect'; location: string; cookie: string; restartedAfter?: LoginWithError }
  | { type: 'fail'; error: LoginWithError; cookie?: string }
  | { type: 'error'; error: unknown; cookie?: string }
  /** Hold `acquire()` while `verify` runs: requests that share the outcome go one after the other. */
  | { type: 'success'; profile: Profile; info: LoginInfo; attempt: Attempt; acquire: Lock; cookie?: string };

/** Handles start and callback requests, independent of the framework. */
export type LoginHandler = (request: LoginRequest) => Promise<LoginOutcome>;

type FailOutcome = Extract<LoginOutcome, { type: 'fail' }>;
type StartOutcome = FailOutcome | Extract<LoginOutcome, { type: 'redirect' }>;

/** Within {@link startsWindow} milliseconds a browser may start this many logins. */
const maximumStarts = 8;
const startsWindow = 30_000;

/** Send a login back to the start by itself, once. */
const restartable: readonly LoginErrorCode[] = ['auth_key_invalid', 'token_expired'];
/** Caused by the visitor's request: Passport's `fail`, not its `error`. */
const visitorErrors: readonly LoginErrorCode[] = [...restartable, 'user_not_found'];

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
    // After the redirect was sent: the first time, undici is loaded.
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
    const verdict = found && checkAttempt(found, settings.name, request.host);
    if (found === undefined || verdict !== 'valid') {
      const hint = explainMissingAttempt(settings, request.host, reading, verdict, found);
      return fail('attempt_missing', 'this browser has not started a login here', hint);
    }
    const attempt: StoredAttempt = { ...found, usedFor: digest };
    const used = { ...content, attempts: content.attempts.map((kept) => (kept.id === attempt.id ? attempt : kept)) };
    const exchangeId = `${attempt.id} ${digest}`;
    const running = exchanges.find(exchangeId);
    if (running === undefined && found.usedFor === digest) {
      // Another instance sent the key, or this one did more than a minute ago. A new key costs one redirect.
      return restart(request, attempt, used, createUsedKeyError());
    }
    const { outcome, acquire } = running ?? exchanges.begin(exchangeId, authKey);
    const setCookie = store === undefined ? { cookie: cookie.write(used, request.secure) } : {};
    try {
      const { profile, ...token } = await outcome;
      const info: LoginInfo = { provider: settings.provider.name, ...token, returnTo: attempt.returnTo };
      return { type: 'success', profile, info, attempt, acquire, ...setCookie };
    } catch (error) {
      if (hasCode(error, ...restartable)) return restart(request, attempt, used, error);
      // While the key is unused, the attempt stays so too: the same page loaded again tries again.
      const kept = isKeyUnused(error) ? {} : setCookie;
      return hasCode(error, ...visitorErrors) ? { type: 'fail', error, ...kept } : { type: 'error', error, ...kept };
    }
  }

  /** Goes back to the start once; the second time the login fails. */
  async function restart(
    request: LoginRequest,
    attempt: StoredAttempt,
    content: AttemptCookieContent,
    error: LoginWithError,
  ): Promise<LoginOutcome> {
    const setCookie = cookie.write(content, request.secure);
    if (attempt.restarts > 0) return { type: 'fail', error, cookie: setCookie };
    const { provider, host, returnTo, restarts, binding } = attempt;
    const next = createAttempt({ provider, host, returnTo, restarts: restarts + 1, binding });
    const outcome = await redirectToProvider(request, next, content);
    // The key is used even if the way back to the start is closed.
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
        return fail('auth_key_malformed', `the auth_key ${kind.reason}`, 'No provider sends such a key.');
      case 'denied':
        return fail('access_denied', 'the login was refused', 'The redirect URL was called with "error" or "denied".');
      case 'keyless':
        return fail('auth_key_missing', 'there is no auth_key in the query', explainMissingKey(settings));
      case 'start':
        return start(request);
      case 'callback':
        return finish(request, kind.authKey);
    }
  };
}

/** The attempt that was used for this key already, or else the newest unused one: the protocol does not say which is meant. */
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
      hint: 'The option "attempts" is the app\'s own; its error is the cause.',
      retryable: true,
      cause,
    });
  }
}

function createUsedKeyError(): LoginWithError {
  return new LoginWithError('callback: this auth_key was used before', {
    code: 'auth_key_invalid',
    stage: 'callback',
    hint: 'The page was loaded again. A key is for one use; start the login again.',
    retryable: true,
  });
}

function fail(code: LoginErrorCode, what: string, hint: string, stage: LoginStage = 'callback'): FailOutcome {
  return { type: 'fail', error: new LoginWithError(`${stage}: ${what}`, { code, stage, hint }) };
}
