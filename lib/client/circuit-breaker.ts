/**
 * Finds out that a provider has stopped answering, so that users are told at once instead of after the timeout, and
 * their calls do not pile up. While it is open, one call in a while finds out whether the provider is back.
 */
export interface CircuitBreaker {
  /** Whether a call may be sent now. */
  admits(): boolean;
  /** Counts a call that is sent. Call the result once, when it has ended. */
  begin(): (end: CallEnd) => void;
}

/** How a call ended: the provider said something, the connection failed, or nothing came in time. */
export type CallEnd = 'answered' | 'failed' | 'silent';

/** It opens when so many calls in a row have no answer … */
const maximumUnanswered = 32;
/** … for so long, in milliseconds. */
const maximumSilence = 2_000;
/** In milliseconds. */
const probeInterval = 250;

/** @param onOpen is called each time that it opens. */
export function createCircuitBreaker(onOpen: () => void): CircuitBreaker {
  let unanswered = 0;
  let silentSince = 0;
  let isOpen = false;
  let probedAt = 0;
  return {
    admits() {
      const now = Date.now();
      if (unanswered < maximumUnanswered || now - silentSince < maximumSilence) return true;
      if (!isOpen) {
        isOpen = true;
        onOpen();
      } else if (now - probedAt < probeInterval) {
        return false;
      }
      probedAt = now;
      return true;
    },
    begin() {
      if (unanswered === 0) silentSince = Date.now();
      unanswered += 1;
      return (end) => {
        if (end === 'silent') return;
        if (end === 'failed') {
          unanswered = Math.max(0, unanswered - 1);
          return;
        }
        unanswered = 0;
        isOpen = false;
      };
    },
  };
}
