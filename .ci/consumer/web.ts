import { acceptAuthKey, loginWithProvider } from 'passport-loginwith/auth-js';
import type { AdapterOptions, AuthJsOptions, AuthJsProvider } from 'passport-loginwith/auth-js';
import { loginWithPlugin } from 'passport-loginwith/better-auth';
import type { BetterAuthOptions } from 'passport-loginwith/better-auth';
import * as web from 'passport-loginwith/web';

// For the compiler alone: apps with Request and Response, and with other login libraries.

const account = { provider: 'pimbuzz', appId: '1', appSecret: 'x' };
const cookieSecret = 'as-random-as-32-characters-can-be';

const attempts = new Map<string, web.Attempt>();
const store: web.AttemptStoreOf<Request> = {
  begin: (request, attempt) => void attempts.set(request.headers.get('cookie') ?? '', attempt),
  take: async (request) => Promise.resolve(attempts.get(request.headers.get('cookie') ?? '')),
};
const counts: web.RateLimitStore = {
  increment: (): web.RateLimitCount => ({ totalHits: 1, resetTime: undefined }),
  get: () => undefined,
};
const limits: web.LimitOptions = { limit: 5, windowMs: undefined, store: counts };
const link = ({ displayName, href }: web.ProviderLink): web.Markup => {
  const name: web.Placeholder = displayName;
  return web.html`<a href="${href}">${name}</a>`;
};
const templates: Partial<web.LoginTemplates> = {
  start: (page: web.PageContext & web.ProviderLink) => link(page).markup,
  failure: ({ code, locale }) => `${code ?? ''} ${locale satisfies web.Locale}`,
};
const provider: web.Provider = web.defineProvider({ name: 'social', baseURL: 'https://social.example' });
const options: web.CreateLoginOptions = { ...account, provider, cookieSecret, attempts: store, limits, templates };
const login: web.Login = web.createLogin(options);

export async function answer(request: Request): Promise<Response> {
  const handleOptions: web.HandleOptions = { returnTo: '/', clientAddress: undefined, isSignedIn: false };
  const result: web.LoginResult = await login.handle(request, handleOptions);
  switch (result.type) {
    case 'response':
      return result.response;
    case 'failure':
      return new Response(explain(result.error), { status: result.error.status, headers: result.headers });
    case 'success':
      return greet(result);
  }
}

function greet({ profile, accessToken, expiresAt, headers }: web.LoginSuccess): Response {
  const user: web.Profile = profile;
  headers.append('Set-Cookie', `user=${user.id}; Expires=${expiresAt.toUTCString()}`);
  const token: web.AccessToken = { accessToken, expiresAt };
  void new web.LoginWithClient(account).getUserInfo(token.accessToken);
  return new Response(null, { status: 303, headers });
}

function explain(error: unknown): string {
  if (!(error instanceof web.LoginWithError)) return web.redactURL(String(error));
  const details: web.LoginErrorDetails = { code: error.code, stage: error.stage satisfies web.LoginStage };
  const codes: web.LoginErrorCode[] = ['provider_unknown'];
  return `${details.code} ${codes.includes(error.code)} ${web.providers.pimbuzz.displayName}`;
}

const shops = new Map<string, web.ProviderOptions>([['shop.example', { ...account, name: 'shop' }]]);
const many: web.CreateLoginsOptions = {
  cookieSecret,
  providers: (request) => Promise.resolve(shops.get(new URL(request.url).host)),
};
export const later: web.Login = web.createLogin(() => options);
export const logout = async (request: Request) => web.createLogin(many).forgetAttempts(request);

// @ts-expect-error -- a session of one app cannot be kept apart without it
web.createLogin({ providers: () => undefined });
// @ts-expect-error -- for the strategy
web.createLogin({ ...account, passReqToCallback: true });

const adapter: AdapterOptions = { ...account, limits, clientAddress: (request) => request.headers.get('x-real-ip') };
const authJsOptions: AuthJsOptions = { ...adapter, customFetch: Symbol('custom-fetch') };
export const authJsProvider: AuthJsProvider = loginWithProvider(authJsOptions);
export const authJsHandler = acceptAuthKey(answer);
const betterAuthOptions: BetterAuthOptions = adapter;
export const plugin = loginWithPlugin(betterAuthOptions);
