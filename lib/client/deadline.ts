/** Waits for a response, or for the time of a retry. */
export interface Waiter {
  giveUp(reason: Error): void;
}

/** The limit of calls with a signal, which may never come, in milliseconds. */
const longestTime = 300_000;

/**
 * Ends the calls of a login when their time is over, or with the signal of their caller. It does what they need of an
 * AbortSignal, at less cost; only the app's own dispatcher gets a signal.
 */
export class Deadline {
  /** Why the calls end; undefined as long as they may go on. */
  reason: Error | undefined;
  /** What waits sets it; nothing else waits meanwhile. */
  waiter: Waiter | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly stopFollowing: (() => void) | undefined;

  /** @param limit milliseconds from now, or a signal. */
  constructor(limit: number | AbortSignal) {
    const isSignal = typeof limit !== 'number';
    const endInTime = () => this.end(new DOMException('the timeout is over', 'TimeoutError'));
    this.timer = setTimeout(endInTime, isSignal ? longestTime : limit).unref();
    if (!isSignal) return;
    // The types allow any reason; what rejects with it wants an Error.
    const follow = () => this.end(limit.reason as Error);
    if (limit.aborted) follow();
    limit.addEventListener('abort', follow);
    this.stopFollowing = () => limit.removeEventListener('abort', follow);
  }

  /** Call it when the calls have ended. */
  clear(): void {
    clearTimeout(this.timer);
    this.stopFollowing?.();
  }

  /** Waits so many milliseconds, or until the end. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const giveUp = () => {
        clearTimeout(timer);
        resolve();
      };
      this.waiter = { giveUp };
    });
  }

  private end(reason: Error): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.waiter?.giveUp(reason);
  }
}
