import { hasCode } from '../../errors.js';
import { createSealer, type Sealer } from '../../internal/seal.js';
import { addQueryParameter } from '../../internal/urls.js';
import type { LoginOutcome, LoginRequest } from '../../login/login.js';
import { classifyRequest, findParameter } from '../../login/request.js';
import { toLoginRequest } from '../../strategy.js';
import type { Instance, ProviderLogin, RequestContext } from '../instance.js';
import { sendOutcome } from '../outcome.js';
import { pathTo } from '../paths.js';
import { clientAddress, type ExpressRequest } from '../request.js';
import { sendPage } from '../responses.js';
import { getSession, isStrictSession } from '../session/session.js';
import { completeLogin } from './complete.js';

/** How long the page of {@link redirectViaOwnPage} may take, in milliseconds. */
const resumeLifetime = 60_000;

/** Handles a request for the registered redirect URL: exchanges the key, within the limits. */
export async function handleCallback(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
): Promise<void> {
  const { req } = context;
  if (instance.settings.session) getSession(req);
  const { request, isResumed } = readCallback(req, provider);
  const kind = classifyRequest(request, provider.settings.callbackURL);
  if (kind.type === 'callback' && isStrictSession(req) && !isResumed) {
    redirectViaOwnPage(instance, context, provider, kind.authKey);
    return;
  }
  const permit = kind.type === 'callback' ? await instance.rateLimiter.acquire(clientAddress(req)) : undefined;
  let outcome: LoginOutcome | undefined;
  try {
    outcome = await provider.handleLogin(request);
  } finally {
    await permit?.release(outcome !== undefined && hasWrongKey(outcome));
  }
  if (outcome.type !== 'success') {
    await sendOutcome(instance, context, outcome);
    return;
  }
  if (outcome.cookie !== undefined) context.res.appendHeader('Set-Cookie', outcome.cookie);
  await completeLogin(instance, context, provider, outcome);
}

/**
 * Comes back to the callback from a page of this site. The browser withholds a SameSite=Strict session cookie from a
 * navigation that began at the provider, so the session would be missing. The key travels sealed, and is exchanged
 * then.
 */
function redirectViaOwnPage(
  instance: Instance,
  { req, res }: RequestContext,
  { settings }: ProviderLogin,
  authKey: string,
): void {
  const sealed = createResumeSealer(settings).seal(authKey, Date.now() + resumeLifetime);
  const href = addQueryParameter(pathTo(instance, req, 'callback', settings.name), 'resume', sealed);
  sendPage(req, res, 200, (page) => instance.settings.templates.finish({ ...page, href }));
}

/** The request on the path of `callbackURL`, wherever the app is mounted, with the key unsealed. */
function readCallback(req: ExpressRequest, { settings }: ProviderLogin): { request: LoginRequest; isResumed: boolean } {
  const request = toLoginRequest(req);
  const { pathname } = new URL(settings.callbackURL ?? '/', 'http://origin.invalid');
  const sealed = findParameter(request.url, 'resume');
  // Sealed by redirectViaOwnPage.
  const authKey =
    sealed === undefined ? undefined : (createResumeSealer(settings).unseal(sealed) as string | undefined);
  const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  return {
    request: { ...request, url: pathname + (authKey === undefined ? query : `?auth_key=${authKey}`) },
    isResumed: authKey !== undefined,
  };
}

function createResumeSealer({ name, appId, appSecret }: ProviderLogin['settings']): Sealer {
  return createSealer(appSecret(), ['passport-loginwith resume 2', name, appId]);
}

/** Whether the provider did not know the key, so that it may have been a guess. */
function hasWrongKey(outcome: LoginOutcome): boolean {
  const error = outcome.type === 'redirect' ? outcome.restartedAfter : 'error' in outcome ? outcome.error : undefined;
  return hasCode(error, 'auth_key_invalid') && error.stage === 'authorize';
}
