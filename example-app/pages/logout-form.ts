import { html, type Markup } from 'passport-loginwith/express';

export function logoutForm(): Markup {
  return html`<form method="post" action="/auth/logout"><button class="button">Log out</button></form>`;
}
