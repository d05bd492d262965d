import { consoleTexts, namesFor } from '../../../lib/provider/console/texts.js';
import { endpoints, faultNamesOf } from '../../../lib/provider/faults/faults.js';
import { conditionNames } from '../../../lib/provider/options.js';
import { userFlags, userTexts } from '../../../lib/provider/store/users.js';

describe.each(['en', 'fr'] as const)('the words of the console (%s)', (language) => {
  const names = namesFor(language);

  test.each([
    ['states of the site', conditionNames, names.states],
    ['faults', endpoints.flatMap((endpoint) => [...faultNamesOf(endpoint)]), names.faults],
    ['fields of a person', ['id', 'username', ...userTexts, ...Object.keys(userFlags)], names.fields],
  ] as const)('are there for all %s', (_what, listed, words) => {
    expect(listed.filter((name) => !(name in words))).toEqual([]);
  });

  test('are there for every field that stops a login', () => {
    const stopping = Object.keys(userFlags).filter((name) => name !== 'verified' && name !== 'admin');
    expect(stopping.filter((name) => !(name in names.reasons))).toEqual([]);
  });
});

test('both languages have words for the same things', () => {
  const keysOf = (value: object): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'object' && inner !== null ? keysOf(inner as object).map((each) => `${key}.${each}`) : [key],
    );
  expect(keysOf(namesFor('fr'))).toEqual(keysOf(namesFor('en')));
  expect(keysOf(consoleTexts('fr'))).toEqual(keysOf(consoleTexts('en')));
});
