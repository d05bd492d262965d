import assert from 'node:assert/strict';
import fc from 'fast-check';
import { URL as IndependentURL } from 'whatwg-url';
import { toProfile } from '../../../lib/client/profile';
import { LoginWithError } from '../../../lib/errors';
import { encodeEntities } from '../../../lib/provider/api/html-entities';
import { defineProvider, providers } from '../../../lib/providers';
import type { Profile } from '../../../lib/types';
import { createSubject, textOf } from './subject';

const text = textOf([
  ...[
    '&',
    '&#',
    '&#x',
    ';',
    '&amp;',
    '&amp;amp;',
    '&eacute;',
    '&eacute',
    '&eac',
    '&#039;',
    '&#55357;',
    '&#xD83D;',
    '&#56832;',
  ],
  ...[
    '&#x110000;',
    '&#99999999999;',
    '&#0;',
    '&nbsp;',
    '&lt;script&gt;',
    '&quot;',
    '&zwj;',
    'x',
    ' ',
    '\n',
    '\0',
    '"',
    '<',
    "'",
  ],
  ...[
    'http://',
    'https://',
    'https:/',
    'https:',
    'http:\\\\',
    'HTTPS://',
    'javascript:',
    'data:',
    'ftp://',
    'file:///',
    '//',
  ],
  ...[
    '/',
    '\\',
    '..',
    '.',
    '%2e%2e',
    '?',
    '#',
    '@',
    ':',
    'host.example',
    '[::1]',
    'user:pw@',
    ':99999',
    '\u3002',
    'xn--',
  ],
  ...[
    'photos/2024/01/x.jpg',
    'renee',
    '2024-02-31',
    '1985-07-09',
    '0000-00-00',
    ' 12:34:56',
    '+275760-09-14',
    'N/A',
    '1',
  ],
  ...['x'.repeat(3000)],
]);
const keys = [
  ...['user_id', 'user_name', 'user_email', 'user_firstname', 'user_lastname', 'user_gender', 'user_birthdate'],
  ...['user_picture', 'user_cover', 'user_registered', 'user_verified', 'user_relationship', 'user_biography'],
  ...['user_website', 'profile_picture', 'profile_cover', '__proto__', 'constructor', 'toString'],
];
const odd = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 7, 1.5, 1e21, [], {}, ['7'], { user_id: '7' }, '', ' ', '\u3000', '7'),
  fc.jsonValue(),
);
const value = fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: odd });
const userInfo = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 12, size: 'max' });
const withId = fc.tuple(userInfo, fc.constantFrom('7', '12345', 7)).map(([info, id]) => ({ ...info, user_id: id }));
const response = fc.oneof(
  { weight: 8, arbitrary: withId.map((info) => ({ user_info: info })) },
  { weight: 2, arbitrary: userInfo.map((info) => ({ user_info: info })) },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: odd.map((info) => ({ user_info: info })) },
);
const provider = fc.constantFrom(
  providers.pimbuzz,
  defineProvider({ name: 'sub', baseURL: 'http://127.0.0.1:8080/social' }),
  defineProvider({ name: 'cdn', baseURL: 'https://net.example', uploadsURL: 'https://cdn.example/a/b' }),
);

/** The profile; undefined if there is none because nobody is identified. */
function read(json: unknown, of: (typeof providers)['pimbuzz']): Profile | undefined {
  try {
    // Through JSON, as it comes: there `__proto__` is a key like any other.
    return toProfile(JSON.parse(JSON.stringify(json)), of);
  } catch (error) {
    assert.ok(error instanceof LoginWithError, String(error));
    assert.equal(error.code, 'response_unexpected');
    return undefined;
  }
}

function assertURL(url: string): void {
  assert.match(url, /^https?:\/\/[^/?#\\@]/i);
  assert.doesNotMatch(url, /[\s\p{Cc}"<>]/u);
  const { protocol, host } = new IndependentURL(url);
  assert.match(protocol, /^https?:$/);
  assert.notEqual(host, '');
}

function assertText(given: string): void {
  assert.ok(given.isWellFormed());
  assert.notEqual(given.trim(), '');
}

/** HTML 5, which the decoder follows, has moved the names of the two left out: they come out as other brackets. */
const original = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((each) => !/[\u2329\u232a]/.test(each));
const cut = fc.constantFrom('', '&', '&#', '&#0', '&#03', '&#x', '&#x2', '&e', '&eac', '&eacute', '&amp');

export const profileSubjects = [
  createSubject('toProfile, any JSON', 150_000, fc.tuple(response, provider), ([json, of]) => {
    const profile = read(json, of);
    if (profile === undefined) return;
    const { id, emails, photos, name = {}, birthdate, registeredAt, _raw, _json, ...rest } = profile;
    assert.match(id, /^[\x21-\x7e]{1,255}$/);
    assert.equal(id, String(_json.user_info.user_id as unknown));
    assert.equal(profile.provider, of.name);
    assert.ok(emails.length <= 1 && photos.length <= 1);
    const urls = [photos[0]?.value, rest.cover, rest.website, rest.profileUrl];
    for (const url of urls) if (url !== undefined) assertURL(url);
    const { username, displayName, gender, relationship, biography } = rest;
    const texts = [
      username,
      displayName,
      gender,
      relationship,
      biography,
      emails[0]?.value,
      name.familyName,
      name.givenName,
    ];
    for (const each of texts) if (each !== undefined) assertText(each);
    if (birthdate !== undefined) assert.match(birthdate, /^\d{4}-[01]\d-[0-3]\d$/);
    if (registeredAt !== undefined) assert.ok(!Number.isNaN(registeredAt.getTime()));
    // A character becomes at most nine, in a URL.
    const length = JSON.stringify({ ...rest, photos, emails, name }).length;
    assert.ok(length <= 1000 + 4 * 9 * _raw.length);
    assert.equal(Reflect.get({}, 'user_id'), undefined);
  }),
  createSubject('toProfile, text as a provider encodes it', 50_000, fc.tuple(original, cut), ([typed, half]) => {
    fc.pre(typed.trim() !== '');
    const encoded = encodeEntities(typed) + half;
    const profile = toProfile({ user_info: { user_id: '7', user_biography: encoded } }, providers.pimbuzz);
    assert.equal(profile.biography, typed);
  }),
  createSubject('toProfile, text cut at any place', 50_000, fc.tuple(original, fc.nat(60)), ([typed, length]) => {
    const encoded = encodeEntities(typed).slice(0, length);
    const { biography = '' } = toProfile({ user_info: { user_id: '7', user_biography: encoded } }, providers.pimbuzz);
    assert.ok(biography.isWellFormed());
    assert.ok(typed.startsWith(biography.replace(/\ufffd$/, '')) || biography === '', biography);
  }),
  createSubject(
    'toProfile, deep JSON',
    200,
    fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.boolean()),
    ([depth, isList]) => {
      const json = isList ? '['.repeat(depth) + ']'.repeat(depth) : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
      const profile = toProfile(
        JSON.parse(`{"user_info":{"user_id":"7","user_name":${json}}}`),
        providers.pimbuzz,
        json,
      );
      assert.equal(profile.id, '7');
    },
  ),
];
