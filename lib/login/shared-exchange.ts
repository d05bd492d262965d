import type { LoginWithClient } from '../client/client.js';
import { wasNeverSent } from '../client/network-errors.js';
import { LoginWithError } from '../errors.js';
import { createLock, type Lock } from '../internal/lock.js';
import type { AccessToken, Profile } from '../types.js';

/** The exchange of one key in one attempt. All requests that bring both share it. */
interface SharedExchange {
  outcome: Promise<AccessToken & { profile: Profile }>;
  /** Lets these requests continue one after the other, so that a double click does not create a user twice. */
  acquire: Lock;
}

/**
 * The exchanges that are running or ended within the last minute. It has only functions, so that inspecting it shows no
 * token.
 */
interface SharedExchanges {
  find(id: string): SharedExchange | undefined;
  /** Exchanges the key. Call it once for an id. */
  begin(id: string, authKey: string): SharedExchange;
}

/** How long an outcome is shared after the exchange has ended, in milliseconds. */
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
      const [oldest = id] = byId.keys();
      if (byId.size > maximumShared) byId.delete(oldest);
      const forget = () => byId.delete(id);
      const forgetLater = () => setTimeout(forget, sharingTime).unref();
      outcome.then(forgetLater, (error: unknown) => (isKeyUnused(error) ? forget() : forgetLater()));
      return shared;
    },
  };
}

/** Whether an exchange failed before the key left this server, so that the key can be sent again. */
export function isKeyUnused(error: unknown): boolean {
  return error instanceof LoginWithError && error.stage === 'authorize' && wasNeverSent(error);
}
