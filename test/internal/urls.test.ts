import { addQueryParameter, encodePath, parseURL, pathOf, trimSlashes } from '../../lib/internal/urls';
import { cpuTimeOf } from '../support/cpu-time';

test.each([
  ['/login', '/login?to=%2Fa%26b'],
  ['/login?x=1', '/login?x=1&to=%2Fa%26b'],
  ['/login#top', '/login?to=%2Fa%26b#top'],
  ['/login?x=1#top?y', '/login?x=1&to=%2Fa%26b#top?y'],
  ['https://app.example/login', 'https://app.example/login?to=%2Fa%26b'],
])('a parameter is added to %s', (url, expected) => {
  expect(addQueryParameter(url, 'to', '/a&b')).toBe(expected);
});

test.each([
  ['/a b?c d#e f', '/a%20b?c%20d#e%20f'],
  ['/été', '/%C3%A9t%C3%A9'],
  ['/%20', '/%20'],
])('%s is encoded for a header as %s', (path, expected) => {
  expect(encodePath(path)).toBe(expected);
});

test.each([
  ['/cb', '/cb'],
  ['/cb///', '/cb'],
  ['/cb?x=1/', '/cb'],
  ['/cb#x/', '/cb'],
  ['/cb?x#y\n', '/cb'],
  ['https://app.example/cb/?x', '/cb'],
  ['HTTP://app.example/cb', '/cb'],
  ['https://app.example', ''],
  ['https://app.example?x=/y', ''],
  ['https://app.example#/y', ''],
  ['/to/https://app.example/cb', '/to/https://app.example/cb'],
  ['/', ''],
])('the path of %s is %j', (url, path) => {
  expect(pathOf(url)).toBe(path);
});

test.each([
  ['', ''],
  ['///', ''],
  ['/a//b//', '/a//b'],
  ['a', 'a'],
])('%j without the slashes at its end is %j', (text, expected) => {
  expect(trimSlashes(text)).toBe(expected);
});

test.each(['/', '?', '#', 'https://'])('a long text of %j is read without delay', (text) => {
  const long = `/${text.repeat(100_000)}x`;
  const work = () => {
    pathOf(long);
    trimSlashes(long);
  };
  expect(cpuTimeOf(work)).toBeLessThan(1000);
});

describe('parseURL', () => {
  test('parses a URL, and a path with its base', () => {
    expect(parseURL('https://exämple.org/a?b')?.href).toBe('https://xn--exmple-cua.org/a?b');
    expect(parseURL('/a', 'https://app.example/b')?.href).toBe('https://app.example/a');
    expect(parseURL('/a')).toBeUndefined();
    expect(parseURL('https://')).toBeUndefined();
  });

  test('says the same however often it is asked', () => {
    let count = 0;
    for (let i = 0; i < 100_000; i += 1) if (parseURL('https://exämple.org/') !== undefined) count += 1;
    expect(count).toBe(100_000);
  });
});
