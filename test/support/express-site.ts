import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import cookieSession from 'cookie-session';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import { LoginWithError } from 'passport-loginwith';
import { loginWith, type LoginWith, type LoginWithOptions, type ProviderOptions } from 'passport-loginwith/express';
import { startProvider, type LocalProvider, type UserReference } from 'passport-loginwith/provider';
import { cookieSecret } from './strategy-app';
import { Browser, type TestResponse } from './test-browser';

const opened: (() => Promise<unknown>)[] = [];

/** Ends what a test opened. */
export async function closeSites(): Promise<void> {
  await Promise.all(opened.splice(0).map((close) => close()));
}

/** Serves on a free port until {@link closeSites}. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    return closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A `loginWith()` that is closed by {@link closeSites}. */
export function createAuth(options: LoginWithOptions): LoginWith {
  const auth = loginWith(options);
  opened.push(() => auth.close());
  return auth;
}

export type ProviderName = 'pimbuzz' | 'lookloox';

const displayNames: Record<ProviderName, string> = { pimbuzz: 'Pimbuzz', lookloox: 'Look Loox' };

export interface Providers {
  byName: Record<string, LocalProvider>;
  /** For `loginWith()`. */
  options: readonly ProviderOptions[];
}

/** Starts local providers that know the app on `url`. */
export async function openProviders(url: string, names: readonly ProviderName[]): Promise<Providers> {
  const all = await Promise.all(
    names.map(async (name) => {
      const redirectURL = `${url}/auth/${name}/callback`;
      const provider = await startProvider({ name: displayNames[name], redirectURL });
      opened.push(() => provider.close());
      const { appId, appSecret } = provider.apps[0]!;
      const definition = { name, baseURL: provider.url, displayName: displayNames[name] };
      const options = { provider: { ...definition, authorizeMethod: 'POST' as const }, appId, appSecret, cookieSecret };
      return { name, provider, options };
    }),
  );
  return {
    byName: Object.fromEntries(all.map(({ name, provider }) => [name, provider])),
    options: all.map(({ options }) => options),
  };
}

export interface SiteSetUp {
  /** What stands before `loginWith()`; a session of express-session if absent. */
  before?: (app: Express) => void;
  options?: (providers: readonly ProviderOptions[]) => LoginWithOptions;
  /** What stands behind it. */
  routes?: (app: Express, auth: LoginWith) => void;
  providers?: ProviderName[];
  /** Path under which the app mounts the middleware. */
  mount?: string;
  /** Whether errors come to `handleErrors()` first, or to the app's own error handler alone. */
  handleErrors?: boolean;
}

export interface Site {
  url: string;
  app: Express;
  auth: LoginWith;
  /** Pimbuzz, and Look Loox when there are two. */
  provider: LocalProvider;
  providers: Record<string, LocalProvider>;
  browser(): Browser;
  /** Logs a user in and returns the response to the callback. */
  logIn(browser: Browser, user?: UserReference, start?: string, provider?: string): Promise<TestResponse>;
  /** What the app's last error handler got. */
  errors: unknown[];
}

export const sessions = (options: Partial<session.SessionOptions> = {}): RequestHandler =>
  session({ secret: 'a secret of the app', resave: false, saveUninitialized: false, ...options });

export const cookieSessions = (options: CookieSessionInterfaces.CookieSessionOptions = {}): RequestHandler =>
  cookieSession({ keys: ['a secret of the app'], ...options });

/** An Express 5 app with `loginWith()` on a free port, and its providers. */
export async function openSite(setUp: SiteSetUp = {}): Promise<Site> {
  const { before, options, routes, providers: names = ['pimbuzz'], mount = '', handleErrors = false } = setUp;
  const app = express();
  const url = await serve(app);
  const providers = await openProviders(url + mount, names);
  const auth = createAuth(options === undefined ? { providers: providers.options } : options(providers.options));
  if (before === undefined) app.use(sessions());
  else before(app);
  if (mount === '') app.use(auth);
  else app.use(mount, auth);
  app.get('/', (_req, res) => void res.send('home'));
  app.get('/me', auth.requireLogin(), (req, res) => void res.json(req.user));
  app.post('/me', auth.requireLogin(), (_req, res) => void res.json({ posted: true }));
  routes?.(app, auth);
  if (handleErrors) app.use(auth.handleErrors());
  const errors: unknown[] = [];
  const last: express.ErrorRequestHandler = (error: unknown, _req, res, _next) => {
    errors.push(error);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const status = error instanceof LoginWithError ? error.status : 500;
    res.status(status).json({ error: error instanceof LoginWithError ? error.code : String(error) });
  };
  app.use(last);
  const first = names[0]!;
  return {
    url,
    app,
    auth,
    provider: providers.byName[first]!,
    providers: providers.byName,
    browser: () => new Browser(url),
    logIn: (browser, user, start = `${mount}/auth/${first}`, name = first) =>
      providers.byName[name]!.signIn(browser.fetch, user, { start: url + start }),
    errors,
  };
}

/** Path of a callback whose key nobody issued. */
export const madeUpCallback = () => `/auth/pimbuzz/callback?auth_key=${randomBytes(16).toString('hex')}`;

/** Starts a login and stops before the app's callback; returns the callback's URL with the key. */
export async function takeCallback(
  site: Pick<Site, 'provider' | 'url'>,
  browser: Browser,
  start = '/auth/pimbuzz',
  user: UserReference = 'renee',
): Promise<string> {
  let callback = '';
  const fetch = (url: string): Promise<{ status: number; headers: Headers | object }> => {
    if (!url.includes('auth_key')) return browser.get(url);
    callback = url;
    return Promise.resolve({ status: 200, headers: {} });
  };
  await site.provider.signIn(fetch as typeof browser.fetch, user, { start: site.url + start });
  return callback;
}

/** The field of the form that asks whether to link an account or to use it. */
export function tokenOn({ text }: Pick<TestResponse, 'text'>): string {
  return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

/** A route that fetches the user's profile with the kept token. */
export const showData = async (req: IncomingMessage, res: express.Response, next: (error?: unknown) => void) => {
  try {
    const profile = await (req as express.Request).loginWith!.getUserInfo();
    res.json({ id: profile.id });
  } catch (error) {
    // Express 4 does not see a rejection.
    next(error);
  }
};
