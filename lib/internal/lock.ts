/** Lets callers in one after the other, first come, first served. */
export type Lock = () => Promise<Release>;

/** Must be called once by whoever was let in. */
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
