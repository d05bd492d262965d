/** The options as they were given, before anything is known about them. */
export type Given = Readonly<Record<string, unknown>>;

export function readOneOf<T extends string>(
  given: Given,
  option: string,
  values: readonly T[],
  fallback: T,
  mistakes: string[],
): T {
  const value = given[option];
  if (value === undefined) return fallback;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) {
    mistakes.push(`"${option}" must be ${values.map((each) => `'${each}'`).join(' or ')}, not ${showValue(value)}`);
  }
  return found ?? fallback;
}

/** @param expected what the mistake says that the option must be, such as "an http(s) URL" */
export function readChecked<T>(
  given: Given,
  option: string,
  isRight: (value: unknown) => value is T,
  expected: string,
  mistakes: string[],
): T | undefined {
  const value = given[option];
  if (value === undefined || isRight(value)) return value;
  mistakes.push(`"${option}" must be ${expected}, not ${showValue(value)}`);
  return undefined;
}

export function readFlag(given: Given, option: string, fallback: boolean, mistakes: string[]): boolean {
  return readChecked(given, option, isBoolean, 'true or false', mistakes) ?? fallback;
}

export function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

export function isWebURL(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
}

export function isOrigin(value: unknown): value is string {
  return isWebURL(value) && new URL(value).pathname === '/' && !/[?#]/.test(value);
}

/** A wrong value, as it is shown in an error message. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'function') return 'a function';
  return Array.isArray(value) ? 'an array' : JSON.stringify(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
