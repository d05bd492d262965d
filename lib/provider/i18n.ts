/** The languages that the provider has texts for. */
export type Language = 'en' | 'fr' | 'de';

export const languages: readonly Language[] = ['en', 'fr', 'de'];

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

/** The language of a site's code such as `fr_fr`, as used in `?lang=`. */
export function languageOfCode(code: string): Language | undefined {
  return languages.find((language) => new RegExp(`^${language}(?:_[a-z]{2})?$`, 'i').test(code));
}
