import fc from 'fast-check';
import { LoginWithError, defineProvider, providers, toProfile, type UserInfo } from 'passport-loginwith';
import { cpuTimeOf } from '../support/cpu-time';

const provider = defineProvider({ name: 'net', baseURL: 'https://net.example' });
const map = (info: Partial<Record<keyof UserInfo, unknown>>, of = provider) =>
  toProfile({ user_info: { user_id: '2', ...info } }, of);

test('all fields, as a site of version 4 sends them', () => {
  const response = {
    user_info: {
      user_id: '2',
      user_name: 'renee',
      user_email: 'renee@example.org',
      user_firstname: 'Ren&eacute;e',
      user_lastname: 'O&#039;Brien-\u0141ukasz',
      user_gender: 'Female',
      user_birthdate: '1985-07-09',
      user_picture: 'photos/2024/01/x_abc.jpg',
      user_cover: 'photos/2024/01/x_cover.jpg',
      user_registered: '2024-01-15 12:34:56',
      user_verified: '1',
      user_relationship: 'married',
      user_biography: 'I &lt;3 &quot;cats&quot; &amp; dogs\nligne 2',
      user_website: 'https://example.org/?a=1&amp;b=2',
      profile_picture: 'https://net.example/content/uploads/photos/2024/01/x_abc.jpg',
      profile_cover: 'https://net.example/content/uploads/',
    },
  };
  const raw = JSON.stringify(response);
  expect(toProfile(response, provider, raw)).toEqual({
    provider: 'net',
    id: '2',
    username: 'renee',
    displayName: "Renée O'Brien-Łukasz",
    name: { givenName: 'Renée', familyName: "O'Brien-Łukasz" },
    emails: [{ value: 'renee@example.org' }],
    photos: [{ value: 'https://net.example/content/uploads/photos/2024/01/x_abc.jpg' }],
    gender: 'Female',
    birthdate: '1985-07-09',
    cover: 'https://net.example/content/uploads/photos/2024/01/x_cover.jpg',
    registeredAt: new Date('2024-01-15T12:34:56Z'),
    badge: true,
    relationship: 'married',
    biography: 'I <3 "cats" & dogs\nligne 2',
    website: 'https://example.org/?a=1&b=2',
    profileUrl: 'https://net.example/renee',
    _raw: raw,
    _json: response,
  });
});

test.each([
  ['null', null],
  ['empty', ''],
  ['blank', '  '],
  ['a number', 7],
  ['absent', undefined],
])('fields that are %s are absent', (_name, value) => {
  const keys = [
    'user_name',
    'user_email',
    'user_firstname',
    'user_lastname',
    'user_gender',
    'user_birthdate',
    'user_picture',
    'user_cover',
    'user_registered',
    'user_verified',
    'user_relationship',
    'user_biography',
    'user_website',
    'profile_picture',
    'profile_cover',
  ];
  const { _raw, _json, ...profile } = map(Object.fromEntries(keys.map((key) => [key, value])));
  expect(profile).toStrictEqual({ provider: 'net', id: '2', emails: [], photos: [] });
});

test.each([
  undefined,
  null,
  [],
  {},
  { user_info: null },
  { user_info: [] },
  { user_info: 'user_id' },
  'user_info',
  { user_info: {} },
  { user_info: { user_id: null } },
  { user_info: { user_id: ' ' } },
  { user_info: { user_id: '7 ' } },
  { user_info: { user_id: '7\n' } },
  { user_info: { user_id: '\ud800' } },
  { user_info: { user_id: '7'.repeat(256) } },
  { user_info: { user_id: 1.5 } },
])('a response without a user_id, %j, is an error and no user', (response) => {
  expect(() => toProfile(response, provider)).toThrow(
    expect.objectContaining({ code: 'response_unexpected', stage: 'user_info' }) as LoginWithError,
  );
});

test('an id that comes as a number is the same id', () => {
  expect(map({ user_id: 2 }).id).toBe('2');
});

test.each([
  ['&amp;amp;', '&amp;'],
  ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
  ['&lt;script&gt;', '<script>'],
  ['caf&eacute', 'caf'],
  ['x &#03', 'x '],
  ['x &', 'x '],
  ['a & b', 'a & b'],
  ['&nosuch; &eacute;', '&nosuch; é'],
  ['\ud83d', '\ufffd'],
])('text is decoded exactly once, less an entity that was cut: %j is %j', (encoded, text) => {
  expect(map({ user_biography: encoded }).biography).toBe(text);
});

test('any text that is encoded as the provider encodes it comes back', () => {
  const encode = (text: string) =>
    text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#039;' })[c]!);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      fc.pre(text.trim() !== '' && text.isWellFormed() && !text.includes('\0'));
      expect(map({ user_biography: encode(text) }).biography).toBe(text);
    }),
  );
});

test.each([
  ['NUL, which PostgreSQL stores in no text', 'a\0b', 'ab'],
  ['half a character', 'a\ud83d', 'a\ufffd'],
])('a database can store every text, also one with %s', (_what, told, text) => {
  expect(map({ user_biography: told }).biography).toBe(text);
});

test('displayName is the name that there is', () => {
  expect(map({ user_firstname: 'Ada' })).toMatchObject({ displayName: 'Ada', name: { givenName: 'Ada' } });
  expect(map({ user_lastname: 'L' }).name).toStrictEqual({ familyName: 'L' });
  expect(map({ user_name: 'ada' })).toMatchObject({ displayName: 'ada', profileUrl: 'https://net.example/ada' });
  expect(map({ user_name: '../a b' }).profileUrl).toBe('https://net.example/..%2Fa%20b');
});

test.each(['0000-00-00', '1990-00-00', '2001-02-30', '85-7-9', '1985-07-09x', 'x', '&amp;#49;985-07-09'])(
  'the birthdate %s is absent',
  (value) => {
    expect(map({ user_birthdate: value })).not.toHaveProperty('birthdate');
  },
);

test.each([
  '0000-00-00 00:00:00',
  '2024-02-30 00:00:00',
  '2024-01-15',
  '2024-01-15T12:34:56',
  '2024-1-15 12:34:56',
  'x',
])('the registration %s is absent', (value) => {
  expect(map({ user_registered: value })).not.toHaveProperty('registeredAt');
});

test('the badge is a boolean, and nothing else tells anything about the address', () => {
  expect([map({ user_verified: '1' }).badge, map({ user_verified: '0' }).badge]).toEqual([true, false]);
});

test.each([
  ['https://alice.example', 'https://alice.example'],
  ['http://例え.jp/ü', 'http://例え.jp/ü'],
  ['https://x.example/" onclick="', 'https://x.example/%22%20onclick=%22'],
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['alice.example', undefined],
  ['//alice.example', undefined],
  ['https://', undefined],
  ['https:/path', undefined],
  ['https://a.xn--xn--', undefined],
  ['https://xn--a-.example', undefined],
  ['https://xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
  ['https:path', undefined],
  ['https:\\\\evil.example', undefined],
  ['http:///evil.example', undefined],
  [' https://example.org/ ', 'https://example.org/'],
  ['https://"/', undefined],
  ['https://a"b.example/', undefined],
  ['https://[::1]:8080/', 'https://[::1]:8080/'],
  ['https://a_b.example', 'https://a_b.example'],
  ["https://example.org/o'brien", 'https://example.org/o%27brien'],
  ['https://@example.org', undefined],
])('the website %s is %s', (value, website) => {
  expect(map({ user_website: value }).website).toBe(website);
});

test.each<[string, Partial<Record<keyof UserInfo, unknown>>, string[], string | undefined]>([
  [
    'a path in the uploads folder',
    { user_picture: 'photos/a.jpg', user_cover: 'photos/c.jpg' },
    ['https://net.example/content/uploads/photos/a.jpg'],
    'https://net.example/content/uploads/photos/c.jpg',
  ],
  [
    'a CDN that only profile_picture tells',
    { user_picture: 'photos/a.jpg', user_cover: 'photos/c.jpg', profile_picture: 'https://cdn.example/u/photos/a.jpg' },
    ['https://cdn.example/u/photos/a.jpg'],
    'https://cdn.example/u/photos/c.jpg',
  ],
  [
    'a cover without a picture, on a CDN',
    {
      user_cover: 'photos/c.jpg',
      profile_picture: 'https://net.example/x.png',
      profile_cover: 'https://cdn.example/u/',
    },
    [],
    'https://cdn.example/u/photos/c.jpg',
  ],
  [
    'a folder with a slash before it, as on 2.8',
    { user_picture: 'a.jpg', profile_picture: 'https://net.example/x.jpg', profile_cover: '/https://cdn.example/u/' },
    ['https://cdn.example/u/a.jpg'],
    undefined,
  ],
  [
    'a quote in the folder, which would end an attribute',
    { user_cover: 'c.jpg', profile_cover: "https://cdn.example/u'x/" },
    [],
    'https://cdn.example/u%27x/c.jpg',
  ],
  ...[
    'https://cdn.example/u',
    'https://cdn.example/?u/',
    'https://cdn.example/#u/',
    'u/',
    'javascript:x/',
    '',
    null,
  ].map((folder): [string, Partial<Record<keyof UserInfo, unknown>>, string[], string] => [
    `a folder that is none: ${folder}`,
    { user_cover: 'c.jpg', profile_cover: folder },
    [],
    'https://net.example/content/uploads/c.jpg',
  ]),
  [
    "a placeholder of the site's theme",
    { user_picture: null, profile_picture: 'https://net.example/content/themes/default/images/blank.png' },
    [],
    undefined,
  ],
  [
    'a placeholder beside a picture',
    { user_picture: 'photos/a.jpg', profile_picture: 'https://net.example/content/themes/x.png' },
    ['https://net.example/content/uploads/photos/a.jpg'],
    undefined,
  ],
  [
    'letters beyond ASCII, and what a URL would misread',
    { user_picture: 'photos/y_&ouml; 100%#?.jpg' },
    ['https://net.example/content/uploads/photos/y_%C3%B6%20100%25%23%3F.jpg'],
    undefined,
  ],
  [
    'a colon in a name',
    { user_picture: 'photos/a:b.jpg' },
    ['https://net.example/content/uploads/photos/a%3Ab.jpg'],
    undefined,
  ],
  [
    'a cover beside a placeholder that is named like nothing',
    { user_cover: 'c.jpg', profile_picture: 'https://cdn.example/undefined' },
    [],
    'https://net.example/content/uploads/c.jpg',
  ],
  ['a way out of the folder', { user_picture: '../../etc/passwd', user_cover: './x' }, [], undefined],
  ['nothing but a slash', { user_picture: '/' }, [], undefined],
  [
    'an absolute URL',
    { user_picture: 'https://cdn.example/a.jpg', user_cover: 'javascript:alert(1)' },
    ['https://cdn.example/a.jpg'],
    undefined,
  ],
  [
    'a base that is no URL',
    { user_picture: 'photos/a.jpg', profile_picture: 'javascript:x/photos/a.jpg' },
    ['https://net.example/content/uploads/photos/a.jpg'],
    undefined,
  ],
])('pictures: %s', (_name, info, photos, cover) => {
  const profile = map(info);
  expect(profile.photos.map(({ value }) => value)).toEqual(photos);
  expect(profile.cover).toBe(cover);
});

test.each([
  ['N/A', undefined],
  ['N/V', undefined],
  ['N/D', undefined],
  [' N/A ', undefined],
  ['N/X', 'N/X'],
  ['N/AD', 'N/AD'],
  ['Other', 'Other'],
  ['Autre', 'Autre'],
  ['Fran&ccedil;aise', 'Française'],
])('the gender %j is %j', (label, gender) => {
  expect(map({ user_gender: label }).gender).toBe(gender);
});

test('the uploads folder can be told', () => {
  const cdn = defineProvider({ ...providers.pimbuzz, uploadsURL: 'https://cdn.example/u' });
  expect(map({ user_picture: 'a.jpg', profile_picture: 'https://other.example/a.jpg' }, cdn).photos).toEqual([
    { value: 'https://cdn.example/u/a.jpg' },
  ]);
});

test('no response whatever makes toProfile throw anything but a LoginWithError', () => {
  fc.assert(
    fc.property(
      fc.record({
        user_info: fc.dictionary(
          fc.constantFrom('user_id', 'user_name', 'user_picture', 'user_website', 'user_registered', 'profile_picture'),
          fc.anything(),
        ),
      }),
      (response) => {
        try {
          toProfile(response, provider, '');
        } catch (error) {
          expect(error).toBeInstanceOf(LoginWithError);
        }
      },
    ),
  );
});

test.each(['/', '&', '&#', '&amp;', '<', ' ', 'a:', '.'])('a long text of %j is read without delay', (text) => {
  const long = `${text.repeat(20_000)}x`;
  const work = () => {
    for (const key of ['user_biography', 'user_picture', 'user_website', 'user_registered', 'user_birthdate'] as const)
      map({ [key]: long, profile_picture: `https://cdn.example/${long}` });
  };
  expect(cpuTimeOf(work)).toBeLessThan(1000);
});
