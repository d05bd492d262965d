import { html } from 'passport-loginwith/express';
import { nameOf, type User } from '../user.js';
import { describeTime } from './dates.js';
import { factsAbout } from './facts.js';
import { renderPage } from './layout.js';

/** What a provider tells about somebody at this moment. */
export function freshPage(user: User, providerName: string, accessEndsAt: Date): string {
  const now = new Date().toISOString();
  const end = accessEndsAt.toISOString();
  const title = `${providerName} now`;
  return renderPage(
    title,
    html`<article class="card">
      <h1>What ${providerName} tells about you now</h1>
      <p>
        About <strong><bdi>${nameOf(user)}</bdi></strong
        >, asked for on <time datetime="${now}">${describeTime(now)}</time>. This app’s access to your data ends on
        <time datetime="${end}">${describeTime(end)}</time> at the latest; when it has ended, this page gets a new one
        from ${providerName} by itself.
      </p>
      ${factsAbout(user)}
      <p class="actions">
        <a class="button primary" href="/me">Your page</a>
        <a class="button" href="/me/fresh/${user.provider}">Ask again</a>
      </p>
    </article>`,
  );
}
