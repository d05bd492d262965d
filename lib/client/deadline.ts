/**
 * Ends the calls of a login when their time is over, or with the signal of their caller. It does what they need of an
 * AbortSignal, at less cost; only the app's own dispatcher gets a signal.
 */
export class Deadline {
  /** Why the calls end; undefined as long as they may go on. */
  reason: Error | undefined;
  /** Called when they end. Whatever waits sets it, and nothing else waits meanwhile. */
  onEnd: ((reason: Error) => void) | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly stopFollowing: (() => void) | undefined;

  /** @param limit milliseconds from now, or a signal. */
  constructor(limit: number | AbortSignal) {
    if (typeof limit === 'number') {
      this.timer = setTimeout(() => this.end(new DOMException('the timeout is over', 'TimeoutError')), limit).unref();
      return;
    }
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
      this.onEnd = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private end(reason: Error): void {
    this.reason = reason;
    this.onEnd?.(reason);
  }
}
