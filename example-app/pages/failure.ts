import type { LoginErrorCode, Provider } from 'passport-loginwith';
import { html } from 'passport-loginwith/express';
import { explainFailure } from './failure-texts.js';
import { renderPage } from './layout.js';

/** What is known of a login that failed. */
export interface FailedLogin {
  /** Where it was to be; absent when it was no login. */
  provider?: Pick<Provider, 'name' | 'displayName'> | undefined;
  /** Whether somebody is logged in nevertheless. */
  isSignedIn?: boolean;
}

/** Tells the user why a login failed and what to do now; the code is for the developer. */
export function failurePage(code: LoginErrorCode, { provider, isSignedIn = false }: FailedLogin): string {
  const { title, what, advice, canRetry } = explainFailure(code, provider?.displayName ?? 'the network');
  return renderPage(
    title,
    html`<div class="card">
      <h1>${title}</h1>
      <p>${what}</p>
      <p>${advice}</p>
      ${isSignedIn && html`<p>You stay logged in here as you were.</p>`}
      <p class="actions">
        ${isSignedIn && html`<a class="button primary" href="/me">Your page</a>`}
        ${!isSignedIn && canRetry && provider !== undefined && html`<a class="button primary" href="/auth/${provider.name}">Log in with ${provider.displayName} again</a>`}
        <a class="button" href="/">Go to the start page</a>
      </p>
      <p class="small">For the developer: <code>${code}</code></p>
    </div>`,
  );
}
