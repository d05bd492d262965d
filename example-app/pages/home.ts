import { html, type LoginWith } from 'passport-loginwith/express';
import type { Site } from '../app.js';
import { renderCard } from './layout.js';
import type { Page } from './texts.js';

/** Where visitors log in. */
export function homePage(page: Page, sites: readonly Site[], { button }: Pick<LoginWith, 'button'>): string {
  const { login } = page.texts;
  const buttons = sites.map(({ provider }) => html`<li>${button(provider.name, { locale: page.locale })}</li>`);
  const local = sites.filter(({ isLocal }) => isLocal).map(({ provider }) => provider.displayName);
  return renderCard(
    page,
    login.title,
    html`<p>${login.text}</p>
      <ul class="choices">
        ${buttons}
      </ul>
      ${local.length > 0 && html`<p class="small">${login.local(new Intl.ListFormat(page.locale).format(local))}</p>`}`,
  );
}
