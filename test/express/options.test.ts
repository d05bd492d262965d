import { Passport } from 'passport';
import { loginWith, type LoginWithOptions } from 'passport-loginwith/express';

const pimbuzz = { provider: 'pimbuzz', appId: '1', appSecret: 'b0b5ec12' };
const onLogin = () => undefined;

/** What is wrong, as JavaScript may give it. */
const refuse = (options: unknown) => () => loginWith(options as LoginWithOptions);

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
  ['a base path', { basePath: 'auth' }, /"basePath" must be a path such as \/auth/],
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
  expect(refuse(given)).toThrow(TypeError);
  expect(refuse(given)).toThrow(message);
});

test('all mistakes are listed at once, and none of the secrets', () => {
  const secret = { ...pimbuzz, appId: '' };
  const message = catchMessage(refuse({ providers: [secret], basePath: 7, session: 1, keepAccessToken: 'x' }));
  for (const name of ['providers[0]', 'appId', 'basePath', 'session', 'keepAccessToken'])
    expect(message).toContain(`"${name}"`);
  expect(message).not.toContain(pimbuzz.appSecret);
});

test('the callback of an app that is mounted somewhere is right', () => {
  const callbackURL = 'https://x.example/shop/auth/pimbuzz/callback';
  expect(refuse({ providers: [{ ...pimbuzz, callbackURL }] })).not.toThrow();
});

function catchMessage(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return '';
}
