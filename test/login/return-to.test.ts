import request from 'supertest';
import { findReturnTo, sanitizeReturnTo } from '../../lib/login/return-to';
import { closeAll, createApp, createStrategy, openProvider, optionsFor } from '../support/strategy-app';
import { cpuTimeOf } from '../support/cpu-time';

afterEach(closeAll);

test.each([
  '/',
  '/cart?a=1#x',
  '/a/../b',
  '/a//b',
  '/%2F%2Fevil.example',
  '/été?q=日本',
  '/a b',
  '/?to=https://evil.example',
  '/@evil.example',
  '/:80',
  `/${'x'.repeat(511)}`,
])('%j is a path of this app', (path) => {
  expect(sanitizeReturnTo(path)).toBe(path);
});

test.each([
  ['another site', 'https://evil.example'],
  ['another site without a scheme', '//evil.example'],
  ['another site with backslashes', '/\\evil.example'],
  ['another site with backslashes only', '\\\\evil.example'],
  ['another site behind a dot segment', '/.//evil.example'],
  ['another site behind two dots', '/x/..//evil.example'],
  ['another site behind an encoded dot', '/%2e//evil.example'],
  ['another site behind a tab', '/\t/evil.example'],
  ['another site behind a line break', '/\n/evil.example'],
  ['a tab at the end', '/x\t'],
  ['NUL', '/\0'],
  ['a control character beyond ASCII', '/\u0085'],
  ['no host at all', '///'],
  ['a host that cannot be one', '//['],
  ['a path without a slash', 'cart'],
  ['a query', '?a=1'],
  ['a script', 'javascript:alert(1)'],
  ['nothing', ''],
  ['a space before the slash', ' /cart'],
  ['513 characters', `/${'x'.repeat(512)}`],
  ['a list', ['/cart']],
  ['a number', 7],
  ['undefined', undefined],
  ['null', null],
])('%s is replaced by "/"', (_name, value) => {
  expect(sanitizeReturnTo(value)).toBe('/');
});

const trustedOrigins = [
  'https://spa.example',
  'http://localhost:5173',
  'https://xn--t-bga.example',
  'ftp://spa.example',
];

test.each([
  ['https://spa.example/page?a=1#/x', 'https://spa.example/page?a=1#/x'],
  ['https://spa.example', 'https://spa.example/'],
  ['https://spa.example?a=1', 'https://spa.example/?a=1'],
  ['https://spa.example#/x', 'https://spa.example/#/x'],
  ['http://localhost:5173/', 'http://localhost:5173/'],
  ['HTTPS://SPA.example:443/a/../b c', 'https://spa.example/b%20c'],
  ['https://té.example/été', 'https://xn--t-bga.example/%C3%A9t%C3%A9'],
  ['https://spa.example//evil.example', 'https://spa.example//evil.example'],
  ['https://spa.example/@evil.example', 'https://spa.example/@evil.example'],
  [`https://spa.example/${'x'.repeat(492)}`, `https://spa.example/${'x'.repeat(492)}`],
])('%j is on a trusted origin', (url, expected) => {
  expect(sanitizeReturnTo(url, { trustedOrigins })).toBe(expected);
  expect(sanitizeReturnTo(expected, { trustedOrigins })).toBe(expected);
  expect(sanitizeReturnTo(url)).toBe('/');
});

test.each([
  ['another host', 'https://evil.example/'],
  ['another scheme', 'http://spa.example/'],
  ['a scheme that no page has', 'ftp://spa.example/'],
  ['another port', 'https://spa.example:8443/'],
  ['no port', 'http://localhost/'],
  ['a host below the trusted one', 'https://evil.spa.example/'],
  ['a host that begins like the trusted one', 'https://spa.example.evil.example/'],
  ['a host that ends like the trusted one', 'https://evilspa.example/'],
  ['a dot behind the host', 'https://spa.example./'],
  ['the trusted host for a user', 'https://spa.example@evil.example/'],
  ['the trusted host for a user with a password', 'https://spa.example:443@evil.example/'],
  ['a user', 'https://me@spa.example/'],
  ['an empty user', 'https://@spa.example/'],
  ['an @ behind a backslash', 'https://spa.example\\@evil.example/'],
  ['an @ behind an encoded slash', 'https://spa.example%2F@evil.example/'],
  ['a backslash for a slash', 'https:\\\\spa.example/'],
  ['a backslash in the path', 'https://spa.example/\\evil.example'],
  ['one slash', 'https:/spa.example/'],
  ['three slashes', 'https:///spa.example/'],
  ['no slash', 'https:spa.example'],
  ['no scheme', '//spa.example/'],
  ['only the host', 'spa.example/page'],
  ['a blob', 'blob:https://spa.example/x'],
  ['a script', 'javascript://spa.example/%0Aalert(1)'],
  ['a script behind the host', 'https://spa.example:alert(1)'],
  ['a tab in the host', 'https://spa\t.example/'],
  ['a line break at the end', 'https://spa.example/\n'],
  ['a space before it', ' https://spa.example/'],
  ['513 characters', `https://spa.example/${'x'.repeat(493)}`],
  ['513 characters once it is encoded', `https://spa.example/${'x'.repeat(488)}é`],
  ['a list', ['https://spa.example/']],
])('a URL with %s is not on a trusted origin', (_name, value) => {
  expect(sanitizeReturnTo(value, { trustedOrigins })).toBe('/');
});

test.each([
  '/auth/callback',
  '/AUTH/callback/?auth_key=K',
  '/app/auth/callback',
  'https://spa.example/auth/callback?auth_key=K',
  'https://spa.example/x/../app/Auth/Callback/',
])('%s leads to the registered redirect URL', (value) => {
  for (const callbackURL of ['/auth/callback', 'https://app.example/auth/callback'])
    expect(sanitizeReturnTo(value, { callbackURL, trustedOrigins })).toBe('/');
});

test.each([
  ['/auth/callback?auth_key=abc', '/'],
  ['/Auth/Callback/?auth_key=', '/'],
  ['/callback?x=1?auth_key=abc', '/'],
  ['/callback?auth_key[]=abc', '/'],
  ['/callback?error=1', '/'],
  ['/auth/callback?resume=sealed', '/'],
  ['/app/auth/callback', '/'],
  ['/shop/app/auth/callback', '/'],
  ['/auth/callback', '/auth/callback'],
  ['/callback?a=1', '/callback?a=1'],
  ['/auth?auth_key=abc', '/'],
  ['/auth?error=1', '/auth?error=1'],
  ['/%61uth/%63allback%2F?auth%5Fkey=abc', '/'],
  ['/%zz?auth_key=abc', '/%zz?auth_key=abc'],
  ['/back?auth_key=abc', '/back?auth_key=abc'],
])('for an app with the callback https://site.example/app/auth/callback, %s becomes %s', (path, expected) => {
  expect(sanitizeReturnTo(path, { callbackURL: 'https://site.example/app/auth/callback' })).toBe(expected);
});

test.each([
  ['/auth?returnTo=/cart', '/cart'],
  ['/auth?a=1&returnTo=%2Fcart%3Fa%3D1', '/cart?a=1'],
  ['/auth?returnTo=//evil.example', '/'],
  ['/auth?returnTo=', '/'],
  ['/auth?returnTo=/first&returnTo=/second', '/first'],
  ['/auth?returnto=/cart', undefined],
  ['/auth', undefined],
])('the query of %s says %p', (url, returnTo) => {
  expect(findReturnTo(url)).toBe(returnTo);
  expect(findReturnTo(url, { trustedOrigins })).toBe(returnTo);
});

test.each([
  ['/cart?a=1#x', '/cart?a=1#x'],
  ['//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['https://SPA.example', 'https://spa.example/'],
])('a login that is to return to %s ends at %s', async (returnTo, expected) => {
  const provider = await openProvider();
  const agent = request.agent(createApp(createStrategy({ ...optionsFor(provider), trustedOrigins })));
  const start = `/auth?${new URLSearchParams({ returnTo }).toString()}`;
  const response = await provider.signIn(agent, undefined, { start });
  expect(response.body.loginWith.returnTo).toBe(expected);
  expect(response.body.authInfo).toEqual(response.body.loginWith);
});

test('a long path is checked without delay', () => {
  for (const text of ['/', '/.', '/\\', '/%2e', '/x?']) {
    const long = text.repeat(100_000);
    expect(cpuTimeOf(() => sanitizeReturnTo(`${long}x`))).toBeLessThan(1000);
    expect(cpuTimeOf(() => sanitizeReturnTo(`https:/${long}`, { trustedOrigins }))).toBeLessThan(1000);
  }
});
