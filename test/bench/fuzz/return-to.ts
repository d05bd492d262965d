import assert from 'node:assert/strict';
import fc from 'fast-check';
import { URL as IndependentURL } from 'whatwg-url';
import { encodePath } from '../../../lib/internal/urls';
import { findReturnTo, sanitizeReturnTo } from '../../../lib/login/return-to';
import { createSubject, textOf } from './subject';

const hosts = [
  'evil.example',
  'origin.invalid',
  'app.example',
  'localhost',
  '[::1]',
  '127.0.0.1:80',
  'user:pw@evil.example',
];
const pieces = [
  ...['/', '/', '/', '//', '\\', '/\\', '.', '..', '/./', '/../', '?', '#', '@', ':', '&', '=', '%', ' '],
  ...['\t', '\n', '\r', '\0', '\x7f', '\u0085', '\u00a0', '\u00ad', '\u200b', '\u200e', '\u2028', '\ufeff'],
  ...['%09', '%0a', '%0D', '%00', '%2f', '%2F', '%5c', '%2e', '%2E%2e', '%252f', '%u002f', '%zz'],
  // Characters that are, or become, slashes, backslashes and dots elsewhere.
  ...['\u2215', '\u2044', '\uff0f', '\u29f8', '\uff3c', '\u2216', '\u3002', '\uff0e', '\u2024', 'é', '日本'],
  ...['http:', 'https:', 'http://', 'javascript:', 'data:', 'file:', 'cart', 'x'.repeat(500), ...hosts],
];
/** A developer's list; each attack above has its host or looks like it. */
const trustedOrigins = ['https://app.example', 'http://localhost:3000', 'http://[::1]', 'http://127.0.0.1'];
const beginning = fc.constantFrom('', '/', '/', '/', '//', '/\\', '/.', '/..', '/\t', '/\n', '/%2e', ' /', '\\');
const candidate = fc.tuple(beginning, textOf(pieces, 8)).map((parts) => parts.join(''));
const url = fc
  .tuple(fc.constantFrom(...trustedOrigins, 'HTTPS://app.EXAMPLE:443', 'https:', 'https://', ''), textOf(pieces, 8))
  .map((parts) => parts.join(''));

const bases = [
  'https://app.example/auth/pimbuzz/callback?auth_key=K#f',
  'http://localhost:3000/deep/er/',
  'http://origin.invalid/',
  'https://origin.invalid:8443/x',
].map((text) => new IndependentURL(text));

/** Where a browser on a page goes with a path, without a query or a fragment that is empty. */
function resolve(path: string, base: IndependentURL): string {
  const { origin, username, password, href } = new IndependentURL(path, base.href);
  assert.equal(origin, base.origin);
  assert.equal(username + password, '');
  return href.replace(/#$/, '').replace(/^([^?#]*)\?(?=#|$)/, '$1');
}

export const returnToSubjects = [
  createSubject('returnTo, any text', 250_000, candidate, (value) => {
    const path = sanitizeReturnTo(value);
    assert.ok(path === value || path === '/');
    assert.equal(sanitizeReturnTo(path), path);
    // As a careless parser reads it, which drops control characters, or takes a backslash for a slash.
    assert.match(path.replace(/\p{Cc}/gu, '').trim(), /^\/(?![/\\])/);
    assert.ok(path.length <= 512);
    if (path === '/') return;
    const location = encodePath(path);
    assert.match(location, /^\/(?![/\\])[\x21-\x7e]*$/);
    for (const base of bases) assert.equal(resolve(location, base), resolve(path, base));
  }),
  createSubject('returnTo, with trusted origins', 250_000, fc.oneof(url, candidate), (value) => {
    const target = sanitizeReturnTo(value, { trustedOrigins, callbackURL: 'https://app.example/cart' });
    assert.equal(sanitizeReturnTo(target, { trustedOrigins, callbackURL: 'https://app.example/cart' }), target);
    assert.ok(target.length <= 512);
    if (target.startsWith('/')) {
      assert.equal(sanitizeReturnTo(target), target);
      return;
    }
    const { origin, username, password, href, pathname } = new IndependentURL(target);
    assert.ok(trustedOrigins.includes(origin));
    assert.equal(username + password, '');
    assert.equal(href, target);
    assert.ok(!/\/cart\/*$/i.test(pathname));
    // No part of it is another host for a careless parser.
    assert.ok(trustedOrigins.some((trusted) => target.startsWith(`${trusted}/`)));
    assert.match(target, /^[\x21-\x5b\x5d-\x7e]+$/);
    // It was on that origin before it was normalized, too.
    assert.equal(new IndependentURL(value).href, href);
  }),
  createSubject('returnTo, trusted URLs that must pass', 20_000, fc.webPath(), (path) => {
    fc.pre(path === '' || path.startsWith('/'));
    const { href } = new IndependentURL(`https://app.example${path}`);
    fc.pre(href.length <= 512);
    assert.equal(sanitizeReturnTo(href, { trustedOrigins }), href);
  }),
  createSubject('returnTo, in a query', 50_000, candidate, (value) => {
    fc.pre(value.isWellFormed());
    assert.equal(findReturnTo(`/auth?returnTo=${encodeURIComponent(value)}`), sanitizeReturnTo(value));
    assert.equal(findReturnTo(`/auth?x=1&amp;returnTo=${encodeURIComponent(value)}&y`), sanitizeReturnTo(value));
  }),
  createSubject('returnTo, paths that must pass', 20_000, fc.webPath(), (path) => {
    fc.pre(path.startsWith('/') && !path.includes('//') && path.length <= 512 && !/\/(?:\.|%2e){1,2}\//i.test(path));
    assert.equal(sanitizeReturnTo(path), path);
  }),
];
