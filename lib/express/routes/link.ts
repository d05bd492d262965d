import { urlencoded } from 'body-parser';
import { LoginWithError } from '../../errors.js';
import { createSealer, type Sealer } from '../../internal/seal.js';
import { isSameOriginPost } from '../../login/cross-site.js';
import type { LoginOutcome } from '../../login/login.js';
import { toLoginRequest } from '../../strategy.js';
import type { LinkedProfile } from '../../types.js';
import type { Instance, ProviderLogin, RequestContext } from '../instance.js';
import { destinationOf, pathTo } from '../paths.js';
import { asWebRequest } from '../request.js';
import { redirect, sendPage } from '../responses.js';
import type { Handler } from '../types.js';
import { sendLoginRequired } from '../unauthorized.js';

/** How long the confirmation may take, in milliseconds. */
const formLifetime = 5 * 60_000;

/** What the form carries through the browser, sealed. */
interface PendingLink {
  /** The session and the user to link to, as {@link LoginData.bind} names them. */
  session: string;
  profile: LinkedProfile;
  returnTo: string;
}

/** Sends the page that shows which account is about to be linked; nothing is linked before it is confirmed. */
export function askToLink(
  instance: Instance,
  { req, res }: RequestContext,
  { settings }: ProviderLogin,
  { profile: { _raw, _json, ...profile }, info }: Extract<LoginOutcome, { type: 'success' }>,
  session: string,
): void {
  const cancel = destinationOf(instance.settings, info.returnTo);
  const pending: PendingLink = { session, profile, returnTo: cancel };
  const token = createFormSealer(settings).seal(pending, Date.now() + formLifetime);
  const { displayName } = settings.provider;
  const action = pathTo(instance, req, 'link', settings.name);
  sendPage(req, res, 200, (page) =>
    instance.settings.templates.link({ ...page, displayName, profile, action, token, cancel }),
  );
}

/** Links the account after the confirmation. The sealed form says which: no e-mail address or name decides anything. */
export async function confirmLink(instance: Instance, context: RequestContext, provider: ProviderLogin): Promise<void> {
  const { req, res } = context;
  const { settings, currentUser, loginData } = instance;
  if (!isSameOriginPost(toLoginRequest(req), settings.trustedOrigins)) throw createForeignPostError('link');
  const user = currentUser.get(req);
  if (user === undefined) {
    await sendLoginRequired(instance, context);
    return;
  }
  const { session, profile, returnTo } = openForm(await readToken(context), provider);
  if (!loginData.isBound(req, session)) {
    throw new LoginWithError('link: the form belongs to another user or session', {
      code: 'account_mismatch',
      stage: 'link',
      hint: 'An account is linked only to the user who started it, in the same session.',
    });
  }
  await settings.onLink?.(asWebRequest(req), { user, profile });
  loginData.setAccountId(req, provider.settings.name, profile.id);
  await redirect(req, res, returnTo);
}

/** The error for a POST from another site. */
export function createForeignPostError(stage: 'link' | 'logout'): LoginWithError {
  return new LoginWithError(`${stage}: the request does not come from a page of this site`, {
    code: 'foreign_request',
    stage,
    hint: 'Send it with a form or fetch of the same origin; list other origins of the app in "trustedOrigins".',
  });
}

function openForm(token: string, { settings }: ProviderLogin): PendingLink {
  // Sealed by askToLink.
  const pending = createFormSealer(settings).unseal(token) as PendingLink | undefined;
  if (pending === undefined) {
    throw new LoginWithError('link: the form is invalid or older than five minutes', {
      code: 'link_invalid',
      stage: 'link',
      hint: 'Start the linking again.',
      retryable: true,
    });
  }
  const { registeredAt } = pending.profile;
  // JSON has turned the date into text.
  return registeredAt === undefined
    ? pending
    : { ...pending, profile: { ...pending.profile, registeredAt: new Date(registeredAt) } };
}

const parseForm: Handler = urlencoded({ extended: false });

/** The form's one field, also if the app has parsed the body already; empty if there is none. */
async function readToken({ req, res }: RequestContext): Promise<string> {
  // A body that cannot be parsed has no token.
  await new Promise<void>((resolve) => parseForm(req, res, () => resolve()));
  const { body } = req;
  const hasToken = typeof body === 'object' && body !== null && 'token' in body;
  return hasToken && typeof body.token === 'string' ? body.token : '';
}

function createFormSealer({ name, appId, appSecret }: ProviderLogin['settings']): Sealer {
  return createSealer(appSecret(), ['passport-loginwith link 2', name, appId]);
}
