import { html, type Locale, type Markup } from 'passport-loginwith/express';
import type { Texts } from './texts.js';

/** `1985-07-09` → `9 July 1985`. */
export function day(date: string, locale: Locale): Markup {
  return time(date, locale, { dateStyle: 'long' });
}

/** `15 Jan 2024, 12:34 UTC`: pages without a script cannot know the reader's time zone. */
export function moment(date: Date, locale: Locale): Markup {
  return html`${time(date.toISOString(), locale, { dateStyle: 'medium', timeStyle: 'short' })} UTC`;
}

function time(iso: string, locale: Locale, style: Intl.DateTimeFormatOptions): Markup {
  const format = new Intl.DateTimeFormat(locale === 'fr' ? 'fr' : 'en-GB', { ...style, timeZone: 'UTC' });
  // As it is written in French.
  const text = format.format(new Date(iso)).replace(/^1(?= \p{L})/u, locale === 'fr' ? '1er' : '1');
  return html`<time datetime="${iso}">${text}</time>`;
}

/** Users choose these links: they get no credit with search engines, no handle on this window, and must be http(s). */
export function link(url: string, text = url): Markup {
  if (!/^https?:\/\//i.test(url)) return html`<bdi>${text}</bdi>`;
  return html`<a href="${url}" rel="noopener nofollow ugc"><bdi>${text}</bdi></a>`;
}

/** `Chrome on Android`, roughly: most browsers say that they are others, too. */
export function browserName(userAgent: string, { accounts }: Texts): string {
  const find = (names: Record<string, RegExp>) => Object.entries(names).find(([, sign]) => sign.test(userAgent))?.[0];
  const browser = find({
    Edge: /Edg/,
    Opera: /OPR/,
    Firefox: /Firefox|FxiOS/,
    Chrome: /Chrome|CriOS/,
    Safari: /Safari/,
  });
  const system = find({
    Android: /Android/,
    iOS: /iP(?:hone|ad)/,
    Windows: /Windows/,
    macOS: /Mac OS/,
    Linux: /Linux/,
  });
  return system === undefined ? (browser ?? accounts.browser) : accounts.on(browser ?? accounts.browser, system);
}
