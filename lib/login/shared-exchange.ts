import type { LoginWithClient } from '../client/client.js';
import { wasNeverSent } from '../client/network-errors.js';
import { LoginWithError } from '../errors.js';
import { createLock, type Lock } from '../internal/lock.js';
import type { AccessToken, Profile } from '../types.js';

/** One exchange of a key, whose outcome all requests with that key share. */
export interface SharedExchange {
  outcome: Promise<AccessToken & { profile: Profile }>;
  /** Lets these requests go on one after the other: a double click must not create a user twice. */
  acquire: Lock;
}

/** The exchanges under way and of the last minute. Functions, so that no inspection of an object shows a token. */
export interface SharedExchanges {
  find(id: string): SharedExchange | undefined;
  /** Exchanges the key, once for this id. */
  begin(id: string, authKey: string): SharedExchange;
}

/** How long an outcome is shared with further requests that bring the same key, in milliseconds. */
const sharingTime = 60_000;
const maximumShared = 10_000;

export function createSharedExchanges(client: LoginWithClient): SharedExchanges {
  const byId = new Map<string, SharedExchange>();
  return {
    find: (id) => byId.get(id),
    begin(id, authKey) {
      const outcome = client.exchange(authKey);
      const shared = { outcome, acquire: createLock() };
      byId.set(id, shared);
      const [oldest] = byId.keys();
      if (oldest !== undefined && byId.size > maximumShared) byId.delete(oldest);
      const forget = () => byId.delete(id);
      const forgetLater = () => setTimeout(forget, sharingTime).unref();
      outcome.then(forgetLater, (error: unknown) => (isKeyUnused(error) ? forget() : forgetLater()));
      return shared;
    },
  };
}

/** Whether the exchange failed before the key left this machine, so that it can be sent again. */
export function isKeyUnused(error: unknown): boolean {
  return error instanceof LoginWithError && error.stage === 'authorize' && wasNeverSent(error);
}
