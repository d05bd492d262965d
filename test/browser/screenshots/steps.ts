import type { Page } from 'playwright-core';

/** The person in the pictures. */
export const person = 'sam';

/** Signs in at a local site, which has a button for each of its users. */
export async function signIn(tab: Page, username = person): Promise<void> {
  await tab
    .locator('button[name="user_id"]')
    .filter({ hasText: `@${username}` })
    .click();
  await tab.waitForLoadState();
}

/** Accepts the app at a local site. */
export async function acceptConsent(tab: Page): Promise<void> {
  await tab.locator('form.actions button.primary').click();
  await tab.waitForLoadState();
}

/** From a start at the app through sign-in and consent, where a local site asks for them. */
export async function logIn(tab: Page, start: string, username = person): Promise<void> {
  await tab.goto(start);
  if ((await tab.locator('button[name="user_id"]').count()) > 0) await signIn(tab, username);
  if ((await tab.locator('form.actions[action*="/oauth/"]').count()) > 0) await acceptConsent(tab);
}

/** Sends an empty form. */
export async function post(tab: Page, url: string): Promise<void> {
  await tab.goto(new URL('/', url).href);
  await tab.setContent(`<form method="post" action="${url}"><button>Send</button></form>`);
  await tab.getByRole('button').click();
  await tab.waitForLoadState();
}

/** The tab visits what links of its site lead to, one page of each kind: `/people/N` stands for all people. */
export async function followLinks(tab: Page, visit: (kind: string) => Promise<void>): Promise<void> {
  const { origin, pathname: first } = new URL(tab.url());
  const kinds = new Map([[first, first]]);
  for (const [kind, path] of kinds) {
    await tab.goto(origin + path);
    await visit(kind);
    for (const href of await tab.evaluate<string[]>(hrefs)) {
      const { origin: target, pathname } = new URL(href);
      const kindOf = pathname.replaceAll(/\d+/g, 'N');
      if (target === origin && !kinds.has(kindOf) && !leadsAway.test(pathname)) kinds.set(kindOf, pathname);
    }
  }
}

const hrefs = "[...document.querySelectorAll('a[href]')].map(({ href }) => href)";
/** Starts of logins, and the forms of an API. */
const leadsAway = /^\/(?:auth|api|sign)/;
