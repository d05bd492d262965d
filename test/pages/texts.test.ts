import type { LoginErrorCode } from 'passport-loginwith';
import { textsFor } from '../../lib/pages/texts';

test.each<[string, RegExp, RegExp, (LoginErrorCode | undefined)[]]>([
  [
    'to try again',
    /^The login took too long.*Please try again\.$/,
    /^La connexion a pris trop de temps.*Veuillez réessayer\.$/,
    [
      'auth_key_malformed',
      'auth_key_missing',
      'auth_key_invalid',
      'attempt_missing',
      'token_expired',
      'link_invalid',
      'login_required',
    ],
  ],
  [
    'that this account cannot log in',
    /cannot log in here with this account/,
    /ne pouvez pas vous connecter/,
    ['access_denied', 'user_rejected', 'user_not_found'],
  ],
  ['that the browser went round in circles', /again and again/, /plusieurs fois/, ['login_loop']],
  ['that another user is signed in there', /somebody else is signed in/, /n’est pas celui d’ici/, ['account_mismatch']],
  ['to wait', /^Too many logins have failed/, /^Trop de connexions ont échoué/, ['too_many_failures']],
  ['that another site asked for it', /came from another site/, /venait d’un autre site/, ['foreign_request']],
  [
    'to come back later',
    /out of order/,
    /ne fonctionne pas pour le moment/,
    ['app_secret_invalid', 'session_missing', 'provider_unavailable', 'timeout', undefined],
  ],
])('the failure page tells users %s, in both languages', (_name, english, french, codes) => {
  for (const code of codes) {
    expect(textsFor('en').failure.text(code)).toMatch(english);
    expect(textsFor('fr').failure.text(code)).toMatch(french);
  }
});
