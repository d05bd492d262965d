import type { Provider } from 'passport-loginwith';
import { html, type Markup } from 'passport-loginwith/express';
import { nameOf, type User } from '../user.js';
import { renderPage } from './layout.js';
import { logoutForm } from './logout-form.js';

export interface Home {
  choices: readonly Choice[];
  /** Who is signed in, if anybody. */
  user: User | undefined;
  /** Where a login is to lead. */
  returnTo: string | undefined;
  /** Whether the visitor has just logged out. */
  isLoggedOut: boolean;
}

type Choice = Provider & { isLocal: boolean };

export function homePage({ choices, user, returnTo, isLoggedOut }: Home): string {
  const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`;
  const buttons = choices.map(
    ({ name, displayName }) =>
      html`<li>
        <a class="button choice" href="/auth/${name}${query}"
          ><span class="mark ${name}" aria-hidden="true">${displayName.slice(0, 1)}</span> Log in with ${displayName}</a
        >
      </li>`,
  );
  const title = user === undefined ? 'Log in' : 'Welcome back';
  return renderPage(
    title,
    html`<div class="card">
      ${isLoggedOut && user === undefined && loggedOutNotice()}
      ${user === undefined ? invitation(returnTo) : greeting(user)}
      <ul class="choices">
        ${buttons}
      </ul>
      ${localNote(choices)}
    </div>`,
  );
}

function invitation(returnTo: string | undefined): Markup {
  return html`<h1>Log in</h1>
    <p>
      ${returnTo === undefined ? '' : 'The page that you asked for is for people who are logged in. '}Use an account
      that you have already: no new password, and you decide there whether to go on.
    </p>`;
}

function greeting(user: User): Markup {
  return html`<h1>Welcome back</h1>
    <p>
      You are logged in as <strong><bdi>${nameOf(user)}</bdi></strong
      >.
    </p>
    <div class="actions"><a class="button primary" href="/me">Your page</a> ${logoutForm()}</div>
    <h2>Use another account</h2>`;
}

function loggedOutNotice(): Markup {
  return html`<p class="notice" role="status">
    You are logged out here. You are still signed in at the network that you came from, so log out there too if others
    use this device.
  </p>`;
}

/** Whoever tries this out should not look for a password that does not exist. */
function localNote(choices: readonly Choice[]): Markup | undefined {
  const names = choices.filter(({ isLocal }) => isLocal).map(({ displayName }) => displayName);
  if (names.length === 0) return undefined;
  return html`<p class="small">
    ${names.join(' and ')}
    ${names.length === 1 ? 'runs on this machine: pick one of its' : 'run on this machine: pick one of their'} people,
    no password is asked for.
  </p>`;
}
