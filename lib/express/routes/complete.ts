import { LoginWithError } from '../../errors.js';
import { omitUndefined } from '../../internal/omit-undefined.js';
import type { LoginOutcome } from '../../login/outcome.js';
import { runVerify, toRejection, type VerifyResult } from '../../login/verify.js';
import { addLoginAccess } from '../../login/login-access.js';
import type { AttemptBinding, Profile } from '../../types.js';
import { runHook } from '../hooks.js';
import type { ProviderLogin } from '../../login/provider-login.js';
import type { Instance, RequestContext } from '../instance.js';
import { endLogin, endingOf } from '../popup.js';
import type { SessionProfile } from '../types.js';
import { askToLink } from './link.js';

type Success = Extract<LoginOutcome, { type: 'success' }>;

/**
 * Completes a callback whose key was exchanged: a login, a renewal, or the question whether to use an account that this
 * session does not know.
 */
export async function completeLogin(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  outcome: Success,
): Promise<void> {
  const { binding } = outcome.attempt;
  const { loginData } = instance;
  const isKnown = loginData.accountIdOf(context.req, provider.settings.name) !== undefined;
  if (binding === undefined) await logIn(instance, context, provider, outcome);
  else if (!loginData.isBound(context.req, binding.session)) throw createOtherSessionError(binding);
  else if (binding.purpose === 'renew' && isKnown) await renew(instance, context, provider, outcome);
  else await askToLink(instance, context, provider, outcome, binding.session);
}

/** Logs the user in, in place of whoever was signed in. */
async function logIn(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  outcome: Success,
): Promise<void> {
  const { profile, info, acquire } = outcome;
  const { settings, currentUser, loginData } = instance;
  const { req, res } = context;
  const { name } = provider.settings;
  const release = await acquire();
  const result = await findUser(instance, info.accessToken, profile).finally(release);
  if (result.type === 'rejected') throw toRejection(result.info);
  await currentUser.login(req, res, result.user);
  loginData.setAccountId(req, name, profile.id);
  if (instance.shared.keepsTokens) await loginData.keepToken(req, name, info);
  context.report.success();
  Object.assign(req, { loginWith: addLoginAccess(info, provider.client) });
  await runHook(instance, context, settings.onLogin, () => endLogin(instance, context, endingOf(instance, outcome)));
}

/**
 * Keeps a new token for the user who is signed in. `verify` is not called, and the user stays the same: a renewal
 * happens without a click, and the browser's account at the provider may be another one by now.
 */
async function renew(
  instance: Instance,
  context: RequestContext,
  provider: ProviderLogin,
  outcome: Success,
): Promise<void> {
  const { req } = context;
  const { profile, info } = outcome;
  const { loginData, shared } = instance;
  const { name } = provider.settings;
  if (loginData.accountIdOf(req, name) !== profile.id) {
    throw new LoginWithError(`session: the account at ${name} is not the one that this session belongs to`, {
      code: 'account_mismatch',
      stage: 'session',
      hint: 'A renewal never changes who is signed in. Log out here first, or sign in there with the same account.',
    });
  }
  if (shared.keepsTokens) await loginData.keepToken(req, name, info);
  context.report.success();
  await endLogin(instance, context, endingOf(instance, outcome));
}

function findUser(
  { settings: { verify, verifyTimeout } }: Instance,
  accessToken: string,
  profile: Profile,
): Promise<VerifyResult> {
  return verify === undefined
    ? Promise.resolve({ type: 'accepted', user: toSessionProfile(profile), info: {} })
    : runVerify(verify, [accessToken, undefined, profile], { verifyTimeout });
}

/** The default user: small enough for a session in a cookie, and equal to the one that comes back from the session. */
function toSessionProfile(profile: Profile): SessionProfile {
  const { provider, id, username, displayName, name, emails, photos, profileUrl } = profile;
  return omitUndefined({ provider, id, username, displayName, name, emails, photos, profileUrl });
}

function createOtherSessionError({ purpose }: AttemptBinding): LoginWithError {
  return new LoginWithError(`session: the user who started the ${purpose} is no longer signed in`, {
    code: 'account_mismatch',
    stage: purpose === 'link' ? 'link' : 'session',
    hint: 'The user logged out or in meanwhile, or the session cookie did not come back from the provider.',
    retryable: true,
  });
}
