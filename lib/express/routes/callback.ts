import { LoginWithError } from '../../errors.js';
import { addQueryParameter } from '../../internal/urls.js';
import { isUsersFailure, type LoginOutcome, type LoginRequest } from '../../login/outcome.js';
import { isNavigation } from '../../login/cross-site.js';
import { classifyRequest, findParameter } from '../../login/request.js';
import { toLoginRequest, type ExpressRequest } from '../../node-request.js';
import { isFetchRequest } from '../../pages/negotiation.js';
import { sendFailure } from '../failure.js';
import type { StoredFailure } from '../../login/failure-cookie.js';
import type { ProviderLogin } from '../../login/provider-login.js';
import { reportFailure, type Instance, type RequestContext } from '../instance.js';
import { pathTo, prefixOf, publicPath } from '../paths.js';
import { tellFailure } from '../popup.js';
import { redirect, sendNothing, sendPage } from '../responses.js';
import { getSession, isStrictSession } from '../session/session.js';
import { completeLogin } from './complete.js';

/** How long the page of {@link redirectViaOwnPage} may take, in milliseconds. */
const resumeLifetime = 60_000;

/** A request for the registered redirect URL. */
interface Callback {
  request: LoginRequest;
  /** Whether the key comes from the address, where a failure must not leave it. */
  hasQuery: boolean;
  /** Whether the request comes from a page of this site. */
  isResumed: boolean;
}

/**
 * Handles a request for the registered redirect URL: exchanges the key, and shows a failure at an address without it. A
 * key that is unused could be pasted elsewhere, and log somebody else in as this user.
 */
export async function handleCallback(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
): Promise<void> {
  const { req } = context;
  const callback = await readCallback(instance, req, provider);
  // A picture must not count as a look at the page.
  if (!callback.hasQuery && isNavigation(callback.request)) {
    const failure = await provider.failureCookie.read(callback.request);
    if (failure !== undefined) {
      await showFailure(instance, context, provider, callback, failure);
      return;
    }
  }
  if (isStrictSession(req) && !callback.isResumed) {
    const kind = classifyRequest(callback.request, provider.settings.callbackURL);
    if (kind.type === 'callback') {
      await redirectViaOwnPage(instance, context, provider, kind.authKey);
      return;
    }
  }
  await exchange(instance, context, provider, callback);
}

async function exchange(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  callback: Callback,
): Promise<void> {
  const { req, res } = context;
  let isHandled = false;
  let outcome: LoginOutcome | undefined;
  try {
    if (instance.settings.session) getSession(req);
    isHandled = true;
    outcome = await provider.login.handle(callback.request);
    if ('cookies' in outcome) res.appendHeader('Set-Cookie', outcome.cookies);
    if ('attempt' in outcome) context.report.details.attempt = outcome.attempt;
    await sendOutcome(instance, context, provider, outcome);
  } catch (error) {
    const kind = classifyRequest(callback.request, undefined);
    const isKeyUnused = !isHandled || (outcome !== undefined && 'isKeyUnused' in outcome);
    const authKey = isKeyUnused && kind.type === 'callback' ? kind.authKey : undefined;
    const attempt = outcome !== undefined && 'attempt' in outcome ? outcome.attempt : undefined;
    const popup = attempt?.display && { returnTo: attempt.returnTo, isTold: false };
    await sendLoginFailure(instance, context, provider, callback.hasQuery, { error, authKey, popup });
  }
}

async function sendOutcome(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  outcome: LoginOutcome,
): Promise<void> {
  const { req, res } = context;
  switch (outcome.type) {
    case 'nothing':
    case 'confirm': // of starts only
      sendNothing(res);
      return;
    case 'redirect':
      await redirect(req, res, outcome.location);
      return;
    case 'success':
      res.appendHeader('Set-Cookie', await provider.failureCookie.clear(toLoginRequest(req)));
      await completeLogin(instance, context, provider, outcome);
      return;
    case 'fail':
      if (outcome.error.code !== 'attempt_missing' || instance.currentUser.get(req) === undefined) throw outcome.error;
      // A reload or the back button after the login: nothing was exchanged, and there is nothing left to do.
      await redirect(req, res, publicPath(instance, req, instance.settings.successRedirect));
      return;
    case 'error':
      throw outcome.error;
  }
}

/**
 * Sends a failure, after a redirect to the callback's address without the key, where a popup tells its opener first.
 * Errors of the app's own are not redirected.
 */
export async function sendLoginFailure(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  hasQuery: boolean,
  { error, authKey, popup }: Pick<StoredFailure, 'authKey' | 'popup'> & { error: unknown },
): Promise<void> {
  const { req, res } = context;
  const { onError, failureRedirect } = instance.settings;
  reportFailure(instance, context, error);
  const isRedirected = hasQuery || popup !== undefined;
  const isRedirectedAnyway =
    popup === undefined && onError === undefined && failureRedirect !== undefined && isUsersFailure(error);
  if (!(error instanceof LoginWithError) || isFetchRequest(req) || isRedirectedAnyway || res.headersSent) {
    await sendFailure(instance, context, error);
    return;
  }
  const failure = { error, authKey, isShown: !isRedirected, popup };
  const request = { ...toLoginRequest(req), url: callbackPath(provider) };
  res.appendHeader('Set-Cookie', await provider.failureCookie.write(request, failure));
  if (isRedirected) await redirect(req, res, pathTo(instance, req, 'callback', provider.settings.name), 303);
  else await sendFailure(instance, context, error);
}

/** Shows a failure at the address without the key; loaded again, the page tries an unused key again. */
async function showFailure(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  callback: Callback,
  failure: StoredFailure,
): Promise<void> {
  const { req, res } = context;
  const { authKey, isShown, popup, error } = failure;
  if (popup?.isTold === false) {
    const told = { ...failure, popup: { ...popup, isTold: true } };
    res.appendHeader('Set-Cookie', await provider.failureCookie.write(callback.request, told));
    const href = pathTo(instance, req, 'callback', provider.settings.name);
    tellFailure(instance, context, { returnTo: popup.returnTo, code: error.code, href });
    return;
  }
  if (authKey !== undefined && isShown) {
    const url = addQueryParameter(callback.request.url, 'auth_key', authKey);
    await exchange(instance, context, provider, { ...callback, request: { ...callback.request, url } });
    return;
  }
  if (authKey !== undefined)
    res.appendHeader('Set-Cookie', await provider.failureCookie.write(callback.request, { ...failure, isShown: true }));
  await sendFailure(instance, context, error, popup);
}

/**
 * Comes back to the callback from a page of this site. The browser withholds a SameSite=Strict session cookie from a
 * navigation that began at the provider, so the session would be missing. The key travels sealed, and is exchanged
 * then.
 */
async function redirectViaOwnPage(
  instance: Instance,
  context: RequestContext,
  { settings }: ProviderLogin,
  authKey: string,
): Promise<void> {
  const sealed = (await settings.sealers('resume')).seal(authKey, Date.now() + resumeLifetime);
  const href = addQueryParameter(pathTo(instance, context.req, 'callback', settings.name), 'resume', sealed);
  sendPage(instance, context, 200, (page) => instance.settings.templates.finish({ ...page, href }));
}

/** The request on the path of `callbackURL`, wherever the app is mounted, with the key unsealed. */
async function readCallback(instance: Instance, req: ExpressRequest, provider: ProviderLogin): Promise<Callback> {
  const request = { ...toLoginRequest(req), prefix: prefixOf(instance, req) };
  const { settings } = provider;
  const sealed = findParameter(request.url, 'resume');
  // Sealed by redirectViaOwnPage.
  const authKey =
    sealed === undefined ? undefined : ((await settings.sealers('resume')).unseal(sealed) as string | undefined);
  const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  return {
    request: {
      ...request,
      acceptsBinding: true,
      url: callbackPath(provider) + (authKey === undefined ? query : `?auth_key=${authKey}`),
    },
    hasQuery: query !== '',
    isResumed: authKey !== undefined,
  };
}

/** The path of `callbackURL`. */
function callbackPath({ settings }: ProviderLogin): string {
  return new URL(settings.callbackURL ?? '/', 'http://origin.invalid').pathname;
}
