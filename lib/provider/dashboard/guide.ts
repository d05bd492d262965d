import { html, type Markup } from '../../internal/html.js';

/** The provider whose addresses the examples use. */
export interface DocumentedSite {
  name: string;
  url: string;
}

export const topics = ['start', 'authorize', 'user-info', 'errors', 'surprises'] as const;
export type Topic = (typeof topics)[number];

/** The documentation in one language. */
export interface Guide {
  /** Label of the table of contents. */
  contents: string;
  pages: Record<Topic, { title: string; body: (site: DocumentedSite) => Markup }>;
}

/** Example code; in reach of the keyboard, because it scrolls sideways. */
export function example(code: string): Markup {
  return html`<pre tabindex="0"><code>${code}</code></pre>`;
}

/** Names and their meanings; a list and not a table, because a phone has no room for two columns. */
export function meanings(rows: readonly (readonly [name: string, meaning: string | Markup])[]): Markup {
  return html`<dl class="meanings">
    ${rows.map(
      ([name, meaning]) =>
        html`<dt><code>${name}</code></dt>
          <dd>${meaning}</dd>`,
    )}
  </dl>`;
}

/** Requests and responses, which are the same in every language. */
export const examples = {
  start: ({ url }: DocumentedSite): string => `${url}/api/oauth?app_id=YOUR_APP_ID`,
  returned: 'https://example.com/auth/callback?auth_key=0123456789abcdef0123456789abcdef',
  authorizeGET: ({ url }: DocumentedSite): string =>
    `curl --get '${url}/api/authorize' \\
  -d app_id=YOUR_APP_ID \\
  -d app_secret=YOUR_APP_SECRET \\
  -d auth_key=AUTH_KEY`,
  authorizePOST: ({ url }: DocumentedSite): string =>
    `curl '${url}/api/authorize' \\
  -d app_id=YOUR_APP_ID \\
  -d app_secret=YOUR_APP_SECRET \\
  -d auth_key=AUTH_KEY`,
  token: '{"access_token":"0123456789abcdef0123456789abcdef"}',
  userInfo: ({ url }: DocumentedSite): string => `curl '${url}/api/get_user_info?access_token=ACCESS_TOKEN'`,
  error: '{"error":true,"message":"Bad Request, invalid auth_key"}',
  user: `{
  "user_info": {
    "user_id": "2",
    "user_name": "renee",
    "user_email": "renee@example.com",
    "user_firstname": "Ren&eacute;e",
    "user_lastname": "O&#039;Brien",
    "user_gender": "Female",
    "user_birthdate": "1990-02-28",
    "user_picture": "photos/2026/01/renee.jpg",
    "user_cover": null,
    "user_registered": "2026-01-31 09:30:00",
    "user_verified": "0",
    "user_relationship": null,
    "user_biography": "",
    "user_website": "https://example.com/?a=1&amp;b=2"
  }
}`,
};
