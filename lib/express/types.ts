import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BrandOptions } from '../pages/brand.js';
import type { Templates } from '../pages/templates.js';
import type { Markup } from '../internal/html.js';
import type { Locale, TextOptions } from '../pages/texts.js';
import type { StrategyOptions, VerifyDone } from '../strategy.js';
import type { LimitOptions, LinkedProfile, Profile } from '../types.js';

/** A request as an option's function gets it; with Express, declare the parameter as `(req: express.Request, …)`. */
export type WebRequest = IncomingMessage & Express.Request;

/** Passes the request on to the next handler, or an error to the error handlers. */
export type Next = (error?: unknown) => void;

/** A middleware for Express, connect and `node:http`. */
export type Handler = (req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** A middleware for errors, after the routes. */
export type ErrorHandler = (error: unknown, req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** The user if there is no `verify`: the part of the profile that the session keeps. */
export type SessionProfile = Pick<
  Profile,
  'provider' | 'id' | 'username' | 'displayName' | 'name' | 'emails' | 'photos' | 'profileUrl'
>;

/** What `onLink` gets: store `profile.provider` and `profile.id` for this user. */
export interface Link<User> {
  user: User;
  profile: LinkedProfile;
}

/** The paths below `basePath`; `:name` stands for a provider's name. */
export interface LoginPaths {
  /**
   * GET, starts a login; default `/:name`. With `returnTo=PATH` in the query it ends there, with `display=popup` it is
   * one in a window that closes itself.
   */
  login: string;
  /** GET, the registered redirect URL; default `/:name/callback`. */
  callback: string;
  /** GET, gets a new access token for the signed-in user; default `/:name/renew`. */
  renew: string;
  /** GET and POST, adds an account to the signed-in user; default `/:name/link`. */
  link: string;
  /** GET, lets users choose their provider; default `/choose`. */
  choose: string;
  /** POST, logs out; GET, asks whether to. Default `/logout`. */
  logout: string;
}

/** The app's own Passport, as far as it is used. */
export interface PassportLike {
  /** Its middleware that adds `req.login()` and the like. */
  initialize(options?: { userProperty: string }): unknown;
  /** Its middleware that reads the user from the session. */
  session(): unknown;
}

/** What a `verify` returns; one that calls `done` returns nothing. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function without a result has this type
export type Verified<User> = User | false | null | undefined | void;

/** Options of one provider of a `loginWith()`. */
export type ProviderOptions = Omit<
  StrategyOptions,
  'passReqToCallback' | 'verifyTimeout' | 'trustedOrigins' | 'limits'
>;

/** Options of `loginWith()`. */
export interface LoginWithOptions<User = SessionProfile> {
  /**
   * The options of `LoginWithStrategy`, once per provider. Or a function that returns such a list for a request, by its
   * host or its path, and nothing if there is none: each list has users, cookies, limits and sessions of its own. Equal
   * lists are one. Give each provider a `name` of its own: `profile.provider` is that name.
   */
  providers:
    | readonly ProviderOptions[]
    | ((
        req: WebRequest,
      ) => readonly ProviderOptions[] | null | undefined | Promise<readonly ProviderOptions[] | null | undefined>);
  /** Seals the cookies and what the session keeps, as for `LoginWithStrategy`. */
  cookieSecret?: string | readonly string[] | undefined;
  /** Default `/auth`. It also names this login's part of the session: two `loginWith()` of one app need two. */
  basePath?: string | undefined;
  /** Paths of routes below {@link basePath}, in place of the defaults. */
  paths?: Partial<LoginPaths> | undefined;
  /** Finds or creates the app's user, as for `LoginWithStrategy`; without it the user is a {@link SessionProfile}. */
  verify?(
    accessToken: string,
    refreshToken: undefined,
    profile: Profile,
    done: VerifyDone,
  ): Verified<User> | Promise<Verified<User>>;
  /** Milliseconds after which a {@link verify} without a result fails, as for `LoginWithStrategy`. */
  verifyTimeout?: number | false | undefined;
  /** Returns what the session keeps of a user; required with `verify`, unless `passport` is given. */
  serialize?(user: User, req: WebRequest): unknown;
  /** Returns the user for what {@link serialize} returned; nothing, `null` or `false` if there is none any more. */
  deserialize?(
    stored: never,
    req: WebRequest,
  ): User | false | null | undefined | Promise<User | false | null | undefined>;
  /** The app's Passport, with its serializers; without it `loginWith()` keeps its own part of the session. */
  passport?: PassportLike | undefined;
  /** Where that Passport puts the user, if the app's `initialize()` was given another name than `user`. */
  userProperty?: string | undefined;
  /** `false`: the app hands out its own token in {@link onLogin}. Default `true`. */
  session?: boolean | undefined;
  /** Keys of the session to copy to the new session at the login. */
  keepSession?: readonly string[] | undefined;
  /** Path or URL after a login that no page asked for; default `/`. */
  successRedirect?: string | undefined;
  /**
   * Path or URL after a failed login, with `?error=CODE`; a page of ours if absent. With several providers it is also
   * the page on which users log in, with `?returnTo=PATH`.
   */
  failureRedirect?: string | undefined;
  /** Path or URL after a logout; a page of ours if absent. */
  logoutRedirect?: string | undefined;
  /**
   * Runs after a login, with `req.user` and `req.loginWith`. Respond, or call `next()` for the redirect. The user is
   * signed in by then, and stays so if it fails; to turn users away, let `verify` return `false`.
   */
  onLogin?(req: WebRequest, res: ServerResponse, next: Next): unknown;
  /** Runs after a logout, for example to revoke the app's own token. Respond, or call `next()` for our response. */
  onLogout?(req: WebRequest, res: ServerResponse, next: Next): unknown;
  /** Stores an account that the signed-in user has confirmed. Without it there is no linking. */
  onLink?(req: WebRequest, link: Link<User>): unknown;
  /** Handles failed logins, in place of our page and of the app's error handlers, which get what it throws. */
  onError?(error: unknown, req: WebRequest, res: ServerResponse, next: Next): unknown;
  /** Whether the session keeps the access token, sealed. Default: once `requireAccessToken` was called. */
  keepAccessToken?: boolean | undefined;
  /**
   * Origins such as `https://www.example.org` whose links may start a login without a click on our page, and to which
   * `returnTo` may lead. They may also post the logout.
   */
  trustedOrigins?: readonly string[] | undefined;
  /** Limits failed exchanges of all providers together; by default 10 from one address and 100 overall in an hour. */
  limits?: LimitOptions | undefined;
  /** Whose name, logo and colour the pages have, and where their way home leads. */
  brand?: BrandOptions | undefined;
  /** Words of the pages, by language, in place of ours; further languages. */
  texts?: TextOptions | undefined;
  /** Pages in place of ours. */
  templates?: Partial<Templates> | undefined;
}

declare global {
  // Equal to Passport's own typings, for apps without them.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the app adds its properties
    interface User {}
    interface Request {
      user?: User | undefined;
      /** Signs a user in on a new session and stores it, as after a login at a provider. */
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Passport's own, which a callback may rely on
      login(user: User, done: (error: any) => void): void;
      /** Signs the user out and leaves a new session. */
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
      logout(done: (error: any) => void): void;
      isAuthenticated(): this is AuthenticatedRequest;
      isUnauthenticated(): this is UnauthenticatedRequest;
    }
    interface AuthenticatedRequest extends Request {
      user: User;
    }
    interface UnauthenticatedRequest extends Request {
      user?: undefined;
    }
  }
}

/** What a “Log in with …” button depends on. */
export interface ButtonOptions {
  /** Where the login ends: a path of the app, or a URL of one of `trustedOrigins`; the success page if absent. */
  returnTo?: string | undefined;
  /** Language of the text. Default: the one that the browser of {@link req} prefers, else English. */
  locale?: Locale | undefined;
  /**
   * The request for the page with the button, after it has gone through the middleware: it tells where the middleware
   * is mounted and which prefix a proxy takes off, which otherwise only an absolute `callbackURL` tells. Required if
   * `providers` is a function.
   */
  req?: IncomingMessage | undefined;
}

/** What `loginWith()` returns: the middleware, and what belongs to it. */
export interface LoginWith<User = SessionProfile> extends Handler {
  /**
   * Lets only signed-in users through. A page request is redirected to the login and comes back to the page; everything
   * else gets 401 and JSON: `{ code: 'login_required', message, loginURL }`, with an absolute URL.
   */
  requireLogin(): Handler;
  /**
   * Lets users through whose access token is in the session, and puts it on `req.loginWith`. A page request without a
   * token, or after its documented hour, is renewed by one redirect without a click; everything else gets 401 and JSON:
   * `{ code: 'token_expired', message, renewURL }`, with an absolute URL.
   *
   * @throws TypeError for an unknown name, with `session: false`, and with `keepAccessToken: false`
   * @example
   * app.get('/fresh', auth.requireAccessToken('pimbuzz'), async (req, res) => {
   *   res.json(await req.loginWith?.getUserInfo());
   * });
   */
  requireAccessToken(name: string): Handler;
  /**
   * Shows a page for every `LoginWithError` and for whatever a login route has failed with, also of the app's own
   * `verify` and hooks; `fetch` and API clients get JSON, `{ code, message }`. Neither has a stack, nor anything of an
   * error that is not of this package. What the app or the provider has caused is printed to stderr, as Express does.
   * Renews the token if a handler behind {@link requireAccessToken} failed with `token_expired`. Passes other errors
   * on. It goes after the routes: `app.use(auth.handleErrors())`.
   */
  handleErrors(): ErrorHandler;
  /**
   * A “Log in with …” link to put on a page, as HTML without script and inline style. Its style is `buttonStyle`.
   *
   * @param name the provider's
   * @throws TypeError for an unknown name, and for a missing `req` if `providers` is a function
   * @throws LoginWithError `middleware_missing` for a `req` that the middleware has not seen, if no `callbackURL` helps
   * @example
   * app.get('/login', (req, res) => {
   *   res.send(html`<h1>Log in</h1> ${auth.button('pimbuzz', { returnTo: '/me', req })}`.markup);
   * });
   */
  button(name: string, options?: ButtonOptions): Markup;
  /** `pageStyle` in the colour of the option `brand`: CSS to serve to pages of the app in the same look. */
  readonly pageStyle: string;
  /** The signed-in user, typed; the same as `req.user`. */
  user(req: IncomingMessage): User | undefined;
  /** Closes the connections to the providers. */
  close(): Promise<void>;
}
