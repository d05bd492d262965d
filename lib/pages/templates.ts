import { html, type Markup } from '../internal/html.js';
import { omitUndefined } from '../internal/omit-undefined.js';
import { isFunction, type OptionReader } from '../internal/option-readers.js';
import type { LinkedProfile } from '../types.js';
import type { FailurePage } from './failure-page.js';
import { renderPage, type PageContent, type PageContext } from './layout.js';
import { loginButton, type ProviderLink } from './login-button.js';
import type { TextTable } from './text-table.js';
import { fillText, formatDuration } from './texts.js';

/** The question on the page before an account is linked. */
export interface LinkQuestion {
  displayName: string;
  profile: LinkedProfile;
  /** Where to send the form. */
  action: string;
  /** The form's one field. */
  token: string;
  /** Where to go without linking. */
  cancel: string;
  /** Whether the account will log in as this user from then on. If not, its data is used in this session alone. */
  isLasting: boolean;
}

/** The pages of `loginWith()`: functions that return a whole HTML document. Values are not escaped yet. */
export interface Templates {
  /** A login that another site asked for waits for a click on `href`. */
  start(page: PageContext & ProviderLink): string;
  /** Which provider to log in with. */
  choose(page: PageContext & { providers: ProviderLink[] }): string;
  /** Which account is about to be linked; must send `token` by POST to `action`. */
  link(page: PageContext & LinkQuestion): string;
  /** Sends the browser on to `href`, a page of this site. */
  finish(page: PageContext & { href: string }): string;
  /** The end of a login in a popup, which closes itself; `href` is for a window that does not. */
  popup(page: PageContext & { href: string }): string;
  /** Whether to log out; must send a form by POST to `action`. */
  logout(page: PageContext & { action: string }): string;
  /** After a logout: where the user is still signed in. */
  loggedOut(page: PageContext & { stillSignedInAt: string[]; href: string }): string;
  /** The response to a form that was sent while nobody is signed in. */
  loginRequired(page: PageContext & { href: string }): string;
  /** What went wrong, and what to do. */
  failure(page: PageContext & FailurePage): string;
}

/** The names of all pages. */
export const templateNames = [
  'start',
  'choose',
  'link',
  'finish',
  'popup',
  'logout',
  'loggedOut',
  'loginRequired',
  'failure',
] as const satisfies (keyof Templates)[];

/** Reads the option `templates`: the app's pages of these names. */
export function readTemplates(reader: OptionReader, names: readonly string[]): Partial<Templates> {
  const { given, read } = reader.readObject('templates', names, '{ failure: ({ code }) => "<!doctype html>…" }');
  for (const name of names) read(name, isFunction, 'a function that returns HTML');
  return omitUndefined(given);
}

/**
 * Creates our pages.
 *
 * @param getBrandStyle returns what is added to our style
 */
export function createTemplates({ textsFor }: TextTable, getBrandStyle: () => string): Templates {
  const render = (page: PageContext, content: PageContent) =>
    renderPage(page, content, textsFor(page.locale).home, getBrandStyle());
  return {
    start(page) {
      const { displayName, href, locale } = page;
      const { start, login } = textsFor(locale);
      const fill = (text: string) => fillText(text, { name: displayName });
      return render(page, {
        title: fill(start.title),
        marks: [displayName],
        body: html`<p>${fill(start.text)}</p>
          ${actions(primaryLink(href, fill(login)))}
          <p class="small">${fill(start.warning)}</p>`,
      });
    },
    choose(page) {
      const { choose, login } = textsFor(page.locale);
      const items = page.providers.map((provider) => html`<li>${loginButton(provider, login)}</li>`);
      return render(page, {
        title: choose.title,
        body: html`<p>${choose.text}</p>
          <ul class="choices">
            ${items}
          </ul>`,
      });
    },
    link(page) {
      const { [page.isLasting ? 'link' : 'use']: link } = textsFor(page.locale);
      const { displayName: name, username, emails } = page.profile;
      const fill = (text: string) => fillText(text, { name: page.displayName });
      const title = name ?? page.profile.id;
      const details = [username, emails[0]?.value].filter((text) => text !== undefined && text !== title).join(' · ');
      return render(page, {
        title: fill(link.title),
        marks: [page.displayName],
        body: html`<p class="notice">
            <strong><bdi>${title}</bdi></strong
            >${details && html`<br /><span class="muted">${details}</span>`}
          </p>
          <p>${fill(link.text)}</p>
          <form method="post" action="${page.action}">
            <input type="hidden" name="token" value="${page.token}" />
            ${actions(html`<button class="button primary">${link.confirm}</button>`, secondaryLink(page.cancel, link.cancel))}
          </form>`,
      });
    },
    finish(page) {
      const { finish } = textsFor(page.locale);
      return render(page, {
        title: finish.title,
        body: html`<p>${finish.text}</p>
          ${actions(primaryLink(page.href, finish.go))}`,
        head: html`<meta http-equiv="refresh" content="0; url=${page.href}" />`,
      });
    },
    popup(page) {
      const { popup } = textsFor(page.locale);
      return render(page, {
        title: popup.title,
        body: html`<p>${popup.text}</p>
          ${actions(secondaryLink(page.href, popup.go))}`,
      });
    },
    logout(page) {
      const { logout } = textsFor(page.locale);
      return render(page, {
        title: logout.title,
        hasWayHome: true,
        body: html`<p>${logout.text}</p>
          <form method="post" action="${page.action}">
            ${actions(html`<button class="button primary">${logout.confirm}</button>`, secondaryLink(page.brand.home, logout.cancel))}
          </form>`,
      });
    },
    loggedOut(page) {
      const { loggedOut } = textsFor(page.locale);
      const names = new Intl.ListFormat(page.locale).format(page.stillSignedInAt);
      const remaining = html`<p>${fillText(loggedOut.text, { names })}</p>
        <p>${fillText(loggedOut.advice, { names })}</p>`;
      return render(page, {
        title: fillText(loggedOut.title, { names }),
        marks: page.stillSignedInAt,
        body: html`${page.stillSignedInAt.length > 0 && remaining} ${actions(secondaryLink(page.href, loggedOut.again))}`,
      });
    },
    loginRequired(page) {
      const { loginRequired } = textsFor(page.locale);
      return render(page, {
        title: loginRequired.title,
        body: html`<p>${loginRequired.text}</p>
          ${actions(html`<a class="button primary" href="${page.href}" target="_blank">${loginRequired.go}</a>`)}`,
      });
    },
    failure(page) {
      const { code, displayName, retryAfter = 60, canRetry, href, brand, locale } = page;
      const { failure, failures, home } = textsFor(locale);
      const { title, text, advice } = failures[code ?? 'other'];
      const time = formatDuration(retryAfter, locale);
      const fill = (words: string) =>
        displayName === undefined && words.startsWith('{name}')
          ? capitalize(fillText(words, { name: failure.otherSite, time }), locale)
          : fillText(words, { name: displayName ?? failure.otherSite, time });
      return render(page, {
        title: fill(title),
        marks: displayName === undefined ? [] : [displayName],
        hasWayHome: true,
        body: html`<p>${fill(text)}</p>
          ${page.reason !== undefined && html`<p class="notice" dir="auto">${page.reason}</p>`}
          <p>${fill(advice)}</p>
          ${page.isSignedIn && html`<p>${failure.isSignedIn}</p>`}
          ${canRetry ? actions(primaryLink(href, failure.again), secondaryLink(brand.home, home)) : actions(primaryLink(brand.home, home))}
          ${code !== undefined && html`<p class="small">${failure.code} <code>${code}</code></p>`}
          ${forDevelopers(page, failure.developer)}`,
      });
    },
  };
}

function actions(...items: Markup[]): Markup {
  return html`<div class="actions">${items}</div>`;
}

function primaryLink(href: string, text: string): Markup {
  return html`<a class="button primary" href="${href}">${text}</a>`;
}

function secondaryLink(href: string, text: string): Markup {
  return html`<a class="button" href="${href}">${text}</a>`;
}

/** What developers see outside production; it is in English. */
function forDevelopers({ hint, documentation }: FailurePage, title: string): Markup | undefined {
  if (hint === undefined && documentation === undefined) return undefined;
  return html`<div class="developer small">
    <p><strong>${title}</strong></p>
    ${hint !== undefined && html`<p lang="en" dir="ltr">${hint}</p>`}
    ${documentation !== undefined && html`<p dir="ltr"><code>${documentation}</code></p>`}
  </div>`;
}

function capitalize(text: string, locale: string): string {
  return text.slice(0, 1).toLocaleUpperCase(locale) + text.slice(1);
}
