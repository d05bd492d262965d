import { en, type Texts } from './texts.en.js';
import { fr } from './texts.fr.js';

export type { Texts };
export type Language = 'en' | 'fr';

export function textsFor(language: Language): Texts {
  return language === 'fr' ? fr : en;
}
