import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { LoginWithError, redactURL } from '../../../lib/errors';
import { createSubject, decodeAll, encodedAtRandom, textOf } from './subject';

const names = ['auth_key', 'access_token', 'app_secret'];
const canary = 'cAnary';
const hexCanary = 'ca11a27be0f5ec2e7ca11a27be0f5ec2';

const urlText = textOf([
  '/',
  'cb',
  '?',
  '&',
  '&amp;',
  '=',
  '#',
  ';',
  '%',
  '%25',
  '%3D',
  '%zz',
  'x',
  'auth_key',
  '[',
  ']',
  ' ',
  '\n',
  'é',
]);
const name = fc.constantFrom(...names, 'AUTH_KEY', 'Access_Token').chain(encodedAtRandom);
const brackets = fc.constantFrom('', '', '[]', '[a][b]', '%5B%5D', '%255B%255D', ' ', '%20');
const equals = fc.constantFrom('=', '=', '%3D', '%3d', '%253D', '%25253d');
const separator = fc.constantFrom('?', '&', '&amp;', '??', ';', '#', '%3F', '%26', '%253F', '%2526', '?to=%2Fcb%3F');
const secretInURL = encodedAtRandom(canary);
const url = fc.tuple(urlText, separator, name, brackets, equals, secretInURL, urlText);

/** Texts in which a secret is recognizable, as programs and servers write them. */
const written = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...names),
      fc.constantFrom('=', ': ', ' = ', '%3D', '="', "='", '":"', '": "', "': '", '[]=', ':'),
    )
    .map(([key, sign]) => `${key}${sign}${canary}`),
  fc.constant(hexCanary),
  fc.constant(hexCanary.toUpperCase()),
);
const around = textOf([
  ' ',
  '"',
  '{',
  '}',
  ',',
  '\n',
  ';',
  '&',
  '(',
  ')',
  'error',
  'at line 1',
  '?',
  '[',
  ']',
  'é',
  '\0',
]);
// Whatever stands before, the name begins a word of its own.
const message = fc
  .tuple(
    around,
    fc.constantFrom(' ', '"', '{', '?', '&', '\n', "'"),
    written,
    fc.constantFrom('', ' ', '"', '&', '}', ';'),
    around,
  )
  .map((parts) => parts.join(''));

/** Makes what programs throw, and what only an attacker would. Functions, because fast-check looks into values. */
const cause: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.tuple(message, message, message, message).map(([text, stack, name, code]) => () => ({
    ...{ name, message: text, stack, code, secret: canary },
  })),
  message.map((text) => () => Object.assign(new Error(text), { request: text, cause: new Error(text) })),
  message.map((text) => () => text),
  fc.constantFrom('message', 'stack', 'name', 'code').map((key) => () => Object.defineProperty({}, key, { get: fail })),
  fc.constantFrom('get', 'has', 'getPrototypeOf', 'ownKeys').map((trap) => () => new Proxy({}, { [trap]: fail })),
  fc.constantFrom(
    revokedProxy,
    circular,
    () => () => canary,
    () => Symbol('x'),
    () => Object.create(null) as unknown,
  ),
  fc.constant(() => ({ toString: fail, message: { toString: fail } })),
  fc.anything().map((value) => () => value),
);

export const errorSubjects = [
  createSubject('redactURL, a secret anywhere', 150_000, url, (parts) => {
    assert.doesNotMatch(decodeAll(redactURL(parts.join(''))), /canary/i);
  }),
  createSubject('redactURL, URLs without a secret', 50_000, urlText, (text) => {
    const harmless =
      decodeAll(text).replaceAll(/auth_key/gi, '') === decodeAll(text) ? text : text.replaceAll(/[=%]/g, '');
    assert.equal(redactURL(harmless), harmless);
  }),
  createSubject(
    'LoginWithError, any message and cause',
    150_000,
    fc.tuple(message, message, cause),
    ([text, hint, reason]) => {
      const error = new LoginWithError(text, { code: 'timeout', stage: 'authorize', hint, cause: reason() });
      const shown = [
        error.message,
        error.stack,
        error.hint,
        String(error),
        JSON.stringify(error),
        inspect(error, { depth: 9, showHidden: true }),
      ];
      assert.doesNotMatch(shown.join('\n'), /canary|ca11a27be0f5ec2e7ca11a27be0f5ec2/i);
    },
  ),
];

function fail(): never {
  throw new Error(canary);
}

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function circular(): unknown {
  const error: Error = new Error('circular');
  error.cause = error;
  return error;
}
