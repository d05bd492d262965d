import { promisify } from 'node:util';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { LoginWithError, type Provider } from 'passport-loginwith';
import { loginWith, type Link, type LoginWith, type Next, type RateLimitStore } from 'passport-loginwith/express';
import { createAccountRoutes } from './account.js';
import { isLoopback } from './config.js';
import { createErrorHandler } from './failures.js';
import type { Logins } from './logins.js';
import { homePage } from './pages/home.js';
import { messagePage } from './pages/message.js';
import { icon, style } from './pages/style.js';
import { localeOf, textsFor, type Page } from './pages/texts.js';
import { createSecurityHeaders } from './security.js';
import { sessionCookie } from './sessions.js';
import type { User, Users } from './users.js';

/** A network to log in with, and what it knows this app by. */
export interface Site {
  provider: Provider;
  appId: string;
  appSecret: string;
  /** Whether it runs beside the app. */
  isLocal: boolean;
}

export interface AppOptions {
  /** Where users open the app, without a slash at its end. */
  url: string;
  /** Express' `trust proxy`. */
  trustProxy: number | string | undefined;
  sites: readonly Site[];
  /** Seals the cookies of a login. */
  secret: string;
  sessions: RequestHandler;
  users: Users;
  logins: Logins;
  /** Where failed logins are counted, if several processes share the count. */
  rateLimitStore: RateLimitStore | undefined;
  /** Takes what a developer should read. */
  log: (text: string) => void;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express takes properties of requests
  namespace Express {
    interface Request {
      /** The login that the session belongs to. */
      loginId?: string;
    }
  }
}

export function createApp(options: AppOptions): { app: Express; auth: LoginWith<User> } {
  const { url, trustProxy, sites, sessions, users, logins } = options;
  const app = express();
  app.set('trust proxy', trustProxy ?? false);
  app.use(createSecurityHeaders());
  app.get('/style.css', (_req, res) => {
    res.set('Cache-Control', 'max-age=300').type('css').send(style);
  });
  app.get('/icon.svg', (_req, res) => {
    res.set('Cache-Control', 'max-age=86400').type('svg').send(icon);
  });
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store').vary('Accept-Language');
    next();
  });
  app.use(sessions);

  const auth = loginWith<User>({
    providers: sites.map(({ provider, appId, appSecret }) => ({
      provider,
      appId,
      appSecret,
      callbackURL: `${url}/auth/${provider.name}/callback`,
    })),
    cookieSecret: options.secret,
    brand: { name: 'Example app', logo: '/icon.svg' },
    limits: { store: options.rateLimitStore },
    successRedirect: '/me',
    verify: (_accessToken, _refreshToken, profile) => users.findOrCreate(profile),
    // The session keeps the id of a login, which is over as soon as the database does not know it any more.
    async serialize(user: User, req) {
      if (req.loginId !== undefined) await logins.end(req.loginId);
      return logins.begin(user, req.headers['user-agent'] ?? '');
    },
    deserialize(id: string, req) {
      req.loginId = id;
      return logins.findUser(id);
    },
    async onLink(req: Request, { user, profile }: Link<User>) {
      const result = await users.link(user, profile);
      if (result === 'linked') return;
      throw new LoginWithError(`link: the account is not linked (${result})`, {
        code: 'user_rejected',
        stage: 'link',
        reason: pageOf(req).texts.refusals[result](displayNameOf(profile.provider)),
      });
    },
    async onLogout(req: Request, res: Response, next: Next) {
      if (req.loginId !== undefined) await logins.end(req.loginId);
      res.clearCookie(sessionCookie);
      // The logout began a new session, which express-session would store, although it is empty, and set its cookie.
      // Of a user who was deleted it is still the old one.
      await promisify((done: (error: unknown) => void) => req.session.destroy(done))();
      if ('deleted' in req.query) res.redirect(303, '/?done=deleted');
      else next();
    },
  });
  app.use(auth);

  // The provider of an account may have been removed from the configuration.
  const displayNameOf = (name: string) =>
    sites.find(({ provider }) => provider.name === name)?.provider.displayName ?? name;
  const pageOf = (req: Request): Page => {
    const locale = localeOf(req);
    const isLoggedIn = auth.user(req) !== undefined;
    return { locale, texts: textsFor(locale), isLoggedIn, done: req.query.done, displayNameOf };
  };

  app.get('/', (req, res) => {
    const { hostname } = new URL(url);
    // A login comes back to the host that is registered: it must start there too.
    if (isLoopback(hostname) && isLoopback(req.hostname) && req.hostname !== hostname)
      res.redirect(url + req.originalUrl);
    else if (auth.user(req) !== undefined) res.redirect('/me');
    else res.send(homePage(pageOf(req), sites, auth));
  });
  app.use(createAccountRoutes({ ...options, auth, pageOf }));
  app.use((req, res) => {
    res.status(404).send(messagePage(pageOf(req), 'notFound'));
  });
  app.use(createErrorHandler(pageOf, options.log));
  app.use(auth.handleErrors());
  return { app, auth };
}
