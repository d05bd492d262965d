/**
 * How `authorize` reads its parameters: from the query (`GET`, as documented) or from a form body (`POST`, since script
 * version 4.0.4).
 */
export type AuthorizeMethod = 'GET' | 'POST';

/** A social network with "Log in With", checked and frozen by `defineProvider`. */
export interface Provider {
  /** Short name: the strategy's default name and `profile.provider`; host and path of a bare base URL. */
  readonly name: string;
  /** The site's own address without a trailing slash, for example `https://pimbuzz.com`. */
  readonly baseURL: string;
  /** The name that users see. */
  readonly displayName: string;
  /** The folder of uploaded pictures, if it is not `baseURL/content/uploads/`. */
  readonly uploadsURL?: string;
  /** `'auto'` tries the documented GET first and falls back to POST. */
  readonly authorizeMethod: 'auto' | AuthorizeMethod;
}

/** The argument of `defineProvider`. */
export interface ProviderDefinition {
  /** Letters, digits, `.`, `_` and `-`. Names a route and a cookie, and is `profile.provider`. */
  name: string;
  /** The site's address: https, or http on a loopback host. */
  baseURL: string;
  /** The name that users see. Default: `name`. */
  displayName?: string | undefined;
  /** The folder of the pictures, if the site uses a CDN. Default: `/content/uploads/` on the site. */
  uploadsURL?: string | undefined;
  /** How `authorize` reads its parameters. Default `'auto'`: finds out, and keeps to it. */
  authorizeMethod?: 'auto' | AuthorizeMethod | undefined;
}

/**
 * The documented fields of `user_info` and two more that were observed. Each is a string or null, and
 * HTML-entity-encoded.
 */
export interface UserInfo {
  user_id: string;
  user_name?: string | null;
  user_email?: string | null;
  user_firstname?: string | null;
  user_lastname?: string | null;
  user_gender?: string | null;
  user_birthdate?: string | null;
  user_picture?: string | null;
  user_cover?: string | null;
  user_registered?: string | null;
  user_verified?: string | null;
  user_relationship?: string | null;
  user_biography?: string | null;
  user_website?: string | null;
  profile_picture?: string | null;
  profile_cover?: string | null;
}

/**
 * A user of the provider: Passport's normalized profile and what else the provider tells. Text is decoded, URLs are
 * absolute and http(s), and empty values are absent, except that `emails` and `photos` are always arrays.
 */
export interface Profile {
  /** The provider's name. `provider` and `id` together identify a user; the e-mail address does not. */
  provider: string;
  /** The user's number at the provider, as a string. */
  id: string;
  /** The name in the address of the user's page. Users can change it. */
  username?: string;
  /** Given name and family name, else the user name. */
  displayName?: string;
  /** As the user typed it. */
  name?: { familyName?: string; givenName?: string };
  /** At most one. The provider does not tell whether the address was ever confirmed. */
  emails: { value: string }[];
  /** URL of the picture; at most one. */
  photos: { value: string }[];
  /** `male`, `female` or `other` on old sites, a label that the site's administrator can edit on newer ones. */
  gender?: string;
  /** `YYYY-MM-DD`. */
  birthdate?: string;
  /** URL of the cover picture. */
  cover?: string;
  /** When the user joined the network. */
  registeredAt?: Date;
  /** The network's badge of a verified account. It tells nothing about the e-mail address. */
  badge?: boolean;
  /** A word of the site's, such as `single`. */
  relationship?: string;
  /** Plain text, which may hold line breaks and characters that HTML must escape. */
  biography?: string;
  /** URL that the user typed. */
  website?: string;
  /** The user's page at the provider. */
  profileUrl?: string;
  /** The response's body, as received. */
  _raw: string;
  /** The response's body, parsed: text is still HTML-entity-encoded. */
  _json: { user_info: UserInfo };
}

/** A profile without the response's body. The browser holds it, sealed, until the user confirms a link. */
export type LinkedProfile = Omit<Profile, '_raw' | '_json'>;

/** An access token and its end. */
export interface AccessToken {
  /** The token for `getUserInfo`. Keep it out of URLs, logs and pages. */
  accessToken: string;
  /**
   * The latest time at which the token ends, one hour after the login as documented. Sites end tokens earlier, often
   * after 60 seconds.
   */
  expiresAt: Date;
}

/** What a login tells besides the user: `req.loginWith` and `req.authInfo`. */
export interface LoginInfo extends AccessToken {
  /** The provider's name. */
  provider: string;
  /**
   * Path of this app as the browser must request it, or URL of one of `trustedOrigins`, to which the user wanted to
   * go; else the first page.
   */
  returnTo: string;
}

/** The methods of `req.loginWith`. */
export interface LoginAccess {
  /**
   * Fetches the user's profile again.
   *
   * @throws LoginWithError with the codes of `LoginWithClient.getUserInfo`, `token_expired` first of all.
   */
  getUserInfo(): Promise<Profile>;
}

/** Ties an attempt to the session of a user who is signed in. */
export interface AttemptBinding {
  /** `renew` for a new token of the same user, `link` for another account of that user. */
  purpose: 'renew' | 'link';
  /** Digest of the session and its user. */
  session: string;
}

/** A login that a browser has started. */
export interface Attempt {
  /** Random and unguessable. */
  id: string;
  /** The provider's name, as in `profile.provider`. */
  provider: string;
  /** Host name on which the login was started, without the port. */
  host: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** A path of this app, or a URL of one of `trustedOrigins`. */
  returnTo: string;
  /** Number of times that the login went back to the start by itself. */
  restarts: number;
  /** Id of the attempt whose key was wrong, if this one is its restart. */
  retryOf?: string | undefined;
  /** Set by `loginWith()` for a renewal or a link. */
  binding?: AttemptBinding | undefined;
  /** Set by `loginWith()` for a login in a window that a page has opened for it. */
  display?: 'popup' | undefined;
}

/** Remembers started logins in place of the sealed cookie. Both methods may be async. */
export interface AttemptStoreOf<Request> {
  /** Keeps an attempt for the request's browser. After ten minutes it is worth nothing. */
  begin(req: Request, attempt: Attempt): void | Promise<void>;
  /**
   * Returns the newest attempt of the request's browser and forgets it; nothing if there is none. If it returns the
   * same attempt again within a minute, a page that is loaded twice shares one login. A logout takes an attempt, too.
   */
  take(req: Request): Attempt | null | undefined | Promise<Attempt | null | undefined>;
}

/** A store of `express-rate-limit`, such as `rate-limit-redis`, so that several servers share the counts. */
export interface RateLimitStore {
  /** Is called before all others, with the length of the window in milliseconds. */
  init?(options: { windowMs: number }): unknown;
  /** Reads a count and does not change it. */
  get?(key: string): Promise<RateLimitCount | undefined> | RateLimitCount | undefined;
  /** Adds one to a count, and returns it. */
  increment(key: string): Promise<RateLimitCount> | RateLimitCount;
  /** Takes a failure back. A store without it counts every wrong key, also of users whose next key is right. */
  decrement?(key: string): unknown;
}

/** The number of times that a store has counted a key, and the time at which it forgets the key. */
export interface RateLimitCount {
  /** How often the key was counted within the window. */
  totalHits: number;
  /** When the window ends. */
  resetTime: Date | undefined;
}

/** How many failed exchanges are allowed; the names are those of express-rate-limit. */
export interface LimitOptions {
  /** From one client address within the window; default 10. */
  limit?: number | undefined;
  /** Altogether; once they are used up, each client address has only two. Default 100. */
  overallLimit?: number | undefined;
  /** Length of the window, in milliseconds; default one hour. */
  windowMs?: number | undefined;
  /** Default: the memory of this process. */
  store?: RateLimitStore | undefined;
}

/** The method that is called of an undici dispatcher; it is the same in all versions. */
export interface Dispatcher {
  /** Sends a request. */
  request(options: {
    origin: string;
    /** Path and query. */
    path: string;
    method: 'GET' | 'POST';
    headers: Record<string, string>;
    body: string | null;
    signal: AbortSignal;
  }): Promise<{
    statusCode: number;
    headers: Record<string, string | string[] | undefined>;
    body: AsyncIterable<Uint8Array>;
  }>;
}

/** Options of `LoginWithClient`. */
export interface ClientOptions {
  /** `'pimbuzz'`, `'lookloox'`, a base URL, or what `defineProvider` returned. */
  provider: string | Provider;
  /** The app's id on the provider's dashboard. */
  appId: string;
  /** The app's secret on the provider's dashboard. */
  appSecret: string;
  /** Milliseconds for a whole exchange, both calls together; 10 000 if absent. */
  timeout?: number | undefined;
  /**
   * An undici dispatcher of any version, for a certificate authority, a mock, or a proxy that the environment does not
   * name (with `NODE_USE_ENV_PROXY=1` none is needed for one that it names). The client does not close it.
   */
  dispatcher?: Dispatcher | undefined;
}

/** Options of a login with one provider. */
export interface LoginOptions<Request> extends ClientOptions {
  /**
   * Seals the cookies: 32 or more random characters, the same in all processes of the app, or a list of such texts, of
   * which the first seals and all open, for rotation. If absent, a key is derived from `appSecret`, with effort,
   * because app secrets are guessable (PROTOCOL.md, entropy of keys, tokens and secrets).
   */
  cookieSecret?: string | readonly string[] | undefined;
  /**
   * The strategy's name, and `profile.provider` of its users. If absent, the provider's name; for a base URL
   * `'loginwith'` is the strategy's name, and host and path of the URL are `profile.provider`.
   */
  name?: string | undefined;
  /**
   * The registered redirect URL. It is never sent, but compared with requests and shown in hints, and it tells the
   * prefix that a proxy takes off the app's paths.
   */
  callbackURL?: string | undefined;
  /** Remembers started logins; a sealed cookie if absent. */
  attempts?: AttemptStoreOf<Request> | undefined;
  /**
   * Origins such as `https://www.example.org` whose links may start a login without a click on our page, and to which
   * `returnTo` may lead.
   */
  trustedOrigins?: readonly string[] | undefined;
  /**
   * Limits failed exchanges, because keys are guessable; without limits if absent, because the strategy cannot know
   * whether the app sees its clients' addresses. `loginWith()` always has limits.
   */
  limits?: LimitOptions | undefined;
}
