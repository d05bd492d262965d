import type { IncomingMessage } from 'node:http';
import {
  createAttempt,
  createAttemptCookie,
  digestKey,
  judgeAttempt,
  maximumStarts,
  startsWindow,
  type AttemptCookie,
  type AttemptJar,
  type JarReading,
  type KeptAttempt,
} from './attempt-cookie.js';
import { sanitizeReturnTo, classifyRequest, findReturnTo, type RequestLine } from './request.js';
import type { LoginWithClient } from '../client/client.js';
import { LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import { createExchanges, isKeyIntact, type Exchanges, type Turn } from './shared-exchange.js';
import { explainMissingAttempt, explainMissingKey, loopHint } from './hints.js';
import type { StrategySettings } from '../options.js';
import type { Attempt, AttemptBinding, LoginInfo, Profile } from '../types.js';

/** What a login needs of a request. */
export interface LoginRequest extends RequestLine {
  /** Host name without the port, as the browser knows it. */
  host: string;
  /** Whether the browser came over https. */
  secure: boolean;
  /** Where to go after the login, if the app says so; else the query's `returnTo`. */
  returnTo: string | undefined;
  /** Ties what is started to somebody who is signed in; absent for an ordinary login. */
  binding?: AttemptBinding | undefined;
  /** The request itself, for an attempt store of the app's own. */
  source: IncomingMessage;
}

/** How a request to a login route ends; `cookie` is the value of a `Set-Cookie` header. */
export type LoginOutcome =
  | { type: 'nothing' }
  /** `after`: why a login went back to the start by itself. */
  | { type: 'redirect'; location: string; cookie: string; after?: LoginWithError }
  | { type: 'fail'; error: LoginWithError; cookie?: string }
  | { type: 'error'; error: unknown; cookie?: string }
  | { type: 'success'; profile: Profile; info: LoginInfo; attempt: Attempt; turn: Turn; cookie?: string };

type Failure = Extract<LoginOutcome, { type: 'fail' }>;
type BeginOutcome = Failure | Extract<LoginOutcome, { type: 'redirect' }>;

/** What sends a login back to the start by itself, once. */
const restartable: readonly LoginErrorCode[] = ['auth_key_invalid', 'token_expired'];
/** What is the visitor's affair: Passport's `fail`, not its `error`. */
const failures: readonly LoginErrorCode[] = [...restartable, 'user_not_found'];

/** The story of one request to a login route. */
export class Login {
  private readonly settings: StrategySettings;
  private readonly client: LoginWithClient;
  private readonly cookie: AttemptCookie;
  private readonly exchanges: Exchanges;

  constructor(settings: StrategySettings, client: LoginWithClient) {
    this.settings = settings;
    this.client = client;
    this.exchanges = createExchanges(client);
    this.cookie = createAttemptCookie(settings.name, settings.provider.baseURL, settings.appId, settings.appSecret);
  }

  async handle(request: LoginRequest): Promise<LoginOutcome> {
    const kind = classifyRequest(request, this.settings.callbackURL);
    switch (kind.type) {
      case 'prefetch':
        return { type: 'nothing' };
      case 'malformed':
        return fail(
          'auth_key_malformed',
          `the auth_key is ${kind.reason}`,
          'No provider sends such a key: somebody made this request up.',
        );
      case 'denied':
        return fail('access_denied', 'the login was refused', 'The redirect URL was called with "error" or "denied".');
      case 'keyless':
        return fail('auth_key_missing', 'there is no auth_key in the query', explainMissingKey(this.settings));
      case 'start':
        return this.start(request);
      case 'callback':
        return this.finish(request, kind.authKey);
    }
  }

  private async start(request: LoginRequest): Promise<LoginOutcome> {
    const returnTo = sanitizeReturnTo(request.returnTo ?? findReturnTo(request.url));
    const attempt = createAttempt(this.settings.name, request.host, returnTo, 0, request.binding);
    return this.begin(request, attempt, this.readJar(request).jar);
  }

  private async begin(request: LoginRequest, attempt: Attempt, jar: AttemptJar): Promise<BeginOutcome> {
    const now = Date.now();
    const starts = jar.starts.filter((time) => now - time < startsWindow);
    if (starts.length >= maximumStarts) {
      return fail(
        'login_loop',
        `this browser started more than ${maximumStarts} logins within ${startsWindow / 1000} seconds`,
        loopHint,
        'start',
      );
    }
    if (this.settings.attempts !== undefined)
      await guardStore('start', () => this.settings.attempts?.begin(request.source, attempt));
    // After the redirect is on its way: the first time, undici is loaded.
    setImmediate(() => this.client.warmUp());
    const attempts = this.settings.attempts === undefined ? [...jar.attempts, attempt] : [];
    return {
      type: 'redirect',
      location: this.client.authorizeURL(),
      cookie: this.cookie.write({ attempts, starts: [...starts, now] }, request.secure),
    };
  }

  private async finish(request: LoginRequest, authKey: string): Promise<LoginOutcome> {
    const { jar, reading } = this.readJar(request);
    const digest = digestKey(authKey);
    const taken = this.settings.attempts === undefined ? takeAttempt(jar, digest) : await this.takeFromStore(request);
    const verdict = taken === undefined ? undefined : judgeAttempt(taken, this.settings.name, request.host);
    if (taken === undefined || verdict !== 'good') {
      return fail(
        'attempt_missing',
        'this browser has no login under way here',
        explainMissingAttempt(this.settings, request.host, reading, verdict, taken),
      );
    }
    const wasUsed = taken.usedFor === digest;
    const attempt: KeptAttempt = { ...taken, usedFor: digest };
    const spent = { ...jar, attempts: jar.attempts.map((kept) => (kept.id === attempt.id ? attempt : kept)) };
    const id = `${attempt.id} ${digest}`;
    if (wasUsed && this.exchanges.find(id) === undefined) {
      // Sent before, by another instance or more than a minute ago: it must not be sent again, and a new key costs one hop.
      return this.restart(request, attempt, spent, describeUsedKey());
    }
    const shared = this.exchanges.find(id) ?? this.exchanges.begin(id, authKey);
    const cookie = this.settings.attempts === undefined ? this.cookie.write(spent, request.secure) : undefined;
    try {
      const { profile, ...token } = await shared.outcome;
      const info: LoginInfo = { provider: this.settings.provider.name, ...token, returnTo: attempt.returnTo };
      const turn = shared.queueUp();
      return { type: 'success', profile, info, attempt, turn, ...(cookie === undefined ? {} : { cookie }) };
    } catch (error) {
      if (hasCode(error, restartable)) return this.restart(request, attempt, spent, error);
      // A key that never left is still good: the same page, loaded again, tries again.
      const withCookie = cookie === undefined || isKeyIntact(error) ? {} : { cookie };
      return hasCode(error, failures)
        ? { type: 'fail', error, ...withCookie }
        : { type: 'error', error, ...withCookie };
    }
  }

  private async restart(
    request: LoginRequest,
    attempt: KeptAttempt,
    jar: AttemptJar,
    error: LoginWithError,
  ): Promise<LoginOutcome> {
    const cookie = this.cookie.write(jar, request.secure);
    if (attempt.restarts > 0) return { type: 'fail', error, cookie };
    const { provider, host, returnTo, restarts, binding } = attempt;
    const outcome = await this.begin(request, createAttempt(provider, host, returnTo, restarts + 1, binding), jar);
    // The key is spent even when there is no way back to the start.
    return outcome.type === 'redirect' ? { ...outcome, after: error } : { ...outcome, cookie };
  }

  private readJar(request: LoginRequest): { jar: AttemptJar; reading: JarReading } {
    const reading = this.cookie.read(request.headers.cookie?.toString(), request.secure);
    return { reading, jar: reading.found ? reading.jar : { attempts: [], starts: [] } };
  }

  private async takeFromStore(request: LoginRequest): Promise<KeptAttempt | undefined> {
    return (await guardStore('callback', () => this.settings.attempts?.take(request.source))) ?? undefined;
  }
}

/** The attempt that this key was used for already, or else the newest unused one: nothing in the protocol says which is meant. */
function takeAttempt(jar: AttemptJar, digest: string): KeptAttempt | undefined {
  return (
    jar.attempts.find((kept) => kept.usedFor === digest) ?? jar.attempts.findLast((kept) => kept.usedFor === undefined)
  );
}

async function guardStore<T>(stage: LoginStage, use: () => T | Promise<T>): Promise<T> {
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

function describeUsedKey(): LoginWithError {
  return new LoginWithError('callback: this page was loaded before, and its auth_key is used up', {
    code: 'auth_key_invalid',
    stage: 'callback',
    hint: 'A key is for one use; start the login again.',
    retryable: true,
  });
}

function hasCode(error: unknown, codes: readonly LoginErrorCode[]): error is LoginWithError {
  return error instanceof LoginWithError && codes.includes(error.code);
}

function fail(code: LoginErrorCode, what: string, hint: string, stage: LoginStage = 'callback'): Failure {
  return { type: 'fail', error: new LoginWithError(`${stage}: ${what}`, { code, stage, hint }) };
}
