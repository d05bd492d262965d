import type { LoginWithClient } from '../client/client.js';
import { hasCode } from '../errors.js';
import type { AccessToken, Profile } from '../types.js';
import type { ExchangeResult, Permit } from './rate-limit.js';

/**
 * Exchanges the key and ends the permit, which learns whether the key may have been a guess.
 *
 * @param isRestarted whether the login goes back to the start by itself if the key is wrong.
 * @throws LoginWithError with the codes of `LoginWithClient.exchange`, and `limits_failed`.
 */
export async function exchangeWithPermit(
  client: LoginWithClient,
  authKey: string,
  permit: Permit,
  isRestarted: boolean,
): Promise<AccessToken & { profile: Profile }> {
  let result: ExchangeResult = { type: 'no_guess' };
  try {
    const exchanged = await client.exchange(authKey);
    result = { type: 'login', account: `${exchanged.profile.provider} ${exchanged.profile.id}` };
    return exchanged;
  } catch (error) {
    if (hasCode(error, 'auth_key_invalid')) result = { type: 'wrong_key', isRestarted };
    throw error;
  } finally {
    await permit.release(result);
  }
}
