import type { Request, Response } from 'express';
import type { Provider } from 'passport-loginwith';
import { loginWith, type RateLimitStore, type Link, type LoginWith, type Next } from 'passport-loginwith/express';
import { isPerson, toPerson, type Person } from './person.js';
import { sessionCookie } from './sessions.js';

/** A network to log in with, and what it knows this app by. */
export interface Login {
  provider: Provider;
  appId: string;
  appSecret: string;
}

export interface AuthOptions {
  logins: readonly Login[];
  /** Where people open the app. */
  appURL: string;
  /** Where failed logins are counted, if several processes share the count. */
  failures?: RateLimitStore | undefined;
}

declare module 'express-session' {
  interface SessionData {
    /** By provider, when the access token ends at the latest; ISO 8601. */
    accessEndsAt: Record<string, string>;
    /** Accounts at other providers. */
    linked: Person[];
  }
}

/** Everything about authentication; a login that fails goes to the app's error handler. */
export function createAuth({ logins, appURL, failures }: AuthOptions): LoginWith<Person> {
  return loginWith<Person>({
    providers: logins.map((login) => ({ ...login, callbackURL: `${appURL}/auth/${login.provider.name}/callback` })),
    // The session holds all that this app knows of a person; others look them up, or enter them, in their database here.
    verify: (_accessToken, _refreshToken, profile) => toPerson(profile),
    serialize: (person) => person,
    deserialize: (stored: unknown) => (isPerson(stored) ? stored : undefined),
    successRedirect: '/me',
    // Where people choose how to log in; what fails is told by the error handler.
    failureRedirect: '/',
    onError: (error: unknown, _req, _res, next) => next(error),
    onLogin(req: Request, _res, next) {
      rememberAccess(req);
      next();
    },
    // Others store it with the person in their database, and from then on let that account log in as this person.
    onLink(req: Request, { profile }: Link<Person>) {
      const others = (req.session.linked ?? []).filter(({ provider }) => provider !== profile.provider);
      req.session.linked = [...others, toPerson(profile)];
    },
    logoutRedirect: '/?logged-out',
    onLogout(req: Request, res: Response, next: Next) {
      res.clearCookie(sessionCookie);
      // Passport has begun a new session, which would be stored although nothing is in it, and get a cookie.
      Object.assign(req, { session: undefined });
      next();
    },
    limits: { store: failures },
  });
}

/** Keeps for the pages when the access token of a request ends. */
export function rememberAccess({ session, loginWith: access }: Request): void {
  if (access === undefined) return;
  session.accessEndsAt = { ...session.accessEndsAt, [access.provider]: access.expiresAt.toISOString() };
}
