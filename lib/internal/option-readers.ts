import { hasMethods, type Given } from '../options.js';
import { defaultTemplates, type Templates } from '../pages/templates.js';
import type { Settings } from '../express/options.js';
import type { RateLimitStore, PassportLike } from '../express/types.js';

export function readPath(given: Given, option: string, fallback: string, mistakes: string[], prefix = ''): string {
  const value = given[option];
  if (value === undefined) return fallback;
  if (typeof value === 'string' && /^\/(?!\/)[\w.~:/-]*$/.test(value)) return value;
  mistakes.push(`"${prefix}${option}" must be a path such as ${fallback}`);
  return fallback;
}

export function readTarget(given: Given, option: string, mistakes: string[]): string | undefined {
  const value = given[option];
  if (value === undefined) return undefined;
  if (
    typeof value === 'string' &&
    /^(?:\/(?![/\\])|https?:\/\/[^/])/i.test(value) &&
    URL.canParse(value, 'http://origin.invalid')
  )
    return value;
  mistakes.push(`"${option}" must be a path such as /login, or an http(s) URL`);
  return undefined;
}

export function readFunction(
  given: Given,
  option: string,
  mistakes: string[],
): ((value: unknown) => unknown) | undefined {
  const value = given[option];
  // Which parameters it takes is checked by the option's type.
  if (value === undefined || typeof value === 'function') return value as ((value: unknown) => unknown) | undefined;
  mistakes.push(`"${option}" must be a function`);
  return undefined;
}

export function readTexts(
  given: Given,
  option: string,
  what: string,
  isRight: (text: string) => boolean,
  mistakes: string[],
): string[] {
  const value = given[option] ?? [];
  if (Array.isArray(value) && value.every((text): text is string => typeof text === 'string' && isRight(text)))
    return value;
  mistakes.push(`"${option}" must be a list of ${what}`);
  return [];
}

export function readPassport(value: unknown, mistakes: string[]): PassportLike | undefined {
  // Passport has many more methods; these are the ones that are called.
  if (value === undefined || hasMethods(value, 'initialize', 'authenticate')) return value as PassportLike | undefined;
  mistakes.push('"passport" must be the app\'s Passport: what the package "passport" exports, or a new Passport()');
  return undefined;
}

export function readLimits(value: unknown, mistakes: string[]): Settings['limits'] {
  const given: Given = typeof value === 'object' && value !== null ? { ...value } : {};
  if (value !== undefined && (typeof value !== 'object' || value === null))
    mistakes.push('"limits" must be an object such as { perClient: 10 }');
  const names = ['perClient', 'overall', 'window', 'store'];
  for (const name of Object.keys(given))
    if (!names.includes(name)) mistakes.push(`"limits.${name}" is not an option; there are ${names.join(', ')}`);
  const { store } = given;
  if (store !== undefined && !hasMethods(store, 'get', 'increment'))
    mistakes.push(
      '"limits.store" must have the methods get(key) and increment(key), as stores of express-rate-limit have',
    );
  return {
    perClient: readCount(given, 'perClient', 10, mistakes),
    overall: readCount(given, 'overall', 100, mistakes),
    window: readCount(given, 'window', 60 * 60_000, mistakes),
    // Both methods are there, and more is not called without looking.
    store: store as RateLimitStore | undefined,
  };
}

export function readTemplates(value: unknown, mistakes: string[]): Templates {
  if (value === undefined) return defaultTemplates;
  const names = Object.keys(defaultTemplates);
  if (typeof value !== 'object' || value === null) {
    mistakes.push(`"templates" must be an object of functions: ${names.join(', ')}`);
    return defaultTemplates;
  }
  for (const [name, template] of Object.entries(value)) {
    if (!names.includes(name)) mistakes.push(`"templates.${name}" is not a page; there are ${names.join(', ')}`);
    else if (typeof template !== 'function') mistakes.push(`"templates.${name}" must be a function that returns HTML`);
  }
  return { ...defaultTemplates, ...value };
}

function readCount(given: Given, option: string, fallback: number, mistakes: string[]): number {
  const value = given[option];
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31) return value;
  mistakes.push(`"limits.${option}" must be a whole number above 0`);
  return fallback;
}
