import type { Language } from '../i18n.js';
import type { Version } from '../options.js';

type Translations = Readonly<{ en: string } & Partial<Record<Language, string>>>;

/** The API's message when the site's admin switched the developers' module off; the wording changed after 2.8. */
export function moduleDisabled(version: Version, language: Language): string {
  return pick(version === '2.8' ? moduleDisabled2 : moduleDisabled4, language);
}

/** The API's message for an app that does not exist; 2.8 has it in English only. */
export function unknownApp(version: Version, language: Language): string {
  return pick(unknownAppTexts, version === '2.8' ? 'en' : language);
}

/** A gender's label as versions 4.x send it. The site's translations have these two; all others stay as they are. */
export function genderLabel(label: string, language: Language): string {
  const translations = genderLabels.get(label);
  return translations === undefined ? label : pick(translations, language);
}

/** 2.8 hides the database's message; later versions print it, here `detail` or the message for a missing table. */
export function sqlError({ version, slug }: { version: Version; slug: string }, detail: string | boolean): string {
  if (version === '2.8') return 'An error occurred while writing to database. Please try again later';
  return typeof detail === 'string' ? detail : `Table '${slug}.developers_apps_users' doesn't exist`;
}

export type PageText = keyof typeof pageTexts;

/** A button on a message page. */
export function buttonText(name: keyof typeof buttonTexts, language: Language): string {
  return pick(buttonTexts[name], language);
}

export function errorTitle(language: Language): string {
  return pick(errorTitles, language);
}

/** Title and text of a message page. */
export function pageText(name: PageText, language: Language): { title: string; message: string } {
  const { title, message } = pageTexts[name];
  return { title: pick(title, language), message: pick(message, language) };
}

function pick(translations: Translations, language: Language): string {
  return translations[language] ?? translations.en;
}

const unknownAppTexts: Translations = {
  en: "We're sorry, but the application you're trying to use doesn't exist or has been disabled",
  fr: 'Nous sommes désolés, mais l’application que vous essayez d’utiliser n’existe pas ' + 'ou a été désactivée',
};

const genderLabels: ReadonlyMap<string, Translations> = new Map([
  ['Other', { en: 'Other', fr: 'Autre', de: 'Andere', ar: 'آخر' }],
  ['N/A', { en: 'N/A', de: 'N/V', es: 'N/D' }],
]);

const frenchModuleDisabled = "Cette fonction a été désactivée par l'administrateur";

const moduleDisabled2: Translations = {
  en: 'This feature has been disabled by the admin',
  fr: frenchModuleDisabled,
};

const moduleDisabled4: Translations = {
  en: 'The developers module has been disabled by the admin',
  fr: frenchModuleDisabled,
  de: 'Das Entwicklermodul wurde vom Administrator deaktiviert',
};

const errorTitles: Translations = { en: 'Error', fr: 'Erreur' };
const systemMessage: Translations = { en: 'System Message', fr: 'Message du système' };

const buttonTexts = {
  finish_profile: { en: 'My profile is complete', fr: 'Mon profil est complet' },
  choose_package: { en: 'Choose a package', fr: 'Choisir un forfait' },
} as const satisfies Record<string, Translations>;

const pageTexts = {
  not_found: {
    title: { en: '404 Not Found', fr: '404 Page introuvable' },
    message: { en: 'There is nothing at this address.', fr: 'Il n’y a rien à cette adresse.' },
  },
  forbidden: {
    title: errorTitles,
    message: {
      en: 'This form came from another site and was not accepted. Please open the page here and try again.',
      fr: 'Ce formulaire vient d’un autre site et n’a pas été accepté. Ouvrez la page ici et réessayez.',
    },
  },
  foreign_host: {
    title: errorTitles,
    message: {
      en:
        'This provider does not answer to that name, because it may be another site’s. Open it as localhost or by ' +
        'its IP address, or start it with the name in its siteURL (--site-url).',
      fr:
        'Ce fournisseur ne répond pas à ce nom, qui peut être celui d’un autre site. Ouvrez-le comme localhost ou ' +
        'par son adresse IP, ou démarrez-le avec ce nom dans siteURL (--site-url).',
    },
  },
  activation: {
    title: { en: 'Activation Required', fr: 'Activation requise' },
    message: {
      en: 'Please confirm your e-mail address first; the message with the link is in your mailbox.',
      fr: 'Confirmez d’abord votre adresse e-mail\u00a0; le message avec le lien est dans votre boîte.',
    },
  },
  approval: {
    title: { en: 'Approval Required', fr: 'Approbation requise' },
    message: {
      en: 'Your account has to be approved by the admin of this site first.',
      fr: 'Votre compte doit d’abord être approuvé par l’administrateur de ce site.',
    },
  },
  consent_failed: {
    title: errorTitles,
    message: {
      en: 'You cannot accept an app before you have confirmed your e-mail address.',
      fr: 'Vous ne pouvez accepter une application qu’après avoir confirmé votre adresse e-mail.',
    },
  },
  started: {
    title: { en: 'Getting Started', fr: 'Pour commencer' },
    message: {
      en: 'Please complete your profile first. The login that brought you here is lost: start it again afterwards.',
      fr: 'Complétez d’abord votre profil. La connexion qui vous a amené ici est perdue\u00a0: recommencez-la ensuite.',
    },
  },
  started_and_back: {
    title: { en: 'Getting Started', fr: 'Pour commencer' },
    message: {
      en: 'Please complete your profile first. The login that brought you here goes on afterwards.',
      fr: 'Complétez d’abord votre profil. La connexion qui vous a amené ici continue ensuite.',
    },
  },
  packages: {
    title: { en: 'Packages', fr: 'Forfaits' },
    message: {
      en: 'Please choose a package first. The login that brought you here is lost: start it again afterwards.',
      fr: 'Choisissez d’abord un forfait. La connexion qui vous a amené ici est perdue\u00a0: recommencez-la ensuite.',
    },
  },
  maintenance: {
    title: systemMessage,
    message: {
      en: 'The site is under maintenance and will be back soon.',
      fr: 'Le site est en maintenance et sera bientôt de retour.',
    },
  },
  banned_caller: {
    title: systemMessage,
    message: { en: 'Your IP address has been blocked.', fr: 'Votre adresse IP a été bloquée.' },
  },
  banned_user: {
    title: systemMessage,
    message: { en: 'Your account has been blocked.', fr: 'Votre compte a été bloqué.' },
  },
  database: {
    title: { en: 'Database Error', fr: 'Erreur de base de données' },
    message: {
      en: 'The connection to the database could not be established.',
      fr: 'La connexion à la base de données n’a pas pu être établie.',
    },
  },
} as const satisfies Record<string, { title: Translations; message: Translations }>;
