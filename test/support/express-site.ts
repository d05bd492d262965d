import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import cookieSession from 'cookie-session';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import { LoginWithError } from 'passport-loginwith';
import { loginWith, type LoginWith, type LoginWithOptions } from 'passport-loginwith/express';
import { startProvider, type LocalProvider, type UserReference } from 'passport-loginwith/provider';
import { Browser, type TestResponse } from './test-browser';

const opened: (() => Promise<unknown>)[] = [];

/** Ends what a test opened. */
export async function closeSites(): Promise<void> {
  await Promise.all(opened.splice(0).map((close) => close()));
}

export interface SiteSetUp {
  /** The app's framework: Express 5, or another version of it. */
  framework?: () => Express;
  /** What stands before `loginWith()`; a session of express-session if absent. */
  before?: (app: Express) => void;
  options?: (providers: LoginWithOptions['providers']) => LoginWithOptions;
  /** What stands behind it. */
  routes?: (app: Express, auth: LoginWith) => void;
  providers?: ('pimbuzz' | 'lookloox')[];
  /** Path under which the app mounts the middleware. */
  mount?: string;
}

export interface Site {
  url: string;
  app: Express;
  auth: LoginWith;
  /** Pimbuzz, and Look Loox when there are two. */
  provider: LocalProvider;
  providers: Record<string, LocalProvider>;
  browser(): Browser;
  /** Logs a person in and returns what the callback answered. */
  logIn(browser: Browser, person?: UserReference, start?: string, provider?: string): Promise<TestResponse>;
  /** What the app's last error handler got. */
  errors: unknown[];
}

export const sessions = (options: Partial<session.SessionOptions> = {}): RequestHandler =>
  session({ secret: 'a secret of the app', resave: false, saveUninitialized: false, ...options });

export const cookieSessions = (options: CookieSessionInterfaces.CookieSessionOptions = {}): RequestHandler =>
  cookieSession({ keys: ['a secret of the app'], ...options });

/** An app with `loginWith()` on a free port, and its providers. */
export async function openSite(setUp: SiteSetUp = {}): Promise<Site> {
  const { framework = express, before, options, routes, providers: names = ['pimbuzz'], mount = '' } = setUp;
  const app = framework();
  const server = createServer(app as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const providers: Record<string, LocalProvider> = {};
  const auths: LoginWith[] = [];
  opened.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    const ends = [...auths, ...Object.values(providers)].map((each) => each.close());
    await Promise.all([closed, ...ends]);
  });
  for (const name of names)
    providers[name] = await startProvider({
      name: name === 'pimbuzz' ? 'Pimbuzz' : 'Look Loox',
      redirectURL: `${url}${mount}/auth/${name}/callback`,
    });
  const list = Object.entries(providers).map(([name, { url: baseURL, apps }]) => ({
    provider: {
      name,
      baseURL,
      displayName: name === 'pimbuzz' ? 'Pimbuzz' : 'Look Loox',
      authorizeMethod: 'POST' as const,
    },
    appId: apps[0]!.appId,
    appSecret: apps[0]!.appSecret,
  }));
  const auth = loginWith(options === undefined ? { providers: list } : options(list));
  auths.push(auth);
  if (before === undefined) app.use(sessions());
  else before(app);
  if (mount === '') app.use(auth);
  else app.use(mount, auth);
  app.get('/', (_req, res) => void res.send('home'));
  app.get('/me', auth.requireLogin(), (req, res) => void res.json(req.user));
  app.post('/me', auth.requireLogin(), (_req, res) => void res.json({ posted: true }));
  routes?.(app, auth);
  app.use(auth.handleErrors());
  const errors: unknown[] = [];
  const last: express.ErrorRequestHandler = (error: unknown, _req, res, _next) => {
    errors.push(error);
    const status = error instanceof LoginWithError ? error.status : 500;
    res.status(status).json({ error: error instanceof LoginWithError ? error.code : String(error) });
  };
  app.use(last);
  const provider = providers[names[0]!]!;
  return {
    url,
    app,
    auth,
    provider,
    providers,
    browser: () => new Browser(url),
    logIn: (browser, person, start = `${mount}/auth/${names[0]!}`, name = names[0]!) =>
      providers[name]!.signIn(browser.fetch, person, { start: url + start }),
    errors,
  };
}

/** A route that fetches the person with the kept token. */
export const showData = async (req: IncomingMessage, res: express.Response, next: (error?: unknown) => void) => {
  try {
    const profile = await (req as express.Request).loginWith!.getUserInfo();
    res.json({ id: profile.id });
  } catch (error) {
    // Express 4 does not see a rejection.
    next(error);
  }
};
