import type { IncomingMessage, ServerResponse } from 'node:http';
import type { VerifyDone } from '../strategy.js';
import type { Profile, StrategyOptions } from '../types.js';
import type { Templates } from '../pages/templates.js';

/** A request of Express, 4 or 5; write `(req: express.Request, …)` where an option gets one. */
export type WebRequest = IncomingMessage & Express.Request;

/** Hands over to the next handler, or to the error handlers. */
export type Next = (error?: unknown) => void;

/** A handler for `app.use` and `app.get`. */
export type Handler = (req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** An error handler for `app.use`, after the routes. */
export type ErrorHandler = (error: unknown, req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** The user without a `verify`: what of the profile goes into the session. */
export type SessionProfile = Pick<
  Profile,
  'provider' | 'id' | 'username' | 'displayName' | 'name' | 'emails' | 'photos' | 'profileUrl'
>;

/** A profile that travelled through the browser, sealed. */
export type LinkedProfile = Omit<Profile, '_raw' | '_json'>;

/** What `onLink` gets: store `profile.provider` with `profile.id` for this user. */
export interface Link<User> {
  user: User;
  profile: LinkedProfile;
}

/** The paths below `basePath`; `:name` stands for a provider's name. */
export interface LoginPaths {
  /** GET; default `/:name`. */
  login: string;
  /** GET, the registered redirect URL; default `/:name/callback`. */
  callback: string;
  /** GET, a new token for who is signed in; default `/:name/renew`. */
  renew: string;
  /** GET and POST, another account for who is signed in; default `/:name/link`. */
  link: string;
  /** GET, which provider to log in with; default `/choose`. */
  choose: string;
  /** POST; default `/logout`. */
  logout: string;
}

/** A store of `express-rate-limit`, such as `rate-limit-redis`, so that several machines share the count. */
export interface RateLimitStore {
  init?(options: { windowMs: number }): unknown;
  get?(key: string): Promise<RateLimitCount | undefined> | RateLimitCount | undefined;
  increment(key: string): Promise<RateLimitCount> | RateLimitCount;
}

/** How often a store has seen a key, and when it forgets. */
export interface RateLimitCount {
  totalHits: number;
  resetTime: Date | undefined;
}

/** How many made-up keys are put up with. */
export interface LimitOptions {
  /** Failed exchanges from one client address within the window; default 10. */
  perClient?: number | undefined;
  /** Failed exchanges altogether, from which on a client has only two of its own; default 100. */
  overall?: number | undefined;
  /** Milliseconds; default one hour. */
  window?: number | undefined;
  /** Default: the memory of this process. */
  store?: RateLimitStore | undefined;
}

/** The app's own Passport, as far as it is used. */
export interface PassportLike {
  initialize(): (req: never, res: never, next: Next) => unknown;
  authenticate(strategy: string): unknown;
}

/** What a `verify` returns; one that calls `done` returns nothing. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function without a result has this type
export type Verified<User> = User | false | null | undefined | void;

/** Options of `loginWith()`. */
export interface LoginWithOptions<User = SessionProfile> {
  /** What `LoginWithStrategy` takes, once per provider. */
  providers: readonly Omit<StrategyOptions, 'passReqToCallback'>[];
  /** Default `/auth`. */
  basePath?: string | undefined;
  paths?: Partial<LoginPaths> | undefined;
  /** Finds or makes the app's user, as `LoginWithStrategy` has it; without it the user is a {@link SessionProfile}. */
  verify?(
    accessToken: string,
    refreshToken: undefined,
    profile: Profile,
    done: VerifyDone,
  ): Verified<User> | Promise<Verified<User>>;
  /** What of a user goes into the session; needed with `verify`, unless the app's Passport does it. */
  serialize?(user: User, req: WebRequest): unknown;
  /** The user for what {@link serialize} returned; nothing, `null` or `false` when there is none any more. */
  deserialize?(
    stored: never,
    req: WebRequest,
  ): User | false | null | undefined | Promise<User | false | null | undefined>;
  /** The app's Passport, with its serializers; without it a Passport of our own that disturbs no other. */
  passport?: PassportLike | undefined;
  /** `false`: the app hands out a token of its own in {@link onLogin}. Default `true`. */
  session?: boolean | undefined;
  /** Keys of the session that outlive the login. */
  keepSession?: readonly string[] | undefined;
  /** Path or URL for who came without a page in mind; default `/`. */
  successRedirect?: string | undefined;
  /** Path or URL for failed logins, which gets `error=CODE`; with several providers also the login page, which gets `returnTo`. */
  failureRedirect?: string | undefined;
  /** Path or URL after a logout; a page that says what a logout does if absent. */
  logoutRedirect?: string | undefined;
  /** After a login, with `req.user` and `req.loginWith`; answer, or call `next()` to go on to where the person wanted to. */
  onLogin?(req: WebRequest, res: ServerResponse, next: Next): unknown;
  /** After a logout, to take the app's own token back; answer, or call `next()`. */
  onLogout?(req: WebRequest, res: ServerResponse, next: Next): unknown;
  /** Stores an account that the signed-in person has confirmed to be theirs. Without it there is no linking. */
  onLink?(req: WebRequest, link: Link<User>): unknown;
  /** Instead of the page for a failed login and of Express's error handlers. */
  onError?(error: unknown, req: WebRequest, res: ServerResponse, next: Next): unknown;
  /** Whether the access token is kept, sealed, in the session. Default: as soon as `requireAccessToken` is used. */
  keepAccessToken?: boolean | undefined;
  /** Origins such as `https://www.example.org` whose links may start a login without one more click. */
  trustedOrigins?: readonly string[] | undefined;
  limits?: LimitOptions | undefined;
  /** Pages of the app's own in place of ours. */
  templates?: Partial<Templates> | undefined;
}

declare global {
  // The same words as in Passport's own typings, for apps without them.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the app fills it
    interface User {}
    interface Request {
      user?: User | undefined;
    }
  }
}

/** What `loginWith()` returns: a middleware for `app.use`, and what belongs to it. */
export interface LoginWith<User = SessionProfile> extends Handler {
  /**
   * Lets only signed-in people through. A page visit goes to the login and comes back to the page; everything else gets
   * 401 and JSON: `{ code: 'login_required', message, loginURL }`.
   */
  requireLogin(): Handler;
  /**
   * Lets people through with an access token of theirs, on `req.loginWith`. A page visit without one, or past its documented hour, is renewed by
   * one silent redirect; everything else gets 401 and JSON: `{ code: 'token_expired', message, renewURL }`.
   *
   * @throws TypeError for an unknown name, with `session: false`, and with `keepAccessToken: false`.
   */
  requireAccessToken(name: string): Handler;
  /**
   * Renews as {@link requireAccessToken} does when a handler behind that guard ended with `token_expired`. Put it after the routes:
   * `app.use(auth.handleErrors())`. Every other error goes on.
   */
  handleErrors(): ErrorHandler;
  /** The signed-in user, typed; the same as `req.user`. */
  user(req: IncomingMessage): User | undefined;
  /** Closes the connections to the providers. */
  close(): Promise<void>;
}
