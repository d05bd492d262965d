import fc from 'fast-check';

export interface FuzzSubject {
  name: string;
  /** In a full run. */
  cases: number;
  property: fc.IRawProperty<unknown>;
}

/** A subject whose `check` throws if the input is not treated as it must be. */
export function createSubject<T>(
  name: string,
  cases: number,
  input: fc.Arbitrary<T>,
  check: (value: T) => void,
): FuzzSubject {
  return { name, cases, property: fc.property(input, check) };
}

/** Texts that are put together from the given pieces, and from what fast-check makes up. */
export function textOf(pieces: readonly string[], maxLength = 12): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    // Half of a character.
    { weight: 1, arbitrary: fc.constantFrom('\ud83d', '\ude00') },
  );
  return fc.array(piece, { maxLength, size: 'max' }).map((parts) => parts.join(''));
}

/** A text with some of its characters percent-encoded, some of them several times over. */
export function encodedAtRandom(text: string): fc.Arbitrary<string> {
  return fc.array(fc.nat(4), { minLength: text.length, maxLength: text.length }).map((depths) =>
    Array.from(text, (character, index) => {
      // Half of the characters stay as they are.
      const depth = Math.max(0, (depths[index] ?? 0) - 2);
      const code = character.charCodeAt(0).toString(16).padStart(2, '0');
      return depth === 0 ? character : `%${'25'.repeat(depth - 1)}${code}`;
    }).join(''),
  );
}

/** Undoes percent-encoding as often as it was done, without the parser's rules. */
export function decodeAll(text: string): string {
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  }
  return text;
}
