/** Options as the app passed them, before any check. */
type GivenOptions = Record<string, unknown>;

/** Reads one object of options and collects its mistakes, so that all of them are reported at once. */
export interface OptionReader {
  readonly given: GivenOptions;
  /** Reports a mistake. The message names the option in double quotes. */
  readonly reject: (message: string) => void;
  /**
   * Returns the option if `check` accepts it, else `undefined`. An option that is refused is a mistake: `"timeout" must
   * be …`.
   */
  readonly read: <T>(name: string, check: (value: unknown) => value is T, expected: string) => T | undefined;
  /** Reads an object of further options. Their mistakes are reported as `"name.option"`. */
  readonly readObject: (name: string, names: readonly string[], example: string) => OptionReader;
}

interface OptionNames {
  /** The function or class that takes the options, for the message. */
  caller: string;
  names: readonly string[];
  /** Example of the object, for the message if there is none. */
  example: string;
  /** What to do about option names of other packages, by name in lower case. */
  hints?: Readonly<Record<string, string>>;
}

/**
 * Checks an options object and reads it with `read`.
 *
 * @throws TypeError that lists every mistake at once. An unknown name is one, and the nearest right name is suggested.
 */
export function parseOptions<T extends object>(
  { caller, names, example, hints }: OptionNames,
  options: unknown,
  read: (reader: OptionReader) => T,
): Readonly<T> {
  if (!isObject(options)) throw new TypeError(`${caller} needs an options object: ${example}`);
  const mistakes: string[] = [];
  const settings = read(createReader({ ...options }, '', mistakes));
  rejectUnknownNames(options, '', names, mistakes, hints);
  if (mistakes.length > 0) throw new TypeError(`${caller}: ${mistakes.join('; ')}`);
  return Object.freeze(settings);
}

function createReader(given: GivenOptions, prefix: string, mistakes: string[]): OptionReader {
  return {
    given,
    reject: (message) => mistakes.push(message),
    read(name, check, expected) {
      const value = given[name];
      if (value === undefined || check(value)) return value;
      mistakes.push(`"${prefix}${name}" must be ${expected}`);
      return undefined;
    },
    readObject(name, names, example) {
      const value = given[name];
      const path = prefix + name;
      if (value !== undefined && !isObject(value)) mistakes.push(`"${path}" must be an object such as ${example}`);
      const inner = isObject(value) ? value : {};
      rejectUnknownNames(inner, `${path}.`, names, mistakes);
      return createReader(inner, `${path}.`, mistakes);
    },
  };
}

export function isObject(value: unknown): value is GivenOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** Whether a value is a whole number above 0 that fits into a timer. */
export function isPositiveInteger(value: unknown): value is number {
  return typeof value === 'number' && value % 1 === 0 && value > 0 && value < 2 ** 31;
}

export function isListOf<T>(check: (value: unknown) => value is T): (value: unknown) => value is T[] {
  return (value): value is T[] => Array.isArray(value) && value.every(check);
}

export function isFunction(value: unknown): value is (...parameters: never[]) => unknown {
  return typeof value === 'function';
}

export function hasMethods(value: unknown, ...names: string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => isFunction(Reflect.get(value, name)));
}

function rejectUnknownNames(
  given: object,
  prefix: string,
  names: readonly string[],
  mistakes: string[],
  hints?: OptionNames['hints'],
): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const hint = hints?.[name.toLowerCase()] ?? suggestName(name, names);
    mistakes.push(`"${prefix}${name}" is not an option: ${hint}`);
  }
}

function suggestName(name: string, names: readonly string[]): string {
  const nearest = findNearestName(name, names);
  return nearest === undefined ? `the options are ${names.join(', ')}` : `did you mean "${nearest}"?`;
}

/** Finds the name that was probably meant, at most so many letters away. */
export function findNearestName(name: string, names: readonly string[], maximum?: number): string | undefined {
  const [nearest] = names
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= (maximum ?? Math.max(2, candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest?.candidate;
}

/** Computes the Levenshtein distance row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min((row[j] ?? 0) + (from[i] === to[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
