import { factTextEn, type FactWords } from '../../../lib/provider/console/facts.en.js';
import { factTextFr } from '../../../lib/provider/console/facts.fr.js';
import { consoleTexts, namesFor } from '../../../lib/provider/console/texts.js';
import { endpoints, faultNamesOf } from '../../../lib/provider/faults/faults.js';
import { conditionNames } from '../../../lib/provider/options.js';
import type { RequestFact } from '../../../lib/provider/server/request-facts.js';
import { userFlags, userTexts } from '../../../lib/provider/store/users.js';

describe.each(['en', 'fr'] as const)('the words of the console (%s)', (language) => {
  const names = namesFor(language);

  test.each([
    ['states of the site', conditionNames, names.states],
    ['faults', endpoints.flatMap((endpoint) => [...faultNamesOf(endpoint)]), names.faults],
    ['fields of a person', ['id', 'username', ...userTexts, ...Object.keys(userFlags)], names.fields],
  ] as const)('are there for all %s', (_what, listed, words) => {
    expect(listed.filter((name) => !(name in words))).toEqual([]);
  });

  test('are there for every field that stops a login', () => {
    const stopping = Object.keys(userFlags).filter((name) => name !== 'verified' && name !== 'admin');
    expect(stopping.filter((name) => !(name in names.reasons))).toEqual([]);
  });
});

test('both languages have words for the same things', () => {
  const keysOf = (value: object): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'object' && inner !== null ? keysOf(inner as object).map((each) => `${key}.${each}`) : [key],
    );
  expect(keysOf(namesFor('fr'))).toEqual(keysOf(namesFor('en')));
  expect(keysOf(consoleTexts('fr'))).toEqual(keysOf(consoleTexts('en')));
});

/** At least one fact of each type, with what its words must say of it. */
const facts: { [T in RequestFact['type']]: [fact: RequestFact & { type: T }, ...says: string[]][] } = {
  site_state: [[{ type: 'site_state', names: ['maintenance', 'private'] }, 'STATE maintenance', 'STATE private']],
  wrong_host: [[{ type: 'wrong_host', siteURL: 'http://social.example' }, 'http://social.example']],
  unknown_method: [[{ type: 'unknown_method' }, 'get_user_info']],
  app: [[{ type: 'app', appId: '12', name: 'Tiny' }, '12', 'Tiny']],
  unknown_app: [
    [{ type: 'unknown_app', appId: '13', known: [] }, '13'],
    [{ type: 'unknown_app', appId: '14', known: [{ appId: '12', name: 'Tiny' }] }, '14', '12 (Tiny)'],
  ],
  parameter_missing: [[{ type: 'parameter_missing', name: 'auth_key' }, 'auth_key']],
  parameter_is_array: [[{ type: 'parameter_is_array', name: 'auth_key' }, 'auth_key']],
  wrong_place: [
    [{ type: 'wrong_place', reads: 'form' }, '(POST)'],
    [{ type: 'wrong_place', reads: 'query' }, '(GET)'],
  ],
  module_disabled: [[{ type: 'module_disabled' }]],
  not_looked_at: [[{ type: 'not_looked_at' }]],
  wrong_secret: [[{ type: 'wrong_secret' }, 'app_secret']],
  sign_in_asked: [[{ type: 'sign_in_asked' }]],
  consent_asked: [[{ type: 'consent_asked' }]],
  address_asked: [[{ type: 'address_asked' }]],
  account_state: [[{ type: 'account_state', flags: ['banned'] }, 'REASON banned']],
  key_issued: [
    [{ type: 'key_issued', userId: '2', isFirst: true, replacesKey: false }, 'USER 2'],
    [{ type: 'key_issued', userId: '3', isFirst: false, replacesKey: false }, 'USER 3'],
    [{ type: 'key_issued', userId: '3', isFirst: false, replacesKey: true }, 'USER 3', ';'],
  ],
  redirect_url_has_fragment: [[{ type: 'redirect_url_has_fragment' }, '#']],
  redirect_url_has_query: [[{ type: 'redirect_url_has_query' }, '?']],
  key_used_up: [[{ type: 'key_used_up', userId: '2' }, 'USER 2']],
  key_used_before: [[{ type: 'key_used_before', ago: 5 }, '5 SECONDS']],
  key_still_valid: [[{ type: 'key_still_valid' }]],
  key_spoiled: [[{ type: 'key_spoiled' }]],
  key_replaced: [[{ type: 'key_replaced' }]],
  key_revoked: [[{ type: 'key_revoked' }]],
  key_of_other_app: [[{ type: 'key_of_other_app' }]],
  key_unknown: [[{ type: 'key_unknown' }]],
  token_issued: [[{ type: 'token_issued', age: 0, lives: 60 }, '60 SECONDS']],
  token_issued_again: [[{ type: 'token_issued_again', age: 41, lives: 60 }, '41 SECONDS', '19 SECONDS']],
  token_spoiled: [[{ type: 'token_spoiled' }]],
  token_replaced: [[{ type: 'token_replaced' }]],
  token_revoked: [[{ type: 'token_revoked' }]],
  token_unknown: [[{ type: 'token_unknown' }]],
  token_valid: [[{ type: 'token_valid', age: 7, lives: 60 }, '7 SECONDS']],
  token_expired: [[{ type: 'token_expired', age: 63, lives: 60 }, '3 SECONDS', '60 SECONDS']],
  profile_sent: [[{ type: 'profile_sent', userId: '2' }, 'USER 2']],
  user_deleted: [[{ type: 'user_deleted', userId: '2' }]],
  other_user: [[{ type: 'other_user', userId: '2' }, 'USER 2', '2.8']],
};

describe('the words for what the site did', () => {
  const words: FactWords = {
    user: (id) => `USER ${id}`,
    duration: (seconds) => `${seconds} SECONDS`,
    state: (name) => `STATE ${name}`,
    reason: (flag) => `REASON ${flag}`,
  };
  const samples = Object.values(facts).flat() as [fact: RequestFact, ...says: string[]][];

  test.each(samples)('%j are there in both languages, and say what matters', (fact, ...says) => {
    const texts = [factTextEn(fact, words), factTextFr(fact, words)];
    for (const text of texts) for (const part of says) expect(text).toContain(part);
    expect(texts.join()).not.toMatch(/undefined|\[object|NaN/);
  });

  test('differ for each fact, and in each language', () => {
    const texts = samples.flatMap(([fact]) => [factTextEn(fact, words), factTextFr(fact, words)]);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
