import type { IncomingMessage } from 'node:http';
import type { Dispatcher } from 'undici';

/** How `authorize` takes its parameters: from the query (`GET`, as documented) or from a form body (`POST`, since script version 4.0.4). */
export type AuthorizeMethod = 'GET' | 'POST';

/** A social network with "Log in With", as `defineProvider` checked and froze it. */
export interface Provider {
  /** Short name: the strategy's default name and `profile.provider`. */
  readonly name: string;
  /** The site's own address without a trailing slash, for example `https://pimbuzz.com`. */
  readonly baseURL: string;
  /** The name that people see. */
  readonly displayName: string;
  /** Where uploaded pictures are, when the site keeps them elsewhere than in `baseURL/content/uploads/`. */
  readonly uploadsURL?: string;
  /** `'auto'` tries the documented GET first and falls back to POST. */
  readonly authorizeMethod: 'auto' | AuthorizeMethod;
}

/** What `defineProvider` takes. */
export interface ProviderDefinition {
  name: string;
  baseURL: string;
  displayName?: string | undefined;
  uploadsURL?: string | undefined;
  authorizeMethod?: 'auto' | AuthorizeMethod | undefined;
}

/** The documented and the two observed fields of `user_info`: always a string or null, and HTML-entity-encoded. */
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
 * A person, as Passport's normalized profile and the rest of what the provider tells. Text is decoded, URLs are absolute
 * http(s), and what the provider left empty is absent; only `emails` and `photos` are always there.
 */
export interface Profile {
  /** The provider's name. Identity is `provider` with `id`, never the e-mail address. */
  provider: string;
  /** The person's number at the provider, as a string. */
  id: string;
  username?: string;
  /** Given and family name, or else the user name. */
  displayName?: string;
  name?: { familyName?: string; givenName?: string };
  /** At most one. Nothing in the protocol says that the address was ever confirmed. */
  emails: { value: string }[];
  /** At most one. */
  photos: { value: string }[];
  /** `male`, `female` or `other` on old sites, a label in the site's words on newer ones. */
  gender?: string;
  /** `YYYY-MM-DD`. */
  birthdate?: string;
  /** URL of the cover picture. */
  cover?: string;
  registeredAt?: Date;
  /** The network's badge of a verified account; says nothing about the e-mail address. */
  badge?: boolean;
  relationship?: string;
  /** Plain text, which may hold line breaks and characters that HTML must escape. */
  biography?: string;
  website?: string;
  /** The person's page at the provider. */
  profileUrl?: string;
  /** The answer's body, as received. */
  _raw: string;
  /** The answer's body, parsed. */
  _json: { user_info: UserInfo };
}

/** A profile without the response's body: what travels through the browser, sealed, while a link waits for its confirmation. */
export type LinkedProfile = Omit<Profile, '_raw' | '_json'>;

/** What `authorize` yields. */
export interface AccessToken {
  /** For `getUserInfo`; keep it out of URLs, logs and pages. */
  accessToken: string;
  /** An upper bound, the documented hour; sites end tokens earlier, observed after 60 seconds. */
  expiresAt: Date;
}

/** `req.loginWith` and `req.authInfo` after a login. */
export interface LoginInfo extends AccessToken {
  /** The provider's name. */
  provider: string;
  /** A path of this app: where the person wanted to go, or `/`. */
  returnTo: string;
}

/** What a login that this request finished can do besides. */
export interface LoginAccess {
  /**
   * Fetches the person's profile again.
   *
   * @throws LoginWithError `token_expired` and what else `LoginWithClient.getUserInfo` throws.
   */
  getUserInfo(): Promise<Profile>;
}

/** Ties an attempt to the session of somebody who is signed in already. */
export interface AttemptBinding {
  /** A new token for the same person, or an account to add to theirs. */
  purpose: 'renew' | 'link';
  /** Digest that names the session and the person in it. */
  session: string;
}

/** A login that a browser has started and that has not come back yet. */
export interface Attempt {
  /** Random and unguessable. */
  id: string;
  /** The strategy's name. */
  provider: string;
  /** Host name on which the login was started, without the port. */
  host: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** A path of this app. */
  returnTo: string;
  /** How often the login went back to the start by itself. */
  restarts: number;
  /** Set by `loginWith()` for what is no login of its own. */
  binding?: AttemptBinding | undefined;
}

/**
 * Remembers started logins in the app's own way, in place of the sealed cookie. Both methods may be async. `take` gives the
 * newest attempt of this browser and forgets it; a store that gives the same attempt again for a minute lets a page that is
 * loaded twice share one login.
 */
export interface AttemptStore {
  begin(req: IncomingMessage, attempt: Attempt): void | Promise<void>;
  take(req: IncomingMessage): Attempt | null | undefined | Promise<Attempt | null | undefined>;
}

/** A store of `express-rate-limit`, such as `rate-limit-redis`, so that several machines share the count. */
export interface RateLimitStore {
  init?(options: { windowMs: number }): unknown;
  get?(key: string): Promise<RateLimitCount | undefined> | RateLimitCount | undefined;
  increment(key: string): Promise<RateLimitCount> | RateLimitCount;
}

/** How often a store has counted a key, and when it forgets it. */
export interface RateLimitCount {
  totalHits: number;
  resetTime: Date | undefined;
}

/** What `LoginWithClient` takes. */
export interface ClientOptions {
  /** `'pimbuzz'`, `'lookloox'`, a base URL, or what `defineProvider` returned. */
  provider: string | Provider;
  /** The app's id on the provider's dashboard. */
  appId: string;
  /** The app's secret on the provider's dashboard. */
  appSecret: string;
  /** Milliseconds for a whole exchange, both calls; 10 000 if absent. */
  timeout?: number | undefined;
  /** An undici dispatcher: a proxy, a custom CA, a mock. The client does not close it. */
  dispatcher?: Dispatcher | undefined;
}

/** What `LoginWithStrategy` takes. */
export interface StrategyOptions extends ClientOptions {
  /** The strategy's name; if absent the provider's, and `'loginwith'` for a bare URL. */
  name?: string | undefined;
  /** The registered redirect URL; never sent, only compared with requests and shown in hints. */
  callbackURL?: string | undefined;
  /** Whether `verify` gets the request as its first argument. */
  passReqToCallback?: boolean | undefined;
  /** Where a started login is remembered; a sealed cookie if absent. */
  attempts?: AttemptStore | undefined;
}

declare global {
  // Passport and Express are extended in the same way by their own typings.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** The login that this request finished, or the one whose token `requireAccessToken` has found. */
      loginWith?: LoginInfo & LoginAccess;
    }
  }
}
