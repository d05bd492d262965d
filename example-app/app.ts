import express, { type ErrorRequestHandler, type Express } from 'express';
import { LoginWithError, type Provider } from 'passport-loginwith';
import { createAuth, personOf, requireLogin, type Login } from './auth.js';
import { failurePage } from './pages/failure.js';
import { homePage } from './pages/home.js';
import { icon } from './pages/icon.js';
import { brokenPage, notFoundPage } from './pages/message.js';
import { profilePage } from './pages/profile.js';
import { style } from './pages/style.js';
import { createSecurityHeaders } from './security.js';
import { createSessions } from './sessions.js';

export interface AppOptions {
  /** Where people open the app, without a slash at its end. */
  url: string;
  /** The networks that people can log in with. */
  logins: readonly (Login & { isLocal: boolean })[];
  /** Folder for the sessions and what signs them. */
  dataFolder: string;
  sessionSecret?: string | undefined;
  /** Takes what a developer should read. */
  log: (text: string) => void;
}

export function createApp({ url, logins, dataFolder, sessionSecret, log }: AppOptions): Express {
  const pictureOrigins = logins.flatMap(({ provider }) => originsOf(provider));
  const choices = logins.map(({ provider, isLocal }) => ({ ...provider, isLocal }));
  const app = express();
  app.use(createSecurityHeaders(pictureOrigins));
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
  app.use(createSessions(dataFolder, sessionSecret));
  app.use(createAuth(logins, url));

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
        person: personOf(req),
        returnTo: typeof returnTo === 'string' ? returnTo : undefined,
        isLoggedOut: 'logged-out' in req.query,
      }),
    );
  });
  app.get('/me', requireLogin, (req, res, next) => {
    const person = personOf(req);
    if (person === undefined) {
      next();
      return;
    }
    // The network that they came from may have gone from the configuration.
    const providerName = choices.find(({ name }) => name === person.provider)?.displayName ?? person.provider;
    res.send(profilePage(person, providerName, pictureOrigins));
  });

  app.use((_req, res) => {
    res.status(404).send(notFoundPage());
  });
  app.use(createErrorHandler(log));
  return app;
}

/** Tells people what went wrong in words, and the developer what to do about it in the log. */
function createErrorHandler(log: AppOptions['log']): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (error instanceof LoginWithError) log(describeFailure(error));
    else log(error instanceof Error ? (error.stack ?? error.message) : String(error));

    if (res.headersSent) next(error);
    else if (error instanceof LoginWithError) {
      res.status(error.status).send(failurePage(error.code, res.locals));
    } else res.status(500).send(brokenPage());
  };
}

function describeFailure({ code, message, hint }: LoginWithError): string {
  return [`${code}: ${message}`, hint].filter((line) => line !== undefined).join('\n  ');
}

function originsOf({ baseURL, uploadsURL }: Provider): string[] {
  return [baseURL, ...(uploadsURL === undefined ? [] : [uploadsURL])].map((address) => new URL(address).origin);
}

function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
