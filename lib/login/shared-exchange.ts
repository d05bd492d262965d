import type { LoginWithClient } from '../client/client.js';
import { LoginWithError } from '../errors.js';
import { wasNeverSent } from '../client/network-errors.js';
import type { AccessToken, Profile } from '../types.js';

/** An exchange of a key, and the queue of the requests that it answers. */
export interface SharedExchange {
  outcome: Promise<AccessToken & { profile: Profile }>;
  /** Takes a place in the queue: a double click must not create a person twice, so the requests go on one after the other. */
  queueUp(): Turn;
}

export interface Turn {
  /** Settles when all who came before have ended their turns. */
  wait(): Promise<void>;
  end(): void;
}

/** The exchanges under way and of the last minute. Functions, so that no inspection of an object that holds them shows a token. */
export interface Exchanges {
  find(id: string): SharedExchange | undefined;
  /** Exchanges the key, once for this id. */
  begin(id: string, authKey: string): SharedExchange;
}

/** How long the outcome of an exchange is shared with further requests that bring the same key, in milliseconds. */
const sharingTime = 60_000;
const maximumShared = 10_000;

export function createExchanges(client: LoginWithClient): Exchanges {
  const byId = new Map<string, SharedExchange>();
  return {
    find: (id) => byId.get(id),
    begin(id, authKey) {
      const outcome = client.exchange(authKey);
      const shared = { outcome, queueUp: createQueue() };
      byId.set(id, shared);
      const [oldest] = byId.keys();
      if (oldest !== undefined && byId.size > maximumShared) byId.delete(oldest);
      const forget = () => byId.delete(id);
      const forgetLater = () => setTimeout(forget, sharingTime).unref();
      outcome.then(forgetLater, (error: unknown) => (isKeyIntact(error) ? forget() : forgetLater()));
      return shared;
    },
  };
}

/** Whether the exchange failed before the key left this machine: it can be sent again. */
export function isKeyIntact(error: unknown): boolean {
  return error instanceof LoginWithError && error.stage === 'authorize' && wasNeverSent(error);
}

function createQueue(): () => Turn {
  let last = Promise.resolve();
  return () => {
    const before = last;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    last = before.then(() => ended);
    return { wait: () => before, end: () => end() };
  };
}
