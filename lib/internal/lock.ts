/** Lets callers in one after the other, in the order of their calls. */
export type Lock = () => Promise<Release>;

/** Lets the next caller in. A second call does nothing. */
export type Release = () => void;

/** @param maximumTime milliseconds after which the next caller is let in, even if the one before has not released. */
export function createLock(maximumTime?: number): Lock {
  let last = Promise.resolve();
  return async () => {
    const previous = last;
    let open: Release = () => undefined;
    last = new Promise<void>((resolve) => (open = resolve));
    await previous;
    if (maximumTime === undefined) return open;
    const timer = setTimeout(open, maximumTime).unref();
    return () => {
      clearTimeout(timer);
      open();
    };
  };
}
