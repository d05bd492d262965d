import { Router, type Request, type RequestHandler } from 'express';
import passport from 'passport';
import { LoginWithError, LoginWithStrategy, type Profile, type Provider } from 'passport-loginwith';
import type { FailedLogin } from './pages/failure.js';
import { isPerson, toPerson, type Person } from './person.js';
import { sessionCookie } from './sessions.js';

/** A network to log in with, and what it knows this app by. */
export interface Login {
  provider: Provider;
  appId: string;
  appSecret: string;
}

/**
 * Everything about authentication: `GET /auth/NAME` starts a login, `GET /auth/NAME/callback` finishes it, `POST /auth/logout` ends the
 * session, and {@link personOf} tells who sent a request. A login that fails goes to the app's error handler.
 */
export function createAuth(logins: readonly Login[], appURL: string): Router {
  const authenticator = new passport.Passport();
  authenticator.serializeUser((user, done) => done(null, user));
  authenticator.deserializeUser((stored, done) => done(null, isPerson(stored) ? stored : false));

  const router = Router();
  router.use(authenticator.session());
  for (const login of logins) addLogin(router, authenticator, login, appURL);
  router.post('/auth/logout', (req, res, next) => {
    if (!isFromThisApp(req)) {
      const hint = 'Log out with a form on a page of this app.';
      next(
        new LoginWithError('logout: another site sent the form', { code: 'foreign_request', stage: 'logout', hint }),
      );
      return;
    }
    // Passport's own logout would leave an empty session behind, with a cookie.
    req.session.destroy((error: unknown) => {
      if (error) {
        next(error);
        return;
      }
      res.clearCookie(sessionCookie);
      res.redirect(303, '/?logged-out');
    });
  });
  return router;
}

/** The signed-in person, if there is one. */
export function personOf({ user }: Request): Person | undefined {
  return isPerson(user) ? user : undefined;
}

/** Lets only signed-in people pass; others go to the start page, and from there come back. */
export const requireLogin: RequestHandler = (req, res, next) => {
  if (req.isAuthenticated()) next();
  else res.redirect(303, `/?returnTo=${encodeURIComponent(req.originalUrl)}`);
};

/** One route starts a login and one finishes it; the strategy tells from the request which it is. */
function addLogin(
  router: Router,
  authenticator: passport.Authenticator,
  { provider, appId, appSecret }: Login,
  appURL: string,
): void {
  const { name, displayName: providerName } = provider;
  const startPath = `/auth/${name}`;
  const callbackPath = `${startPath}/callback`;
  const options = { provider, appId, appSecret, callbackURL: appURL + callbackPath };
  // The session holds all that this app knows of a person; others look them up, or enter them, in their database here.
  authenticator.use(new LoginWithStrategy(options, (_accessToken, _refreshToken, profile) => profile));

  router.get([startPath, callbackPath], (req, res, next) => {
    const failed: FailedLogin = { providerName, retryPath: startPath };
    Object.assign(res.locals, failed);
    const finish = (error: unknown, profile: unknown, reason: unknown) => {
      if (error || !profile || req.loginWith === undefined) {
        next(error ?? reason);
        return;
      }
      const { returnTo } = req.loginWith;
      // The user of this login is what verify returned. Passport gives the session a new id, and saves it before it calls back.
      req.logIn(toPerson(profile as Profile, req.loginWith), (failure) => {
        if (failure) next(failure);
        // "/" is where a login leads that was started without a returnTo.
        else res.redirect(returnTo === '/' ? '/me' : returnTo);
      });
    };
    // Passport's typings say nothing of what this returns: a middleware.
    (authenticator.authenticate(name, finish) as RequestHandler)(req, res, next);
  });
}

/**
 * Whether a form was sent from a page of this app. Browsers say so in Sec-Fetch-Site, older ones in Origin; what sends neither is no browser
 * that another site could make send it.
 */
function isFromThisApp(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = req.get('origin');
  return origin === undefined || origin === `${req.protocol}://${req.get('host') ?? ''}`;
}
