import type { LoginWithClient } from '../client/client.js';
import { publish } from '../diagnostics/events.js';
import { hasCode, LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import { digest } from '../internal/digest.js';
import { loadOnce } from '../internal/load-once.js';
import { addPathPrefix, pathOf } from '../internal/urls.js';
import { isDevelopment } from '../internal/warning.js';
import type { LoginSettings } from '../options.js';
import type { Attempt, LoginInfo } from '../types.js';
import {
  checkAttempt,
  createAttempt,
  findAttempt,
  openAttemptCookie,
  type AttemptCookie,
  type AttemptCookieContent,
  type StoredAttempt,
} from './attempt-cookie.js';
import { isForeignStart, isNavigation } from './cross-site.js';
import { warnOfLostKey } from './failure-warnings.js';
import {
  embeddedHint,
  explainForeignPost,
  explainInvalidAttempt,
  explainMissingAttempt,
  explainMissingKey,
  loopHint,
} from './hints.js';
import { fail, toFailure, type FailOutcome, type LoginOutcome, type LoginRequest } from './outcome.js';
import { prepareProvider } from './prepare-provider.js';
import type { RateLimiter } from './rate-limit.js';
import { classifyRequest } from './request.js';
import { findPrefix, findReturnTo, sanitizeReturnTo } from './return-to.js';
import { createSharedExchanges, isKeyUnused, type AuthKey } from './shared-exchange.js';

/** Handles the requests to the routes of one strategy, independent of the framework. */
export interface LoginHandler {
  /** Handles a start or a callback (PROTOCOL.md, the start and the return). */
  handle(request: LoginRequest): Promise<LoginOutcome>;
  /**
   * Forgets the logins that this browser has started, so that no old callback page logs in again after a logout.
   * Returns the values of `Set-Cookie` headers that remove the browser's cookies of them.
   */
  forgetAttempts(request: LoginRequest): Promise<string[]>;
}

type StartOutcome = FailOutcome | Extract<LoginOutcome, { type: 'redirect' }>;

/** A browser may start this many logins within {@link startsWindow}. */
const maximumStarts = 8;
/** In milliseconds. */
const startsWindow = 30_000;

/** These errors send a login back to the start by itself, once. */
const restartableCodes: readonly LoginErrorCode[] = ['auth_key_invalid', 'token_expired'];

/** Creates the handler of one strategy. It throws `attempts_failed` if the app's attempt store fails. */
export function createLoginHandler(
  settings: LoginSettings,
  client: LoginWithClient,
  limiter: RateLimiter | undefined,
): LoginHandler {
  const openCookie = loadOnce(() => openAttemptCookie(settings));
  const { attempts: store, callbackURL, provider } = settings;
  const exchanges = createSharedExchanges(client, provider, limiter);
  /** For the hints of callbacks that come elsewhere. */
  let lastStart: Pick<LoginRequest, 'host' | 'url'> | undefined;

  async function start(request: LoginRequest): Promise<LoginOutcome> {
    const { host, binding, display } = request;
    if (request.isConfirmed !== true && isForeignStart(request, settings.trustedOrigins)) {
      if (request.method !== 'POST') {
        if (isDevelopment() && lastStart !== undefined && pathOf(lastStart.url) !== pathOf(request.url))
          warnOfLostKey(settings, readCookie(await openCookie(), request).content);
        return { type: 'confirm' };
      }
      return fail('foreign_request', 'another site sent this form', explainForeignPost(request), 'start');
    }
    const returnTo =
      request.returnTo === undefined
        ? (findReturnTo(request.url, settings) ?? '/')
        : sanitizeReturnTo(request.returnTo, settings);
    const attempt = createAttempt({ provider: provider.name, host, returnTo, restarts: 0, binding, display });
    const cookie = await openCookie();
    return redirectToProvider(request, attempt, cookie, readCookie(cookie, request).content);
  }

  /** @param code of the error because of which the login starts again. */
  async function redirectToProvider(
    request: LoginRequest,
    attempt: Attempt,
    cookie: AttemptCookie,
    content: AttemptCookieContent,
    code?: LoginErrorCode,
  ): Promise<StartOutcome> {
    const now = Date.now();
    const starts = content.starts.filter((time) => now - time < startsWindow);
    if (starts.length >= maximumStarts) {
      const what = `this browser started more than ${maximumStarts} logins within ${startsWindow / 1000} seconds`;
      return fail('login_loop', what, loopHint, 'start');
    }
    if (store !== undefined) await useStore('start', () => store.begin(request.source, attempt));
    // After the response was sent, because the first time loads undici.
    setImmediate(() => prepareProvider(client, provider));
    if (attempt.restarts === 0) lastStart = { host: request.host, url: request.url };
    const { restarts, binding: { purpose } = { purpose: 'login' } } = attempt;
    publish('passport-loginwith:start', () => ({ provider: provider.name, purpose, restarted: restarts > 0, code }));
    const attempts = store === undefined ? [...content.attempts, attempt] : [];
    return {
      type: 'redirect',
      location: client.authorizeURL(),
      cookies: [cookie.write({ attempts, starts: [...starts, now] }, request.secure)],
    };
  }

  async function finish(request: LoginRequest, authKey: string): Promise<LoginOutcome> {
    const cookie = await openCookie();
    const { content, reading } = readCookie(cookie, request);
    const key: AuthKey = { authKey, keyDigest: digest(authKey) };
    const { keyDigest } = key;
    const found: StoredAttempt | undefined =
      store === undefined
        ? findAttempt(content, keyDigest, (attempt) => exchanges.isUsedForOther(attempt, keyDigest))
        : ((await useStore('callback', () => store.take(request.source))) ?? undefined);
    if (found === undefined)
      return failWithoutAttempt(explainMissingAttempt(settings, request, reading, lastStart?.host));
    const outcome = await finishAttempt(request, key, found, cookie, content);
    return outcome.type === 'fail' || outcome.type === 'error' ? { ...outcome, attempt: found } : outcome;
  }

  async function finishAttempt(
    request: LoginRequest,
    key: AuthKey,
    found: StoredAttempt,
    cookie: AttemptCookie,
    content: AttemptCookieContent,
  ): Promise<LoginOutcome> {
    // Elsewhere a renewal, which another site may have started without a click, would end as a login.
    if (found.binding !== undefined && request.acceptsBinding !== true)
      return failWithoutAttempt('The renewal or link was started with loginWith(), and came back to another login.');
    const verdict = checkAttempt(found, provider.name, request.host);
    if (verdict !== 'valid') return failWithoutAttempt(explainInvalidAttempt(settings, request.host, found, verdict));
    const attempt: StoredAttempt = { ...found };
    attempt.usedFor = key.keyDigest;
    const attempts = content.attempts.map((kept) => (kept.id === attempt.id ? attempt : kept));
    const used: AttemptCookieContent = { starts: content.starts, attempts };
    try {
      const ids = content.attempts.map(({ id }) => id);
      const shared = exchanges.share(request.clientAddress, found, key, ids);
      // Another instance sent the key, or this one did more than a minute ago. A new key costs the user one redirect.
      if (shared === 'used') return await restart(request, attempt, cookie, used, createUsedKeyError());
      const { accessToken, expiresAt, profile } = await shared.outcome;
      if (shared.exchange.isEnded)
        return failWithoutAttempt('The user logged out while the login was under way. Start it again.');
      const returnTo = addPathPrefix(request.prefix ?? findPrefix(request.url, callbackURL), attempt.returnTo);
      const info: LoginInfo = { provider: provider.name, accessToken, expiresAt, returnTo };
      const acquire = () => shared.exchange.acquire();
      return { type: 'success', profile, info, attempt, acquire, cookies: writeUses(cookie, used, request) };
    } catch (error) {
      if (hasCode(error, ...restartableCodes)) return restart(request, attempt, cookie, used, error);
      // If the key is unused, the attempt stays unused too, so that loading the page again tries again.
      return {
        ...toFailure(error),
        ...(isKeyUnused(error) ? { isKeyUnused: true } : { cookies: writeUses(cookie, used, request) }),
      };
    }
  }

  /** Sends the login back to the start once. The second time it fails. */
  async function restart(
    request: LoginRequest,
    attempt: StoredAttempt,
    cookie: AttemptCookie,
    content: AttemptCookieContent,
    error: LoginWithError,
  ): Promise<LoginOutcome> {
    const cookies = writeUses(cookie, content, request);
    if (attempt.restarts > 0) return { type: 'fail', error, cookies };
    const retryOf = hasCode(error, 'auth_key_invalid') && error.stage === 'authorize' ? attempt.id : undefined;
    const next = createAttempt({ ...attempt, restarts: attempt.restarts + 1, retryOf });
    const outcome = await redirectToProvider(request, next, cookie, content, error.code);
    // The attempt is used up even if this browser has started too many logins.
    return { ...outcome, cookies: [...(outcome.cookies ?? []), ...cookies] };
  }

  function writeUses(cookie: AttemptCookie, content: AttemptCookieContent, { secure }: LoginRequest): string[] {
    return store === undefined ? [cookie.writeUses(content, secure)] : [];
  }

  function readCookie(cookie: AttemptCookie, { headers, secure }: LoginRequest) {
    const reading = cookie.read(headers.cookie?.toString(), secure);
    return { reading, content: reading.found ? reading.content : { attempts: [], starts: [] } };
  }

  return {
    async handle(request) {
      const kind = classifyRequest(request, callbackURL);
      if (kind.type === 'prefetch') return { type: 'nothing' };
      if (!isNavigation(request)) return fail('foreign_request', 'no user went to this page', embeddedHint);
      switch (kind.type) {
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
            'The query has "error" or "denied", which Pimbuzz and Look Loox never send.',
          );
        case 'keyless':
          return fail('auth_key_missing', 'there is no auth_key in the query', explainMissingKey(settings, request));
        case 'start':
          return start(request);
        case 'callback':
          return finish(request, kind.authKey);
      }
    },
    async forgetAttempts(request) {
      const cookie = await openCookie();
      const { content } = readCookie(cookie, request);
      content.attempts.forEach((attempt) => exchanges.end(attempt));
      if (store !== undefined) await useStore('logout', () => store.take(request.source));
      return cookie.clear(request.headers.cookie?.toString(), request.secure);
    },
  };
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

/** The error for a key that was sent before. */
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
