import type { RequestFact } from '../server/request-facts.js';

/** How the facts' values are shown. */
export interface FactWords {
  /** Name of a user, who may be deleted by now. */
  user: (id: string) => string;
  duration: (seconds: number) => string;
  /** Name of a state of the site. */
  state: (name: string) => string;
  /** Why an account stops a login. */
  reason: (flag: string) => string;
}

export function factTextEn(fact: RequestFact, { user, duration, state, reason }: FactWords): string {
  switch (fact.type) {
    case 'site_state':
      return `state of the site: ${fact.names.map(state).join(', ')}`;
    case 'wrong_host':
      return `wrong host or scheme: the site calls itself ${fact.siteURL}, and nobody is ever signed in elsewhere`;
    case 'unknown_method':
      return 'unknown call: the API has oauth, authorize and get_user_info';
    case 'app':
      return `app ${fact.appId}, ${fact.name}`;
    case 'unknown_app': {
      const known = fact.known.map(({ appId, name }) => `${appId} (${name})`).join(', ');
      return `unknown app id ${fact.appId} – ${known === '' ? 'there is no app here' : `the apps here are ${known}`}`;
    }
    case 'parameter_missing':
      return `${fact.name} is missing or empty`;
    case 'parameter_is_array':
      return `${fact.name} came as an array`;
    case 'wrong_place': {
      const place = fact.reads === 'form' ? 'the form body (POST)' : 'the query (GET)';
      return `wrong place for parameters: this version reads ${place}`;
    }
    case 'module_disabled':
      return 'the developers module is switched off';
    case 'not_looked_at':
      return 'the site did not look at it';
    case 'wrong_secret':
      return 'wrong app_secret';
    case 'sign_in_asked':
      return 'nobody is signed in: asked to sign in';
    case 'address_asked':
      return 'the app asks by which address the site calls itself, as its first start does';
    case 'consent_asked':
      return 'asked for consent';
    case 'account_state':
      return `no key issued: ${fact.flags.map(reason).join(', ')}`;
    case 'key_issued': {
      const consent = fact.isFirst ? 'after the first consent' : 'without a question, accepted before';
      return `key issued for ${user(fact.userId)}, ${consent}${fact.replacesKey ? '; the older key is void now' : ''}`;
    }
    case 'redirect_url_has_fragment':
      return 'the redirect URL has a “#”: the key never reaches your server';
    case 'redirect_url_has_query':
      return 'the redirect URL has a “?”: many frameworks do not find the key behind it';
    case 'key_used_up':
      return `key of ${user(fact.userId)} used up`;
    case 'key_used_before':
      return `key was used before, ${duration(fact.ago)} ago`;
    case 'key_still_valid':
      return 'key still valid';
    case 'key_spoiled':
      return 'key made void by the fault';
    case 'key_replaced':
      return 'key replaced by a newer start';
    case 'key_revoked':
      return 'key revoked: the person removed the app';
    case 'key_of_other_app':
      return 'key of another app';
    case 'key_unknown':
      return 'this key was never issued here';
    case 'token_issued':
      return `token issued, lives ${duration(fact.lives)}`;
    case 'token_issued_again': {
      const left = fact.lives - fact.age;
      return `token handed out again: ${duration(fact.age)} old, dies in ${duration(left)}`;
    }
    case 'token_spoiled':
      return 'token made void by the fault';
    case 'token_valid':
      return `token ${duration(fact.age)} old`;
    case 'token_expired':
      return `token expired ${duration(fact.age - fact.lives)} ago (tokens live ${duration(fact.lives)})`;
    case 'token_replaced':
      return 'token replaced by a newer login';
    case 'token_revoked':
      return 'token revoked: the person removed the app';
    case 'token_unknown':
      return 'this token was never issued here';
    case 'profile_sent':
      return `profile of ${user(fact.userId)}`;
    case 'user_deleted':
      return `the person was deleted, so there is no profile`;
    case 'other_user':
      return `profile of ${user(fact.userId)}, who is not who logged in: a known fault of version 2.8`;
  }
}
