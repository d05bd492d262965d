import { html, type Markup } from 'passport-loginwith/express';
import type { Page } from './texts.js';

/** A page with a title and a body on one card. */
export function renderCard(page: Page, title: string, body: Markup): string {
  return renderPage(
    page,
    title,
    html`<div class="card">
      <h1>${title}</h1>
      ${body}
    </div>`,
  );
}

/** A whole HTML document around a page's content, in the look of the pages of `loginWith()`. */
export function renderPage(page: Page, title: string, main: Markup): string {
  const { locale, texts, isLoggedIn, done } = page;
  const notice = Object.entries(texts.done).find(([name]) => name === done)?.[1];
  const document = html`<html lang="${locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} – Example app</title>
      <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href="/style.css" />
    </head>
    <body${!isLoggedIn && html` class="narrow"`}>
      <a class="skip" href="#main">${texts.skip}</a>
      <header>
        <a class="brand" href="/"><img src="/icon.svg" alt="" width="32" height="32" />Example app</a>
        ${
          isLoggedIn &&
          html`<nav>
            <a href="/me">${texts.yourPage}</a>
            <a href="/account">${texts.account}</a>
            <form method="post" action="/auth/logout"><button class="button">${texts.logOut}</button></form>
          </nav>`
        }
      </header>
      <main id="main" tabindex="-1">
        ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`} ${main}
      </main>
      <footer><p>${texts.about}</p></footer>
    </body>
  </html>`;
  return `<!doctype html>\n${document.markup}\n`;
}
