import type { Provider } from 'passport-loginwith';
import { html, type Markup } from 'passport-loginwith/express';
import { nameOf, type User } from '../user.js';
import { describeDistance, describeTime } from './dates.js';
import { factsAbout } from './facts.js';
import { renderPage } from './layout.js';
import { logoutForm } from './logout-form.js';

export interface ProfilePage {
  user: User;
  /** By provider, when the access to the user's data ends; ISO 8601. */
  accessEndsAt: Record<string, string>;
  /** Accounts at other providers that the user has linked. */
  linked: readonly User[];
  /** Where the app's users may have accounts. */
  choices: readonly Provider[];
  displayNameOf: (provider: string) => string;
}

/** The page of a signed-in user. */
export function profilePage(page: ProfilePage): string {
  const { user, displayNameOf } = page;
  const name = nameOf(user);
  const providerName = displayNameOf(user.provider);
  return renderPage(
    name,
    html`<article class="card profile">
      ${cover(user.cover, name)}
      <div class="who">
        ${picture(user.photos[0]?.value, name)}
        <h1><bdi>${name}</bdi></h1>
        <p class="muted">Logged in with ${providerName}</p>
      </div>
      <h2>What ${providerName} told at your login</h2>
      ${factsAbout(user)} ${access(page)} ${linkedAccounts(page)}
      <div class="actions">${logoutForm()}</div>
    </article>`,
  );
}

function cover(url: string | undefined, name: string): Markup {
  if (url === undefined) return html`<div class="cover"></div>`;
  return html`<img class="cover" src="${url}" alt="Cover picture of ${name}" referrerpolicy="no-referrer" />`;
}

function picture(url: string | undefined, name: string): Markup {
  // A letter may be more than one UTF-16 unit.
  if (url === undefined) return html`<span class="picture" aria-hidden="true">${Array.from(name)[0]}</span>`;
  return html`<img
    class="picture"
    src="${url}"
    alt="Picture of ${name}"
    width="96"
    height="96"
    referrerpolicy="no-referrer"
  />`;
}

function access({ user, accessEndsAt, displayNameOf, choices }: ProfilePage): Markup {
  const providerName = displayNameOf(user.provider);
  const endsAt = accessEndsAt[user.provider];
  return html`<h2>Access to ${providerName}</h2>
    ${endsAt !== undefined && html`<p>${describeAccess(endsAt, providerName, Date.now())}</p>`}
    ${choices.some(({ name }) => name === user.provider) && html`<p class="actions">${freshButton(user.provider, providerName)}</p>`}`;
}

function describeAccess(endsAt: string, providerName: string, now: number): Markup {
  const time = html`<time datetime="${endsAt}">${describeTime(endsAt)}</time>`;
  const distance = describeDistance(endsAt, now);
  return Date.parse(endsAt) > now
    ? html`This app’s access to your data ends ${distance} at the latest, on ${time}; ${providerName} may end it sooner.
      You stay logged in here.`
    : html`This app’s access to your data ended ${distance}, on ${time}. You stay logged in here; what you look at anew
      renews it.`;
}

function linkedAccounts({ user, linked, choices, displayNameOf }: ProfilePage): Markup | undefined {
  const missing = choices.filter(
    ({ name }) => name !== user.provider && linked.every(({ provider }) => provider !== name),
  );
  if (linked.length + missing.length === 0) return undefined;
  return html`<h2>Your other accounts</h2>
    <p>
      This example has no database: an account that you link is kept in your session, until you log out. An app with one
      would let you log in with it, too.
    </p>
    ${
      linked.length > 0 &&
      html`<ul class="linked">
        ${linked.map((account) => linkedAccount(account, displayNameOf(account.provider), choices))}
      </ul>`
    }
    ${missing.length > 0 && html`<p class="actions">${missing.map(linkButton)}</p>`}`;
}

function linkedAccount(account: User, providerName: string, choices: readonly Provider[]): Markup {
  return html`<li>
    <span
      ><strong><bdi>${nameOf(account)}</bdi></strong>
      <span class="muted">at ${providerName}, number ${account.id}</span></span
    >
    ${choices.some(({ name }) => name === account.provider) && freshButton(account.provider, providerName)}
  </li>`;
}

function freshButton(provider: string, providerName: string): Markup {
  return html`<a class="button" href="/me/fresh/${provider}">Look at ${providerName} now</a>`;
}

function linkButton({ name, displayName }: Provider): Markup {
  return html`<a class="button" href="/auth/${name}/link">Link your ${displayName} account</a>`;
}
