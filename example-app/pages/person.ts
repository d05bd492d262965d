import { html, type Markup } from 'passport-loginwith/express';
import type { Identity, User } from '../users.js';
import { day, link } from './formats.js';
import { renderPage } from './layout.js';
import type { Page } from './texts.js';

/** The page of a user: who they are, and what is known about them. */
export function personPage(page: Page, { identities }: User, providers: readonly string[]): string {
  const { texts, displayNameOf } = page;
  const [first] = identities;
  if (first === undefined) throw new Error('a user has no account');
  const { profile } = first;
  const name = nameOf(first);
  const known = providers.filter((provider) => identities.some((identity) => identity.provider === provider));
  const profiles = identities.map((identity) => identity.profile);
  return renderPage(
    page,
    name,
    html`<article class="card person">
      ${cover(profile.cover, texts.person.cover(name))}
      ${picture(profile.photos[0]?.value, name, texts.person.picture(name))}
      <h1><bdi>${name}</bdi></h1>
      <p class="muted">
        ${link(profile.profileUrl ?? '', profile.username ?? profile.id)}
        ${texts.accounts.at(displayNameOf(profile.provider))}
      </p>
      ${profile.biography !== undefined && html`<p class="biography" dir="auto">${profile.biography}</p>`}
      <h2>${texts.person.about}</h2>
      ${sentences(page, first)}
      <p class="actions">
        ${known.map((provider) => html`<a class="button" href="/account/refresh/${provider}">${texts.person.refresh(displayNameOf(provider))}</a>`)}
      </p>
      <details>
        <summary>${texts.person.developers}</summary>
        <pre>${JSON.stringify(profiles, null, 2)}</pre>
      </details>
    </article>`,
  );
}

/** The name of an account's owner, however little the provider tells. */
export function nameOf({ profile: { displayName, username, id } }: Identity): string {
  return displayName ?? username ?? `№ ${id}`;
}

function sentences({ locale, texts, displayNameOf }: Page, { profile }: Identity): Markup {
  const provider = displayNameOf(profile.provider);
  const { birthdate, emails, registeredAt, badge, website } = profile;
  const email = emails[0]?.value;
  const known = [
    registeredAt && texts.person.member(provider, day(registeredAt, locale)),
    badge && texts.person.verified(provider),
    birthdate && texts.person.birthday(day(birthdate, locale)),
    email && texts.person.email(html`<bdi>${email}</bdi>`),
    website && texts.person.website(link(website)),
  ].filter((sentence) => typeof sentence === 'object');
  if (known.length === 0) return html`<p>${texts.person.nothing(provider)}</p>`;
  return html`<p>${known.map((sentence) => html`${sentence} `)}</p>`;
}

function cover(url: string | undefined, description: string): Markup {
  if (url === undefined) return html`<div class="cover"></div>`;
  return html`<img class="cover" src="${url}" alt="${description}" referrerpolicy="no-referrer" />`;
}

function picture(url: string | undefined, name: string, description: string): Markup {
  // A letter may be more than one UTF-16 unit.
  if (url === undefined) return html`<span class="picture" aria-hidden="true">${Array.from(name)[0]}</span>`;
  return html`<img class="picture" src="${url}" alt="${description}" referrerpolicy="no-referrer" />`;
}
