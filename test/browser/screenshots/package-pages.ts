import type { Page } from 'playwright-core';
import type { Fault } from 'passport-loginwith/provider';
import { madeUpCallback, openSite, serve, type Site } from '../../support/express-site.js';
import { logIn, post } from './steps.js';

/** An app that shows the package's own pages, and another site that links its login. */
export interface PagesSite extends Pick<Site, 'url' | 'provider'> {
  foreignURL: string;
}

/** Each page of `loginWith()` by the way that leads to it; failures are named by their code. */
export const packagePages: Readonly<Record<string, (tab: Page, site: PagesSite) => Promise<unknown>>> = {
  choose: (tab, { url }) => tab.goto(`${url}/auth/choose`),
  async start(tab, { foreignURL }) {
    await tab.goto(foreignURL);
    await tab.getByRole('link').click();
    await tab.waitForLoadState();
  },
  async link(tab, { url }) {
    await logIn(tab, `${url}/auth/pimbuzz`);
    await logIn(tab, `${url}/auth/lookloox/link`);
  },
  async logout(tab, { url }) {
    await logIn(tab, `${url}/auth/pimbuzz`);
    await tab.goto(`${url}/auth/logout`);
  },
  async 'logged-out'(tab, { url }) {
    await logIn(tab, `${url}/auth/pimbuzz`);
    await post(tab, `${url}/auth/logout`);
  },
  'login-required': (tab, { url }) => post(tab, `${url}/me`),
  popup: (tab, { url }) => logIn(tab, `${url}/auth/pimbuzz?display=popup`),
  auth_key_missing: (tab, { url }) => tab.goto(`${url}/auth/pimbuzz/callback`),
  auth_key_malformed: (tab, { url }) => tab.goto(`${url}/auth/pimbuzz/callback?auth_key=!`),
  access_denied: (tab, { url }) => tab.goto(`${url}/auth/pimbuzz/callback?error=access_denied`),
  attempt_missing: (tab, { url }) => tab.goto(url + madeUpCallback()),
  auth_key_invalid: (tab, site) => logInWith(['used_key', 'used_key'], tab, site),
  user_rejected: (tab, { url }) => logIn(tab, `${url}/auth/pimbuzz`, stranger),
  module_disabled: (tab, site) => logInWith(['module_disabled'], tab, site),
  response_html: (tab, site) => logInWith(['html'], tab, site),
  connection_lost: (tab, site) => logInWith(['reset'], tab, site),
  async login_loop(tab, { url }) {
    for (let i = 0; i < 9; i += 1) await tab.goto(`${url}/auth/pimbuzz`);
  },
};

/** The user whom the app does not let in. */
const stranger = 'renee';

/** What `closeSites()` ends. */
export async function openPagesSite(): Promise<PagesSite> {
  const site = await openSite({
    providers: ['pimbuzz', 'lookloox'],
    handleErrors: true,
    options: (providers) => ({
      providers,
      brand: { name: 'Example app' },
      limits: { limit: 1000, overallLimit: 1000 },
      verify: (_accessToken, _refreshToken, { _raw, _json, ...user }, done) => {
        if (user.username === stranger) done(null, false, 'Your account has not been let in yet.');
        else done(null, user);
      },
      serialize: (user) => user,
      deserialize: (user) => user,
      onLink: () => undefined,
    }),
  });
  const link = `<!doctype html><a href="${site.url}/auth/pimbuzz">Log in there</a>`;
  const foreignURL = await serve((_req, res) => res.setHeader('content-type', 'text/html').end(link));
  // Another port is the same site; another name of this machine is not.
  return { url: site.url, provider: site.provider, foreignURL: foreignURL.replace('127.0.0.1', 'localhost') };
}

async function logInWith(faults: Fault<'authorize'>[], tab: Page, { provider, url }: PagesSite): Promise<void> {
  for (const fault of faults) provider.once('authorize', fault);
  await logIn(tab, `${url}/auth/pimbuzz`);
}
