import { inspect } from 'node:util';
import { LoginWithClient, LoginWithStrategy, Strategy, defineProvider, type StrategyOptions } from 'passport-loginwith';
import { closeAll, openServer, returnProfile } from './support/strategy-app';

const good: StrategyOptions = {
  provider: 'pimbuzz',
  appId: '122414611439820',
  appSecret: '86f655717e90e66194b9a9d13a2b391b',
};
const make = (options: unknown) =>
  new LoginWithStrategy(options as typeof good & { passReqToCallback?: false }, returnProfile);
const client = (options: unknown) => new LoginWithClient(options as typeof good);

test.each([
  ['pimbuzz', 'pimbuzz', 'https://pimbuzz.com/api/oauth?app_id=122414611439820'],
  ['lookloox', 'lookloox', 'https://lookloox.com/api/oauth?app_id=122414611439820'],
  ['https://social.example/', 'loginwith', 'https://social.example/api/oauth?app_id=122414611439820'],
  [
    'https://social.example/in/a/folder//',
    'loginwith',
    'https://social.example/in/a/folder/api/oauth?app_id=122414611439820',
  ],
  ['http://localhost:4000', 'loginwith', 'http://localhost:4000/api/oauth?app_id=122414611439820'],
  ['http://[::1]:4000', 'loginwith', 'http://[::1]:4000/api/oauth?app_id=122414611439820'],
  [
    defineProvider({ name: 'mine', baseURL: 'https://mine.example' }),
    'mine',
    'https://mine.example/api/oauth?app_id=122414611439820',
  ],
])('provider %j gives the name %s and the start', (provider, name, url) => {
  const strategy = make({ ...good, provider });
  expect(strategy.name).toBe(name);
  expect(strategy.client.authorizeURL()).toBe(url);
});

test('the name can be chosen, and Strategy is the same class', () => {
  expect(make({ ...good, name: 'buzz' }).name).toBe('buzz');
  expect(Strategy).toBe(LoginWithStrategy);
});

test('two sites are two providers, so that one id does not mean two users: the name, else host and path', async () => {
  const { url } = await openServer((req, res) => {
    res.end(req.url?.includes('authorize') ? '{"access_token":"t"}' : '{"user_info":{"user_id":"7"}}');
  });
  for (const [options, provider] of [
    [{ provider: url }, new URL(url).host],
    [{ provider: `${url}/a` }, `${new URL(url).host}/a`],
    [{ provider: url, name: 'here' }, 'here'],
    [{ provider: defineProvider({ name: 'mine', baseURL: url }) }, 'mine'],
    [{ provider: defineProvider({ name: 'mine', baseURL: url }), name: 'here' }, 'here'],
  ] as const) {
    const strategy = make({ ...good, ...options });
    expect((await strategy.client.exchange('key')).profile.provider).toBe(provider);
    await strategy.client.close();
  }
  await closeAll();
});

test.each<[string, object, RegExp]>([
  ['no provider', { provider: undefined }, /"provider" is missing/],
  ['an unknown provider', { provider: 'pimbus' }, /"provider" "pimbus" is not known/],
  ['a provider that is no provider', { provider: 7 }, /"provider" is not usable/],
  ['http to another machine', { provider: 'http://social.example' }, /"provider" must start with https:\/\/, because/],
  ['another scheme', { provider: 'ftp://social.example' }, /must start with https:\/\//],
  ['a password in the URL', { provider: 'https://a:b@social.example' }, /must not contain a user name or a password/],
  ['a query in the URL', { provider: 'https://social.example/?x' }, /must not have a query/],
  [
    'no appId',
    { appId: undefined },
    /"appId" is missing.*environment variable.*or start the app with "npx passport-loginwith provider -- node/,
  ],
  ['an empty appSecret', { appSecret: '' }, /"appSecret" is missing/],
  ['a number as appId', { appId: 122 }, /"appId" must be a string/],
  ['a line break in appSecret', { appSecret: 'canary\n' }, /"appSecret" has a space or a line break/],
  ['a bad name', { name: 'a b' }, /"name" must be/],
  ['a bad callbackURL', { callbackURL: 'callback' }, /"callbackURL" must be the registered redirect URL/],
  ['a relative callbackURL', { callbackURL: 'auth/callback' }, /"callbackURL" must be the registered redirect URL/],
  ['a callbackURL without a scheme', { callbackURL: '//app.example' }, /"callbackURL" must be/],
  ['a callbackURL of an app', { callbackURL: 'myapp://callback' }, /"callbackURL" must be/],
  ['a callbackURL without a host', { callbackURL: 'https:///' }, /"callbackURL" must be/],
  ['a callbackURL that cannot be parsed', { callbackURL: 'https://[/' }, /"callbackURL" must be/],
  ['a URL object as callbackURL', { callbackURL: new URL('https://app.example') }, /"callbackURL" must be/],
  ['a callbackURL with a fragment', { callbackURL: 'https://app.example/cb#x' }, /"callbackURL" .* has a "#"/],
  ['a timeout of 0', { timeout: 0 }, /"timeout" must be/],
  ['a text as timeout', { timeout: '1000' }, /"timeout" must be/],
  ['a dispatcher that is none', { dispatcher: {} }, /"dispatcher" must be an undici Dispatcher/],
  ['attempts without take', { attempts: { begin() {} } }, /"attempts" must be an object with the methods/],
  ['a text as passReqToCallback', { passReqToCallback: 'yes' }, /"passReqToCallback" must be true or false/],
  [
    'a misspelled option',
    { callbackUrl: 'https://app.example/cb' },
    /"callbackUrl" is not an option: did you mean "callbackURL"\?/,
  ],
  ['an option of other strategies', { clientID: 'x' }, /"clientID" is not an option: use "appId"/],
  ['what the protocol has not', { scope: 'email' }, /"scope" is not an option: the protocol has none/],
  ['nonsense', { bananas: 1 }, /"bananas" is not an option: the options are provider, appId/],
])('%s is refused, by the name of the option', (_name, options, message) => {
  expect(() => make({ ...good, ...options })).toThrow(TypeError);
  expect(() => make({ ...good, ...options })).toThrow(message);
});

test('all mistakes are told at once', () => {
  expect(() => make({ provider: 'x', appID: '1', timeout: -1 })).toThrow(
    /^LoginWithStrategy: .*"appSecret" is missing.*"provider".*"appId" is missing.*"timeout".*"appID" is not an option: did you mean "appId"\?/,
  );
});

test('no message shows the secret', () => {
  expect(() => make({ ...good, appSecret: 'canary secret' })).toThrow(expect.not.stringContaining('canary') as Error);
  expect(() => make({ ...good, appSecret: 'canary secret' })).toThrow(/appSecret/);
});

test.each([undefined, null, 'x'])('options that are %p are refused', (options) => {
  expect(() => make(options)).toThrow(/needs an options object/);
  expect(() => client(options)).toThrow(/LoginWithClient needs an options object/);
});

test('a missing verify is refused', () => {
  expect(() => new LoginWithStrategy(good as typeof good & { passReqToCallback: false }, undefined as never)).toThrow(
    /second argument/,
  );
});

test("the client refuses the strategy's options", () => {
  expect(() => client({ ...good, callbackURL: '/x' })).toThrow(/LoginWithClient: "callbackURL" is not an option/);
});

test.each(['/', '/auth/callback', 'http://app.example/cb', 'HTTPS://app.example', 'https://app.example/cb?x=1'])(
  'callbackURL may be %s',
  (callbackURL) => {
    expect(make({ ...good, callbackURL }).name).toBe('pimbuzz');
  },
);

test('neither inspection nor serialization of a strategy or a client shows the secret', () => {
  for (const object of [make(good), client(good)]) {
    expect(inspect(object, { depth: 20, showHidden: true })).not.toContain(good.appSecret);
    expect(JSON.stringify(object)).not.toContain(good.appSecret);
  }
});
