/**
 * Calls `load` when the module is first needed, and keeps it: `require` looks for the file anew each time if another
 * module was the first to load it.
 */
export function loadOnce<Module>(load: () => Module): () => Module {
  let loaded: Module | undefined;
  return () => (loaded ??= load());
}
