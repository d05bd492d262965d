import type { Request, Response } from 'express';
import type { Provider } from 'passport-loginwith';
import { loginWith, type RateLimitStore, type Link, type LoginWith, type Next } from 'passport-loginwith/express';
import { isUser, toUser, type User } from './user.js';
import { sessionCookie } from './sessions.js';

/** A network to log in with, and what it knows this app by. */
export interface Login {
  provider: Provider;
  appId: string;
  appSecret: string;
}

export interface AuthOptions {
  logins: readonly Login[];
  /** Where users open the app. */
  appURL: string;
  /** Seals the cookies of a login. */
  cookieSecret: string;
  /** Where failed logins are counted, if several processes share the count. */
  rateLimitStore?: RateLimitStore | undefined;
}

declare module 'express-session' {
  interface SessionData {
    /** By provider, when the access token ends at the latest; ISO 8601. */
    accessEndsAt: Record<string, string>;
    /** Accounts at other providers. */
    linked: User[];
  }
}

/** Everything about authentication; a login that fails goes to the app's error handler. */
export function createAuth({ logins, appURL, cookieSecret, rateLimitStore }: AuthOptions): LoginWith<User> {
  return loginWith<User>({
    providers: logins.map((login) => ({ ...login, callbackURL: `${appURL}/auth/${login.provider.name}/callback` })),
    cookieSecret,
    // The session holds all that this app knows of a user; an app with a database finds or creates the user here.
    verify: (_accessToken, _refreshToken, profile) => toUser(profile),
    serialize: (user) => user,
    deserialize: (stored: unknown) => (isUser(stored) ? stored : undefined),
    successRedirect: '/me',
    // Where users choose how to log in; the error handler shows failures.
    failureRedirect: '/',
    onError: (error: unknown, _req, _res, next) => next(error),
    onLogin(req: Request, _res, next) {
      rememberAccess(req);
      next();
    },
    // An app with a database stores the account with the user, and from then on lets it log in as this user.
    onLink(req: Request, { profile }: Link<User>) {
      const others = (req.session.linked ?? []).filter(({ provider }) => provider !== profile.provider);
      req.session.linked = [...others, toUser(profile)];
    },
    logoutRedirect: '/?logged-out',
    onLogout(req: Request, res: Response, next: Next) {
      res.clearCookie(sessionCookie);
      // The logout began a new session, which express-session would store, although it is empty, and set its cookie.
      Object.assign(req, { session: undefined });
      next();
    },
    limits: { store: rateLimitStore },
  });
}

/** Keeps for the pages when the access token of a request ends. */
export function rememberAccess({ session, loginWith: access }: Request): void {
  if (access === undefined) return;
  session.accessEndsAt = { ...session.accessEndsAt, [access.provider]: access.expiresAt.toISOString() };
}
