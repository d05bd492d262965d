import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createTestCookie } from '../attempt-cookies';
import type { FuzzSubject } from './subject';

const own = createTestCookie('own');
const foreign = createTestCookie('foreign');

/** How a sealed value is changed; `other` is one that was sealed for another attempt or by another app. */
type Change = (sealed: string, other: string) => string;

const index = fc.nat(400);
const bytes = fc.string({ unit: fc.constantFrom(...'ABCxyz019-_=+/.~%" é\0'), minLength: 1, maxLength: 6 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(index, bytes).map(
    ([at, text]): Change =>
      (sealed) =>
        sealed.slice(0, at) + text + sealed.slice(at + text.length),
  ),
  fc.tuple(index, bytes).map(
    ([at, text]): Change =>
      (sealed) =>
        sealed.slice(0, at) + text + sealed.slice(at),
  ),
  fc.tuple(index, index).map(
    ([from, to]): Change =>
      (sealed) =>
        sealed.slice(0, from) + sealed.slice(from + to),
  ),
  index.map(
    (at): Change =>
      (sealed, other) =>
        sealed.slice(0, at) + other.slice(at),
  ),
  fc.constant<Change>((sealed, other) => sealed + other),
  fc.constant<Change>((_sealed, other) => other),
  fc.constant<Change>((sealed) => sealed + sealed),
  fc.constant<Change>((sealed) => Buffer.from(sealed, 'base64url').toString('base64')),
  fc.constant<Change>((sealed) => Buffer.from(sealed, 'base64url').toString('hex')),
  fc.constant<Change>((sealed) => sealed.toLowerCase()),
  fc.string({ unit: 'binary', maxLength: 200 }).map(
    (text): Change =>
      () =>
        text,
  ),
);

/** A value as the `cookie` package hands it out. */
function decoded(value: string): string {
  const trimmed = value.split(';')[0]?.replace(/^[ \t]+|[ \t]+$/g, '') ?? '';
  const unquoted = /^"(.*)"$/s.exec(trimmed)?.[1] ?? trimmed;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return unquoted;
  }
}

const nameAndValue = (header: string): [name: string, value: string] => [
  header.slice(0, header.indexOf('=')),
  header.slice(header.indexOf('=') + 1),
];
const path = fc.string({ maxLength: 500 });

export const cookieSubjects: FuzzSubject[] = [
  {
    name: 'attempt cookie, changed',
    cases: 100_000,
    property: fc.asyncProperty(path, path, change, fc.boolean(), async (one, two, edit, isForeign) => {
      const header = await own.seal(`/${one}`);
      const [name, sealed] = nameAndValue(header);
      const [, other] = nameAndValue(await foreign.seal(`/${two}`));
      assert.equal(await own.opens(header), true);
      const changed = edit(sealed, isForeign ? other : sealed);
      fc.pre(decoded(changed) !== sealed);
      assert.equal(await own.opens(`${name}=${changed}`), false);
    }),
  },
  {
    name: 'attempt cookie, among others',
    cases: 20_000,
    property: fc.asyncProperty(
      path,
      fc.array(fc.tuple(fc.boolean(), bytes), { maxLength: 6 }),
      fc.nat(6),
      async (returnTo, others, at) => {
        const header = await own.seal(`/${returnTo}`);
        const [name] = nameAndValue(header);
        const pairs = others.map(
          ([isSameName, value]) => `${isSameName ? name : 'x'}=${value.replaceAll(/["; ]/g, '')}`,
        );
        pairs.splice(Math.min(at, pairs.length), 0, header);
        // A cookie of the same name can come from another path or a parent domain.
        assert.equal(await own.opens(pairs.join('; ')), true);
      },
    ),
  },
];
