/**
 * Calls `load` when its result is first needed, and keeps that. Also for `require`, which looks for the file anew each
 * time if another module was the first to load it.
 */
export function loadOnce<Loaded>(load: () => Loaded): () => Loaded {
  let loaded: Loaded | undefined;
  return () => (loaded ??= load());
}
