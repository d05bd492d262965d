import { dropExpired } from '../internal/drop-expired.js';

/**
 * Logins that went back to the start after a wrong key, until they come back. One that comes back with a right key
 * takes the failure back; an attacker, who tries one key after the other in the same attempt, never does.
 */
export interface PendingRetries {
  /** Adds a login that is restarted. A second time for the same attempt shows that it is no user's. */
  add(attemptId: string, keys: readonly string[]): void;
  /** Returns whether the attempt's login was expected back. */
  end(attemptId: string): boolean;
  /** Whether a login that counts for this key may still come back. */
  has(key: string): boolean;
}

/** How long a user's browser may take for the way to the provider and back, in milliseconds. */
const patience = 3_000;

export function createPendingRetries(): PendingRetries {
  const pending = new Map<string, { keys: readonly string[]; until: number }>();
  const endOf = ({ until }: { until: number }) => until;
  return {
    add(attemptId, keys) {
      dropExpired(pending, endOf);
      const isRepeated = pending.delete(attemptId);
      pending.set(attemptId, { keys: isRepeated ? [] : keys, until: Date.now() + patience });
    },
    end: (attemptId) => pending.delete(attemptId),
    has(key) {
      dropExpired(pending, endOf);
      return [...pending.values()].some(({ keys }) => keys.includes(key));
    },
  };
}
