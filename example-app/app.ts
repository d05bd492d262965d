import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { LoginWithError, type Provider } from 'passport-loginwith';
import type { LoginWith } from 'passport-loginwith/express';
import { rememberAccess } from './auth.js';
import { isLoopback } from './config.js';
import { failurePage } from './pages/failure.js';
import { freshPage } from './pages/fresh.js';
import { homePage } from './pages/home.js';
import { icon } from './pages/icon.js';
import { brokenPage, notFoundPage, unavailablePage } from './pages/message.js';
import { profilePage } from './pages/profile.js';
import { style } from './pages/style.js';
import { toUser, type User } from './user.js';
import { RedisLost } from './redis.js';
import { createSecurityHeaders } from './security.js';

export interface AppOptions {
  /** Where users open the app, without a slash at its end. */
  url: string;
  /** Express' `trust proxy`. */
  trustProxy?: number | string | undefined;
  /** The networks that users can log in with. */
  choices: readonly (Provider & { isLocal: boolean })[];
  sessions: RequestHandler;
  auth: LoginWith<User>;
  /** Takes what a developer should read. */
  log: (text: string) => void;
}

export function createApp({ url, trustProxy, choices, sessions, auth, log }: AppOptions): Express {
  // The network that a user came from may have been removed from the configuration.
  const displayNameOf = (name: string) => choices.find((choice) => choice.name === name)?.displayName ?? name;
  const app = express();
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy);
  app.use(createSecurityHeaders());
  app.get('/style.css', (_req, res) => {
    res.set('Cache-Control', 'max-age=300').type('css').send(style);
  });
  app.get('/icon.svg', (_req, res) => {
    res.set('Cache-Control', 'max-age=86400').type('svg').send(icon);
  });
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  app.use(sessions);
  app.use(auth);

  app.get('/', (req, res) => {
    const { hostname } = new URL(url);
    // A login comes back to the host that is registered: it must start there too.
    if (isLoopback(hostname) && isLoopback(req.hostname) && req.hostname !== hostname) {
      res.redirect(url + req.originalUrl);
      return;
    }
    const { returnTo } = req.query;
    res.send(
      homePage({
        choices,
        user: auth.user(req),
        returnTo: typeof returnTo === 'string' ? returnTo : undefined,
        isLoggedOut: 'logged-out' in req.query,
      }),
    );
  });
  app.get('/me', auth.requireLogin(), (req, res, next) => {
    const user = auth.user(req);
    if (user === undefined) {
      next();
      return;
    }
    const { accessEndsAt = {}, linked = [] } = req.session;
    const pictures = [...user.photos.map(({ value }) => value), ...(user.cover === undefined ? [] : [user.cover])];
    createSecurityHeaders(pictures)(req, res, () => {
      res.send(profilePage({ user, accessEndsAt, linked, choices, displayNameOf }));
    });
  });
  for (const { name, displayName } of choices) {
    app.get(`/me/fresh/${name}`, auth.requireAccessToken(name), async (req, res, next) => {
      if (req.loginWith === undefined) {
        next();
        return;
      }
      const profile = await req.loginWith.getUserInfo();
      rememberAccess(req);
      res.send(freshPage(toUser(profile), displayName, req.loginWith.expiresAt));
    });
  }

  app.use((_req, res) => {
    res.status(404).send(notFoundPage());
  });
  app.use(auth.handleErrors());
  app.use(createErrorHandler({ choices, auth, log }));
  return app;
}

/** Shows users what went wrong, and logs for the developer what to do about it. */
function createErrorHandler({ choices, auth, log }: Pick<AppOptions, 'choices' | 'auth' | 'log'>): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    // Redis tells about itself, once and not for each request.
    const isRedisLost =
      error instanceof RedisLost || (error instanceof LoginWithError && error.code === 'limits_failed');
    if (!isRedisLost) log(describeError(error));

    if (isRedisLost && res.writableEnded) return;
    if (res.headersSent) next(error);
    else if (isRedisLost) {
      // Without it nobody waits until the session could not be stored, either.
      Object.assign(req, { session: undefined });
      res.status(503).set('Retry-After', '10').send(unavailablePage());
    } else if (error instanceof LoginWithError) {
      const provider = choices.find(({ name }) => req.path.split('/').includes(name));
      const isSignedIn = auth.user(req) !== undefined;
      res.status(error.status).send(failurePage(error.code, { provider, isSignedIn }));
    } else res.status(500).send(brokenPage());
  };
}

function describeError(error: unknown): string {
  if (error instanceof LoginWithError) {
    const { code, message, hint } = error;
    return [`${code}: ${message}`, hint].filter((line) => line !== undefined).join('\n  ');
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
