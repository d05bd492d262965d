import { collate } from '../store/grants.js';

/** Whom a key or a token was issued for. */
interface Issued {
  readonly appId: string;
  readonly userId: string;
}

/**
 * Remembers the last keys or tokens that were issued: the site's table forgets them as soon as they are used or
 * replaced, and a developer wants to know which of the two it was.
 */
export interface IssuedSecrets {
  add(value: string, issued: Issued): void;
  /** Notes when a key was used up, in seconds since 1970. */
  use(value: string, second: number): void;
  find(value: string): (Issued & { readonly usedAt: number | null }) | undefined;
}

export function createIssuedSecrets(): IssuedSecrets {
  const entries = new Map<string, Issued & { usedAt: number | null }>();
  const find = (value: string): (Issued & { usedAt: number | null }) | undefined => entries.get(collate(value));
  return {
    find,
    add(value, issued) {
      entries.set(collate(value), { ...issued, usedAt: null });
      if (entries.size <= mostEntries) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        return;
      }
    },
    use(value, second) {
      const entry = find(value);
      if (entry !== undefined) entry.usedAt = second;
    },
  };
}

const mostEntries = 5000;
