import { html, trustMarkup, type Markup } from '../internal/html.js';
import { providerMark } from './mark.js';
import { loginPageStyle, pageStyle } from './style.js';
import type { Locale } from './texts.js';

/** What every page gets. */
export interface PageContext {
  /** The language that the browser prefers, of those that the pages have. */
  locale: Locale;
  /** For `<style nonce="…">`: browsers apply no other style on these pages. They need no script of their own. */
  nonce: string;
  /** Whose page it is. */
  brand: PageBrand;
}

/** The option `brand`, with addresses as the browser must request them. */
export interface PageBrand {
  name: string | undefined;
  logo: string | undefined;
  home: string;
}

/** What a page says. */
export interface PageContent {
  title: string;
  /** Names of providers, for their marks above the title. */
  marks?: readonly string[];
  body: Markup;
  /** Whether the body leads to the start page. If not, a link below it does. */
  hasWayHome?: boolean;
  /** More for the document's head. */
  head?: Markup;
}

/**
 * Writes a whole page: the brand, a card, and the way home.
 *
 * @param homeText the link to the start page
 * @param brandStyle added to our style
 */
export function renderPage(page: PageContext, content: PageContent, homeText: string, brandStyle: string): string {
  const { locale, nonce, brand } = page;
  const { title, marks = [], body, hasWayHome = false, head } = content;
  const document = html`<html lang="${locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <link rel="icon" href="data:," />
      ${head}
      <title>${title}${brand.name !== undefined && ` – ${brand.name}`}</title>
      <style nonce="${nonce}">
        ${trustMarkup(pageStyle + loginPageStyle + brandStyle)}
      </style>
    </head>
    <body class="login" dir="${isRightToLeft(locale) ? 'rtl' : 'ltr'}">
      ${pageHeader(brand, homeText)}
      <main>
        <div class="card">
          ${marks.length > 0 && html`<div class="marks">${marks.map((name) => providerMark(name, 40))}</div>`}
          <h1>${title}</h1>
          ${body}
        </div>
      </main>
      ${!hasWayHome && html`<footer><a href="${brand.home}">${homeText}</a></footer>`}
    </body>
  </html>`;
  return `<!doctype html>\n${document.markup}`;
}

function pageHeader({ name, logo, home }: PageBrand, homeText: string): Markup | undefined {
  if (name === undefined && logo === undefined) return undefined;
  const picture =
    logo !== undefined &&
    html`<img src="${logo}" alt="${name === undefined ? homeText : ''}" referrerpolicy="no-referrer" />`;
  return html`<header>
    <a class="brand" href="${home}">${picture}${name}</a>
  </header>`;
}

/** Whether a language is written from right to left. */
function isRightToLeft(locale: Locale): boolean {
  return /^(?:ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)(?:-|$)/.test(locale);
}
