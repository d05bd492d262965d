import { html, type Markup } from '../html.js';
import { nameOf, type Person } from '../person.js';
import { describeDay, describeDistance, describeTime } from './dates.js';
import { renderPage } from './layout.js';
import { logoutForm } from './logout-form.js';

/**
 * The page of a signed-in person.
 *
 * @param pictureOrigins hosts that the page's policy lets pictures come from; others are not tried
 */
export function profilePage(person: Person, providerName: string, pictureOrigins: readonly string[]): string {
  const name = nameOf(person);
  const isAllowed = (url: string) => pictureOrigins.includes(new URL(url).origin);
  return renderPage(
    name,
    html`<article class="card profile">
      ${cover(person.cover !== undefined && isAllowed(person.cover) ? person.cover : undefined, name)}
      <div class="who">
        ${picture(person.photos.map(({ value }) => value).find(isAllowed), name)}
        <h1><bdi>${name}</bdi></h1>
        <p class="muted">Logged in with ${providerName}</p>
      </div>
      <h2>What ${providerName} tells about you</h2>
      <dl>${fieldsOf(person)}</dl>
      <h2>Access to ${providerName}</h2>
      <p>${access(person.tokenEndsAt, providerName, Date.now())}</p>
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

function access(tokenEndsAt: string, providerName: string, now: number): Markup {
  const time = html`<time datetime="${tokenEndsAt}">${describeTime(tokenEndsAt)}</time>`;
  const distance = describeDistance(tokenEndsAt, now);
  return Date.parse(tokenEndsAt) > now
    ? html`This app’s access to your data ends ${distance} at the latest, on ${time}; ${providerName} may end it sooner.
      You stay logged in here.`
    : html`This app’s access to your data ended ${distance}, on ${time}. You stay logged in here; log in again to show
      what has changed at ${providerName}.`;
}
