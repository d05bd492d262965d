import { providerColor } from '../../../lib/internal/provider-colors.js';
import { createStyleSheet } from '../../../lib/provider/pages/index.js';

describe.each(['pimbuzz', 'lookloox', 'example'])('the colours of %s', (slug) => {
  const [light, dark] = createStyleSheet(slug).split('@media (prefers-color-scheme: dark)') as [string, string];
  const pairs = [
    ...['page', 'card', 'sunken'].flatMap((ground) => [
      ['text', ground],
      ['muted', ground],
      ['accent', ground],
    ]),
    ['on-accent', 'accent'],
    ['accent', 'soft'],
    ['good', 'page'],
    ['good', 'card'],
    ['bad', 'page'],
    ['bad', 'card'],
    ['text', 'bad-soft'],
    ['accent', 'bad-soft'],
    ['bad', 'bad-soft'],
    ['warn-text', 'warn-soft'],
  ];

  test.each([
    ['light', light],
    ['dark', dark],
  ])('keep a contrast of 4.5 to 1 for text, and 3 to 1 for the edges of fields (%s)', (_scheme, css) => {
    for (const [text = '', ground = ''] of pairs) {
      expect({ text, ground, enough: contrast(css, text, ground) >= 4.5 }).toEqual({ text, ground, enough: true });
    }
    expect(contrast(css, 'field', 'card')).toBeGreaterThanOrEqual(3);
    expect(contrast(css, 'field', 'page')).toBeGreaterThanOrEqual(3);
  });
});

test.each(['pimbuzz', 'lookloox'])('%s has the colour that its mark has in apps', (slug) => {
  expect(createStyleSheet(slug)).toContain(`--accent: ${providerColor(slug)};`);
});

function contrast(css: string, one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(css, one), luminance(css, other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(css: string, name: string): number {
  const [, hex = ''] = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(css) ?? [];
  const [red = NaN, green = NaN, blue = NaN] = (hex.match(/../g) ?? []).map((pair) => {
    const channel = parseInt(pair, 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
