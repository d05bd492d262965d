import { LoginWithError } from '../../errors.js';
import type { LoginOutcome } from '../../login/login.js';
import { withAccess } from '../../strategy.js';
import type { AttemptBinding, Profile } from '../../types.js';
import { runVerify, type Verdict } from '../../login/verify.js';
import { destinationOf, type Context, type ProviderLogin, type Visit } from '../context.js';
import { askToLink } from './link.js';
import { redirect } from '../responses.js';
import { report } from '../report.js';
import { asWebRequest } from '../request.js';
import type { SessionProfile } from '../types.js';

type Success = Extract<LoginOutcome, { type: 'success' }>;

/** What follows an exchange: a login, a new token for who is signed in, or the question whether to link. */
export async function completeLogin(
  context: Context,
  visit: Visit,
  provider: ProviderLogin,
  outcome: Success,
): Promise<void> {
  const { turn, attempt } = outcome;
  await turn.wait();
  try {
    if (attempt.binding === undefined) await logIn(context, visit, provider, outcome);
    else if (!context.records.isBound(visit.req, attempt.binding.session)) throw describeOtherSession(attempt.binding);
    else if (attempt.binding.purpose === 'link') askToLink(context, visit, provider, outcome, attempt.binding.session);
    else await renew(context, visit, provider, outcome);
  } finally {
    turn.end();
  }
}

/** Signs a person in, instead of whoever was signed in: this way came who asked for a login. */
async function logIn(context: Context, visit: Visit, provider: ProviderLogin, outcome: Success): Promise<void> {
  const { settings, signIn, records } = context;
  const { req, res } = visit;
  const { profile, info } = outcome;
  const { name } = provider.settings;
  const verdict = await findUser(context, info.accessToken, profile);
  if (verdict.type === 'rejected') {
    await report(context, visit, { type: 'fail', error: asRejection(verdict.info) });
    return;
  }
  await signIn.signIn(req, res, verdict.user);
  records.setPerson(req, name, profile.id);
  if (context.keepsTokens) records.keepToken(req, provider.settings, info);
  Object.assign(req, { loginWith: withAccess(info, provider.client) });
  const goOn = () => redirect(req, res, destinationOf(settings, info.returnTo));
  if (settings.onLogin === undefined) {
    await goOn();
    return;
  }
  await settings.onLogin(asWebRequest(req), res, (error) => {
    if (error) visit.next(error);
    else goOn().catch(visit.next);
  });
}

/**
 * Takes a new token for who is signed in. `verify` is not asked, and nobody is signed in as somebody else: a renewal happens without a
 * click, and the browser's account at the provider may be another one by now.
 */
async function renew(context: Context, { req, res }: Visit, provider: ProviderLogin, outcome: Success): Promise<void> {
  const { records } = context;
  const { profile, info } = outcome;
  const { name } = provider.settings;
  const known = records.personOf(req, name);
  if (known !== undefined && known !== profile.id) {
    throw new LoginWithError(`session: at ${name} somebody else is signed in than here`, {
      code: 'account_mismatch',
      stage: 'session',
      hint: 'A renewal never changes who is signed in. Log out here first, or sign in there with the same account.',
    });
  }
  records.setPerson(req, name, profile.id);
  if (context.keepsTokens) records.keepToken(req, provider.settings, info);
  await redirect(req, res, destinationOf(context.settings, info.returnTo));
}

function findUser({ settings }: Context, accessToken: string, profile: Profile): Promise<Verdict> {
  return settings.verify === undefined
    ? Promise.resolve({ type: 'accepted', user: compactProfile(profile), info: {} })
    : runVerify(settings.verify, [accessToken, undefined, profile]);
}

/** The default user: small enough for a session in a cookie. */
function compactProfile(profile: Profile): SessionProfile {
  const { provider, id, username, displayName, name, emails, photos, profileUrl } = profile;
  const parts = { provider, id, username, displayName, name, emails, photos, profileUrl };
  // What is undefined is left out, so that the user of the login equals the one that comes back from the session.
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as SessionProfile;
}

function asRejection(info: object): LoginWithError {
  if (info instanceof LoginWithError) return info;
  const message = 'message' in info && typeof info.message === 'string' ? info.message : 'the app has no such user';
  return new LoginWithError(`verify: ${message}`, { code: 'user_rejected', stage: 'verify' });
}

function describeOtherSession({ purpose }: AttemptBinding): LoginWithError {
  return new LoginWithError(`session: who asked to ${purpose} is not signed in here any more`, {
    code: 'account_mismatch',
    stage: purpose === 'link' ? 'link' : 'session',
    hint: 'The person logged out or in meanwhile, or the session cookie did not come back from the provider.',
    retryable: true,
  });
}
