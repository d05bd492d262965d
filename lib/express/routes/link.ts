import type { IncomingMessage } from 'node:http';
import { LoginWithError } from '../../errors.js';
import type { LoginOutcome } from '../../login/login.js';
import { deriveKey, seal, unseal } from '../../internal/seal.js';
import { destinationOf, pathTo, type Context, type ProviderLogin, type Visit } from '../context.js';
import { redirect, sendPage } from '../responses.js';
import { refuseVisitor } from '../unauthorized.js';
import { asWebRequest, isSameOriginPost, type SeenRequest } from '../request.js';
import type { LinkedProfile } from '../types.js';

/** How long the question may stay unanswered, in milliseconds. */
const formLifetime = 5 * 60_000;
const maximumBody = 64 * 1024;

/** What the form carries through the browser, sealed. */
interface PendingLink {
  /** Names the session and the user to link to. */
  session: string;
  profile: LinkedProfile;
  returnTo: string;
  expiresAt: number;
}

/** Shows which account is about to be linked; nothing is linked before the answer. */
export function askToLink(
  context: Context,
  { req, res }: Visit,
  { settings }: ProviderLogin,
  { profile, info }: Extract<LoginOutcome, { type: 'success' }>,
  session: string,
): void {
  const { _raw, _json, ...linked } = profile;
  const pending: PendingLink = {
    session,
    profile: linked,
    returnTo: destinationOf(context.settings, info.returnTo),
    expiresAt: Date.now() + formLifetime,
  };
  sendPage(req, res, 200, (basics) =>
    context.settings.templates.link({
      ...basics,
      displayName: settings.provider.displayName,
      profile: linked,
      action: pathTo(context, req, 'link', settings.name),
      token: seal(pending, formKey(settings)),
      cancel: pending.returnTo,
    }),
  );
}

/** The answer of {@link askToLink}'s form. Who is meant is in the form, sealed: neither an e-mail address nor a name decides anything. */
export async function confirmLink(context: Context, visit: Visit, provider: ProviderLogin): Promise<void> {
  const { req, res } = visit;
  const { settings, signIn, records } = context;
  if (!isSameOriginPost(req, settings.trustedOrigins)) throw refuseForeign('link');
  const user = signIn.userOf(req);
  if (user === undefined) {
    await refuseVisitor(context, visit);
    return;
  }
  const pending = openForm(await readToken(req), provider);
  if (!records.isBound(req, pending.session)) {
    throw new LoginWithError('link: this form belongs to somebody else who was signed in here', {
      code: 'account_mismatch',
      stage: 'link',
      hint: 'An account is linked only to the person who started it, in the same session.',
    });
  }
  await settings.onLink?.(asWebRequest(req), { user, profile: pending.profile });
  records.setPerson(req, provider.settings.name, pending.profile.id);
  await redirect(req, res, pending.returnTo);
}

/** Why a POST from another site is not carried out. */
export function refuseForeign(stage: 'link' | 'logout'): LoginWithError {
  return new LoginWithError(`${stage}: the request does not come from a page of this site`, {
    code: 'foreign_request',
    stage,
    hint: 'Send it with a form or fetch of the same origin; list other origins of the app in "trustedOrigins".',
  });
}

function openForm(token: string, { settings }: ProviderLogin): PendingLink {
  // Sealed by askToLink, so that it is what it was.
  const pending = unseal(token, formKey(settings)) as PendingLink | undefined;
  if (pending === undefined || pending.expiresAt < Date.now()) {
    throw new LoginWithError('link: the form is not ours or older than five minutes', {
      code: 'link_invalid',
      stage: 'link',
      hint: 'Start the linking again.',
      retryable: true,
    });
  }
  const { registeredAt } = pending.profile;
  // JSON has made text of it.
  return registeredAt === undefined
    ? pending
    : { ...pending, profile: { ...pending.profile, registeredAt: new Date(registeredAt) } };
}

/** The form's one field, whether or not the app has parsed the body already. */
async function readToken(req: SeenRequest): Promise<string> {
  const { body } = req;
  if (typeof body === 'object' && body !== null) {
    return 'token' in body && typeof body.token === 'string' ? body.token : '';
  }
  return new URLSearchParams(await readBody(req)).get('token') ?? '';
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // A request without an encoding yields buffers.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maximumBody) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function formKey({ name, appId, appSecret }: ProviderLogin['settings']): Uint8Array {
  return deriveKey(appSecret(), ['passport-loginwith link 1', name, appId]);
}
