import { en, type Texts } from './texts.en.js';
import { fr } from './texts.fr.js';

/** The languages of the pages; the API has texts in German too. */
export type PageLanguage = 'en' | 'fr';

export function textsFor(language: PageLanguage): Texts {
  return language === 'fr' ? fr : en;
}
