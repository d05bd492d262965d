import { loadOnce } from '../internal/load-once.js';
import { isObject, type OptionReader } from '../internal/option-readers.js';
import { createEnglishTexts } from './texts.en.js';
import { createFrenchTexts } from './texts.fr.js';
import type { Locale, Texts } from './texts.js';

/** The words of all languages. */
export interface TextTable {
  readonly languages: readonly string[];
  readonly textsFor: (locale: Locale) => Texts;
}

/** Reads the option `texts`. */
export function readTexts(reader: OptionReader): TextTable {
  const given = isObject(reader.given.texts) ? reader.given.texts : {};
  const { readObject } = reader.readObject('texts', Object.keys(given), textsExample);
  for (const language of languagesOf(given)) {
    if (!isLanguage(language)) reader.reject(`"texts.${language}" is not a language such as de or pt-BR`);
    checkTexts(readObject, language, createEnglishTexts());
  }
  return createTextTable(given);
}

const textsExample = '{ en: { login: "Continue with {name}" } }';

/** What the texts of each part may have in braces. */
const placeholders: Readonly<Record<string, readonly string[]>> = {
  login: ['name'],
  start: ['name'],
  link: ['name'],
  use: ['name'],
  loggedOut: ['names'],
  failures: ['name', 'time'],
};

/** Checks an object of texts, which has the names of `known` or fewer. */
function checkTexts(
  readObject: OptionReader['readObject'],
  name: string,
  known: object,
  allowed?: readonly string[],
): void {
  const inner = readObject(name, Object.keys(known), textsExample);
  for (const [key, value] of Object.entries(known) as [string, unknown][]) {
    const names = allowed ?? placeholders[key] ?? [];
    if (isObject(value)) checkTexts(inner.readObject, key, value, names);
    else inner.read(key, (text) => isText(text, names), textRule(names));
  }
}

function isText(value: unknown, allowed: readonly string[]): value is string {
  if (typeof value !== 'string') return false;
  return [...value.matchAll(/\{(\w*)\}/g)].every(([, name = '']) => allowed.includes(name));
}

function textRule(allowed: readonly string[]): string {
  const list = allowed.map((name) => `{${name}}`).join(' and ');
  return list === '' ? 'a text without {placeholders}' : `a text; in braces it may have ${list}`;
}

/** Whether a key is a language as browsers write it; longer names are reserved. */
function isLanguage(key: string): boolean {
  try {
    return /^[a-z]{2,3}\b/.test(key) && Intl.getCanonicalLocales(key)[0] === key;
  } catch {
    return false;
  }
}

function languagesOf(given: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(given).filter((language) => given[language] !== undefined);
}

const createOwnTexts: Readonly<Record<string, () => Texts>> = { en: createEnglishTexts, fr: createFrenchTexts };

/** @param given the option `texts`, checked */
export function createTextTable(given: Readonly<Record<string, unknown>> = {}): TextTable {
  const tables = new Map<string, () => Texts>();
  for (const language of new Set([...Object.keys(createOwnTexts), ...languagesOf(given)])) {
    const createBase = createOwnTexts[language.replace(/-.*/, '')] ?? createEnglishTexts;
    // It has been checked, or is refused.
    const merged = () => merge(createBase(), given[language] ?? {}) as Texts;
    tables.set(language, loadOnce(merged));
  }
  const textsFor = (locale: Locale) => {
    const language = [locale, locale.replace(/-.*/, '')].find((each) => tables.has(each)) ?? 'en';
    return (tables.get(language) ?? createEnglishTexts)();
  };
  return { languages: [...tables.keys()], textsFor };
}

/** Copies texts, with changes that have the same names or fewer. */
function merge(texts: object, changes: object): object {
  const entries = Object.entries(texts).map(([key, text]: [string, unknown]) => {
    const change: unknown = Reflect.get(changes, key);
    return [key, isObject(text) && isObject(change) ? merge(text, change) : (change ?? text)];
  });
  return Object.fromEntries(entries) as object;
}
