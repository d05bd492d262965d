import {
  hasMethods,
  isBoolean,
  isFunction,
  isObject,
  isPositiveInteger,
  parseOptions,
  type OptionReader,
} from '../../lib/internal/option-readers';

const names = ['timeout', 'callbackURL', 'limits'];
const parse = <T extends object>(options: unknown, read: (reader: OptionReader) => T, hints?: Record<string, string>) =>
  parseOptions({ caller: 'create', names, example: '{ timeout }', ...(hints && { hints }) }, options, read);
const readTimeout = (reader: OptionReader) => ({
  timeout: reader.read('timeout', isPositiveInteger, 'a whole number'),
});

test('what was read is frozen', () => {
  const settings = parse({ timeout: 5 }, readTimeout);
  expect(settings).toEqual({ timeout: 5 });
  expect(Object.isFrozen(settings)).toBe(true);
  expect(parse({}, readTimeout)).toEqual({ timeout: undefined });
});

test.each([undefined, null, 'x', 7, [], () => undefined])('%p is no object of options', (options) => {
  expect(() => parse(options, readTimeout)).toThrow(new TypeError('create needs an options object: { timeout }'));
});

test('all mistakes are reported at once, and an option that is refused is undefined', () => {
  let read: unknown;
  const options = { timeout: -1, callbackUrl: 'x', bananas: 1 };
  const parseAll = () =>
    parse(options, (reader) => {
      reader.reject('"callbackURL" is wrong');
      read = readTimeout(reader);
      return {};
    });
  expect(parseAll).toThrow(TypeError);
  expect(parseAll).toThrow(
    'create: "callbackURL" is wrong; "timeout" must be a whole number; ' +
      '"callbackUrl" is not an option: did you mean "callbackURL"?; ' +
      '"bananas" is not an option: the options are timeout, callbackURL, limits',
  );
  expect(read).toEqual({ timeout: undefined });
});

test.each([
  ['timeOut', 'did you mean "timeout"?'],
  ['timout', 'did you mean "timeout"?'],
  ['ttimeout', 'did you mean "timeout"?'],
  ['tmieout', 'did you mean "timeout"?'],
  ['xxxtimeout', 'the options are timeout'],
  ['limit', 'did you mean "limits"?'],
  ['limis', 'did you mean "limits"?'],
  ['limxyz', 'the options are timeout'],
  ['limxy', 'the options are timeout'],
  ['limxys', 'did you mean "limits"?'],
  ['callbackURI', 'did you mean "callbackURL"?'],
  ['callURL', 'the options are timeout'],
  ['callbaURL', 'did you mean "callbackURL"?'],
  ['clbckURL', 'did you mean "callbackURL"?'],
  ['x', 'the options are timeout'],
  ['redirectURI', 'use "callbackURL"'],
])('who writes %s is told: %s', (name, hint) => {
  expect(() => parse({ [name]: 1 }, () => ({}), { redirecturi: 'use "callbackURL"' })).toThrow(
    `create: "${name}" is not an option: ${hint}`,
  );
});

test('the nearest of several names is suggested', () => {
  const parseBoth = () =>
    parseOptions(
      { caller: 'create', names: ['abcdx', 'abcde', 'abcyy'], example: '{}' },
      { abcdf: 1, abcdee: 1 },
      () => ({}),
    );
  expect(parseBoth).toThrow(/"abcdf" is not an option: did you mean "abcdx"\?; .*did you mean "abcde"\?$/);
});

describe('an object of further options', () => {
  const readLimits = (reader: OptionReader) => {
    const inner = reader.readObject('limits', ['limit', 'windowMs'], '{ limit: 10 }');
    return { limit: inner.read('limit', isPositiveInteger, 'a whole number'), given: inner.given };
  };

  test('is read like the object around it', () => {
    expect(parse({ limits: { limit: 3 } }, readLimits)).toEqual({ limit: 3, given: { limit: 3 } });
    expect(parse({}, readLimits)).toEqual({ limit: undefined, given: {} });
  });

  test.each([
    [{ limit: 0 }, '"limits.limit" must be a whole number'],
    [{ windowms: 1 }, '"limits.windowms" is not an option: did you mean "windowMs"?'],
    ['x', '"limits" must be an object such as { limit: 10 }'],
    [[], '"limits" must be an object such as { limit: 10 }'],
    [null, '"limits" must be an object such as { limit: 10 }'],
  ])('%j is a mistake: %s', (limits, message) => {
    expect(() => parse({ limits }, readLimits)).toThrow(`create: ${message}`);
  });
});

test.each([
  [1, true],
  [2 ** 31 - 1, true],
  [2 ** 31, false],
  [0, false],
  [-1, false],
  [1.5, false],
  [NaN, false],
  [Infinity, false],
  ['1', false],
  [undefined, false],
])('%p is a whole number that a timer can hold: %p', (value, expected) => {
  expect(isPositiveInteger(value)).toBe(expected);
});

test('other checks', () => {
  const stream = Object.assign(Object.create({ pipe: () => undefined }), { end: () => undefined, size: 1 }) as unknown;
  expect([{}, [], null, 'x', () => undefined].map(isObject)).toEqual([true, false, false, false, false]);
  expect([true, false, 0, undefined].map(isBoolean)).toEqual([true, true, false, false]);
  expect([() => undefined, Map, {}].map(isFunction)).toEqual([true, true, false]);
  expect([hasMethods(stream, 'pipe', 'end'), hasMethods(stream), hasMethods(stream, 'pipe', 'size')]).toEqual([
    true,
    true,
    false,
  ]);
  expect([null, undefined, 'text', () => undefined].map((value) => hasMethods(value, 'toString'))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
