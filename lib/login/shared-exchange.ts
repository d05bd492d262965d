import type { LoginWithClient } from '../client/client.js';
import { markNeverSent, wasNeverSent } from '../client/network-errors.js';
import { toProfile } from '../client/profile.js';
import { hasCode, LoginWithError } from '../errors.js';
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

/** A shared exchange, or only that there was one. */
interface Entry {
  attemptId: string;
  keyDigest: string;
  shared: SharedExchange | 'used';
  /** Of the response whose profile is kept, in characters. */
  length: number;
}

/** A key and its `digest`. */
export interface AuthKey {
  authKey: string;
  keyDigest: string;
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
    key: AuthKey,
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
  /** By the ids of attempts; an attempt has several if more than one key came back to it, the first one first. */
  const byAttempt = new Map<string, Entry[]>();
  /** Those whose profiles are kept, the oldest first, and the length of these. */
  const kept = new Set<Entry>();
  let keptLength = 0;

  const find = (attempt: StoredAttempt, keyDigest: string | undefined) =>
    byAttempt.get(attempt.id)?.find((entry) => entry.keyDigest === keyDigest);
  const dropOutcome = (entry: Entry) => {
    if (kept.delete(entry)) keptLength -= entry.length;
    entry.shared = 'used';
  };
  const keepProfile = (entry: Entry, length: number) => {
    entry.length = length;
    kept.add(entry);
    keptLength += length;
    for (const oldest of kept) {
      if (keptLength <= maximumKeptLength) break;
      dropOutcome(oldest);
    }
  };
  const forget = (entry: Entry) => {
    dropOutcome(entry);
    const others = byAttempt.get(entry.attemptId)?.filter((each) => each !== entry) ?? [];
    if (others.length > 0) byAttempt.set(entry.attemptId, others);
    else byAttempt.delete(entry.attemptId);
  };
  const forgetLater = (entry: Entry) => void setTimeout(forget, sharingTime, entry).unref();

  const begin = (attemptId: string, keyDigest: string, exchanged: Promise<Exchanged>) => {
    const shared: SharedExchange = { getOutcome: () => exchanged, acquire: createLock(verifyTime), isEnded: false };
    const entry: Entry = { attemptId, keyDigest, shared, length: 0 };
    const entries = byAttempt.get(attemptId);
    if (entries === undefined) byAttempt.set(attemptId, [entry]);
    else entries.push(entry);
    exchanged.then(
      (login) => {
        shared.getOutcome = keepLogin(login, provider);
        keepProfile(entry, login.profile._raw.length);
        forgetLater(entry);
      },
      (error: unknown) => (isKeyUnused(error) ? forget(entry) : forgetLater(entry)),
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
    if (limiter === undefined) return client.exchange(authKey);
    const permit = await limiter.acquire(clientAddress(), attempt, attemptsOfBrowser).catch((error: unknown) => {
      if (error instanceof LoginWithError) markNeverSent(error, false);
      throw error;
    });
    return exchangeWithPermit(client, authKey, permit, attempt.restarts === 0);
  }

  return {
    share(clientAddress, attempt, { authKey, keyDigest }, attemptsOfBrowser) {
      const known = find(attempt, keyDigest);
      if (known !== undefined) return known.shared;
      // Another instance sent the key, or this one did more than a minute ago.
      if (attempt.usedFor === keyDigest) return 'used';
      return begin(attempt.id, keyDigest, exchange(clientAddress, attempt, authKey, attemptsOfBrowser));
    },
    isUsedForOther({ id }, keyDigest) {
      return (byAttempt.get(id)?.[0]?.keyDigest ?? keyDigest) !== keyDigest;
    },
    end(attempt) {
      const entry = find(attempt, attempt.usedFor ?? byAttempt.get(attempt.id)?.[0]?.keyDigest);
      if (entry === undefined || entry.shared === 'used') return;
      entry.shared.isEnded = true;
      dropOutcome(entry);
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
