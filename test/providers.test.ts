import { LoginWithClient, defineProvider, providers, type Provider } from 'passport-loginwith';
import { findProvider } from '../lib/providers';

const define = (changes: object): Provider => defineProvider({ name: 'x', baseURL: 'https://x.example', ...changes });

test('a definition is completed, trimmed and frozen', () => {
  const provider = defineProvider({
    name: 'x',
    baseURL: 'https://X.example:443/in/a/folder//',
    uploadsURL: 'https://cdn.example/u/',
    authorizeMethod: 'POST',
  });
  expect(provider).toStrictEqual({
    name: 'x',
    displayName: 'x',
    baseURL: 'https://x.example/in/a/folder',
    uploadsURL: 'https://cdn.example/u',
    authorizeMethod: 'POST',
  });
  expect(Object.isFrozen(provider)).toBe(true);
});

test('a definition needs only a name and a base URL', () => {
  expect(define({ displayName: 'X & Co', uploadsURL: undefined })).toStrictEqual({
    name: 'x',
    displayName: 'X & Co',
    baseURL: 'https://x.example',
    authorizeMethod: 'auto',
  });
});

test('all mistakes are listed at once', () => {
  const wrong = { name: '', baseURL: 'x', displayName: ' ', uploadsURL: 'y', authorizeMethod: 'PUT', base: 1 };
  expect(() => define(wrong)).toThrow(TypeError);
  expect(() => define(wrong)).toThrow(
    /^defineProvider: "name".*; "baseURL".*; "uploadsURL".*; "displayName".*; "authorizeMethod".*; "base" is not known$/,
  );
});

test.each<[string, object, string]>([
  ['a name with a space', { name: 'a b' }, '"name" must be letters'],
  ['a name that begins with a dot', { name: '.a' }, '"name" must be letters'],
  ['a name that ends with a slash', { name: 'a/' }, '"name" must be letters'],
  ['a number as name', { name: 7 }, '"name" must be letters'],
  ['a number as displayName', { displayName: 7 }, '"displayName" must be'],
  ['a relative base URL', { baseURL: '/x' }, '"baseURL" must be an absolute URL'],
  ['an object as base URL', { baseURL: new URL('https://x.example') }, '"baseURL" must be an absolute URL'],
  ['another scheme', { baseURL: 'ftp://x.example' }, '"baseURL" must start with https://'],
  ['a user name', { baseURL: 'https://a@x.example' }, '"baseURL" must not contain a user name'],
  ['a password', { baseURL: 'https://:b@x.example' }, '"baseURL" must not contain a user name'],
  ['a query', { baseURL: 'https://x.example/?x' }, '"baseURL" must not have a query'],
  ['a fragment', { baseURL: 'https://x.example/#x' }, '"baseURL" must not have a query'],
  ['http in the uploads URL', { uploadsURL: 'http://cdn.example' }, '"uploadsURL" must start with https://, because'],
  ['a method in lower case', { authorizeMethod: 'get' }, '"authorizeMethod" must be one of auto, GET, POST'],
])('%s is refused', (_name, changes, message) => {
  expect(() => define(changes)).toThrow(`defineProvider: ${message}`);
});

test.each(['a', '7', 'A', 'a.b_c-D', 'look-loox'])('a name may be %s', (name) => {
  expect(define({ name }).name).toBe(name);
});

describe('http goes only to this machine', () => {
  test.each([
    'http://localhost:4000',
    'http://app.localhost',
    'http://a.b.localhost',
    'http://127.0.0.1',
    'http://127.10.200.255:80',
    'http://[::1]:4000',
    'http://2130706433',
  ])('%s is allowed', (baseURL) => {
    expect(() => define({ baseURL })).not.toThrow();
  });

  test.each([
    'http://127.evil.example',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.evil',
    'http://1127.0.0.1.x',
    'http://localhost.evil.example',
    'http://evillocalhost',
    'http://.localhost.evil.example',
    'http://localhosts',
    'http://xlocalhost',
    'http://128.0.0.1',
    'http://192.168.0.1',
    'http://[::2]',
    'http://[2001:db8::1]',
    'http://0.0.0.0',
  ])('%s is refused', (baseURL) => {
    expect(() => define({ baseURL })).toThrow('"baseURL" must start with https://, because the secret is sent there');
  });
});

test('the known providers are there, frozen', () => {
  expect(providers.pimbuzz).toStrictEqual({
    name: 'pimbuzz',
    displayName: 'Pimbuzz',
    baseURL: 'https://pimbuzz.com',
    authorizeMethod: 'auto',
  });
  expect(providers.lookloox).toMatchObject({ displayName: 'Look Loox', baseURL: 'https://lookloox.com' });
  expect(Object.isFrozen(providers) && Object.isFrozen(providers.pimbuzz)).toBe(true);
});

describe('the option "provider"', () => {
  test.each([
    ['pimbuzz', providers.pimbuzz],
    ['lookloox', providers.lookloox],
    [
      'https://x.example:8443/',
      { name: 'x.example:8443', displayName: 'x.example:8443', baseURL: 'https://x.example:8443' },
    ],
    [
      'https://x.example/a/folder/',
      { name: 'x.example/a/folder', displayName: 'x.example', baseURL: 'https://x.example/a/folder' },
    ],
    [
      { name: 'pimbuzz', baseURL: 'https://x.example/' },
      { name: 'pimbuzz', displayName: 'Pimbuzz', baseURL: 'https://x.example' },
    ],
    [
      { name: 'own', baseURL: 'https://x.example/' },
      { name: 'own', baseURL: 'https://x.example' },
    ],
  ])('may be %j', (option, provider) => {
    expect(findProvider(option)).toMatchObject(provider);
  });

  test.each<[unknown, string]>([
    [undefined, '"provider" is missing'],
    [null, '"provider" is not usable'],
    [7, '"provider" is not usable'],
    [{}, '"provider" is not usable'],
    [{ name: 'x' }, '"provider" is not usable'],
    [{ baseURL: 'https://x.example' }, '"provider" is not usable'],
    ['pimbus', '"provider" "pimbus" is not known'],
    ['toString', '"provider" "toString" is not known'],
    ['https://', '"provider" must be an absolute URL'],
    ['http://x.example', '"provider" must start with https://, because'],
    [{ name: '', baseURL: 'https://x.example' }, 'defineProvider: "name"'],
  ])('may not be %j', (option, message) => {
    expect(() => findProvider(option)).toThrow(TypeError);
    expect(() => findProvider(option)).toThrow(message);
    const options = { provider: option as string, appId: '1', appSecret: 's' };
    expect(() => new LoginWithClient(options)).toThrow(message);
  });
});
