import { html, type Markup } from '../../internal/html.js';
import { avatar, renderPage, type PageContext } from './layout.js';
import { textsFor } from './texts.js';

export interface UserChoice {
  id: string;
  displayName: string;
  username: string;
  pictureURL?: string;
}

interface SignInContent {
  /** All users: the page has buttons for the first fifty, and a field for the user name of the others. */
  users: readonly UserChoice[];
  /** Path to go to afterwards; comes back as `return_to`. */
  returnTo: string;
  /** The app whose login is waiting, if one is. */
  appName?: string;
  /** A user name that was typed and that no user has. */
  unknownUserName?: string;
}

export interface ConsentContent {
  app: { name: string; description?: string; domain?: string; iconURL?: string };
  /** Where the form is sent. */
  action: string;
  /** Hidden fields of that form. */
  fields: Readonly<Record<string, string>>;
  cancelURL: string;
}

/** With more buttons than this, a user is hard to find. */
const usersShown = 50;

/** Sign-in without a password: `POST /signin` with `user_id` (a button) or `user_name` (typed), and `return_to`. */
export function signInPage(context: PageContext, content: SignInContent): string {
  const texts = textsFor(context.language).signIn;
  const { users, returnTo, appName } = content;
  const shown = users.slice(0, usersShown);
  const body = html`<div class="narrow card">
    <h1>${texts.title}</h1>
    <p>${appName === undefined ? texts.lead : texts.leadToApp(appName)}</p>
    ${users.length > shown.length || content.unknownUserName !== undefined ? userNameForm(context, content) : null}
    ${
      users.length > shown.length
        ? html`<p class="hint">
            ${texts.firstOf(String(shown.length), new Intl.NumberFormat(context.language).format(users.length))}
          </p>`
        : null
    }
    ${shown.length === 0 ? html`<p>${texts.nobody}</p>` : null}
    <form method="post" action="/signin" aria-label="${texts.users}">
      <input type="hidden" name="return_to" value="${returnTo}" />
      <ul class="users">
        ${shown.map(userButton)}
      </ul>
    </form>
  </div>`;
  return renderPage(context, { title: texts.title, body, isLoginStep: true });
}

function userNameForm({ language }: PageContext, { returnTo, unknownUserName }: SignInContent): Markup {
  const texts = textsFor(language).signIn;
  const failed = unknownUserName !== undefined;
  return html`<form method="post" action="/signin" class="inline">
    <input type="hidden" name="return_to" value="${returnTo}" />
    <label for="user_name">${texts.userName}</label>
    <input
      id="user_name"
      name="user_name"
      value="${unknownUserName}"
      required
      autocapitalize="none"
      autocomplete="username"
      spellcheck="false"
      ${failed ? html`aria-invalid="true" aria-describedby="user_name-error"` : null}
    />
    <button class="primary">${texts.submit}</button>
    ${failed ? html`<p class="error" id="user_name-error">${texts.unknown(unknownUserName)}</p>` : null}
  </form>`;
}

function userButton({ id, displayName, username, pictureURL }: UserChoice): Markup {
  return html`<li>
    <button class="user" name="user_id" value="${id}">
      ${avatar(displayName, pictureURL)}<span class="names"
        ><strong>${displayName}</strong> <span class="muted">@${username}</span></span
      >
    </button>
  </li>`;
}

/** The "Log in With" question. *Cancel* is a plain link, as on the real site: a refusal never reaches the app. */
export function consentPage(context: PageContext, { app, action, fields, cancelURL }: ConsentContent): string {
  const texts = textsFor(context.language).consent;
  const name = context.user?.displayName ?? context.siteName;
  const hidden = Object.entries(fields).map(
    ([field, value]) => html`<input type="hidden" name="${field}" value="${value}" />`,
  );
  const body = html`<div class="narrow card">
    <div class="asking">${avatar(app.name, app.iconURL)}</div>
    <h1>${texts.heading(app.name, context.siteName)}</h1>
    ${app.description ? html`<p>${app.description}</p>` : null}
    ${app.domain ? html`<p class="muted">${texts.website} <span class="value">${app.domain}</span></p>` : null}
    <p>${texts.asks(app.name)}</p>
    <ul>
      ${texts.receives.map((item) => html`<li>${item}</li>`)}
    </ul>
    <form method="post" action="${action}" class="actions">
      ${hidden}<button class="primary">${texts.accept(name)}</button>
      <a class="button" href="${cancelURL}">${texts.cancel}</a>
    </form>
    <p class="hint">${texts.onlyOnce}</p>
  </div>`;
  return renderPage(context, { title: texts.title(context.siteName), body, isLoginStep: true });
}

export function homePage(context: PageContext): string {
  const texts = textsFor(context.language).home;
  const { user, siteName } = context;
  const card = (href: string, title: string, lead: string): Markup =>
    html`<li class="card">
      <h2><a href="${href}">${title}</a></h2>
      <p>${lead}</p>
    </li>`;
  const body = html`<h1>${siteName}</h1>
    <p class="lead">${texts.lead}</p>
    ${
      user === null
        ? html`<p>${texts.signedOut}</p>
            <p><a class="button primary" href="/signin?return_to=%2F">${texts.signIn}</a></p>`
        : html`<p>${texts.signedInAs(user.displayName, user.username)}</p>
            <form method="post" action="/signout"><button>${texts.signOut}</button></form>`
    }
    <ul class="cards">
      ${card('/developers/apps', texts.apps, texts.appsLead)} ${card('/settings/apps', texts.logins, texts.loginsLead)}
      ${card('/developers', texts.docs, texts.docsLead)}
      ${context.hasConsole ? card('/console', texts.console, texts.consoleLead) : null}
    </ul>`;
  return renderPage(context, { title: texts.title(siteName), body });
}

interface MessageContent {
  /** The document's title too. */
  title: string;
  message: string;
  /** A button that sends an empty form. */
  button?: { action: string; label: string };
}

/** A page with one message, such as that the app is unknown. */
export function messagePage(context: PageContext, { title, message, button }: MessageContent): string {
  const body = html`<div class="narrow card">
    <h1>${title}</h1>
    <p>${message}</p>
    ${
      button === undefined
        ? null
        : html`<form method="post" action="${button.action}"><button class="primary">${button.label}</button></form>`
    }
  </div>`;
  return renderPage(context, { title, body });
}
