/// <reference types="node" preserve="true" />
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Strategy } from 'passport-strategy';
import { createClient, type LoginWithClient } from './client/client.js';
import { LoginWithError } from './errors.js';
import { loadOnce } from './internal/load-once.js';
import { createLoginHandler, type LoginHandler } from './login/login.js';
import type { LoginOutcome } from './login/outcome.js';
import { createRateLimiter } from './login/rate-limit.js';
import { addLoginAccess } from './login/login-access.js';
import { Report } from './login/report.js';
import { runVerify, toRejection } from './login/verify.js';
import {
  readLoginRequest,
  toLoginRequest,
  viewRequest,
  type FrameworkRequest,
  type RequestViews,
} from './node-request.js';
import { addCookies, findResponse, respond, type FrameworkResponse } from './node-response.js';
import { parseStrategyOptions, type StrategySettings } from './options.js';
import { warnOfMissingPassportSession, warnOfSecureCookie } from './session-warnings.js';
import type { AttemptStoreOf, LoginAccess, LoginInfo, LoginOptions, Profile } from './types.js';

/** Options of `LoginWithStrategy`. */
export interface StrategyOptions extends LoginOptions<IncomingMessage> {
  /** Whether `verify` gets the request as its first argument; `false` if absent. */
  passReqToCallback?: boolean | undefined;
  /**
   * Milliseconds after which a `verify` that has given no result fails with `verify_timeout`; 30 000 if absent, `false`
   * for no limit. What it does later is ignored.
   */
  verifyTimeout?: number | false | undefined;
}

/** An {@link AttemptStoreOf} for the requests of Node, and of the frameworks that pass them on. */
export type AttemptStore = AttemptStoreOf<IncomingMessage>;

/** Takes the result of `verify`: an error, a user, or `false` and a reason. */
export type VerifyDone = (error: unknown, user?: unknown, info?: unknown) => void;

/**
 * Finds or creates the app's user. It may pass the user to `done`, return it, or resolve to it; `false` and `null` mean
 * that there is none. `refreshToken` is always `undefined`.
 */
export type Verify = (accessToken: string, refreshToken: undefined, profile: Profile, done: VerifyDone) => unknown;

/**
 * {@link Verify} with the request as the first parameter, for `passReqToCallback: true`.
 *
 * @useDeclaredType
 */
export type VerifyWithRequest = {
  // A method's parameters may be narrower than declared, so that an app can write `(req: express.Request, …)` without a
  // cast.
  verify(
    req: Express.Request,
    accessToken: string,
    refreshToken: undefined,
    profile: Profile,
    done: VerifyDone,
  ): unknown;
}['verify'];

/** Options of one `passport.authenticate` call, besides Passport's own. */
export interface LoginWithAuthenticateOptions {
  /**
   * Path of this app, or URL of one of `trustedOrigins`, to return to after the login; the query parameter `returnTo`
   * of the start if absent. After the login it is in `req.loginWith.returnTo`.
   */
  returnTo?: string | undefined;
}

/** The methods that Passport adds to a strategy for one request. */
interface Actions {
  /** @internal */
  success(user: unknown, info?: object): void;
  /** @internal */
  fail(challenge?: object, status?: number): void;
  /** @internal */
  redirect(url: string, status?: number): void;
  /** @internal */
  error(error: unknown): void;
}

/** Typed here, so that the declarations of this package need no typings of another package. */
const PassportStrategy = Strategy as unknown as new () => Actions;

/**
 * Logs users in with Pimbuzz, Look Loox or any network on the same script. One route starts the login, and the route of
 * the registered redirect URL finishes it. Both run `passport.authenticate` with this strategy's name.
 *
 * Passport's `fail` gets a {@link LoginWithError} as the challenge: `auth_key_malformed`, `auth_key_missing`,
 * `access_denied`, `user_rejected`, `attempt_missing`, `auth_key_invalid`, `token_expired`, `user_not_found`,
 * `foreign_request`, `login_loop`, and with `limits` `too_many_failures`. Passport's `error` gets every other code, and
 * what `verify` throws. No error of this package holds a secret, a key or a token (PROTOCOL.md, the start and the
 * return, `authorize`, `get_user_info`).
 *
 * @example
 * passport.use(new LoginWithStrategy(
 *   { provider: 'pimbuzz', appId, appSecret, cookieSecret },
 *   async (accessToken, refreshToken, profile) => users.findOrCreate(profile.provider, profile.id),
 * ));
 */
export class LoginWithStrategy extends PassportStrategy {
  /** The name for `passport.authenticate`. */
  readonly name: string;
  /** The client of the same provider, for `checkCredentials()`, `getUserInfo()` and `close()`. */
  readonly client: LoginWithClient;
  private readonly settings: StrategySettings;
  private readonly login: LoginHandler;
  private readonly verify: (...parameters: unknown[]) => unknown;

  /** @throws TypeError that lists every mistake in the options at once, each with the name of the option. */
  constructor(options: StrategyOptions & { passReqToCallback: true }, verify: VerifyWithRequest);
  constructor(options: StrategyOptions & { passReqToCallback?: false | undefined }, verify: Verify);
  constructor(options: StrategyOptions, verify: Verify | VerifyWithRequest) {
    super();
    this.settings = parseStrategyOptions(options);
    if (typeof verify !== 'function')
      throw new TypeError(
        'LoginWithStrategy: the second argument must be the function verify(accessToken, refreshToken, profile, done)',
      );
    const { name, limits } = this.settings;
    this.name = name;
    this.client = createClient(this.settings);
    this.login = createLoginHandler(this.settings, this.client, limits && createRateLimiter(limits));
    // The overloads tie its type to passReqToCallback, which decides its arguments.
    this.verify = verify as (...parameters: unknown[]) => unknown;
  }

  /** Handles a request to a login route. Passport calls it. */
  authenticate(req: FrameworkRequest, options: LoginWithAuthenticateOptions = {}): void {
    // passport.authenticate(instance) shares one object between requests: the actions belong to this one until the
    // first await.
    const actions: Actions = {
      success: this.success.bind(this),
      fail: this.fail.bind(this),
      redirect: this.redirect.bind(this),
      error: this.error.bind(this),
    };
    // Passport ignores the promise that an async authenticate returns.
    const report = new Report({ provider: this.settings.provider.name });
    this.handle(req, options, actions, report).catch((reason: unknown) => {
      report.failure(reason, true);
      actions.error(reason);
    });
  }

  /**
   * Forgets the logins that this browser has started. Call it when you log a user out, before you respond: otherwise
   * the old callback page, loaded again within a minute, logs in again.
   *
   * @param req the request, or Koa's context
   * @param res the response, or Fastify's reply; not needed in Koa
   * @throws LoginWithError `attempts_failed` if the app's attempt store fails, `response_missing` if there is a cookie
   * to remove and no response.
   * @example
   * app.post('/logout', async (req, res) => {
   *   await strategy.forgetAttempts(req, res);
   *   req.logout(() => res.redirect('/'));
   * });
   */
  async forgetAttempts(req: FrameworkRequest, res?: FrameworkResponse): Promise<void> {
    const response = findResponse(viewRequest(req), res);
    const cookies = await this.login.forgetAttempts(toLoginRequest(req));
    if (cookies.length > 0) addCookies(requireResponse(response, 'logout'), cookies);
  }

  private async handle(
    req: FrameworkRequest,
    options: LoginWithAuthenticateOptions,
    actions: Actions,
    report: Report,
  ): Promise<void> {
    const views = viewRequest(req);
    warnOfMissingPassportSession(views);
    const response = findResponse(views);
    // Without cookies, Passport can respond on its own.
    if (this.settings.attempts === undefined) requireResponse(response, 'start');
    const outcome = await this.login.handle(readLoginRequest(views, options));
    if (response?.headersSent === false) {
      response.setHeader('Cache-Control', 'no-store');
      if ('cookies' in outcome) addCookies(response, outcome.cookies);
    }
    if ('attempt' in outcome) report.details.attempt = outcome.attempt;
    switch (outcome.type) {
      case 'nothing':
        respond(req, requireResponse(response, 'start'), 204, {});
        return;
      case 'confirm':
        loadStartPage().sendStartPage(req, requireResponse(response, 'start'), this.settings.provider.displayName);
        return;
      case 'redirect':
        actions.redirect(outcome.location);
        return;
      case 'fail':
        // Passport's failureRedirect shows it to nobody.
        report.failure(outcome.error, false);
        actions.fail(outcome.error, outcome.error.status);
        return;
      case 'error':
        throw outcome.error;
      case 'success':
        await this.finish(views, response, outcome, actions, report);
    }
  }

  private async finish(
    views: RequestViews,
    response: ServerResponse | undefined,
    outcome: Extract<LoginOutcome, { type: 'success' }>,
    actions: Actions,
    report: Report,
  ): Promise<void> {
    const { profile, info } = outcome;
    const release = await outcome.acquire();
    const { passReqToCallback, verifyTimeout } = this.settings;
    const parameters = [...(passReqToCallback ? [views.source] : []), info.accessToken, undefined, profile];
    const result = await runVerify(this.verify, parameters, {
      verifyTimeout,
      // A verify that responds itself may never call done.
      onWait: () => response?.once('finish', release),
      hasResponded: () => response?.headersSent === true,
    }).finally(release);
    if (result.type === 'rejected') {
      report.failure(toRejection(result.info), false);
      actions.fail(result.info, 401);
      return;
    }
    const { framework, koa } = views;
    // Where koa-passport puts the user and Passport's authInfo, too.
    (koa?.state ?? framework).loginWith = addLoginAccess(info, this.client);
    warnOfSecureCookie(views);
    report.success();
    actions.success(result.user, { ...result.info, ...info });
  }
}

/** Loads the page, with all that our pages say, when it is first shown, so that the app starts faster. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadStartPage = loadOnce(() => require('./start-page.js') as typeof import('./start-page.js'));

/** @throws LoginWithError `response_missing` */
function requireResponse(response: ServerResponse | undefined, stage: 'start' | 'logout'): ServerResponse {
  if (response !== undefined) return response;
  throw new LoginWithError(`${stage}: the response to this request cannot be found`, {
    code: 'response_missing',
    stage,
    hint:
      'In Fastify over HTTP/2 and with app.inject(), register the plugin adaptFastify of this package. Elsewhere set ' +
      'req.res, or use LoginWithClient.',
  });
}

declare global {
  // Passport and Express are extended in the same way by their own typings.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- inherited properties may be narrowed
    interface AuthInfo extends Partial<LoginInfo> {}
    interface Request {
      authInfo?: AuthInfo | undefined;
      /** The login that this request finished, or the one whose token `requireAccessToken` found. */
      loginWith?: LoginInfo & LoginAccess;
    }
  }
}

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an expected error would be one with @types/passport
/** @ts-ignore -- without @types/passport there are no typings to extend */
declare module 'passport' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- as above
  interface AuthenticateOptions extends LoginWithAuthenticateOptions {}
}
