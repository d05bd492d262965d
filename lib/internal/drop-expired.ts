/** Drops the entries that have expired. The oldest entry must come first, and expire first. */
export function dropExpired<T>(entries: Map<string, T>, endOf: (entry: T) => number): void {
  for (const [key, entry] of entries) {
    if (endOf(entry) > Date.now()) return;
    entries.delete(key);
  }
}
