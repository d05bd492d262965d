import { isFetchRequest, isFormPost, isPageRequest, preferredLanguage } from '../../lib/pages/negotiation';

/** What browsers send with a navigation. */
const navigate = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('a request is for a page, or from a script, by its headers', () => {
  test.each<[string, Record<string, string>, isPage: boolean, isFetch: boolean]>([
    ['a navigation', { ...navigate, accept: html }, true, false],
    ['a navigation in an old browser', { accept: html }, true, false],
    ['a frame', { ...navigate, accept: html, 'sec-fetch-dest': 'iframe' }, false, true],
    [
      'a browser without Sec-Fetch-Dest',
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', accept: html },
      true,
      false,
    ],
    ['fetch of HTML', { ...navigate, accept: html, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, false, true],
    [
      'a picture',
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      false,
      true,
    ],
    ["Node's fetch, which sends the mode alone", { 'sec-fetch-mode': 'cors', accept: '*/*' }, false, false],
    ["Node's fetch of HTML", { 'sec-fetch-mode': 'cors', accept: 'text/html' }, true, false],
    [
      'fetch in a browser without Sec-Fetch-Dest',
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'cors', accept: html },
      false,
      true,
    ],
    ['XHR', { 'x-requested-with': 'XMLHttpRequest', accept: html }, false, true],
    ['an app in a web view', { 'x-requested-with': 'com.example.app', accept: html }, true, false],
    ['no Accept', {}, false, false],
    ['Accept: */*', { accept: '*/*' }, false, false],
    ['an empty Accept', { accept: '' }, false, false],
    ['text/html', { accept: 'text/html' }, true, false],
    ['text/*', { accept: 'text/*' }, true, false],
    ['text/html that is refused', { accept: 'text/html;q=0' }, false, false],
    ['text/html that is refused, and anything else', { accept: 'text/html;q=0,*/*' }, false, false],
    ['XHTML', { accept: 'application/xhtml+xml' }, true, false],
    ['JSON', { accept: 'application/json' }, false, true],
    ['JSON with parameters', { accept: 'application/json;charset=utf-8' }, false, true],
    ['JSON or anything', { accept: 'application/json, */*;q=0.5' }, false, true],
    ['JSON rather than HTML', { accept: 'text/html;q=0.8,application/json' }, false, true],
    ['JSON rather than HTML, with spaces', { accept: 'text/html ;  q=0.8 , application/json' }, false, true],
    ['JSON rather than HTML, with parameters', { accept: 'text/html; level=1; Q=0.8,application/json' }, false, true],
    ['HTML rather than JSON', { accept: 'application/json;q=0.8,text/html' }, true, false],
    ['JSON as soon as HTML', { accept: 'application/json,text/html' }, false, true],
    ['HTML as soon as JSON', { accept: 'text/html,application/json' }, true, false],
    ['a picture alone', { accept: 'image/png' }, false, false],
  ])('%s', (_name, headers, isPage, isFetch) => {
    expect([isPageRequest({ method: 'GET', headers }), isFetchRequest({ headers })]).toEqual([isPage, isFetch]);
    expect(isPageRequest({ method: 'HEAD', headers })).toBe(isPage);
    expect(isFormPost({ method: 'POST', headers })).toBe(isPage);
  });

  test.each(['POST', 'PUT', 'DELETE', undefined])(
    '%s is no request for a page, and only POST sends a form',
    (method) => {
      expect(isPageRequest({ method, headers: { accept: html } })).toBe(false);
      expect(isFormPost({ method, headers: { accept: html } })).toBe(method === 'POST');
    },
  );

  test('GET and HEAD send no form', () => {
    for (const method of ['GET', 'HEAD']) expect(isFormPost({ method, headers: { accept: html } })).toBe(false);
  });
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['it', 'en'],
  ['en', 'en'],
  ['fr', 'fr'],
  ['FR', 'fr'],
  ['fr-CA', 'fr'],
  ['fr-FR,fr;q=0.9,en;q=0.8', 'fr'],
  ['en-GB,fr;q=0.5', 'en'],
  ['en;q=0.5,fr;q=0.7', 'fr'],
  ['en;q=0,fr', 'fr'],
  ['fr;q=0', 'en'],
  ['fr;q=0,*', 'en'],
  ['it,fr;q=0.1', 'fr'],
  ['de-AT,fr;q=0.9', 'de'],
  ['pt-BR,fr;q=0.9', 'pt-BR'],
])('Accept-Language "%s" is %s', (language, expected) => {
  const headers = language === undefined ? {} : { 'accept-language': language };
  expect(preferredLanguage({ headers }, ['en', 'fr', 'de', 'pt-BR'])).toBe(expected);
});
