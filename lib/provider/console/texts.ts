import type { PageLanguage } from '../pages/index.js';
import { factTextEn } from './facts.en.js';
import { factTextFr } from './facts.fr.js';
import { namesEn, type Names } from './names.en.js';
import { namesFr } from './names.fr.js';
import { consoleEn, type ConsoleTexts } from './texts.en.js';
import { consoleFr } from './texts.fr.js';

/** Every text of the console; a language that lacks one does not compile. */
export function consoleTexts(language: PageLanguage): ConsoleTexts {
  return language === 'fr' ? consoleFr : consoleEn;
}

/** What the faults, the site's states and the fields of a user are called. */
export function namesFor(language: PageLanguage): Names {
  return language === 'fr' ? namesFr : namesEn;
}

/** What the site did with a request, in words. */
export function factTexts(language: PageLanguage): typeof factTextEn {
  return language === 'fr' ? factTextFr : factTextEn;
}
