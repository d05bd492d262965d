import type { LinkedProfile, Templates } from 'passport-loginwith/express';
import { contentSecurityPolicy, defaultTemplates } from '../../lib/pages/templates';

const profile: LinkedProfile = {
  provider: 'pimbuzz',
  id: '3',
  displayName: 'Sam Nguyễn',
  username: 'sam',
  emails: [{ value: 'sam@example.org' }],
  photos: [],
};

/** The values of every page. */
const values = {
  nonce: 'N',
  displayName: 'Pimbuzz',
  href: '/there?a=1&b=2',
  providers: [
    { displayName: 'Pimbuzz', href: '/auth/pimbuzz' },
    { displayName: 'Look Loox', href: '/auth/lookloox' },
  ],
  profile,
  action: '/auth/pimbuzz/link',
  token: 'TOKEN',
  cancel: '/settings',
  isLasting: true,
  stillSignedInAt: ['Pimbuzz', 'Look Loox'],
  code: 'timeout' as const,
  hint: 'Look <there>.',
};

/** What a user reads, with the targets of links and forms. */
function read(name: keyof Templates, locale: 'en' | 'fr', changes: object = {}): string {
  const templates = defaultTemplates as unknown as Record<string, (page: object) => string>;
  return templates[name]!({ ...values, locale, ...changes })
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<a[^>]* href="([^"]*)"[^>]*>/g, '[$1] ')
    .replace(/<form[^>]* action="([^"]*)"[^>]*>/g, '[$1] ')
    .replace(/<input[^>]* value="([^"]*)"[^>]*>/g, '[$1] ')
    .replace(/<br \/>|<\/(?:p|h1|a|button|strong)>/g, ' ')
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

test.each<[keyof Templates, english: string, french: string]>([
  [
    'start',
    `Log in with Pimbuzz You are about to log in with Pimbuzz. If that is what you want, go on; if another site sent you here unasked, close this page. [/there?a=1&amp;b=2] Log in with Pimbuzz`,
    `Se connecter avec Pimbuzz Vous allez vous connecter avec Pimbuzz. Si vous le souhaitez, continuez ; si un autre site vous a envoyé ici sans que vous le demandiez, fermez cette page. [/there?a=1&amp;b=2] Se connecter avec Pimbuzz`,
  ],
  [
    'choose',
    'Log in [/auth/pimbuzz] Log in with Pimbuzz [/auth/lookloox] Log in with Look Loox',
    'Se connecter [/auth/pimbuzz] Se connecter avec Pimbuzz [/auth/lookloox] Se connecter avec Look Loox',
  ],
  [
    'link',
    `Add this Pimbuzz account? Sam Nguyễn sam · sam@example.org From then on, whoever can log in to this Pimbuzz account can log in here as you. [/auth/pimbuzz/link] [TOKEN] Yes, this is my account [/settings] Cancel`,
    `Ajouter ce compte Pimbuzz ? Sam Nguyễn sam · sam@example.org Ensuite, toute personne qui peut se connecter à ce compte Pimbuzz pourra se connecter ici à votre place. [/auth/pimbuzz/link] [TOKEN] Oui, c’est mon compte [/settings] Annuler`,
  ],
  [
    'popup',
    'You are logged in You can close this window. [/there?a=1&amp;b=2] Go on in this window',
    'Vous êtes connecté Vous pouvez fermer cette fenêtre. [/there?a=1&amp;b=2] Continuer dans cette fenêtre',
  ],
  ['finish', 'One moment [/there?a=1&amp;b=2] Go on', 'Un instant [/there?a=1&amp;b=2] Continuer'],
  [
    'loggedOut',
    `You are logged out here You are still signed in at Pimbuzz, Look Loox. On a computer that others use, sign out there, too: who logs in here again needs no password until then. [/there?a=1&amp;b=2] Log in again`,
    `Vous êtes déconnecté ici Vous êtes toujours connecté sur Pimbuzz, Look Loox. Sur un ordinateur partagé, déconnectez-vous là-bas aussi : d’ici là, personne n’a besoin de mot de passe pour se reconnecter ici. [/there?a=1&amp;b=2] Se reconnecter`,
  ],
  [
    'loginRequired',
    `Please log in You are not logged in, so what you sent was not accepted. Log in in another tab, come back here, and send it again. [/there?a=1&amp;b=2] Log in`,
    `Connectez-vous Vous n’êtes pas connecté, et votre envoi n’a pas été accepté. Connectez-vous dans un autre onglet, revenez ici et renvoyez-le. [/there?a=1&amp;b=2] Se connecter`,
  ],
  [
    'failure',
    `That did not work Something is out of order right now. Please try again later. [/there?a=1&amp;b=2] Try again Code: timeout Look &lt;there&gt;.`,
    `Cela n’a pas fonctionné Quelque chose ne fonctionne pas pour le moment. Veuillez réessayer plus tard. [/there?a=1&amp;b=2] Réessayer Code: timeout Look &lt;there&gt;.`,
  ],
])('the page "%s" says in both languages what it is for', (name, english, french) => {
  expect(read(name, 'en')).toBe(english);
  expect(read(name, 'fr')).toBe(french);
});

test('the page "link" is another one for an account that is used in one session', () => {
  expect(read('link', 'en', { isLasting: false })).toBe(
    `Use this Pimbuzz account? Sam Nguyễn sam · sam@example.org The page that you asked for shows data of this Pimbuzz account. You stay logged in as you are. [/auth/pimbuzz/link] [TOKEN] Yes, this is my account [/settings] Cancel`,
  );
  expect(read('link', 'fr', { isLasting: false })).toBe(
    `Utiliser ce compte Pimbuzz ? Sam Nguyễn sam · sam@example.org La page demandée affiche des données de ce compte Pimbuzz. Vous restez connecté ici comme avant. [/auth/pimbuzz/link] [TOKEN] Oui, c’est mon compte [/settings] Annuler`,
  );
});

test.each<[string, object, string]>([
  ['without a user name', { username: undefined }, 'Sam Nguyễn sam@example.org From'],
  ['without an address', { emails: [] }, 'Sam Nguyễn sam From'],
  ['with its user name for a name', { displayName: 'sam' }, 'sam sam@example.org From'],
  ['of which only the id is known', { displayName: undefined, username: undefined, emails: [] }, '? 3 From'],
])('an account %s is shown by what there is', (_name, changes, expected) => {
  expect(read('link', 'en', { profile: { ...profile, ...changes } })).toContain(expected);
});

test('a failure without a code or a hint has no line for it', () => {
  expect(read('failure', 'en', { code: undefined, hint: undefined })).toMatch(/Try again$/);
});

test('the page that sends the browser on does so at once', () => {
  const page = defaultTemplates.finish({ locale: 'en', nonce: 'N', href: '/there?a=1&b=2' });
  expect(page).toContain('<meta http-equiv="refresh" content="0; url=/there?a=1&amp;b=2" />');
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
});

test('the policy allows styles with the nonce, and no script, frame or foreign form', () => {
  expect(contentSecurityPolicy('N', false)).toBe(
    `default-src 'none'; style-src 'nonce-N'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
});

test('the policy of a page with a script allows this one alone', () => {
  expect(contentSecurityPolicy('N', true)).toBe(
    `default-src 'none'; script-src 'nonce-N'; style-src 'nonce-N'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
});
