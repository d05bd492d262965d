import { loadOnce } from './load-once.js';

/** Markup that is already safe to send; only {@link html} makes it. */
export interface Markup {
  readonly markup: string;
}

/** Text is escaped; markup and lists of markup are not; `null`, `undefined` and `false` print nothing. */
export type Placeholder = string | number | Markup | readonly Markup[] | null | undefined | false;

/**
 * A template that escapes the text in its placeholders, for element content and for double-quoted attributes.
 *
 * @example
 * const failure: Templates['failure'] = ({ code, href }) =>
 *   html`<p>That did not work (${code}). <a href="${href}">Try again</a></p>`.markup;
 */
export function html(parts: TemplateStringsArray, ...values: Placeholder[]): Markup {
  return { markup: String.raw({ raw: parts }, ...values.map(render)) };
}

function render(value: Placeholder): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return loadEscape().escapeUTF8(String(value));
  if ('markup' in value) return value.markup;
  return value.map((item) => item.markup).join('');
}

/** Not when the app starts, because most of its requests need no page of ours. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadEscape = loadOnce(() => require('entities/escape') as typeof import('entities/escape'));
