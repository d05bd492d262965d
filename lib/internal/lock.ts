/** Lets the next caller in. A second call does nothing. */
export type Release = () => void;

/** Lets callers in one after the other, in the order of their calls. */
export class Lock {
  /** Changes whenever somebody comes in. */
  private turn = 0;
  private isHeld = false;
  private heldSince = 0;
  private readonly maximumTime: number;
  private readonly waiting: ((release: Release) => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param maximumTime milliseconds after which the next caller is let in, even if the one before has not released. */
  constructor(maximumTime = Infinity) {
    this.maximumTime = maximumTime;
  }

  /** Whether nobody is in and nobody waits. */
  get isFree(): boolean {
    return !this.isHeld;
  }

  acquire(): Release | Promise<Release> {
    if (!this.isHeld) return this.enter();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.limitTime();
    });
  }

  private enter(): Release {
    const turn = (this.turn += 1);
    this.isHeld = true;
    this.heldSince = performance.now();
    if (this.waiting.length > 0) this.limitTime();
    return () => this.leave(turn);
  }

  private leave(turn: number): void {
    if (turn !== this.turn) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const next = this.waiting.shift();
    if (next === undefined) this.isHeld = false;
    else next(this.enter());
  }

  /** Limits the time of who is inside; nobody does without others who wait. */
  private limitTime(): void {
    if (this.timer !== undefined || this.maximumTime === Infinity) return;
    const left = this.heldSince + this.maximumTime - performance.now();
    this.timer = setTimeout((turn: number) => this.leave(turn), left, this.turn).unref();
  }
}
