import { escapeUTF8 } from 'entities/escape';

/** Markup that is safe to send; only {@link html} makes it. */
export interface Markup {
  readonly markup: string;
}

type Placeholder = string | number | Markup | readonly Markup[] | undefined | false;

/** A template that escapes the text in its placeholders, for element content and for double-quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: Placeholder[]): Markup {
  return { markup: String.raw({ raw: parts }, ...values.map(render)) };
}

function render(value: Placeholder): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
  return escapeUTF8(String(value));
}
