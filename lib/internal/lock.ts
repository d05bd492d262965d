/** Lets callers in one after the other, in the order of their calls. */
export type Lock = () => Promise<Release>;

/** Lets the next caller in. The caller that was let in must call it once. */
export type Release = () => void;

export function createLock(): Lock {
  let last = Promise.resolve();
  return () => {
    const previous = last;
    let release: Release = () => undefined;
    last = new Promise<void>((resolve) => (release = resolve));
    return previous.then(() => release);
  };
}
