import type { LoginWithClient } from '../client/client.js';
import { markNeverSent, wasNeverSent } from '../client/network-errors.js';
import { toProfile } from '../client/profile.js';
import { hasCode, LoginWithError } from '../errors.js';
import { digest } from '../internal/digest.js';
import { createLock, type Lock } from '../internal/lock.js';
import type { AccessToken, Profile, Provider } from '../types.js';
import type { StoredAttempt } from './attempt-cookie.js';
import type { LoginRequest } from './outcome.js';
import { exchangeWithPermit } from './permitted-exchange.js';
import type { RateLimiter } from './rate-limit.js';

type Exchanged = AccessToken & { profile: Profile };

/** The exchange of one key in one attempt. All requests that bring both share it. */
interface SharedExchange {
  getOutcome(): Promise<Exchanged>;
  /** Lets these requests continue one after the other, so that a double click does not create a user twice. */
  acquire: Lock;
  /** Whether the browser has logged out meanwhile. */
  isEnded: boolean;
}

/**
 * The exchanges that are running or ended within the last minute. It has only functions, so that inspecting it shows no
 * token.
 */
interface SharedExchanges {
  /**
   * Finds the exchange of a key in an attempt, or begins it within the limits. Returns `'used'` if the key was sent
   * before and its outcome is not kept.
   *
   * @param attemptsOfBrowser ids, for {@link RateLimiter.acquire}.
   */
  share(
    clientAddress: LoginRequest['clientAddress'],
    attempt: StoredAttempt,
    authKey: string,
    attemptsOfBrowser: readonly string[],
  ): SharedExchange | 'used';
  /** Whether another key is being exchanged in an attempt, or was a minute ago. */
  isUsedForOther(attempt: StoredAttempt, keyDigest: string): boolean;
  /** Ends the sharing of an attempt's outcome. */
  end(attempt: StoredAttempt): void;
}

/** How long an outcome is shared after the exchange has ended, in milliseconds. */
const sharingTime = 60_000;
/** Total length of the responses whose profiles are kept, in characters; a profile takes some times as many bytes. */
const maximumKeptLength = 2 ** 21;
/** A `verify` that takes longer does not keep the same page from being loaded again, in milliseconds. */
const verifyTime = 10_000;

export function createSharedExchanges(
  client: LoginWithClient,
  provider: Provider,
  limiter: RateLimiter | undefined,
): SharedExchanges {
  const byId = new Map<string, SharedExchange | 'used'>();
  /** Digest of the first key that an attempt was used for, by the attempt's id: the cookie tells it only later. */
  const usedFor = new Map<string, string>();
  /** Lengths of the responses whose profiles are kept, the oldest first. */
  const lengths = new Map<string, number>();
  let keptLength = 0;

  const dropProfile = (id: string) => {
    keptLength -= lengths.get(id) ?? 0;
    lengths.delete(id);
  };
  const dropOutcome = (id: string) => {
    dropProfile(id);
    byId.set(id, 'used');
  };
  const keepProfile = (id: string, length: number) => {
    if (byId.get(id) === 'used') return;
    lengths.set(id, length);
    keptLength += length;
    for (const oldest of lengths.keys()) {
      if (keptLength <= maximumKeptLength) break;
      dropOutcome(oldest);
    }
  };
  const forget = (id: string) => {
    dropProfile(id);
    byId.delete(id);
    const [attemptId = '', keyDigest] = id.split(' ');
    if (usedFor.get(attemptId) === keyDigest) usedFor.delete(attemptId);
  };
  // Not inside begin(): a timer's function there would keep the outcome in memory.
  const forgetLater = (id: string) => void setTimeout(forget, sharingTime, id).unref();

  const begin = (id: string, exchanged: Promise<Exchanged>) => {
    const shared: SharedExchange = { getOutcome: () => exchanged, acquire: createLock(verifyTime), isEnded: false };
    byId.set(id, shared);
    exchanged.then(
      (login) => {
        shared.getOutcome = keepLogin(login, provider);
        keepProfile(id, login.profile._raw.length);
        forgetLater(id);
      },
      (error: unknown) => (isKeyUnused(error) ? forget(id) : forgetLater(id)),
    );
    return shared;
  };

  /** Exchanges the key within the limits, and tells the limiter whether it may have been a guess. */
  async function exchange(
    clientAddress: LoginRequest['clientAddress'],
    attempt: StoredAttempt,
    authKey: string,
    attemptsOfBrowser: readonly string[],
  ) {
    const permit = await limiter?.acquire(clientAddress(), attempt, attemptsOfBrowser).catch((error: unknown) => {
      if (error instanceof LoginWithError) markNeverSent(error, false);
      throw error;
    });
    return exchangeWithPermit(client, authKey, permit, attempt.restarts === 0);
  }

  return {
    share(clientAddress, attempt, authKey, attemptsOfBrowser) {
      const keyDigest = digest(authKey);
      const id = exchangeId(attempt, keyDigest);
      const known = byId.get(id);
      if (known !== undefined) return known;
      // Another instance sent the key, or this one did more than a minute ago.
      if (attempt.usedFor === keyDigest) return 'used';
      if (!usedFor.has(attempt.id)) usedFor.set(attempt.id, keyDigest);
      return begin(id, exchange(clientAddress, attempt, authKey, attemptsOfBrowser));
    },
    isUsedForOther({ id }, keyDigest) {
      return (usedFor.get(id) ?? keyDigest) !== keyDigest;
    },
    end(attempt) {
      const id = exchangeId(attempt, attempt.usedFor ?? usedFor.get(attempt.id) ?? '');
      const shared = byId.get(id);
      if (shared === undefined || shared === 'used') return;
      shared.isEnded = true;
      dropOutcome(id);
    },
  };
}

/**
 * Keeps a login until it is asked for again, which few are. Only the response's text, of which the profile is made
 * anew: a profile is dozens of objects, and thousands of logins may be kept.
 */
function keepLogin({ accessToken, expiresAt, profile }: Exchanged, provider: Provider): () => Promise<Exchanged> {
  const time = expiresAt.getTime();
  const raw = profile._raw;
  const restore = () => ({
    accessToken,
    expiresAt: new Date(time),
    profile: toProfile(JSON.parse(raw), provider, raw),
  });
  return () => Promise.resolve(restore());
}

function exchangeId({ id }: StoredAttempt, keyDigest: string): string {
  return `${id} ${keyDigest}`;
}

/**
 * Whether an exchange failed before the provider looked at the key, so that the key can be sent again: the limits
 * refused it, it never left this server, the app's id or secret is wrong, or the site is closed (PROTOCOL.md,
 * `authorize`: the order of the checks; the transport).
 */
export function isKeyUnused(error: unknown): boolean {
  if (!(error instanceof LoginWithError) || error.stage === 'user_info') return false;
  const isRefusedBefore = hasCode(error, 'app_id_invalid', 'app_secret_invalid', 'module_disabled', 'response_html');
  return isRefusedBefore || wasNeverSent(error);
}
