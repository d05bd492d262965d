import { runInNewContext } from 'node:vm';
import { omitUndefined } from '../../lib/internal/omit-undefined';
import { errorCodeOf, errorText, isError } from '../../lib/internal/unknown-error';

const foreignError: unknown = runInNewContext(`Object.assign(new TypeError('foreign'), { code: 'E_X' })`);

test.each([
  [new Error('x'), true],
  [Object.create(Error.prototype), true],
  [foreignError, true],
  [{ message: 'x' }, false],
  ['x', false],
  [null, false],
])('%p is an Error: %p', (value, expected) => {
  expect(isError(value)).toBe(expected);
});

test.each([
  [new Error('x'), 'x'],
  [foreignError, 'foreign'],
  [{ message: 7 }, '7'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [7, '7'],
])('the text of %p is %p', (value, expected) => {
  expect(errorText(value)).toBe(expected);
});

test.each([
  [foreignError, 'E_X'],
  [{ code: 'ENOENT' }, 'ENOENT'],
  [{ code: 7 }, undefined],
  [new Error('x'), undefined],
  ['a text', undefined],
  [null, undefined],
  [undefined, undefined],
])('the code of %p is %p', (value, expected) => {
  expect(errorCodeOf(value)).toBe(expected);
});

test('only entries that are undefined are left out', () => {
  expect(Object.keys(omitUndefined({ a: undefined, b: null, c: 0, d: '', e: false }))).toEqual(['b', 'c', 'd', 'e']);
});
