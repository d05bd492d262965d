import { keyedDigest } from '../internal/digest.js';
import { isFunction, isObject } from '../internal/option-readers.js';

/** What was made of the options of each provider, for apps that choose it per request. */
interface Tenants<Made> {
  /** Finds what was made of equal options, or makes it. What `make` throws is thrown. */
  get(options: object): Made;
  all(): Made[];
}

/** So many are kept, those that were used last. */
const maximumTenants = 1000;
/** Options whose values are no data: two are equal only if they are the same object of this process. */
const namesOfParts = ['attempts', 'dispatcher'];

/**
 * @param cookieSecret has a part in the names, because sessions and stores have them where others may read them: the
 *   secrets of these sites can be guessed from a digest (PROTOCOL.md, entropy of keys, tokens and secrets).
 * @param make gets the options, and a name that no other data has, the same in all processes.
 * @param drop is called for what is no longer kept.
 */
export function createTenants<Made>(
  cookieSecret: string | readonly string[],
  make: (options: object, name: string) => Made,
  drop: (made: Made) => void,
): Tenants<Made> {
  const [secret = ''] = [cookieSecret].flat();
  const made = new Map<string, Made>();
  const numbers = new WeakMap<object, number>();
  let count = 0;
  /** Stands for an object that is no data. */
  const numberOf = (value: object) => {
    const number = numbers.get(value) ?? (count += 1);
    numbers.set(value, number);
    return number;
  };
  /** Leaves out what is no data, and takes all entries of an object whose `toJSON` might leave some out. */
  const nameOf = (options: object, parts: number[]) => {
    function toData(this: Record<string, unknown>, name: string): unknown {
      const value = this[name];
      if (isFunction(value) || (isObject(value) && namesOfParts.includes(name))) parts.push(numberOf(value));
      else return isObject(value) && 'toJSON' in value ? { ...value } : value;
      return undefined;
    }
    return keyedDigest(secret, JSON.stringify(options, toData));
  };

  return {
    get(options) {
      const parts: number[] = [];
      const name = nameOf(options, parts);
      const key = [name, ...parts].join();
      const found = made.get(key) ?? make(options, name);
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
