import { html } from 'passport-loginwith/express';
import { renderCard } from './layout.js';
import type { Page, Texts } from './texts.js';

/** A page that says one thing, and leads away. */
export function messagePage(page: Page, message: keyof Texts['messages']): string {
  const { title, text } = page.texts.messages[message];
  const home = html`<p class="actions"><a class="button" href="/">${page.texts.home}</a></p>`;
  return renderCard(
    page,
    title,
    html`<p>${text}</p>
      ${home}`,
  );
}
