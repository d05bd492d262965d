import { html, type Markup } from '../../internal/html.js';
import { textsFor, type PageLanguage } from './texts.js';

/** What every page shows of the site and of the user who is signed in. */
export interface PageContext {
  siteName: string;
  language: PageLanguage;
  user: { displayName: string; username: string } | null;
  /** Path of the request without its query; marks the current entry of the navigation. */
  path: string;
  /** Whether the console answers to this caller, so that the pages link it. */
  hasConsole: boolean;
  /** What a part of the site adds to its pages: to the document's head, and above the content. */
  section?: { head: Markup; top: Markup };
}

interface PageContent {
  title: string;
  body: Markup;
  /** A step of a login: nothing in the header leads away from it. */
  isLoginStep?: boolean;
}

/**
 * The Content-Security-Policy of every page. It has no `form-action`, on purpose:
 * browsers apply that to the redirects after a form too, and both sign-in and consent may end at the app's own URL.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  'img-src * data:',
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What says that a page is a local provider's and not a real site's. */
export const generator = 'passport-loginwith';

/** A whole HTML document: banner, header with the navigation, and the page itself. */
export function renderPage(context: PageContext, { title, body, isLoginStep = false }: PageContent): string {
  const texts = textsFor(context.language).layout;
  const page = html`<html lang="${context.language}">
    <head>
      <meta charset="utf-8" />
      <title>${title}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <meta name="generator" content="${generator}" />
      <meta name="application-name" content="${context.siteName}" />
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/style.css" />
      <script src="/dashboard.js" defer></script>
      ${context.section?.head}
    </head>
    <body>
      <a class="skip" href="#main">${texts.skip}</a>
      <header>
        <p class="banner">${texts.banner}</p>
        <div class="top">
          <a class="brand" href="/"
            ><span class="mark" aria-hidden="true">${initialOf(context.siteName)}</span> ${context.siteName}</a
          >
          ${isLoginStep && context.user === null ? null : navigation(context, isLoginStep ? [] : entriesFor(context))}
        </div>
      </header>
      <main id="main" tabindex="-1">${context.section?.top}${body}</main>
      <footer class="foot"><p>${texts.footer(context.siteName)}</p></footer>
    </body>
  </html>`;
  return `<!doctype html>\n${page.markup}`;
}

/** A round picture, or the first letter of the name where there is none. */
export function avatar(name: string, pictureURL?: string): Markup {
  if (pictureURL === undefined || pictureURL === '') {
    return html`<span class="avatar" aria-hidden="true">${initialOf(name)}</span>`;
  }
  return html`<img class="avatar" src="${pictureURL}" alt="" width="40" height="40" referrerpolicy="no-referrer" />`;
}

interface Entry {
  path: string;
  label: string;
}

function entriesFor({ language, hasConsole }: PageContext): Entry[] {
  const texts = textsFor(language).layout;
  return [
    { path: '/developers/apps', label: texts.myApps },
    { path: '/settings/apps', label: texts.myLogins },
    { path: '/developers', label: texts.developers },
    ...(hasConsole ? [{ path: '/console', label: texts.console }] : []),
  ];
}

function navigation(context: PageContext, entries: readonly Entry[]): Markup {
  const texts = textsFor(context.language).layout;
  const current = entries.find((entry) => context.path === entry.path || context.path.startsWith(`${entry.path}/`));
  const links = entries.map(
    (entry) =>
      html`<li>
        ${
          entry === current
            ? html`<a href="${entry.path}" aria-current="${context.path === entry.path ? 'page' : 'true'}"
                >${entry.label}</a
              >`
            : html`<a href="${entry.path}">${entry.label}</a>`
        }
      </li>`,
  );
  return html`<nav aria-label="${texts.navigation}">
    <ul>
      ${links}
      <li>${account(context)}</li>
    </ul>
  </nav>`;
}

function account({ user, language, path }: PageContext): Markup {
  const texts = textsFor(language).layout;
  if (user === null) {
    return html`<a href="/signin?return_to=${encodeURIComponent(returnPath(path))}">${texts.signIn}</a>`;
  }
  return html`<form method="post" action="/signout">
    <button class="link" title="${texts.signedInAs(user.displayName)}">${texts.signOut}</button>
  </form>`;
}

/** Signing in from a page that ends a login must not lead back into it. */
function returnPath(path: string): string {
  return path.startsWith('/api') ? '/' : path;
}

function initialOf(name: string): string {
  return Array.from(name.trim())[0]?.toUpperCase() ?? '?';
}
