import { classifyRequest } from '../../login/request.js';
import { LoginWithError } from '../../errors.js';
import type { LoginOutcome, LoginRequest } from '../../login/login.js';
import { deriveKey, seal, unseal } from '../../internal/seal.js';
import { toLoginRequest } from '../../strategy.js';
import { completeLogin } from './complete.js';
import { pathTo, type Context, type ProviderLogin, type Visit } from '../context.js';
import { sendPage } from '../responses.js';
import { addParameter, type SeenRequest } from '../request.js';
import { findSession, isStrictSession } from '../session/session.js';
import { settle } from '../outcome.js';

/** How long the page in between may take, in milliseconds. */
const resumeLifetime = 60_000;

/** A visit to the registered redirect URL. */
export async function finishLogin(context: Context, visit: Visit, provider: ProviderLogin): Promise<void> {
  const { req } = visit;
  if (context.settings.session) findSession(req);
  const { request, isResumed } = readCallback(req, provider);
  const kind = classifyRequest(request, provider.settings.callbackURL);
  if (kind.type === 'callback' && isStrictSession(req) && !isResumed) {
    sendRoundHere(context, visit, provider, kind.authKey);
    return;
  }
  const entry = kind.type === 'callback' ? await context.failures.enter(req.ip) : undefined;
  let outcome: LoginOutcome | undefined;
  try {
    outcome = await provider.login.handle(request);
  } finally {
    await entry?.leave(outcome !== undefined && isWrongKey(outcome));
  }
  if (outcome.type !== 'success') {
    await settle(context, visit, outcome);
    return;
  }
  if (outcome.cookie !== undefined) visit.res.appendHeader('Set-Cookie', outcome.cookie);
  await completeLogin(context, visit, provider, outcome);
}

/**
 * Comes back to the callback from a page of this site. The browser withholds a SameSite=Strict session on a way that began at the
 * provider, so the session to regenerate, to renew or to link in would be missing. The key goes on sealed, and is exchanged after that.
 */
function sendRoundHere(context: Context, { req, res }: Visit, { settings }: ProviderLogin, authKey: string): void {
  const sealed = seal([authKey, Date.now()], resumeKey(settings));
  const href = addParameter(pathTo(context, req, 'callback', settings.name), 'resume', sealed);
  sendPage(req, res, 200, (basics) => context.settings.templates.finish({ ...basics, href }));
}

/** The callback's request on the path of `callbackURL`, wherever the app is mounted; with the key that {@link sendRoundHere} has sealed. */
function readCallback(req: SeenRequest, { settings }: ProviderLogin): { request: LoginRequest; isResumed: boolean } {
  const { url = '' } = req;
  const { pathname } = new URL(settings.callbackURL ?? '/', 'http://origin.invalid');
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  const resumed = openResume(query, settings);
  const request = toLoginRequest(req, {});
  return {
    request: { ...request, url: pathname + (resumed === undefined ? query : `?auth_key=${resumed}`) },
    isResumed: resumed !== undefined,
  };
}

function openResume(query: string, settings: ProviderLogin['settings']): string | undefined {
  const sealed = /^\?resume=([\w-]+)$/.exec(query)?.[1];
  const content = sealed === undefined ? undefined : unseal(sealed, resumeKey(settings));
  if (!Array.isArray(content)) return undefined;
  // Sealed by sendRoundHere.
  const [authKey, at] = content as [string, number];
  return Date.now() - at <= resumeLifetime ? authKey : undefined;
}

function resumeKey({ name, appId, appSecret }: ProviderLogin['settings']): Uint8Array {
  return deriveKey(appSecret(), ['passport-loginwith resume 1', name, appId]);
}

/** Whether the provider was asked and did not know the key, so that this may have been a guess. */
function isWrongKey(outcome: LoginOutcome): boolean {
  const error = outcome.type === 'redirect' ? outcome.after : 'error' in outcome ? outcome.error : undefined;
  return error instanceof LoginWithError && error.code === 'auth_key_invalid' && error.stage === 'authorize';
}
