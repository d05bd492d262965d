import { html, type Markup } from '../internal/html.js';
import { providerColor } from '../internal/provider-colors.js';

/**
 * A provider's mark: the first letter of its name, in its colour. It stands beside the name, so screen readers skip it.
 */
export function providerMark(displayName: string, size = 28): Markup {
  // A letter may be more than one UTF-16 unit.
  const letter = Array.from(displayName.trim())[0]?.toLocaleUpperCase() ?? '';
  return html`<svg viewBox="0 0 32 32" width="${size}" height="${size}" aria-hidden="true">
    <circle cx="16" cy="16" r="16" fill="${providerColor(displayName)}" />
    <text x="16" y="16" dy="0.36em" fill="#fff" font-size="17" font-weight="600" text-anchor="middle">${letter}</text>
  </svg>`;
}
