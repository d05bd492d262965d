import type { LoginWithClient } from '../client/client.js';
import { markNeverSent, wasNeverSent } from '../client/network-errors.js';
import { hasCode, LoginWithError } from '../errors.js';
import type { Provider } from '../types.js';
import type { StoredAttempt } from './attempt-cookie.js';
import type { LoginRequest } from './outcome.js';
import { exchangeWithPermit } from './permitted-exchange.js';
import type { RateLimiter } from './rate-limit.js';
import { createRecentExchanges, RecentExchange, type Exchanged } from './recent-exchanges.js';

/** An exchange that requests share, and its outcome. */
interface Shared {
  exchange: RecentExchange;
  outcome: Promise<Exchanged>;
}

/** A key and its `digest`. */
export interface AuthKey {
  authKey: string;
  keyDigest: string;
}

/** Lets all requests that bring the same key in the same attempt share one exchange. */
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
  ): Shared | 'used';
  /** Whether another key is being exchanged in an attempt, or was a minute ago. */
  isUsedForOther(attempt: StoredAttempt, keyDigest: string): boolean;
  /** Ends the sharing of an attempt's outcome. */
  end(attempt: StoredAttempt): void;
}

export function createSharedExchanges(
  client: LoginWithClient,
  provider: Provider,
  limiter: RateLimiter | undefined,
): SharedExchanges {
  const recent = createRecentExchanges();

  /** Exchanges the key within the limits, and tells the limiter whether it may have been a guess. */
  async function send(
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

  function begin(attemptId: string, keyDigest: string, outcome: Promise<Exchanged>): RecentExchange {
    const exchange = new RecentExchange(attemptId, keyDigest, outcome);
    recent.add(exchange);
    outcome.then(
      (login) => recent.keep(exchange, login),
      (error: unknown) => (isKeyUnused(error) ? recent.forget(exchange) : recent.keep(exchange)),
    );
    return exchange;
  }

  return {
    share(clientAddress, attempt, { authKey, keyDigest }, attemptsOfBrowser) {
      const known = recent.find(attempt.id, keyDigest);
      // Another instance sent the key, or this one did more than a minute ago.
      if (known === undefined && attempt.usedFor === keyDigest) return 'used';
      const exchange = known ?? begin(attempt.id, keyDigest, send(clientAddress, attempt, authKey, attemptsOfBrowser));
      const outcome = exchange.getOutcome(provider);
      return outcome === undefined ? 'used' : { exchange, outcome };
    },
    isUsedForOther({ id }, keyDigest) {
      return (recent.findFirst(id)?.keyDigest ?? keyDigest) !== keyDigest;
    },
    end({ id, usedFor }) {
      const exchange = usedFor === undefined ? recent.findFirst(id) : recent.find(id, usedFor);
      if (exchange === undefined) return;
      exchange.isEnded = true;
      recent.dropOutcome(exchange);
    },
  };
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
