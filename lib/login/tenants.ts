import { digest } from '../internal/digest.js';

/** What was made of the options of each provider, for apps that choose it per request. */
interface Tenants<Made> {
  /** Finds what was made of equal options, or makes it. What `make` throws is thrown. */
  get(options: object): Made;
  all(): Made[];
}

/** So many are kept, those that were used last. */
const maximumTenants = 1000;

/**
 * @param make gets the options, and a key that no other options have.
 * @param drop is called for what is no longer kept.
 */
export function createTenants<Made>(
  make: (options: object, key: string) => Made,
  drop: (made: Made) => void,
): Tenants<Made> {
  const made = new Map<string, Made>();
  const numbers = new WeakMap<object, number>();
  let count = 0;
  /** Stands for an object that is no data, such as a dispatcher. */
  const numberOf = (value: object) => {
    const number = numbers.get(value) ?? (count += 1);
    numbers.set(value, number);
    return number;
  };
  const createKey = (options: object) =>
    digest(JSON.stringify(options, (_name, value: unknown) => (isData(value) ? value : numberOf(value))));

  return {
    get(options) {
      const key = createKey(options);
      const found = made.get(key) ?? make(options, key);
      // The last in the map is the one that was used last.
      made.delete(key);
      made.set(key, found);
      const [oldest] = made;
      if (made.size > maximumTenants && oldest !== undefined) {
        made.delete(oldest[0]);
        drop(oldest[1]);
      }
      return found;
    },
    all: () => [...made.values()],
  };
}

/** Whether JSON holds all of a value. */
function isData(value: unknown): value is Exclude<unknown, object> {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
