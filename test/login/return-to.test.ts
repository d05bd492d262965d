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

test.each([
  ['/auth/callback?auth_key=abc', '/'],
  ['/Auth/Callback/?auth_key=', '/'],
  ['/callback?x=1?auth_key=abc', '/'],
  ['/callback?auth_key[]=abc', '/'],
  ['/callback?error=1', '/'],
  ['/app/auth/callback', '/'],
  ['/shop/app/auth/callback', '/'],
  ['/auth/callback', '/auth/callback'],
  ['/callback?a=1', '/callback?a=1'],
  ['/back?auth_key=abc', '/back?auth_key=abc'],
])('for an app with the callback https://site.example/app/auth/callback, %s becomes %s', (path, expected) => {
  expect(sanitizeReturnTo(path, 'https://site.example/app/auth/callback')).toBe(expected);
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
});

test.each([
  ['/cart?a=1#x', '/cart?a=1#x'],
  ['//evil.example', '/'],
])('a login that is to return to %s ends at %s', async (returnTo, expected) => {
  const provider = await openProvider();
  const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
  const start = `/auth?${new URLSearchParams({ returnTo }).toString()}`;
  const response = await provider.signIn(agent, undefined, { start });
  expect(response.body.loginWith.returnTo).toBe(expected);
  expect(response.body.authInfo).toEqual(response.body.loginWith);
});

test('a long path is checked without delay', () => {
  for (const text of ['/', '/.', '/\\', '/%2e', '/x?']) {
    const long = text.repeat(100_000);
    expect(cpuTimeOf(() => sanitizeReturnTo(`${long}x`))).toBeLessThan(1000);
  }
});
