import { LoginWithError } from '../errors.js';
import { loadOnce } from '../internal/load-once.js';
import { addQueryParameter, pathOf, toLocation } from '../internal/urls.js';
import { isNavigation } from '../login/cross-site.js';
import type { StoredFailure } from '../login/failure-cookie.js';
import { Report } from '../login/report.js';
import { toFailure, type LoginOutcome, type LoginRequest } from '../login/outcome.js';
import { createUnknownProviderError, type ProviderLogin } from '../login/provider-login.js';
import { classifyRequest } from '../login/request.js';
import { sanitizeReturnTo } from '../login/return-to.js';
import { isFetchRequest } from '../pages/negotiation.js';
import { toFailurePage } from '../pages/failure-page.js';
import type { PageContext } from '../pages/layout.js';
import { parseCreateLoginOptions, type SharedSettings } from './options.js';
import { createProviderLogins } from './provider-logins.js';
import { toLoginRequest } from './request.js';
import { createHeaders, createJSON, createPage, createRedirect, createResponse } from './responses.js';
import type { CreateLoginOptions, CreateLoginsOptions, HandleOptions, Login, LoginResult } from './types.js';

/**
 * A login for every framework that has `Request` and `Response`: Next.js, Hono, SvelteKit, Bun, Deno. It decides what
 * `loginWith()` decides, and has no session: the app begins its own when `handle` returns `success`.
 *
 * No secret, key or token is in any response, header or error (PROTOCOL.md, from the start to `get_user_info`).
 *
 * @param options or a function that returns them, which is called when the login is first used: builds, such as that of
 *   Next.js, load an app's modules, perhaps where its secrets are not set.
 * @throws TypeError that lists every mistake in the options at once, each with the name of the option; with a function,
 *   the methods reject with it.
 * @example
 * const login = createLogin({ provider: 'pimbuzz', appId, appSecret, cookieSecret });
 *
 * async function GET(request: Request): Promise<Response> {
 *   const result = await login.handle(request);
 *   if (result.type !== 'success') return result.response;
 *   await beginSession(result.profile.provider, result.profile.id);
 *   return result.response;
 * }
 */
export function createLogin(
  options: CreateLoginOptions | CreateLoginsOptions | (() => CreateLoginOptions | CreateLoginsOptions),
): Login {
  const open = loadOnce(() => {
    const settings = parseCreateLoginOptions(typeof options === 'function' ? options() : options);
    return { settings, providers: createProviderLogins(settings) };
  });
  if (typeof options !== 'function') open();
  const read = (
    request: Request,
    { origin = open().settings.origin, ...known }: HandleOptions,
    provider?: ProviderLogin,
  ) => toLoginRequest(request, { ...known, origin }, provider?.settings);
  return {
    async handle(request, handleOptions = {}) {
      const { settings, providers } = open();
      const provider = await providers.find(request);
      if (provider !== undefined) {
        const report = new Report({ provider: provider.settings.provider.name });
        const context = { settings, provider, request: read(request, handleOptions, provider), handleOptions, report };
        return handleRequest(context);
      }
      const error = createUnknownProviderError();
      new Report().failure(error, false);
      return showFailure({ settings, request: read(request, handleOptions), handleOptions }, error, createHeaders());
    },
    async forgetAttempts(request, handleOptions = {}) {
      const provider = await open().providers.find(request);
      if (provider === undefined) return createHeaders();
      return createHeaders(await provider.login.forgetAttempts(read(request, handleOptions, provider)));
    },
    async close() {
      const logins = open().providers.all();
      await Promise.all(logins.map(({ client }) => client.close()));
    },
  };
}

/** One request to a login route. */
interface LoginContext {
  settings: SharedSettings;
  provider: ProviderLogin;
  request: LoginRequest;
  handleOptions: HandleOptions;
  report: Report;
}

async function handleRequest(context: LoginContext): Promise<LoginResult> {
  const { provider, request } = context;
  const { settings, failureCookie } = provider;
  const { type } = classifyRequest(request, settings.callbackURL);
  if (isPageWithoutQuery(request) && type !== 'prefetch') {
    const failure = await failureCookie.read(request);
    // Where a start and a callback have one address, the page that is loaded again starts a login.
    if (failure !== undefined && !(failure.isShown && failure.authKey === undefined && type === 'start'))
      return showFailedCallback(context, failure);
  }
  if (type === 'start' && isFetchRequest(request)) {
    const body = { code: 'login_required', message: 'Send the browser to this address; a script cannot log in.' };
    return { type: 'response', response: createJSON(401, createHeaders(), body) };
  }
  return toResult(context, await handleLogin(provider, request), false);
}

/** A failure of the app's attempt store is one of the login, too: no callback may stay at an address with a key. */
async function handleLogin({ login }: ProviderLogin, request: LoginRequest): Promise<LoginOutcome> {
  try {
    return await login.handle(request);
  } catch (error) {
    return toFailure(error);
  }
}

/** @param isCleared whether the address of the page is without the key. */
async function toResult(context: LoginContext, outcome: LoginOutcome, isCleared: boolean): Promise<LoginResult> {
  const { settings, provider, request, handleOptions, report } = context;
  if ('attempt' in outcome) report.details.attempt = outcome.attempt;
  const cookies = 'cookies' in outcome ? (outcome.cookies ?? []) : [];
  switch (outcome.type) {
    case 'nothing':
      return { type: 'response', response: createResponse(null, 204, createHeaders()) };
    case 'confirm': {
      const { displayName } = provider.settings.provider;
      const href = relativeTo(request.url);
      const render = (page: PageContext) => settings.templates.start({ ...page, displayName, href });
      return { type: 'response', response: createPage(settings, request, 200, createHeaders(), render) };
    }
    case 'redirect': {
      const headers = createHeaders([...cookies, ...(await provider.failureCookie.clear(request))]);
      return { type: 'response', response: createRedirect(outcome.location, headers) };
    }
    case 'success': {
      const { profile, info } = outcome;
      const { accessToken, expiresAt, returnTo } = info;
      const headers = createHeaders([...cookies, ...(await provider.failureCookie.clear(request))]);
      const response = createRedirect(toLocation(returnTo), headers);
      report.success();
      return { type: 'success', profile, accessToken, expiresAt, returnTo, headers, response };
    }
    case 'fail':
    case 'error': {
      const { error } = outcome;
      if (!(error instanceof LoginWithError)) {
        report.failure(error, true);
        throw error;
      }
      // A reload or the back button after the login: nothing was exchanged, and there is nothing left to do.
      if (error.code === 'attempt_missing' && handleOptions.isSignedIn === true)
        return {
          type: 'response',
          response: createRedirect(toLocation(sanitizeReturnTo(request.returnTo, provider.settings)), createHeaders()),
        };
      report.failure(error, false);
      return toFailedResult(context, error, outcome.isKeyUnused === true, cookies, isCleared);
    }
  }
}

/** Redirects a failed callback to its address without the key, which may be unused; shows every other failure. */
async function toFailedResult(
  context: LoginContext,
  error: LoginWithError,
  isKeyUnused: boolean,
  cookies: readonly string[],
  isCleared: boolean,
): Promise<LoginResult> {
  const { provider, request } = context;
  const { type, ...kind } = classifyRequest(request, undefined);
  if (type === 'start' || isFetchRequest(request)) return showFailure(context, error, createHeaders(cookies));
  const authKey = isKeyUnused && 'authKey' in kind ? kind.authKey : undefined;
  const cookie = await provider.failureCookie.write(request, { error, authKey, isShown: isCleared, popup: undefined });
  const headers = createHeaders([...cookies, cookie]);
  if (isCleared) return showFailure(context, error, headers);
  return { type: 'response', response: createRedirect(relativeTo(withoutQuery(request.url)), headers, 303) };
}

/** Shows the failure of a callback at the address without its key; loaded again, the page tries an unused key again. */
async function showFailedCallback(context: LoginContext, failure: StoredFailure): Promise<LoginResult> {
  const { provider, request } = context;
  const { authKey, isShown, error } = failure;
  if (authKey !== undefined && isShown) {
    const withKey = { ...request, url: addQueryParameter(request.url, 'auth_key', authKey) };
    return toResult({ ...context, request: withKey }, await handleLogin(provider, withKey), true);
  }
  const cookie = await provider.failureCookie.write(request, { ...failure, isShown: true });
  return showFailure(context, error, createHeaders([cookie]));
}

function showFailure(
  { settings, request, provider, handleOptions }: Omit<LoginContext, 'provider' | 'report'> & Partial<LoginContext>,
  error: LoginWithError,
  headers: Headers,
): LoginResult {
  const { status, code, message } = error;
  for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
  if (isFetchRequest(request))
    return { type: 'failure', error, headers, response: createJSON(status, headers, { code, message }) };
  const href = settings.loginURL ?? relativeTo(pathOf(request.url).replace(/\/callback$/i, ''), request.url);
  const failure = toFailurePage(error, {
    displayName: provider?.settings.provider.displayName,
    isSignedIn: handleOptions.isSignedIn === true,
    href,
  });
  const response = createPage(settings, request, status, headers, (page) =>
    settings.templates.failure({ ...page, ...failure }),
  );
  return { type: 'failure', error, headers, response };
}

/** Whether a user went to an address without a query. */
function isPageWithoutQuery(request: LoginRequest): boolean {
  return request.method === 'GET' && !request.url.includes('?') && isNavigation(request);
}

/**
 * Writes an address of this app as seen from a page of it: a proxy may have removed a prefix, which only the browser
 * knows.
 *
 * @param page the page; the address itself if absent.
 */
function relativeTo(url: string, page = url): string {
  const path = withoutQuery(url);
  const levels = countSlashes(withoutQuery(page)) - countSlashes(path);
  return (levels > 0 ? '../'.repeat(levels) : './') + url.slice(path.lastIndexOf('/') + 1);
}

/** The path as it was requested: a slash at its end decides where a relative address leads. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*/s, '');
}

function countSlashes(path: string): number {
  return path.split('/').length - 1;
}
