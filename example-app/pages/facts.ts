import { html, type Markup } from 'passport-loginwith/express';
import type { User } from '../user.js';
import { describeDay, describeTime } from './dates.js';

/** All that a provider tells about a user, as a list. */
export function factsAbout(user: User): Markup {
  return html`<dl>${fieldsOf(user)}</dl>`;
}

function fieldsOf(user: User): Markup[] {
  const { registeredAt, birthdate, badge } = user;
  return [
    field('Number', text(user.id)),
    field('User name', text(user.username)),
    field('Given name', text(user.name?.givenName)),
    field('Family name', text(user.name?.familyName)),
    field('E-mail', text(user.emails[0]?.value), 'It may never have been confirmed'),
    field('Gender', word(user.gender)),
    field('Date of birth', birthdate && html`<time datetime="${birthdate}">${describeDay(birthdate)}</time>`),
    field('Relationship', word(user.relationship)),
    field('About', user.biography && html`<span class="lines" dir="auto">${user.biography}</span>`),
    field('Website', link(user.website)),
    field('Profile page', link(user.profileUrl)),
    field('Picture', link(user.photos[0]?.value)),
    field('Cover', link(user.cover)),
    field('Member since', registeredAt && html`<time datetime="${registeredAt}">${describeTime(registeredAt)}</time>`),
    field('Badge', badge === undefined ? undefined : text(badge ? 'Verified account' : 'None')),
  ];
}

function field(label: string, value: Markup | '' | undefined, note?: string): Markup {
  return html`<div>
    <dt>${label}</dt>
    <dd>
      ${value || html`<span class="muted">Not given</span>`}${value && note !== undefined && html` <span class="small">${note}</span>`}
    </dd>
  </div>`;
}

function text(value: string | undefined): Markup | undefined {
  return value === undefined ? undefined : html`<bdi>${value}</bdi>`;
}

function word(value: string | undefined): Markup | undefined {
  return value === undefined ? undefined : html`<bdi class="word">${value}</bdi>`;
}

/** Users choose these links: they get no credit with search engines, no handle on this window, and must be http(s). */
function link(url: string | undefined): Markup | undefined {
  if (url === undefined || !/^https?:\/\//i.test(url)) return undefined;
  return html`<a href="${url}" rel="noopener nofollow ugc">${url}</a>`;
}
