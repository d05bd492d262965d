import { LoginWithError, type LoginErrorCode } from 'passport-loginwith';
import { toFailurePage } from '../../lib/pages/failure-page';
import { defaultPageSettings } from '../../lib/pages/page-settings';
import { createTextTable } from '../../lib/pages/text-table';
import { formatDuration } from '../../lib/pages/texts';

const { textsFor, languages } = createTextTable();

/** All texts of a language, by their paths. */
function textsOf(value: object, path = ''): [path: string, text: string][] {
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) =>
    typeof each === 'string' ? [[path + key, each] as [string, string]] : textsOf(each as object, `${path}${key}.`),
  );
}

test('both languages have all texts, with the same placeholders', () => {
  expect(languages).toEqual(['en', 'fr']);
  const placeholdersIn = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
  const [english, french] = ['en', 'fr'].map((locale) => textsOf(textsFor(locale)));
  expect(french!.map(([path]) => path)).toEqual(english!.map(([path]) => path));
  for (const [path, text] of english!) {
    const other = Object.fromEntries(french!)[path]!;
    if (path.startsWith('failures.')) continue; // A sentence may have the name or "this site".
    expect([path, placeholdersIn(other)]).toEqual([path, placeholdersIn(text)]);
  }
});

test('in French, no line breaks before a mark that has a space before it', () => {
  for (const [path, text] of textsOf(textsFor('fr'))) {
    const wrong = text.match(/.{0,10}(?:[^\u202f][?!;]|[^\u00a0][:»]|«[^\u00a0])/g) ?? [];
    expect([path, wrong]).toEqual([path, []]);
  }
  expect(textsFor('fr').link.title).toBe('Ajouter ce compte {name}\u202f?');
  expect(textsFor('fr').failure.code).toBe('Code\u00a0:');
});

/** Headline, what happened, what to do, and whether there is a link to try again. */
function explain(code: LoginErrorCode, locale: string, displayName: string | undefined, retryAfter?: number) {
  const error = new LoginWithError('x', { code, stage: 'callback', retryAfter });
  const page = defaultPageSettings().templates.failure({
    ...toFailurePage(error, { displayName, isSignedIn: false, href: '/again' }),
    nonce: 'N',
    locale,
    brand: { name: undefined, logo: undefined, home: '/' },
  });
  const [, title = '', text = ''] = /<h1>(.*?)<\/h1>(.*)<div class="actions">/s.exec(page)!;
  const [what, advice] = [...text.matchAll(/<p>(.*?)<\/p>/gs)].map(([, each]) => each);
  return { title, what, advice, canRetry: page.includes('href="/again"') };
}

test.each<[LoginErrorCode, english: RegExp, french: RegExp, canRetry: boolean]>([
  ['auth_key_malformed', /^This link is damaged/, /^Ce lien n’est pas valable/, true],
  ['auth_key_missing', /^Pimbuzz did not say who you are/, /^Pimbuzz n’a pas dit qui vous êtes/, true],
  ['access_denied', /^The login was refused/, /^La connexion a été refusée/, true],
  ['user_rejected', /^This account cannot be used here/, /^Ce compte n’est pas accepté ici/, true],
  ['login_required', /^Please log in/, /^Connectez-vous/, true],
  ['attempt_missing', /^This login was not started here.* ten minutes/, /pas commencé ici.* dix minutes/, true],
  ['auth_key_invalid', /^This confirmation is used up/, /^Cette confirmation n’est plus valable/, true],
  ['token_expired', /^This login has expired/, /^Cette connexion a expiré/, true],
  ['user_not_found', /^This account is gone/, /^Ce compte n’existe plus/, true],
  ['account_mismatch', /^This is another account/, /^Ce n’est pas le même compte/, false],
  ['link_invalid', /^This page is no longer valid/, /^Cette page n’est plus valable/, false],
  ['foreign_request', /^Nothing was done.* another site/, /^Rien n’a été fait.* autre site/, false],
  ['provider_unknown', /^There is no such login here/, /^Cette connexion n’existe pas ici/, false],
  ['login_loop', /^Too many logins at once.* in 30 seconds\./, /^Trop de connexions.* dans 30\s?secondes\./, false],
  ['app_id_invalid', /^This site is not set up correctly/, /^Ce site n’est pas bien configuré/, false],
  ['app_secret_invalid', /^This site is not set up correctly/, /^Ce site n’est pas bien configuré/, false],
  ['module_disabled', /^Pimbuzz is closed/, /^Pimbuzz est fermé/, false],
  ['session_missing', /^Something went wrong here/, /^Un problème est survenu ici/, false],
  ['verify_timeout', /^Something went wrong here/, /^Un problème est survenu ici/, true],
  ['provider_unavailable', /^Pimbuzz is out of order/, /^Pimbuzz est en panne/, true],
  ['response_html', /^Pimbuzz has a problem/, /^Pimbuzz a un problème/, true],
  ['connection_refused', /^Pimbuzz cannot be reached/, /^Pimbuzz est injoignable/, true],
  ['timeout', /^Pimbuzz takes too long/, /^Pimbuzz met trop de temps/, true],
])('users read what %s means, in both languages', (code, english, french, canRetry) => {
  for (const [locale, expected] of [
    ['en', english],
    ['fr', french],
  ] as const) {
    const { title, what, advice, canRetry: can } = explain(code, locale, 'Pimbuzz');
    expect(`${title} ${what} ${advice}`).toMatch(expected);
    expect(can).toBe(canRetry);
  }
});

test('a failure of which no provider is known says "the other site"', () => {
  expect(explain('timeout', 'en', undefined)).toMatchObject({
    title: 'The other site takes too long',
    what: 'The other site did not answer in time, so this login did not work.',
  });
  expect(explain('auth_key_malformed', 'fr', undefined).what).toContain('ne vient pas de l’autre site');
});

test.each([
  [1, '1 second', '1 seconde'],
  [45, '45 seconds', '45 secondes'],
  [60, '1 minute', '1 minute'],
  [61, '2 minutes', '2 minutes'],
  [1500, '25 minutes', '25 minutes'],
  [3600, '60 minutes', '60 minutes'],
  [7199, '120 minutes', '120 minutes'],
  [7201, '3 hours', '3 heures'],
])('%d seconds to wait are %s', (seconds, english, french) => {
  for (const [locale, expected] of [
    ['en', english],
    ['fr', french],
  ] as const) {
    const { advice } = explain('too_many_failures', locale, 'Pimbuzz', seconds);
    expect(advice!.replace(/\s/g, ' ')).toContain(expected);
  }
  expect(formatDuration(seconds, 'de')).not.toContain(english);
});
