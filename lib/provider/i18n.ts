/** The languages that the provider has texts for. */
export type Language = 'en' | 'fr' | 'de';

const LANGUAGES: readonly Language[] = ['en', 'fr', 'de'];

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The language of a site's code such as `fr_fr`, as it stands in `?lang=`. */
export function languageOfCode(code: string): Language | undefined {
  return LANGUAGES.find((language) => new RegExp(`^${language}(?:_[a-z]{2})?$`, 'i').test(code));
}

/** The language that an `Accept-Language` header likes best among ours; none when it names none of them. */
export function preferredLanguage(header: string | undefined): Language | undefined {
  if (header === undefined || header.length > 1000) return undefined;
  const ranges = header.split(',').map((range) => {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
    return { primary: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  // Array.prototype.sort is stable: of equals, the one named first wins.
  const best = ranges.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  for (const { primary } of best) {
    const language = LANGUAGES.find((known) => known === primary);
    if (language !== undefined) return language;
  }
  return undefined;
}
