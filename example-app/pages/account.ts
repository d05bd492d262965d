import { html, type Markup } from 'passport-loginwith/express';
import type { Login } from '../logins.js';
import type { Identity, User } from '../users.js';
import { browserName, moment } from './formats.js';
import { renderCard } from './layout.js';
import { nameOf } from './person.js';
import type { Page } from './texts.js';

/** How a user logs in, and where. */
export function accountPage(
  page: Page,
  { identities }: User,
  providers: readonly string[],
  places: readonly Login[],
): string {
  const { accounts, deletion } = page.texts;
  const isOnly = identities.length === 1;
  const missing = providers.filter((name) => identities.every(({ provider }) => provider !== name));
  return renderCard(
    page,
    accounts.title,
    html`<h2>${accounts.ways}</h2>
      <p>${isOnly ? accounts.only : accounts.same}</p>
      <ul class="rows">
        ${identities.map((identity) => row(nameOf(identity), accounts.at(page.displayNameOf(identity.provider)), !isOnly && removal(page, identity)))}
      </ul>
      ${missing.length > 0 && html`<p class="actions">${missing.map((name) => addition(page, name))}</p>`}
      <h2>${accounts.places}</h2>
      <ul class="rows">
        ${places.map(({ browser, begunAt, isHere }) => row(browserName(browser, page.texts), isHere ? accounts.here : '', since(page, begunAt)))}
      </ul>
      ${places.length > 1 && html`<form class="actions" method="post" action="/account/logins/end"><button class="button">${accounts.end}</button></form>`}
      <h2>${deletion.link}</h2>
      <p>${deletion.text}</p>
      <p class="actions"><a class="button" href="/account/delete">${deletion.link} …</a></p>`,
  );
}

/** Asks once more. */
export function deletePage(page: Page): string {
  const { deletion, cancel } = page.texts;
  return renderCard(
    page,
    deletion.title,
    html`<p>${deletion.text}</p>
      <form class="actions" method="post" action="/account/delete">
        <button class="button danger">${deletion.confirm}</button>
        <a class="button" href="/account">${cancel}</a>
      </form>`,
  );
}

function row(name: string, more: string, end: Markup | false): Markup {
  return html`<li>
    <span
      ><strong><bdi>${name}</bdi></strong> <span class="muted">${more}</span></span
    >${end}
  </li>`;
}

function removal({ texts, displayNameOf }: Page, { provider }: Identity): Markup {
  const { remove, removeWhich } = texts.accounts;
  const button = html`<button class="button" aria-label="${removeWhich(displayNameOf(provider))}">${remove}</button>`;
  return html`<form method="post" action="/account/unlink/${provider}">${button}</form>`;
}

function addition({ texts, displayNameOf }: Page, name: string): Markup {
  const href = `/auth/${name}/link?returnTo=/account`;
  return html`<a class="button" href="${href}">${texts.accounts.add(displayNameOf(name))}</a>`;
}

function since({ locale, texts }: Page, begunAt: Date): Markup {
  return html`<span class="muted">${texts.accounts.since(moment(begunAt, locale))}</span>`;
}
