import { loadOnce } from './load-once.js';

/** Markup that is already safe to send; only {@link html} makes it, and other objects of this shape are escaped. */
export interface Markup {
  readonly markup: string;
}

/** Marks what {@link html} has made, also of another copy of this module. No query and no JSON of a visitor has it. */
const mark = Symbol.for('passport-loginwith markup');

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
  return trustMarkup(String.raw({ raw: parts }, ...values.map(render)));
}

/** Makes markup of text as it is, such as our own style. */
export function trustMarkup(markup: string): Markup {
  return Object.defineProperty({ markup }, mark, { value: true });
}

/** Apps without TypeScript pass anything. */
function render(value: Placeholder): string {
  if (value === null || value === undefined || value === false) return '';
  if (isMarkup(value)) return value.markup;
  return isList(value) ? value.map(render).join('') : loadEscape().escapeUTF8(String(value));
}

function isMarkup(value: Placeholder): value is Markup {
  return typeof value === 'object' && value !== null && mark in value;
}

function isList(value: Placeholder): value is readonly Markup[] {
  return Array.isArray(value);
}

/** Not when the app starts, because most of its requests need no page of ours. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadEscape = loadOnce(() => require('entities/escape') as typeof import('entities/escape'));
