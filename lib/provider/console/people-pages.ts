import { html, type Markup } from '../../internal/html.js';
import { avatar, renderPage } from '../pages/index.js';
import type { RegisteredApp } from '../store/app-form.js';
import { displayNameOf, userFlags, userTexts, type User } from '../store/users.js';
import { returnField, tabs, type ConsoleContext } from './section.js';
import type { ConsoleTexts } from './texts.en.js';
import { consoleTexts, namesFor } from './texts.js';

export type Done = keyof ConsoleTexts['done'];

/** A person who accepted an app; the person may be deleted by now. */
export interface AcceptedApp {
  userId: string;
  user: User | undefined;
  app: RegisteredApp;
}

interface PeopleContent {
  users: readonly User[];
  grants: readonly AcceptedApp[];
  /** Id of the user who is signed in on this browser. */
  signedInId: string | undefined;
  done?: Done;
}

/** With more rows, somebody is hard to find. */
const mostRows = 100;

export function peoplePage(context: ConsoleContext, { users, grants, signedInId, done }: PeopleContent): string {
  const { people: texts, title } = consoleTexts(context.language);
  const rows = users.slice(0, mostRows).map((user) => personRow(context, user, user.id === signedInId));
  const body = html`<div class="heading">
      <h1>${texts.title}</h1>
      <a class="button primary" href="${tabs.people}/new">${texts.add}</a>
    </div>
    ${doneNotice(context, done)}
    <p>${texts.lead}</p>
    ${rows.length === 0 ? html`<p>${texts.none}</p>` : list(rows)} ${rest(context, users.length)}
    <h2>${texts.grants}</h2>
    ${
      grants.length === 0
        ? html`<p>${texts.noGrants}</p>`
        : html`<p>${texts.grantsLead}</p>
            ${list(grants.slice(0, mostRows).map((grant) => grantRow(context, grant)))} ${rest(context, grants.length)}`
    }`;
  return renderPage(context, { title: `${texts.title} – ${title}`, body });
}

interface PersonFormContent {
  /** The person who is edited; undefined for a new one. */
  user: User | undefined;
  /** What was typed, if it was wrong, and why. */
  typed?: Readonly<Record<string, unknown>>;
  mistake?: string;
}

/** The form of a person, with all fields that the store has. */
export function personPage(context: ConsoleContext, { user, typed, mistake }: PersonFormContent): string {
  const { people: texts, title } = consoleTexts(context.language);
  const values: Readonly<Record<string, unknown>> = typed ?? { ...(user ?? { ...userFlags }) };
  const heading = user === undefined ? texts.add : texts.editTitle(displayNameOf(user));
  const action = user === undefined ? `${tabs.people}/new` : `${tabs.people}/${user.id}`;
  const names = [...(user === undefined ? ['id'] : []), 'username', ...userTexts];
  const body = html`<h1>${heading}</h1>
    ${
      mistake === undefined
        ? null
        : html`<p class="notice bad" role="alert">${texts.notSaved} <span lang="en">${mistake}</span></p>`
    }
    <form method="post" action="${action}">
      <div class="person">
        <fieldset>
          <legend>${texts.about}</legend>
          ${names.map((name) => textField(context, name, values[name]))}
        </fieldset>
        <fieldset>
          <legend>${texts.account}</legend>
          ${Object.keys(userFlags).map((name) => flagField(context, name, values[name] === true))}
        </fieldset>
      </div>
      <div class="actions">
        <button class="primary">${texts.save}</button> <a class="button" href="${tabs.people}">${texts.cancel}</a>
      </div>
    </form>
    ${user === undefined ? null : removeForm(context, user)}`;
  return renderPage(context, { title: `${heading} – ${title}`, body });
}

export function doneNotice({ language }: ConsoleContext, done: Done | undefined): Markup | null {
  return done === undefined ? null : html`<p class="notice" role="status">${consoleTexts(language).done[done]}</p>`;
}

export function isDone(value: unknown): value is Done {
  return typeof value === 'string' && Object.hasOwn(consoleTexts('en').done, value);
}

function personRow(context: ConsoleContext, user: User, isSignedIn: boolean): Markup {
  const { people: texts } = consoleTexts(context.language);
  const { reasons, fields } = namesFor(context.language);
  const name = displayNameOf(user);
  const marks = Object.entries(userFlags)
    .filter(([flag, usual]) => Object.getOwnPropertyDescriptor(user, flag)?.value !== usual && flag !== 'verified')
    .map(([flag]) => html`<span class="badge">${reasons[flag] ?? fields[flag] ?? flag}</span>`);
  return html`<li>
    <div class="named">
      ${avatar(name)}
      <div class="names">
        <strong>${name}</strong>
        <span class="muted">@${user.username}${isSignedIn ? `, ${texts.isSignedIn}` : ''}</span>
        ${marks.length === 0 ? null : html`<span>${marks}</span>`}
      </div>
    </div>
    <div class="actions">
      <form method="post" action="/signin">
        <input type="hidden" name="return_to" value="${tabs.people}" /><button
          name="user_id"
          value="${user.id}"
          aria-label="${texts.signIn} ${name}"
        >
          ${texts.signIn}
        </button>
      </form>
      <a class="button" href="${tabs.people}/${user.id}" aria-label="${texts.edit}: ${name}">${texts.edit}</a>
    </div>
  </li>`;
}

function grantRow(context: ConsoleContext, { userId, user, app }: AcceptedApp): Markup {
  const { people: texts, requests } = consoleTexts(context.language);
  const person = user === undefined ? requests.user(userId) : displayNameOf(user);
  const label = texts.accepted(person, app.name);
  return html`<li>
    <span class="names">${label}</span>
    <form method="post" action="/console/revoke">
      ${returnField(context)}<input type="hidden" name="user" value="${userId}" />
      <button name="app" value="${app.appId}" aria-label="${texts.revoke}: ${label}">${texts.revoke}</button>
    </form>
  </li>`;
}

function removeForm(context: ConsoleContext, user: User): Markup {
  const { people: texts } = consoleTexts(context.language);
  return html`<details class="removal">
    <summary>${texts.remove}</summary>
    <form method="post" action="${tabs.people}/${user.id}/delete">
      <p>${texts.removeLead}</p>
      <button class="danger">${texts.confirm}</button>
    </form>
  </details>`;
}

function textField({ language }: ConsoleContext, name: string, value: unknown): Markup {
  const { fields, hints } = namesFor(language);
  const hint = hints[name];
  const described = hint === undefined ? null : html`aria-describedby="${name}-hint"`;
  const text = typeof value === 'string' ? value : '';
  // A browser drops a line break right after the opening tag.
  const control =
    name === 'biography'
      ? html`<textarea id="${name}" name="${name}" rows="3" ${described}>${`\n${text}`}</textarea>`
      : html`<input
          id="${name}"
          name="${name}"
          value="${text}"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          ${name === 'username' ? html`required` : null}
          ${described}
        />`;
  return html`<div class="field">
    <label for="${name}">${fields[name] ?? name}</label>
    ${control} ${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
  </div>`;
}

function flagField({ language }: ConsoleContext, name: string, isOn: boolean): Markup {
  return html`<label class="check"
    ><input type="checkbox" name="${name}" value="1" ${isOn ? html`checked` : null} /> ${
      namesFor(language).fields[name] ?? name
    }</label
  >`;
}

function list(rows: readonly Markup[]): Markup {
  return html`<ul class="rows">
    ${rows}
  </ul>`;
}

function rest({ language }: ConsoleContext, all: number): Markup | null {
  if (all <= mostRows) return null;
  const number = new Intl.NumberFormat(language);
  return html`<p class="hint">${consoleTexts(language).people.newest(number.format(mostRows), number.format(all))}</p>`;
}
