/** The languages that the provider has texts for. English is there without a file of its own, as on the real site. */
export type Language = 'en' | 'fr' | 'de' | 'ar' | 'es';

/** The real site's codes, as used in `?lang=`. */
const codes: Readonly<Record<Language, string>> = {
  en: 'en_us',
  fr: 'fr_fr',
  de: 'de_de',
  ar: 'ar_sa',
  es: 'es_es',
};

export const languages: readonly Language[] = ['en', 'fr', 'de', 'ar', 'es'];

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

export function codeOf(language: Language): string {
  return codes[language];
}

/** The language with exactly this code. */
export function languageOfCode(code: string): Language | undefined {
  return languages.find((language) => codes[language] === code);
}
