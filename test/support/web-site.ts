import type { IncomingMessage, ServerResponse } from 'node:http';
import { createLogin, type CreateLoginOptions, type CreateLoginsOptions, type Login } from 'passport-loginwith/web';
import type { LocalProvider, UserReference } from 'passport-loginwith/provider';
import { openProviders, serve } from './express-site';
import { cookieSecret } from './strategy-app';
import { Browser, type TestResponse } from './test-browser';

/** An app that only knows `Request` and `Response`. */
export type WebApp = (request: Request, clientAddress: string | undefined) => Promise<Response> | Response;

export interface WebSite {
  url: string;
  login: Login;
  provider: LocalProvider;
  browser(): Browser;
  logIn(browser: Browser, user?: UserReference): Promise<TestResponse>;
}

/** What `handle` returned, as JSON; its own response for everything but a finished login. */
export const showResult =
  (login: Login): WebApp =>
  async (request, clientAddress) => {
    const result = await login.handle(request, { clientAddress });
    if (result.type !== 'success') return result.response;
    const { profile, returnTo } = result;
    return Response.json({ id: `${profile.provider}:${profile.id}`, returnTo }, { headers: result.headers });
  };

/** An app whose routes below `/auth/pimbuzz` are handled by `createLogin()`, and its provider. */
export async function openWebSite(
  options: Partial<CreateLoginOptions> = {},
  createApp: (login: Login) => WebApp = showResult,
): Promise<WebSite> {
  const url = await serveWeb((...parameters) => app(...parameters));
  const providers = await openProviders(url, ['pimbuzz']);
  const login = createLogin({ ...providers.options[0]!, cookieSecret, ...options } as CreateLoginOptions);
  const app = createApp(login);
  const provider = providers.byName.pimbuzz!;
  return {
    url,
    login,
    provider,
    browser: () => new Browser(url),
    logIn: (browser, user) => provider.signIn(browser.fetch, user, { start: `${url}/auth/pimbuzz` }),
  };
}

/** A `createLogin()` for many providers. */
export const createLogins = (options: Omit<CreateLoginsOptions, 'cookieSecret'>): Login =>
  createLogin({ cookieSecret, ...options });

/** Serves an app on a free port until `closeSites`. */
export function serveWeb(app: WebApp): Promise<string> {
  return serve((req, res) => void respond(app, req, res));
}

async function respond(app: WebApp, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const headers = new Headers();
  for (const [name, values] of Object.entries(req.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const request = new Request(`http://${req.headers.host}${req.url}`, { method: req.method!, headers });
  try {
    const response = await app(request, req.socket.remoteAddress);
    for (const cookie of response.headers.getSetCookie()) res.appendHeader('Set-Cookie', cookie);
    for (const [name, value] of response.headers) if (name !== 'set-cookie') res.setHeader(name, value);
    res.writeHead(response.status).end(await response.text());
  } catch (error) {
    res.writeHead(500).end(String(error));
  }
}
