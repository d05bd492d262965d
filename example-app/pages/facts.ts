import { html, type Markup } from '../html.js';
import type { Person } from '../person.js';
import { describeDay, describeTime } from './dates.js';

/** All that a provider tells about a person, as a list. */
export function factsAbout(person: Person): Markup {
  return html`<dl>${fieldsOf(person)}</dl>`;
}

function fieldsOf(person: Person): Markup[] {
  const { registeredAt, birthdate, badge } = person;
  return [
    field('Number', text(person.id)),
    field('User name', text(person.username)),
    field('Given name', text(person.name?.givenName)),
    field('Family name', text(person.name?.familyName)),
    field('E-mail', text(person.emails[0]?.value), 'It may never have been confirmed'),
    field('Gender', word(person.gender)),
    field('Date of birth', birthdate && html`<time datetime="${birthdate}">${describeDay(birthdate)}</time>`),
    field('Relationship', word(person.relationship)),
    field('About', person.biography && html`<span class="lines" dir="auto">${person.biography}</span>`),
    field('Website', link(person.website)),
    field('Profile page', link(person.profileUrl)),
    field('Picture', link(person.photos[0]?.value)),
    field('Cover', link(person.cover)),
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

/** What people wrote about themselves is theirs: no credit, no handle on this window, and no address that is no page. */
function link(url: string | undefined): Markup | undefined {
  if (url === undefined || !/^https?:\/\//i.test(url)) return undefined;
  return html`<a href="${url}" rel="noopener nofollow ugc">${url}</a>`;
}
