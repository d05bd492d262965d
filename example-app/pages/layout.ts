import { html, type Markup } from 'passport-loginwith/express';

/** A whole HTML document around a page's content. */
export function renderPage(title: string, main: Markup): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} – Example app</title>
      <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href="/style.css" />
    </head>
    <body>
      <a class="skip" href="#main">Skip to the content</a>
      <header><a class="brand" href="/">Example app</a></header>
      <main id="main" tabindex="-1">${main}</main>
      <footer>
        <p>An example of “Log in with …”, made with Express and Passport.</p>
      </footer>
    </body>
  </html>`;
  return `<!doctype html>\n${page.markup}\n`;
}
