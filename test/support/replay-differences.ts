import type { Exchange } from './replay';

interface Difference {
  scenario: RegExp;
  reason: string;
  isMeant?: (exchange: Exchange) => boolean;
}

/** The requests of `requests.json` with another response here. Node refuses the bytes of them all. */
const differences: readonly Difference[] = [
  { scenario: /^authorize method FOO,/, reason: 'a method that no client sends' },
  { scenario: /^authorize method get,/, reason: 'a method in lower case, which no client sends' },
  { scenario: /^get_user_info method FOO$/, reason: 'a method that no client sends' },
  { scenario: /^oauth method FOO,/, reason: 'a method that no client sends' },
  { scenario: /^path \/api\/é$/, reason: 'a path beyond ASCII, which every client percent-encodes' },
  {
    scenario: /^authorize app_secret=é$/,
    reason: 'a query beyond ASCII, which every client percent-encodes',
    isMeant: ({ authorizeMethod }) => authorizeMethod === 'GET',
  },
];

/** Why the local provider responds otherwise than recorded; undefined where it does not. */
export function differenceOf(exchange: Exchange): string | undefined {
  const { scenario } = exchange;
  return differences.find((each) => each.scenario.test(scenario) && each.isMeant?.(exchange) !== false)?.reason;
}
