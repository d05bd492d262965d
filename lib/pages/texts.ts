import type { LoginErrorCode } from '../errors.js';

/** Languages of our pages. */
export type Locale = 'en' | 'fr';

/** The words of our pages. */
export interface Texts {
  start: { title(name: string): string; text(name: string): string; go(name: string): string };
  choose: { title: string; go(name: string): string };
  link: LinkTexts;
  /** For an account that is used in one session. */
  use: LinkTexts;
  finish: { title: string; go: string };
  popup: { title: string; text: string; go: string };
  loggedOut: { title: string; text(names: string): string; again: string };
  loginRequired: { title: string; text: string; go: string };
  failure: { title: string; again: string; code: string; text(code: LoginErrorCode | undefined): string };
}

interface LinkTexts {
  title(name: string): string;
  text(name: string): string;
  confirm: string;
  cancel: string;
}

const en: Texts = {
  start: {
    title: (name) => `Log in with ${name}`,
    text: (name) =>
      `You are about to log in with ${name}. If that is what you want, go on; if another site sent you here unasked, close this page.`,
    go: (name) => `Log in with ${name}`,
  },
  choose: { title: 'Log in', go: (name) => `Log in with ${name}` },
  link: {
    title: (name) => `Add this ${name} account?`,
    text: (name) => `From then on, whoever can log in to this ${name} account can log in here as you.`,
    confirm: 'Yes, this is my account',
    cancel: 'Cancel',
  },
  use: {
    title: (name) => `Use this ${name} account?`,
    text: (name) => `The page that you asked for shows data of this ${name} account. You stay logged in as you are.`,
    confirm: 'Yes, this is my account',
    cancel: 'Cancel',
  },
  finish: { title: 'One moment', go: 'Go on' },
  popup: { title: 'You are logged in', text: 'You can close this window.', go: 'Go on in this window' },
  loggedOut: {
    title: 'You are logged out here',
    text: (names) =>
      `You are still signed in at ${names}. On a computer that others use, sign out there, too: who logs in here again needs no password until then.`,
    again: 'Log in again',
  },
  loginRequired: {
    title: 'Please log in',
    text:
      'You are not logged in, so what you sent was not accepted. Log in in another tab, come back here, and send it ' +
      'again.',
    go: 'Log in',
  },
  failure: {
    title: 'That did not work',
    again: 'Try again',
    code: 'Code',
    text: (code) => failuresEN[groupOf(code)],
  },
};

const fr: Texts = {
  start: {
    title: (name) => `Se connecter avec ${name}`,
    text: (name) =>
      `Vous allez vous connecter avec ${name}. Si vous le souhaitez, continuez ; si un autre site vous a envoyé ici sans que vous le demandiez, fermez cette page.`,
    go: (name) => `Se connecter avec ${name}`,
  },
  choose: { title: 'Se connecter', go: (name) => `Se connecter avec ${name}` },
  link: {
    title: (name) => `Ajouter ce compte ${name} ?`,
    text: (name) =>
      `Ensuite, toute personne qui peut se connecter à ce compte ${name} pourra se connecter ici à votre place.`,
    confirm: 'Oui, c’est mon compte',
    cancel: 'Annuler',
  },
  use: {
    title: (name) => `Utiliser ce compte ${name} ?`,
    text: (name) => `La page demandée affiche des données de ce compte ${name}. Vous restez connecté ici comme avant.`,
    confirm: 'Oui, c’est mon compte',
    cancel: 'Annuler',
  },
  finish: { title: 'Un instant', go: 'Continuer' },
  popup: {
    title: 'Vous êtes connecté',
    text: 'Vous pouvez fermer cette fenêtre.',
    go: 'Continuer dans cette fenêtre',
  },
  loggedOut: {
    title: 'Vous êtes déconnecté ici',
    text: (names) =>
      `Vous êtes toujours connecté sur ${names}. Sur un ordinateur partagé, déconnectez-vous là-bas aussi : d’ici là, personne n’a besoin de mot de passe pour se reconnecter ici.`,
    again: 'Se reconnecter',
  },
  loginRequired: {
    title: 'Connectez-vous',
    text:
      'Vous n’êtes pas connecté, et votre envoi n’a pas été accepté. Connectez-vous dans un autre onglet, revenez ' +
      'ici et renvoyez-le.',
    go: 'Se connecter',
  },
  failure: {
    title: 'Cela n’a pas fonctionné',
    again: 'Réessayer',
    code: 'Code',
    text: (code) => failuresFR[groupOf(code)],
  },
};

export function textsFor(locale: Locale): Texts {
  return locale === 'fr' ? fr : en;
}

type Group = 'again' | 'refused' | 'loop' | 'mismatch' | 'wait' | 'foreign' | 'unknown' | 'provider';

function groupOf(code: LoginErrorCode | undefined): Group {
  return (code && groupByCode[code]) ?? 'provider';
}

/** Every other code is the app's or the provider's affair, and the user can only come back later. */
const groupByCode: Partial<Record<LoginErrorCode, Group>> = {
  auth_key_malformed: 'again',
  auth_key_missing: 'again',
  auth_key_invalid: 'again',
  attempt_missing: 'again',
  token_expired: 'again',
  link_invalid: 'again',
  login_required: 'again',
  access_denied: 'refused',
  user_rejected: 'refused',
  user_not_found: 'refused',
  login_loop: 'loop',
  account_mismatch: 'mismatch',
  too_many_failures: 'wait',
  foreign_request: 'foreign',
  provider_unknown: 'unknown',
};

const failuresEN: Record<Group, string> = {
  again: 'The login took too long, or was started in another tab or browser. Please try again.',
  refused: 'You cannot log in here with this account.',
  loop:
    'Your browser was sent to the login again and again. Wait half a minute, allow cookies for this site, and try ' +
    'again.',
  mismatch:
    'At the other site, somebody else is signed in than here. Sign in there with the account that you use here, or ' +
    'log out here first.',
  wait: 'Too many logins have failed. Please try again later.',
  foreign: 'This came from another site and was not done.',
  unknown: 'There is no such login here.',
  provider: 'Something is out of order right now. Please try again later.',
};

const failuresFR: Record<Group, string> = {
  again:
    'La connexion a pris trop de temps, ou a commencé dans un autre onglet ou un autre navigateur. Veuillez réessayer.',
  refused: 'Vous ne pouvez pas vous connecter ici avec ce compte.',
  loop:
    'Votre navigateur a été renvoyé plusieurs fois à la connexion. Attendez une demi-minute, autorisez les cookies ' +
    'de ce site et réessayez.',
  mismatch:
    'Sur l’autre site, le compte connecté n’est pas celui d’ici. Connectez-vous là-bas avec le compte que vous ' +
    'utilisez ici, ou déconnectez-vous d’abord ici.',
  wait: 'Trop de connexions ont échoué. Veuillez réessayer plus tard.',
  foreign: 'Cette demande venait d’un autre site et n’a pas été exécutée.',
  unknown: 'Cette connexion n’existe pas ici.',
  provider: 'Quelque chose ne fonctionne pas pour le moment. Veuillez réessayer plus tard.',
};
