import { html, type Markup } from '../internal/html.js';
import { providerMark } from './mark.js';
import { fillText } from './texts.js';

/** A link to a provider's login. */
export interface ProviderLink {
  displayName: string;
  /** Starts the login. */
  href: string;
}

/** A “Log in with …” button: a link, whose style is `buttonStyle`. */
export function loginButton({ displayName, href }: ProviderLink, text: string): Markup {
  const mark = providerMark(displayName);
  return html`<a class="login-button" href="${href}">${mark} <span>${fillText(text, { name: displayName })}</span></a>`;
}
