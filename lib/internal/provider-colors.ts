/** The colours of the known providers' marks, by name. White letters on each have a contrast of at least 4.5 to 1. */
const knownColors = new Map([
  ['pimbuzz', '#a8430a'],
  ['lookloox', '#6a3fb5'],
]);

/**
 * Returns the colour of a provider's mark, in light and in dark pages.
 *
 * @param name its name or its display name: "lookloox" and "Look Loox" are the same
 */
export function providerColor(name: string): string {
  return knownColors.get(name.toLowerCase().replace(/\s/g, '')) ?? '#565d6b';
}
