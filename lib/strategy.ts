import type { IncomingMessage, ServerResponse } from 'node:http';
import { Strategy } from 'passport-strategy';
import { LoginWithClient } from './client/client.js';
import { LoginWithError } from './errors.js';
import { createLoginHandler, type LoginHandler, type LoginOutcome, type LoginRequest } from './login/login.js';
import { runVerify } from './login/verify.js';
import { parseStrategyOptions, type StrategySettings } from './options.js';
import type { LoginAccess, LoginInfo, Profile, StrategyOptions } from './types.js';

/** Tells Passport how `verify` ended: an error, a user, or `false` with a reason. */
export type VerifyDone = (error: unknown, user?: unknown, info?: unknown) => void;

/** Finds or makes the app's user: by `done`, by returning, or by resolving to it. `refreshToken` is always `undefined`. */
export type Verify = (accessToken: string, refreshToken: undefined, profile: Profile, done: VerifyDone) => unknown;

/** {@link Verify} with the request first, for `passReqToCallback: true`. */
export type VerifyWithRequest = {
  // A method's parameters may be narrower than declared, so that one can write `(req: express.Request, …)` without a cast.
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
  /** A path of this app to return to; else the start's query parameter `returnTo`. Comes back as `req.loginWith.returnTo`. */
  returnTo?: string;
}

/** The methods that Passport adds to a strategy for one request. */
interface Actions {
  success(user: unknown, info?: object): void;
  fail(challenge?: object, status?: number): void;
  redirect(url: string, status?: number): void;
  error(error: unknown): void;
}

/** Typed here, so that the package's declarations need no other package's typings. */
const PassportStrategy = Strategy as unknown as new () => Actions;

/** Express's properties of a request, each of which another framework may lack. */
type ExpressRequest = IncomingMessage & {
  res?: ServerResponse;
  originalUrl?: string;
  hostname?: string;
  secure?: boolean;
  loginWith?: LoginInfo & LoginAccess;
};

/**
 * Logs people in with Pimbuzz, Look Loox or any network on the same script. One route starts the login, the route of the registered
 * redirect URL finishes it; both run `passport.authenticate` with this strategy's name.
 *
 * Fails (Passport's `fail`, with a {@link LoginWithError} as the challenge): `auth_key_malformed`, `auth_key_missing`, `access_denied`, `attempt_missing`,
 * `auth_key_invalid`, `token_expired`, `user_not_found`, `login_loop`, `user_rejected`. Errors (Passport's `error`): every other code, and what `verify` throws.
 * Neither holds a secret, a key or a token (PROTOCOL.md, from the start to `get_user_info`).
 *
 * @example
 * passport.use(new LoginWithStrategy(
 *   { provider: 'pimbuzz', appId, appSecret },
 *   async (accessToken, refreshToken, profile) => users.findOrCreate(profile.provider, profile.id),
 * ));
 */
export class LoginWithStrategy extends PassportStrategy {
  readonly name: string;
  /** The same provider without Passport: `checkCredentials()`, `getUserInfo()`, `close()`. */
  readonly client: LoginWithClient;
  private readonly settings: StrategySettings;
  private readonly handleLogin: LoginHandler;
  private readonly verify: (...parameters: unknown[]) => unknown;

  /** @throws TypeError that lists every mistake in the options at once, each with the option's name. */
  constructor(options: StrategyOptions & { passReqToCallback: true }, verify: VerifyWithRequest);
  constructor(options: StrategyOptions & { passReqToCallback?: false | undefined }, verify: Verify);
  constructor(options: StrategyOptions, verify: Verify | VerifyWithRequest) {
    super();
    this.settings = parseStrategyOptions(options);
    if (typeof verify !== 'function')
      throw new TypeError(
        'LoginWithStrategy: the second argument must be the function verify(accessToken, refreshToken, profile, done)',
      );
    const { name, provider, appId, appSecret, timeout, dispatcher } = this.settings;
    this.name = name;
    this.client = new LoginWithClient({ provider, appId, appSecret: appSecret(), timeout, dispatcher });
    this.handleLogin = createLoginHandler(this.settings, this.client);
    // The overloads tie its type to passReqToCallback, which decides the arguments that it is called with.
    this.verify = verify as (...parameters: unknown[]) => unknown;
  }

  /** Called by Passport for each request to a login route. */
  authenticate(req: IncomingMessage, options: LoginWithAuthenticateOptions = {}): void {
    // Passport shares an instance that it was given directly between requests: the actions are this request's only until the first await.
    const actions: Actions = {
      success: this.success.bind(this),
      fail: this.fail.bind(this),
      redirect: this.redirect.bind(this),
      error: this.error.bind(this),
    };
    // Passport ignores the promise of an async authenticate.
    this.handle(req, options, actions).catch((reason: unknown) => actions.error(reason));
  }

  private async handle(req: ExpressRequest, options: LoginWithAuthenticateOptions, actions: Actions): Promise<void> {
    const { res } = req;
    if (res === undefined) {
      throw new LoginWithError('start: there is no response on the request', {
        code: 'response_missing',
        stage: 'start',
        hint: 'The strategy needs req.res, which Express sets. In another framework set it, or use LoginWithClient.',
      });
    }
    const outcome = await this.handleLogin(toLoginRequest(req, options));
    if (!res.headersSent) {
      res.setHeader('Cache-Control', 'no-store');
      if ('cookie' in outcome) res.appendHeader('Set-Cookie', outcome.cookie);
    }
    switch (outcome.type) {
      case 'nothing':
        res.writeHead(204).end();
        return;
      case 'redirect':
        actions.redirect(outcome.location);
        return;
      case 'fail':
        actions.fail(outcome.error, outcome.error.status);
        return;
      case 'error':
        actions.error(outcome.error);
        return;
      case 'success':
        await this.finish(req, outcome, actions);
    }
  }

  private async finish(
    req: ExpressRequest,
    outcome: Extract<LoginOutcome, { type: 'success' }>,
    actions: Actions,
  ): Promise<void> {
    const { profile, info } = outcome;
    const parameters = [info.accessToken, undefined, profile];
    const release = await outcome.acquire();
    const result = await runVerify(
      this.verify,
      this.settings.passReqToCallback ? [req, ...parameters] : parameters,
    ).finally(release);
    if (result.type === 'rejected') {
      actions.fail(result.info, 401);
      return;
    }
    req.loginWith = addLoginAccess(info, this.client);
    actions.success(result.user, { ...result.info, ...info });
  }
}

/** Adds `getUserInfo()`, not enumerable: the token's info is printed, copied and serialized as before. */
export function addLoginAccess(info: LoginInfo, client: LoginWithClient): LoginInfo & LoginAccess {
  const access: LoginAccess = { getUserInfo: () => client.getUserInfo(info.accessToken) };
  return Object.defineProperty({ ...info, ...access }, 'getUserInfo', { enumerable: false });
}

/** What a login needs of a request, taken from Express where it knows more than Node. */
export function toLoginRequest(req: ExpressRequest, { returnTo }: LoginWithAuthenticateOptions = {}): LoginRequest {
  return {
    method: req.method ?? 'GET',
    url: req.originalUrl ?? req.url ?? '/',
    headers: req.headers,
    // Express follows "trust proxy" in both.
    host: (req.hostname ?? req.headers.host ?? '').toLowerCase().replace(/:\d+$/, ''),
    secure: req.secure ?? 'encrypted' in req.socket,
    returnTo,
    source: req,
  };
}
