import { classifyRequest, findParameter, type RequestKind, type RequestLine } from '../../lib/login/request';
import { cpuTimeOf } from '../support/cpu-time';

const get = (url: string, headers: RequestLine['headers'] = {}): RequestLine => ({ method: 'GET', url, headers });
const classify = (url: string, callbackURL?: string) => classifyRequest(get(url), callbackURL);

describe('a request that nobody sees', () => {
  test.each<[string, RequestLine]>([
    ['HEAD', { ...get('/callback?auth_key=k'), method: 'HEAD' }],
    ['Sec-Purpose', get('/callback?auth_key=k', { 'sec-purpose': 'prefetch;prerender' })],
    ['Sec-Purpose of Safari', get('/callback?auth_key=k', { 'sec-purpose': 'preview' })],
    ['Purpose', get('/callback?auth_key=k', { purpose: 'prefetch' })],
    ['Purpose in capitals', get('/callback?auth_key=k', { purpose: 'PREFETCH' })],
    ['X-Purpose', get('/callback?auth_key=k', { 'x-purpose': 'preview' })],
    ['X-Moz', get('/callback?auth_key=k', { 'x-moz': 'prefetch' })],
    ['a header that is there twice', get('/callback?auth_key=k', { purpose: ['x', 'prerender'] })],
  ])('is a prefetch: %s', (_name, request) => {
    expect(classifyRequest(request, undefined)).toEqual({ type: 'prefetch' });
  });

  test.each(['prefetched', 'noprefetch', ''])('is none for Purpose: %s', (purpose) => {
    expect(classifyRequest(get('/auth', { purpose }), undefined)).toEqual({ type: 'start' });
  });
});

describe('the key', () => {
  test.each([
    ['/cb?auth_key=K', 'K'],
    ['/cb?x=1&auth_key=K&y=2', 'K'],
    ['/cb?x=1?auth_key=K', 'K'],
    ['/cb??auth_key=K', 'K'],
    ['/cb?x=1&amp;y=2?auth_key=K', 'K'],
    ['/cb?x=1&amp;auth_key=K', 'K'],
    ['/cb?auth%5Fkey=K', 'K'],
    ['/cb?auth_key=%4B', 'K'],
    ['/cb?auth_key=K#x?auth_key=other', 'K'],
    ['https://app.example/cb?auth_key=K', 'K'],
    ['/cb?auth_key=aA0_-', 'aA0_-'],
    [`/cb?auth_key=${'a'.repeat(128)}`, 'a'.repeat(128)],
  ])('is found in %s', (url, authKey) => {
    expect(classify(url)).toEqual({ type: 'callback', authKey });
  });

  test.each([
    ['/cb?auth_key=a&auth_key=a', 'is given more than once'],
    ['/cb?x=1?auth_key=a&auth_key=b', 'is given more than once'],
    ['/cb?auth_key=a&auth_key[]=b', 'is given more than once'],
    ['/cb?auth_key[]=a', 'is a list'],
    ['/cb?auth_key%5Bx%5D=a', 'is a list'],
    ['/cb?auth_key=', 'is empty'],
    ['/cb?auth_key', 'is empty'],
    [`/cb?auth_key=${'a'.repeat(129)}`, 'is longer than 128 characters'],
    ['/cb?auth_key=a%00', 'has invalid characters'],
    ['/cb?auth_key=%20a', 'has invalid characters'],
    ['/cb?auth_key=a+', 'has invalid characters'],
    ['/cb?auth_key=a=', 'has invalid characters'],
    ['/cb?auth_key=é', 'has invalid characters'],
    ['/cb?auth_key=%zz', 'has invalid characters'],
  ])('of %s is refused because it %s', (url, reason) => {
    expect(classify(url)).toEqual({ type: 'malformed', reason });
  });

  test.each([
    '/auth',
    '/auth?',
    '/auth&auth_key=a',
    '/auth&auth_key=a?x',
    '/auth?xauth_key=a',
    '/auth?auth_keys=a',
    '/auth#auth_key=a',
    '/auth?x#?auth_key=a',
  ])('is not in %s, which is a start', (url) => expect(classify(url)).toEqual({ type: 'start' }));
});

test.each<[string, string | undefined, RequestKind['type']]>([
  ['/cb?error=access_denied', undefined, 'denied'],
  ['/cb?denied', undefined, 'denied'],
  ['/cb?x=error', undefined, 'start'],
  ['/cb?error=1&auth_key=K', undefined, 'callback'],
  ['/cb', 'https://app.example/cb', 'keyless'],
  ['/cb/', 'https://app.example/cb?x=1', 'keyless'],
  ['/cb?x=1', '/cb/', 'keyless'],
  ['/', 'https://app.example', 'keyless'],
  ['/auth', 'https://app.example/cb', 'start'],
  ['/cb', undefined, 'start'],
])('%s with callbackURL %s is %s', (url, callbackURL, type) => {
  expect(classify(url, callbackURL).type).toBe(type);
});

test.each([
  ['/x?a=1', 'a', '1'],
  ['/x?a=1&a=2', 'a', '1'],
  ['/x?a=b+c%20d', 'a', 'b c d'],
  ['/x?a=b=c', 'a', 'b=c'],
  ['/x?a', 'a', ''],
  ['/x?=1', '', '1'],
  ['/x?', '', undefined],
  ['/x?b=1', 'a', undefined],
  ['/a=1', 'a', undefined],
])('in %s the parameter %j is %j', (url, parameter, value) => {
  expect(findParameter(url, parameter)).toBe(value);
});

test.each(['/', '?', '&', '&amp;', '#', '%', '=', 'a', '\n'])('a long query of %j is read without delay', (text) => {
  const long = text.repeat(100_000);
  expect(cpuTimeOf(() => classify(`/cb?${long}x`, `/${long}x`))).toBeLessThan(1000);
});
