import { Passport } from 'passport';
import type { LoginWithOptions } from 'passport-loginwith/express';
import { closeSites, createAuth } from '../support/express-site';

const pimbuzz = { provider: 'pimbuzz', appId: '1', appSecret: 'b0b5ec12' };
const onLogin = () => undefined;
const verify = onLogin;

/** Another site on which the user with the number 1 would be the user 1 of Pimbuzz. */
const identities: [what: string, second: object][] = [
  ['by "name"', { provider: 'https://evil.example', name: 'pimbuzz' }],
  ['by "name" in other letters', { provider: 'https://evil.example', name: 'PimBuzz' }],
  ['of a definition', { provider: { name: 'pimbuzz', baseURL: 'https://evil.example' } }],
  ['by "name" over a definition', { provider: { name: 'x', baseURL: 'https://evil.example' }, name: 'Pimbuzz' }],
];

afterEach(closeSites);

/** Options as JavaScript may give them. */
const create = (options: unknown) => () => createAuth(options as LoginWithOptions);

test.each([
  ['nothing', undefined, /^loginWith needs an options object: \{ providers: /],
  ['no providers', {}, /"providers" must be a list/],
  ['an empty list', { providers: [] }, /"providers" must be a list/],
  [
    'a name that is nearly right',
    { succesRedirect: '/x' },
    /"succesRedirect" is not an option: did you mean "successRedirect"\?/,
  ],
  [
    'a wrong provider',
    { providers: [pimbuzz, { provider: 'x', appId: 1 }] },
    /"providers\[1\]": .*"x" is not known.*"appSecret" is missing.*"appId" must be a string|"providers\[1\]"/,
  ],
  ['no provider at all', { providers: ['pimbuzz'] }, /"providers\[0\]": needs an options object/],
  [
    'a name twice but for its case',
    { providers: [pimbuzz, { ...pimbuzz, name: 'Pimbuzz' }] },
    /"login" of provider "pimbuzz" and "login" of provider "Pimbuzz" are both on \/pimbuzz; give one another/,
  ],
  [
    'a provider with the name of a path',
    { providers: [pimbuzz, { ...pimbuzz, name: 'Choose' }] },
    /"choose" and "login" of provider "Choose" are both on \/choose/,
  ],
  [
    'one path for two routes',
    { paths: { renew: '/:name/Link' } },
    /"renew" of provider "pimbuzz" and "link" of provider "pimbuzz" are both on \/pimbuzz\/link/,
  ],
  [
    'one path for two routes, but for a slash',
    { paths: { login: '/go/:name/', choose: '/Go/pimbuzz' } },
    /"choose" and "login" of provider "pimbuzz" are both on \/go\/pimbuzz/,
  ],
  [
    'a name twice',
    { providers: [pimbuzz, pimbuzz] },
    /"login" of provider "pimbuzz" and "login" of provider "pimbuzz" are both on/,
  ],
  [
    'passReqToCallback',
    { providers: [{ ...pimbuzz, passReqToCallback: true }] },
    /"providers\[0\]": "passReqToCallback".*"onLogin"/,
  ],
  [
    'another callback',
    { providers: [{ ...pimbuzz, callbackURL: 'https://x.example/cb' }] },
    /"callbackURL" does not end with \/auth\/pimbuzz\/callback/,
  ],
  ...[
    ['short', 'x'.repeat(31)],
    ['no text', 7],
    ['an empty list', []],
    ['a list with a short one', ['x'.repeat(32), 'x']],
  ].flatMap(([what, cookieSecret]): [string, object, RegExp][] => [
    [`a cookieSecret that is ${String(what)}`, { cookieSecret }, /"cookieSecret" must be 32 or more random characters/],
    [
      `a cookieSecret of a provider that is ${String(what)}`,
      { providers: [{ ...pimbuzz, cookieSecret }] },
      /"providers\[0\]": "cookieSecret" must be 32 or more random characters/,
    ],
  ]),
  [
    'a cookieSecret that is the app secret',
    { cookieSecret: 'a'.repeat(32), providers: [{ ...pimbuzz, appSecret: 'a'.repeat(32) }] },
    /"cookieSecret" is the appSecret, which can be guessed/,
  ],
  ...identities.map(([what, second]): [string, object, RegExp] => [
    `two sites with one identity, ${what}`,
    { providers: [pimbuzz, { ...pimbuzz, ...second }], paths: { login: '/:name/in' } },
    /https:\/\/pimbuzz\.com and https:\/\/.* are both called "pimbuzz", so that user 1 of the one would be user 1/i,
  ]),
  ['a base path', { basePath: 'auth' }, /"basePath" must be a path such as \/auth/],
  ['a base path with a name', { basePath: '/auth/:name' }, /"basePath" must be a path such as \/auth/],
  ['a base path elsewhere', { basePath: '//x.example' }, /"basePath" must be a path such as \/auth/],
  ['a base path with a query', { basePath: '/auth?' }, /"basePath" must be a path such as \/auth/],
  ['paths', { paths: 'x' }, /"paths" must be an object/],
  ['a path of nothing', { paths: { signin: '/x' } }, /"paths.signin" is not an option: the options are login/],
  ['a path elsewhere', { paths: { logout: '//x' } }, /"paths.logout" must be a path/],
  ['a path without a name', { paths: { callback: '/cb' } }, /"paths.callback" must have ":name" in it/],
  ['a path with a name', { paths: { logout: '/:name/out' } }, /"paths.logout" must not have ":name" in it/],
  ['a function', { verify: 'x' }, /"verify" must be a function/],
  ['verify alone', { verify: onLogin }, /"serialize" and "deserialize" are missing/],
  ['serializers alone', { serialize: String }, /"serialize" and "deserialize" are for the users of "verify"/],
  ['Passport', { passport: {}, verify: onLogin }, /"passport" must be the app's Passport/],
  ['Passport alone', { passport: new Passport() }, /"verify" is missing/],
  [
    'serializers twice',
    { passport: new Passport(), verify: onLogin, serialize: String },
    /"serialize" is not used with "passport"/,
  ],
  ['a word for session', { session: 'no' }, /"session" must be true or false/],
  ['no session and no onLogin', { session: false }, /"onLogin" is missing/],
  ['no session and onLink', { session: false, onLogin, onLink: onLogin }, /"onLink" needs a session/],
  ['the user property of no Passport', { userProperty: 'account' }, /"userProperty" is the one that "passport" uses/],
  [
    'an empty user property',
    { passport: new Passport(), verify, userProperty: '' },
    /"userProperty" must be the name of a property of the request/,
  ],
  ['verify without serialize', { verify, deserialize: String }, /"serialize" and "deserialize" are missing/],
  ['verify without deserialize', { verify, serialize: String }, /"serialize" and "deserialize" are missing/],
  ['deserialize alone', { deserialize: String }, /"serialize" and "deserialize" are for the users of "verify"/],
  [
    'deserialize with Passport',
    { passport: new Passport(), verify, deserialize: String },
    /"deserialize" is not used with "passport"/,
  ],
  ['half a Passport', { passport: { initialize: onLogin }, verify }, /"passport" must be the app's Passport/],
  ...['passport', 'serialize', 'deserialize', 'keepAccessToken', 'keepSession', 'onLink'].map(
    (name): [string, object, RegExp] => [
      `"${name}" without sessions`,
      { session: false, onLogin, [name]: name === 'keepAccessToken' ? true : onLogin },
      new RegExp(`"${name}" needs a session, and "session" is false`),
    ],
  ),
  ['a list of no keys', { keepSession: ['cart', 7] }, /"keepSession" must be a list of keys/],
  ['a word for keepAccessToken', { keepAccessToken: 'yes' }, /"keepAccessToken" must be true or false/],
  ['origins that are no list', { trustedOrigins: 'https://x.example' }, /"trustedOrigins" must be a list of origins/],
  ['an origin that is no URL', { trustedOrigins: ['x.example'] }, /"trustedOrigins" must be a list of origins/],
  ['a window of no time', { limits: { windowMs: 0.5 } }, /"limits.windowMs" must be a whole number above 0/],
  ['an overall limit in words', { limits: { overallLimit: '9' } }, /"limits.overallLimit" must be a whole number/],
  ['a redirect to nowhere', { logoutRedirect: '' }, /"logoutRedirect" must be a path/],
  ['a redirect to a relative path', { successRedirect: 'welcome' }, /"successRedirect" must be a path/],
  ['a redirect that browsers read as another site', { successRedirect: '/\\x.example' }, /must be a path/],
  ['a redirect to no host', { successRedirect: 'https:///x' }, /"successRedirect" must be a path/],
  ['a redirect that is no URL', { successRedirect: 'https://[x' }, /"successRedirect" must be a path/],
  ['a redirect that is a number', { failureRedirect: 7 }, /"failureRedirect" must be a path/],
  ...['serialize', 'deserialize', 'onLogin', 'onLogout', 'onLink', 'onError'].map((name): [string, object, RegExp] => [
    `${name} that is text`,
    { [name]: 'x' },
    new RegExp(`"${name}" must be a function`),
  ]),
  ['a key to keep', { keepSession: 'cart' }, /"keepSession" must be a list of keys/],
  ['an origin with a path', { trustedOrigins: ['https://x.example/'] }, /"trustedOrigins" must be a list of origins/],
  ['a redirect elsewhere', { successRedirect: '//x.example' }, /"successRedirect" must be a path/],
  ['a redirect to a script', { failureRedirect: 'javascript:x' }, /"failureRedirect" must be a path/],
  ['limits', { limits: 3 }, /"limits" must be an object/],
  ['a limit of nothing', { limits: { perIP: 3 } }, /"limits.perIP" is not an option: the options are limit/],
  ['no attempts', { limits: { limit: 0 } }, /"limits.limit" must be a whole number/],
  [
    'half a store',
    { limits: { store: { increment: onLogin } } },
    /"limits.store" must be a store .* with get\(key\) and increment\(key\)/,
  ],
  ['templates', { templates: 'x' }, /"templates" must be an object such as /],
  ['a template of nothing', { templates: { home: onLogin } }, /"templates.home" is not an option/],
  ['a template that is text', { templates: { start: '<p>' } }, /"templates.start" must be a function/],
])('%s is refused by name', (_name, options, message) => {
  const given =
    options !== undefined && !('providers' in options) && _name !== 'no providers'
      ? { providers: [pimbuzz], ...options }
      : options;
  expect(create(given)).toThrow(TypeError);
  expect(create(given)).toThrow(message);
});

test('a provider with a mistake is reported once, without the name of the strategy', () => {
  expect(catchMessage(create({ providers: [{ ...pimbuzz, appId: '' }] }))).toMatch(
    /^TypeError: loginWith: "providers\[0\]": "appId" is missing; [^;]*$/,
  );
  expect(catchMessage(create({ providers: 'pimbuzz' }))).toMatch(
    /^TypeError: loginWith: "providers" must be a list with one \{ provider, appId, appSecret \} per provider$/,
  );
});

test('all mistakes are listed at once, and none of the secrets', () => {
  const secret = { ...pimbuzz, appId: '' };
  const message = catchMessage(create({ providers: [secret], basePath: 7, session: 1, keepAccessToken: 'x' }));
  for (const name of ['providers[0]', 'appId', 'basePath', 'session', 'keepAccessToken'])
    expect(message).toContain(`"${name}"`);
  expect(message).not.toContain(pimbuzz.appSecret);
});

test.each<[string, object]>([
  [
    'the callback of an app that is mounted somewhere',
    { providers: [{ ...pimbuzz, callbackURL: 'https://x.example/shop/auth/pimbuzz/callback' }] },
  ],
  [
    'a callback with a slash at the end',
    {
      providers: [{ ...pimbuzz, callbackURL: 'https://x.example/auth/back/pimbuzz/' }],
      paths: { callback: '/back/:name/' },
    },
  ],
  ['the root as base path', { basePath: '/' }],
  ['every character of a path', { basePath: '/a-b_c.d~e/F9' }],
  ['options that are undefined', { paths: { login: undefined }, limits: { limit: undefined }, verify: undefined }],
  ['no sessions and no token', { session: false, onLogin, keepAccessToken: false }],
  ['verify with its serializers', { verify, serialize: String, deserialize: String }],
  ['keys of the session', { keepSession: ['cart'] }],
  ['origins', { trustedOrigins: ['https://x.example', 'http://localhost:3000'] }],
  ['the user property of Passport', { passport: new Passport(), verify, userProperty: 'account' }],
  ['redirects to other sites', { successRedirect: 'HTTPS://x.example', failureRedirect: 'http://x.example/in?a=1' }],
  ['a redirect to a page', { logoutRedirect: '/bye#now' }],
])('accepts %s', (_name, options) => {
  expect(create({ providers: [pimbuzz], ...options })).not.toThrow();
});

function catchMessage(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return '';
}
