/**
 * Finds out that a provider has stopped answering, so that users are told soon instead of after the timeout, and their
 * calls do not pile up. While it is open, one call in a while finds out whether the provider is back.
 */
interface CircuitBreaker {
  /** Waits, if many calls are under way, and tells whether a call may be sent now. */
  admit(): boolean | Promise<boolean>;
  /** Counts a call that is sent. Call the result once, when it has ended. */
  begin(): (end: CallEnd) => void;
}

/** How a call ended: the provider said something, the connection failed, or nothing came in time. */
type CallEnd = 'answered' | 'failed' | 'silent';

/** It opens when so many calls have no answer … */
const openingUnanswered = 32;
/** … and none came for so long, in milliseconds. */
const maximumSilence = 1_000;
/** More calls wait for the first answer. */
const maximumUnanswered = 128;
/** In milliseconds. */
const probeInterval = 250;

export function createCircuitBreaker(): CircuitBreaker {
  /** Calls without an answer since the last answer. */
  let unanswered = 0;
  let silentSince = 0;
  let probedAt = 0;
  let waiting: (() => void)[] = [];
  const letWaitingIn = () => {
    const all = waiting;
    waiting = [];
    all.forEach((resolve) => resolve());
  };
  const waitForAnswer = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });

  const admitSoon = async () => {
    while (unanswered >= openingUnanswered) {
      const now = Date.now();
      const silence = now - silentSince;
      if (silence >= maximumSilence) {
        if (now - probedAt < probeInterval) return false;
        probedAt = now;
        return true;
      }
      if (unanswered < maximumUnanswered) return true;
      await waitForAnswer(maximumSilence - silence);
    }
    return true;
  };

  return {
    admit: () => unanswered < openingUnanswered || admitSoon(),
    begin() {
      if (unanswered === 0) silentSince = Date.now();
      unanswered += 1;
      return (end) => {
        if (end === 'silent') return;
        unanswered = end === 'answered' ? 0 : Math.max(0, unanswered - 1);
        letWaitingIn();
      };
    },
  };
}
