import type { LinkedProfile, Templates } from 'passport-loginwith/express';
import { defaultPageSettings } from '../../lib/pages/page-settings';

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
  brand: { name: 'Example', logo: undefined, home: '/home' },
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
  reason: undefined,
  retryAfter: undefined,
  isSignedIn: false,
  canRetry: true,
  hint: 'Look <there>.',
  documentation: 'docs/errors.md#timeout',
};

const write = (name: keyof Templates, locale: string, changes: object = {}): string => {
  const templates = defaultPageSettings().templates as unknown as Record<string, (page: object) => string>;
  return templates[name]!({ ...values, locale, ...changes });
};

/** What a user reads in the card and below it, with the targets of links and forms. */
const read = (name: keyof Templates, locale: string, changes: object = {}): string =>
  write(name, locale, changes)
    .replace(/<(head|header)>.*?<\/\1>/gs, '')
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<a[^>]* href="([^"]*)"[^>]*>/g, '[$1] ')
    .replace(/<form[^>]* action="([^"]*)"[^>]*>/g, '[$1] ')
    .replace(/<input[^>]* value="([^"]*)"[^>]*>/g, '[$1] ')
    .replace(/<br \/>|<\/(?:p|h1|a|button|strong)>/g, ' ')
    .replace(/<[^>]+>/g, '')
    .replace(/[ \n]+/g, ' ')
    .trim();

const homes: Record<string, string> = {
  en: '[/home] Go to the start page',
  fr: '[/home] Aller à la page d’accueil',
};

test.each<[keyof Templates, english: string, french: string]>([
  [
    'start',
    `Log in with Pimbuzz Next, you will see Pimbuzz’s own page. There you decide whether to share your profile and log in here. [/there?a=1&amp;b=2] Log in with Pimbuzz Did another site send you here without asking you? Then close this page.`,
    `Se connecter avec Pimbuzz Vous verrez ensuite la page de Pimbuzz. C’est là que vous déciderez si vous voulez partager votre profil et vous connecter ici. [/there?a=1&amp;b=2] Se connecter avec Pimbuzz Un autre site vous a envoyé ici sans que vous le demandiez\u202f? Alors fermez cette page.`,
  ],
  [
    'choose',
    `Log in Use an account that you have already: no new password. Next, you will see the page of the network that you choose, where you confirm. [/auth/pimbuzz] Log in with Pimbuzz [/auth/lookloox] Log in with Look Loox`,
    `Se connecter Utilisez un compte que vous avez déjà\u00a0: pas de nouveau mot de passe. Vous verrez ensuite la page du réseau choisi, où vous confirmerez. [/auth/pimbuzz] Se connecter avec Pimbuzz [/auth/lookloox] Se connecter avec Look Loox`,
  ],
  [
    'link',
    `Add this Pimbuzz account? Sam Nguyễn sam · sam@example.org From then on, whoever can log in to this Pimbuzz account can log in here as you. [/auth/pimbuzz/link] [TOKEN] Yes, this is my account [/settings] Cancel`,
    `Ajouter ce compte Pimbuzz\u202f? Sam Nguyễn sam · sam@example.org Ensuite, toute personne qui peut se connecter à ce compte Pimbuzz pourra se connecter ici à votre place. [/auth/pimbuzz/link] [TOKEN] Oui, c’est mon compte [/settings] Annuler`,
  ],
  [
    'finish',
    'One moment This goes on by itself. If nothing happens, use the button. [/there?a=1&amp;b=2] Go on',
    'Un instant La suite vient toute seule. S’il ne se passe rien, utilisez le bouton. [/there?a=1&amp;b=2] Continuer',
  ],
  [
    'popup',
    `You are logged in You can close this window. The page behind it goes on by itself. [/there?a=1&amp;b=2] Go on in this window`,
    `Vous êtes connecté Vous pouvez fermer cette fenêtre. La page qui l’a ouverte continue toute seule. [/there?a=1&amp;b=2] Continuer dans cette fenêtre`,
  ],
  [
    'loggedOut',
    `You are logged out here You are still signed in at Pimbuzz and Look Loox. On a computer that others use, sign out there, too. Until you do, anyone at this computer can log in here again. [/there?a=1&amp;b=2] Log in again`,
    `Vous êtes déconnecté ici Vous êtes toujours connecté sur Pimbuzz et Look Loox. Sur un ordinateur partagé, déconnectez-vous là-bas aussi\u00a0: sinon, n’importe qui sur cet ordinateur peut se reconnecter ici sans mot de passe. [/there?a=1&amp;b=2] Se reconnecter`,
  ],
  [
    'loginRequired',
    `Please log in You are not logged in, so what you sent was not accepted. Log in in another tab, come back here, and send it again. [/there?a=1&amp;b=2] Log in in another tab`,
    `Connectez-vous Vous n’êtes pas connecté, et votre envoi n’a pas été accepté. Connectez-vous dans un autre onglet, revenez sur cette page et renvoyez-le. [/there?a=1&amp;b=2] Se connecter dans un autre onglet`,
  ],
])(
  'the page "%s" says in both languages what it is for, what comes next, and where home is',
  (name, english, french) => {
    expect(read(name, 'en')).toBe(`${english} ${homes.en}`);
    expect(read(name, 'fr')).toBe(`${french} ${homes.fr}`);
  },
);

test('the page "logout" asks in both languages, and who cancels goes home', () => {
  expect(read('logout', 'en')).toBe(
    `Log out? This ends your login on this site, in this browser. [/auth/pimbuzz/link] Log out [/home] Cancel`,
  );
  expect(read('logout', 'fr')).toBe(
    `Se déconnecter\u202f? Votre connexion à ce site, dans ce navigateur, prendra fin. [/auth/pimbuzz/link] Se déconnecter [/home] Annuler`,
  );
});

test('the page "failure" says in both languages what happened and what to do', () => {
  expect(read('failure', 'en')).toBe(
    `Pimbuzz takes too long Pimbuzz did not answer in time, so this login did not work. You did nothing wrong. Try again in a few minutes. [/there?a=1&amp;b=2] Try again [/home] Go to the start page Code: timeout For the developer Look &lt;there&gt;. docs/errors.md#timeout`,
  );
  expect(read('failure', 'fr')).toBe(
    `Pimbuzz met trop de temps Pimbuzz n’a pas répondu à temps, et cette connexion a échoué. Vous n’avez rien fait de mal. Réessayez dans quelques minutes. [/there?a=1&amp;b=2] Réessayer [/home] Aller à la page d’accueil Code\u00a0: timeout Pour le développeur Look &lt;there&gt;. docs/errors.md#timeout`,
  );
});

test('the page "link" is another one for an account that is used in one session', () => {
  expect(read('link', 'en', { isLasting: false })).toBe(
    `Use this Pimbuzz account? Sam Nguyễn sam · sam@example.org The page that you asked for shows data of this Pimbuzz account. You stay logged in as you are. [/auth/pimbuzz/link] [TOKEN] Yes, this is my account [/settings] Cancel ${homes.en}`,
  );
  expect(read('link', 'fr', { isLasting: false })).toBe(
    `Utiliser ce compte Pimbuzz\u202f? Sam Nguyễn sam · sam@example.org La page demandée affiche des données de ce compte Pimbuzz. Vous restez connecté ici comme avant. [/auth/pimbuzz/link] [TOKEN] Oui, c’est mon compte [/settings] Annuler ${homes.fr}`,
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

test('a failure without a code has no line for it, and one without a hint none for the developer', () => {
  const changes = { code: undefined, hint: undefined, documentation: undefined };
  expect(read('failure', 'en', changes)).toBe(
    `Something went wrong here The login could not be finished, because something on this site is out of order. You did nothing wrong. Try again in a few minutes, or tell the people who run this site. [/there?a=1&amp;b=2] Try again ${homes.en}`,
  );
});

test('who was signed in nowhere else is not told to sign out there', () => {
  expect(read('loggedOut', 'en', { stillSignedInAt: [] })).toBe(
    `You are logged out here [/there?a=1&amp;b=2] Log in again ${homes.en}`,
  );
});

test('the page that sends the browser on does so at once', () => {
  const page = write('finish', 'en');
  expect(page).toContain('<meta http-equiv="refresh" content="0; url=/there?a=1&amp;b=2" />');
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
});

test('the buttons of the choice have the marks of the providers, which screen readers skip', () => {
  const marks = write('choose', 'en').match(/<svg.*?<\/svg>/gs) ?? [];
  expect(marks.map((mark) => [/fill="(#\w{6})"/.exec(mark)?.[1], />\s*(\w)\s*<\/text>/.exec(mark)?.[1]])).toEqual([
    ['#a8430a', 'P'],
    ['#6a3fb5', 'L'],
  ]);
  for (const mark of marks) expect(mark).toContain('aria-hidden="true"');
});
