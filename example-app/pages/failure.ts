import type { LoginErrorCode } from 'passport-loginwith';
import { html } from '../html.js';
import { explainFailure } from './failure-texts.js';
import { renderPage } from './layout.js';

/** What is known of a login that failed; nothing, when it was no login. */
export interface FailedLogin {
  providerName?: string;
  /** Where the login starts again. */
  retryPath?: string;
}

/** Tells a person why a login failed and what to do now; the code is for the developer. */
export function failurePage(code: LoginErrorCode, { providerName = 'the network', retryPath }: FailedLogin): string {
  const { title, what, advice, canRetry } = explainFailure(code, providerName);
  const again = canRetry && retryPath !== undefined;
  return renderPage(
    title,
    html`<div class="card">
      <h1>${title}</h1>
      <p>${what}</p>
      <p>${advice}</p>
      <p class="actions">
        ${again && html`<a class="button primary" href="${retryPath}">Log in with ${providerName} again</a>`}
        <a class="button" href="/">Go to the start page</a>
      </p>
      <p class="small">For the developer: <code>${code}</code></p>
    </div>`,
  );
}
