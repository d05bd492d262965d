import type { LoginErrorCode } from '../errors.js';
import { html, type Markup } from '../internal/html.js';
import { omitUndefined } from '../internal/omit-undefined.js';
import { isFunction, type OptionReader } from '../internal/option-readers.js';
import { textsFor, type Locale } from './texts.js';
import type { LinkedProfile } from '../types.js';

/** What every page gets. */
export interface PageContext {
  /** The language that the browser prefers. */
  locale: Locale;
  /** For `<style nonce="…">`: browsers apply no other style on these pages. They need no script of their own. */
  nonce: string;
}

/** A link to a provider's login. */
export interface ProviderLink {
  displayName: string;
  /** Starts the login. */
  href: string;
}

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
  /** After a logout: where the user is still signed in. */
  loggedOut(page: PageContext & { stillSignedInAt: string[]; href: string }): string;
  /** The response to a form that was sent while nobody is signed in. */
  loginRequired(page: PageContext & { href: string }): string;
  /** `hint` is for the developer, and only there outside production. */
  failure(page: PageContext & { code: LoginErrorCode | undefined; hint: string | undefined; href: string }): string;
}

/** The Content-Security-Policy of our pages, and of the app's templates in their place. */
export function contentSecurityPolicy(nonce: string, hasScript: boolean): string {
  return [
    "default-src 'none'",
    ...(hasScript ? [`script-src 'nonce-${nonce}'`] : []),
    `style-src 'nonce-${nonce}'`,
    // Pictures are for the app's own templates; ours have an empty icon, so that browsers do not ask the app for one.
    "img-src 'self' data:",
    // Chromium applies it to the redirects after a form, too: no form of ours leads to another site.
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const defaultTemplates: Templates = {
  start(page) {
    const { start } = textsFor(page.locale);
    return render(
      page,
      start.title(page.displayName),
      html`<p>${start.text(page.displayName)}</p>
        <p><a class="button" href="${page.href}">${start.go(page.displayName)}</a></p>`,
    );
  },
  choose(page) {
    const { choose } = textsFor(page.locale);
    const links = page.providers.map(
      ({ displayName, href }) => html`<p><a class="button" href="${href}">${choose.go(displayName)}</a></p>`,
    );
    return render(page, choose.title, html`${links}`);
  },
  link(page) {
    const texts = textsFor(page.locale);
    const link = page.isLasting ? texts.link : texts.use;
    const { displayName: name, username, emails } = page.profile;
    const title = name ?? page.profile.id;
    const details = [username, emails[0]?.value].filter((text) => text !== undefined && text !== title).join(' · ');
    return render(
      page,
      link.title(page.displayName),
      html`<p class="account"><strong>${title}</strong>${details && html`<br />${details}`}</p>
        <p>${link.text(page.displayName)}</p>
        <form method="post" action="${page.action}">
          <input type="hidden" name="token" value="${page.token}" />
          <p>
            <button class="button">${link.confirm}</button> <a class="aside" href="${page.cancel}">${link.cancel}</a>
          </p>
        </form>`,
    );
  },
  finish(page) {
    const { finish } = textsFor(page.locale);
    const head = html`<meta http-equiv="refresh" content="0; url=${page.href}" />`;
    return render(page, finish.title, html`<p><a class="button" href="${page.href}">${finish.go}</a></p>`, head);
  },
  popup(page) {
    const { popup } = textsFor(page.locale);
    return render(
      page,
      popup.title,
      html`<p>${popup.text}</p>
        <p><a href="${page.href}">${popup.go}</a></p>`,
    );
  },
  loggedOut(page) {
    const { loggedOut } = textsFor(page.locale);
    return render(
      page,
      loggedOut.title,
      html`<p>${loggedOut.text(page.stillSignedInAt.join(', '))}</p>
        <p><a href="${page.href}">${loggedOut.again}</a></p>`,
    );
  },
  loginRequired(page) {
    const { loginRequired } = textsFor(page.locale);
    return render(
      page,
      loginRequired.title,
      html`<p>${loginRequired.text}</p>
        <p><a class="button" href="${page.href}" target="_blank">${loginRequired.go}</a></p>`,
    );
  },
  failure(page) {
    const { failure } = textsFor(page.locale);
    return render(
      page,
      failure.title,
      html`<p>${failure.text(page.code)}</p>
        <p><a class="button" href="${page.href}">${failure.again}</a></p>
        ${page.code !== undefined && html`<p class="small">${failure.code}: <code>${page.code}</code></p>`}
        ${page.hint !== undefined && html`<p class="small" lang="en">${page.hint}</p>`}`,
    );
  },
};

/** Reads the option `templates`: the app's pages of these names, and ours for the rest. */
export function readTemplates(
  reader: OptionReader,
  names: readonly string[] = Object.keys(defaultTemplates),
): Templates {
  const { given, read } = reader.readObject('templates', names, '{ failure: ({ code }) => "<!doctype html>…" }');
  for (const name of names) read(name, isFunction, 'a function that returns HTML');
  return { ...defaultTemplates, ...omitUndefined(given) };
}

/** One size and one column, with the colours of the browser's light or dark mode. */
const style = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:30rem;margin:12vh auto;padding:0 1rem}
h1{font-size:1.4rem;line-height:1.25}
.button{display:inline-block;border:1px solid #1a5fb4;border-radius:.4rem;padding:.6rem 1rem;background:#1a5fb4;color:#fff;font:inherit;text-decoration:none;cursor:pointer}
.aside{display:inline-block;padding:.6rem 1rem}
.button:focus-visible{outline:3px solid;outline-offset:2px}
.account{border:1px solid #8888;border-radius:.4rem;padding:.6rem 1rem;overflow-wrap:anywhere}
.small{font-size:.875rem}`;

function render({ locale, nonce }: PageContext, title: string, body: Markup, head?: Markup): string {
  const page = html`<html lang="${locale}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <link rel="icon" href="data:," />
      ${head}
      <title>${title}</title>
      <style nonce="${nonce}">
        ${{ markup: style }}
      </style>
    </head>
    <body>
      <main>
        <h1>${title}</h1>
        ${body}
      </main>
    </body>
  </html>`;
  return `<!doctype html>\n${page.markup}`;
}
