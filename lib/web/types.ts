import type { LoginWithError } from '../errors.js';
import type { BrandOptions } from '../pages/brand.js';
import type { Templates } from '../pages/templates.js';
import type { TextOptions } from '../pages/texts.js';
import type { AttemptStoreOf, LimitOptions, LoginOptions, Profile } from '../types.js';

/** The pages that `createLogin()` shows. */
export type LoginTemplates = Pick<Templates, 'start' | 'failure'>;

/** Options that all providers share. */
interface SharedOptions {
  /**
   * Path or URL on which a login starts, for the link on the page of a failure. Default: the callback's address without
   * `/callback` at its end.
   */
  loginURL?: string | undefined;
  /**
   * Origin of the app in the browser, such as `https://app.example`, if a proxy stands before it. Default: the host of
   * the `Host` header, with the scheme of an absolute `callbackURL`, else of the request's URL.
   */
  origin?: string | undefined;
  /** Whose name, logo and colour the pages have, and where their way home leads. */
  brand?: BrandOptions | undefined;
  /** Words of the pages, by language, in place of ours; further languages. */
  texts?: TextOptions | undefined;
  /** Pages in place of ours. */
  templates?: Partial<LoginTemplates> | undefined;
  /**
   * Limits failed exchanges, because keys are guessable; by default 10 from one client address and 100 overall in an
   * hour, for each provider. Pass `clientAddress` to `handle`: without it only the overall limit holds.
   */
  limits?: LimitOptions | undefined;
}

/** Options of `createLogin()` for one provider: those of `LoginWithStrategy`, but for what concerns `verify`. */
export interface CreateLoginOptions extends LoginOptions<Request>, SharedOptions {}

/** The options of one provider, for apps that choose it per request. */
export type ProviderOptions = Omit<LoginOptions<Request>, 'attempts' | 'trustedOrigins' | 'limits'>;

/** Options of `createLogin()` for many providers, one per request. */
export interface CreateLoginsOptions extends SharedOptions {
  /**
   * Returns the options of the provider to which a request belongs, by its host or its path; nothing if there is none.
   * Equal options mean the same provider. Give each provider a `name` of its own: `profile.provider` is that name.
   */
  providers: (request: Request) => ProviderOptions | null | undefined | Promise<ProviderOptions | null | undefined>;
  /** Seals the cookies of all providers. */
  cookieSecret: string | readonly string[];
  /** Remembers started logins; a sealed cookie if absent. */
  attempts?: AttemptStoreOf<Request> | undefined;
  /** Origins such as `https://www.example.org` whose links may start a login without a click on our page. */
  trustedOrigins?: readonly string[] | undefined;
}

/** What the app knows about one request. */
export interface HandleOptions {
  /**
   * Path of this app, or URL of one of `trustedOrigins`, to return to after the login; the start's query parameter
   * `returnTo` if absent. Anything else becomes `/`.
   */
  returnTo?: string | undefined;
  /** The client's IP address, as the framework knows it; all without one share the overall limit. */
  clientAddress?: string | null | undefined;
  /** Whether this browser is signed in at the app: then a callback that is loaded again later redirects to the app. */
  isSignedIn?: boolean | undefined;
  /** Origin of the app in the browser, for an app that has several. Default: the option `origin`. */
  origin?: string | undefined;
}

/**
 * What a request to a login route means. `response` is ready to be returned; a response of the app's own needs the
 * `headers`.
 */
export type LoginResult =
  /** A redirect, the page before a login that another site asked for, or nothing for a prefetch. */
  | { type: 'response'; response: Response }
  /** The login failed: `response` is a page or, for `fetch`, JSON. */
  | { type: 'failure'; error: LoginWithError; headers: Headers; response: Response }
  /** The user is logged in at the provider. Begin a session with a new id; `response` redirects to `returnTo`. */
  | LoginSuccess;

/** A finished login. */
export interface LoginSuccess {
  type: 'success';
  /** `profile.provider` and `profile.id` together identify the user. */
  profile: Profile;
  /** For `LoginWithClient.getUserInfo`. Keep it out of URLs, logs and pages. */
  accessToken: string;
  /** The latest time at which the token ends; sites end tokens earlier, often after 60 seconds. */
  expiresAt: Date;
  /** Path of this app, or URL of one of `trustedOrigins`, else `/`. */
  returnTo: string;
  /** Clears the cookies of the attempt; for a response of the app's own. */
  headers: Headers;
  /** 303 to {@link returnTo}, with those headers. Add the session's cookie to it. */
  response: Response;
}

/** What `createLogin()` returns. */
export interface Login {
  /**
   * Handles a request to a login route: `auth_key` in the query makes it a callback, everything else a start, but for
   * the address of `callbackURL`.
   *
   * @throws TypeError if `providers` returned options with mistakes; and what `providers` throws.
   */
  handle(request: Request, options?: HandleOptions): Promise<LoginResult>;
  /**
   * Forgets the logins that this browser has started. Call it when you log a user out, and add the headers to the
   * response: otherwise the old callback page, loaded again within a minute, logs in again.
   *
   * @throws LoginWithError `attempts_failed` if the app's attempt store fails.
   */
  forgetAttempts(request: Request, options?: Pick<HandleOptions, 'origin'>): Promise<Headers>;
  /** Closes the connections to the providers. */
  close(): Promise<void>;
}
