import type { Link, LoginWithOptions, ProviderOptions } from 'passport-loginwith/express';
import { openSite, sessions, showData, tokenOn, type Site } from './express-site';
import type { Browser } from './test-browser';

export interface LinkSite {
  site: Site;
  links: Link<unknown>[];
  /** Goes to Look Loox to link, and returns the page with the question. */
  ask: (browser: Browser, user?: string, start?: string) => Promise<{ status: number; text: string; token: string }>;
}

/** A site on which users log in with Pimbuzz and link their account at Look Loox. */
export async function openLinkSite(
  options: Partial<LoginWithOptions> = {},
  before: NonNullable<Parameters<typeof openSite>[0]>['before'] = (app) => app.use(sessions()),
  onProviders: (providers: readonly ProviderOptions[]) => void = () => undefined,
): Promise<LinkSite> {
  const links: Link<unknown>[] = [];
  const site = await openSite({
    providers: ['pimbuzz', 'lookloox'],
    before,
    options(providers) {
      onProviders(providers);
      return { providers, onLink: (_req, link) => void links.push(link), ...options };
    },
    routes: (app, auth) => app.get('/data', auth.requireAccessToken('lookloox'), showData),
  });
  return {
    site,
    links,
    async ask(browser, user = 'sam', start = '/auth/lookloox/link?returnTo=/settings') {
      const { status, text } = await site.logIn(browser, user, start, 'lookloox');
      return { status, text, token: tokenOn({ text }) };
    },
  };
}
