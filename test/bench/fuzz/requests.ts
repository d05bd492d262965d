import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classifyRequest, type RequestLine } from '../../../lib/login/request';
import { createSubject, decodeAll, textOf } from './subject';

const url = textOf([
  ...['/', 'cb', '?', '&', '&amp;', '=', '#', ';', '+', '[', ']', 'K', 'a0_-', 'x'.repeat(129), 'é'],
  ...['auth_key', 'auth%5Fkey', 'auth%255Fkey', 'auth_key=K', 'auth_key[]=K', 'AUTH_KEY', 'error', 'denied'],
  ...['%', '%zz', '%00', '%26', '%3D', '%3Fauth_key%3DK', '%F0%9F', 'returnTo=/', 'https://app.example', '//', '\n'],
]);
const header = fc.option(fc.oneof(textOf(['prefetch', 'preview', ';', ',', ' ']), fc.array(fc.string())), {
  nil: undefined,
  freq: 1,
});
const request: fc.Arbitrary<RequestLine> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'get', ''),
  url,
  headers: fc.oneof(
    { weight: 9, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.record({ 'sec-purpose': header, purpose: header, 'x-moz': header, 'x-purpose': header }),
    },
  ),
});

/** A parameter, and how it is written. */
const parameter = fc.record({
  name: fc.constantFrom('auth_key', 'auth_key', 'auth_key[]', 'auth_key[x]', 'x', 'auth_keys', 'error', 'denied', ''),
  value: fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/),
    fc.constantFrom('', 'a b', 'K\0', 'é', 'a&b', 'a=b', 'a?auth_key=b', 'a#b', 'x'.repeat(129)),
  ),
  separator: fc.constantFrom('&', '&amp;', '?', '&&', '?&'),
  isEncoded: fc.boolean(),
});
const query = fc.array(parameter, { maxLength: 5 });

type Parameter = typeof parameter extends fc.Arbitrary<infer T> ? T : never;

function write(parameters: Parameter[]): string {
  const encode = (text: string, isEncoded: boolean) =>
    isEncoded
      ? Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
      : encodeURIComponent(text);
  const parts = parameters.map(({ name, value, separator, isEncoded }, index) => {
    const pair = `${isEncoded ? encode(name, true) : name}=${encode(value, isEncoded)}`;
    return (index === 0 ? '' : separator) + pair;
  });
  return `/cb?${parts.join('')}`;
}

/** What the parameters mean, told without reading a URL. */
function expectedKind(parameters: Parameter[]): { type: string; authKey?: string } {
  const keys = parameters.filter(({ name }) => name.startsWith('auth_key') && name !== 'auth_keys');
  const [key] = keys;
  if (key !== undefined) {
    const isGood = keys.length === 1 && key.name === 'auth_key' && /^[A-Za-z0-9_-]{1,128}$/.test(key.value);
    return isGood ? { type: 'callback', authKey: key.value } : { type: 'malformed' };
  }
  return { type: parameters.some(({ name }) => name === 'error' || name === 'denied') ? 'denied' : 'keyless' };
}

export const requestSubjects = [
  createSubject(
    'classifyRequest, any request',
    200_000,
    fc.tuple(request, fc.option(url, { nil: undefined })),
    ([line, callbackURL]) => {
      const kind = classifyRequest(line, callbackURL);
      assert.equal(kind.type === 'prefetch' || line.method !== 'HEAD', true);
      if (kind.type !== 'callback') return;
      assert.match(kind.authKey, /^[A-Za-z0-9_-]{1,128}$/);
      assert.ok(decodeAll(line.url).includes(kind.authKey));
    },
  ),
  createSubject('classifyRequest, known parameters', 100_000, query, (parameters) => {
    const kind = classifyRequest({ method: 'GET', url: write(parameters), headers: {} }, 'https://app.example/cb');
    const expected = expectedKind(parameters);
    assert.equal(kind.type, expected.type);
    if (kind.type === 'callback') assert.equal(kind.authKey, expected.authKey);
  }),
];
