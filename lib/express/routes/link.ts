import type { IncomingMessage } from 'node:http';
import { LoginWithError } from '../../errors.js';
import { loadOnce } from '../../internal/load-once.js';
import type { LoginOutcome } from '../../login/outcome.js';
import type { LinkedProfile } from '../../types.js';
import type { ProviderLogin } from '../../login/provider-login.js';
import type { Instance, RequestContext } from '../instance.js';
import { pathTo } from '../paths.js';
import { endLogin, endingOf, type Ending } from '../popup.js';
import { asWebRequest, requireSameOriginPost } from '../request.js';
import { sendPage } from '../responses.js';
import { saveSession } from '../session/session.js';
import type { Handler } from '../types.js';
import { sendLoginRequired } from '../unauthorized.js';

/** How long the confirmation may take, in milliseconds. */
const formLifetime = 5 * 60_000;

/** What the form carries through the browser, sealed. */
interface PendingLink extends Ending {
  /** Random; the session names the one form that it waits for. */
  id: string;
  /** The session and the user to link to, as {@link LoginData.bind} names them. */
  session: string;
  profile: LinkedProfile;
}

/**
 * Sends the page that shows which account is about to be linked or, without `onLink`, used in this session. Nothing
 * happens before it is confirmed.
 */
export async function askToLink(
  instance: Instance,
  context: RequestContext,
  { settings }: ProviderLogin,
  outcome: Extract<LoginOutcome, { type: 'success' }>,
  session: string,
): Promise<void> {
  const { req } = context;
  const { _raw, _json, ...profile } = outcome.profile;
  const ending = endingOf(instance, outcome);
  const id = instance.loginData.expectLink(req);
  const pending: PendingLink = { id, session, profile, ...ending };
  const token = (await settings.sealers('link')).seal(pending, Date.now() + formLifetime);
  const { displayName } = settings.provider;
  const action = pathTo(instance, req, 'link', settings.name);
  const isLasting = instance.settings.onLink !== undefined;
  await saveSession(req);
  sendPage(instance, context, 200, (page) =>
    instance.settings.templates.link({
      ...page,
      displayName,
      profile,
      action,
      token,
      cancel: ending.destination,
      isLasting,
    }),
  );
}

/**
 * Links the account after the confirmation, once. The sealed form says which: no e-mail address or name decides
 * anything.
 */
export async function confirmLink(instance: Instance, context: RequestContext, provider: ProviderLogin): Promise<void> {
  const { req, report } = context;
  const { settings, currentUser, loginData } = instance;
  Object.assign(report.details, { provider: provider.settings.provider.name, purpose: 'link' });
  requireSameOriginPost(req, settings, 'link');
  const user = currentUser.get(req);
  if (user === undefined) {
    await sendLoginRequired(instance, context);
    return;
  }
  const pending = await openForm(await readToken(context), provider);
  if (!loginData.isBound(req, pending.session)) {
    throw new LoginWithError('link: the form belongs to another user or session', {
      code: 'account_mismatch',
      stage: 'link',
      hint: 'An account is linked only to the user who started it, in the same session.',
    });
  }
  await runOnce(instance.shared.confirmations, pending.id, () => link(instance, req, provider, user, pending));
  // Each request has a session of its own, and the last one to be stored stays. Not before onLink has succeeded: until
  // then the form can be sent again.
  loginData.endLink(req, pending.id);
  loginData.setAccountId(req, provider.settings.name, pending.profile.id);
  report.success();
  await endLogin(instance, context, pending);
}

/** Links the account, unless another process has done it for this form: then the session knows the account. */
async function link(
  { settings, loginData }: Instance,
  req: IncomingMessage,
  provider: ProviderLogin,
  user: unknown,
  { id, profile }: PendingLink,
): Promise<void> {
  if (loginData.isLinkExpected(req, id)) await settings.onLink?.(asWebRequest(req), { user, profile });
  else if (loginData.accountIdOf(req, provider.settings.name) !== profile.id) throw createInvalidFormError();
}

/** Runs `work` once for a form, however often it is sent; if it fails, the form can be sent again. */
async function runOnce(running: Map<string, Promise<void>>, id: string, work: () => Promise<void>): Promise<void> {
  const known = running.get(id);
  if (known !== undefined) return known;
  const result = work();
  running.set(id, result);
  try {
    await result;
    setTimeout(() => running.delete(id), formLifetime).unref();
  } catch (error) {
    running.delete(id);
    throw error;
  }
}

async function openForm(token: string, { settings }: ProviderLogin): Promise<PendingLink> {
  // Sealed by askToLink.
  const pending = (await settings.sealers('link')).unseal(token) as PendingLink | undefined;
  if (pending === undefined) throw createInvalidFormError();
  const { registeredAt } = pending.profile;
  // JSON has turned the date into text.
  return registeredAt === undefined
    ? pending
    : { ...pending, profile: { ...pending.profile, registeredAt: new Date(registeredAt) } };
}

function createInvalidFormError(): LoginWithError {
  return new LoginWithError('link: the form is invalid, older than five minutes, or replaced by a newer one', {
    code: 'link_invalid',
    stage: 'link',
    hint: 'Start the linking again.',
    retryable: true,
  });
}

/** The form's one field, also if the app has parsed the body already; empty if there is none. */
async function readToken({ req, res }: RequestContext): Promise<string> {
  // A body that cannot be parsed has no token.
  const parseForm = loadFormParser();
  await new Promise<void>((resolve) => parseForm(req, res, () => resolve()));
  const { body } = req;
  const hasToken = typeof body === 'object' && body !== null && 'token' in body;
  return hasToken && typeof body.token === 'string' ? body.token : '';
}

/** Loads body-parser with the first form, because it takes longer to load than the rest of the middleware. */
const loadFormParser = loadOnce((): Handler => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const bodyParser = require('body-parser') as typeof import('body-parser');
  return bodyParser.urlencoded({ extended: false });
});
