import express from 'express';
import type { LoginWithOptions, ProviderOptions } from 'passport-loginwith/express';
import { closeSites, createAuth, openSite, serve, sessions, takeCallback, type Site } from '../support/express-site';
import { Browser } from '../support/test-browser';

afterEach(closeSites);

type Providers = readonly ProviderOptions[];
const [oldSecret, newSecret] = ['the old secret of the cookies, of an app', 'the new secret of the cookies, of an app'];

interface Secrets {
  common?: string | string[];
  ofProvider?: string;
}

const toOptions = (providers: Providers, { common, ofProvider }: Secrets): LoginWithOptions => ({
  providers: providers.map((each) => ({ ...each, cookieSecret: ofProvider })),
  cookieSecret: common,
});

/** A site with these secrets, and another process of the same app with others, as after a deployment. */
async function openTwo(before: Secrets, after: Secrets) {
  let given: Providers = [];
  const site = await openSite({
    options(providers) {
      given = providers;
      return toOptions(providers, before);
    },
  });
  const app = express().use(sessions(), createAuth(toOptions(given, after)));
  return { site, later: new Browser(await serve(app)) };
}

/** Starts a login at the first one, and comes back to the second one. */
async function finishLater({ site, later }: { site: Site; later: Browser }) {
  const browser = site.browser();
  const { pathname, search } = new URL(await takeCallback(site, browser));
  later.headers = { cookie: await browser.jar.getCookieString(site.url) };
  const response = await later.get(pathname + search);
  later.headers = {};
  return response.status === 303 ? later.get(response.location!) : response;
}

test.each<[string, Secrets, Secrets]>([
  ['the same secret', { common: oldSecret }, { common: oldSecret }],
  ['a new secret before the old one', { common: oldSecret }, { common: [newSecret, oldSecret] }],
  ['a list whose first one is the secret', { common: [oldSecret, newSecret] }, { common: oldSecret }],
  [
    "the provider's own secret in place of the common one",
    { common: newSecret, ofProvider: oldSecret },
    { common: oldSecret },
  ],
  ['no secret, but the same app secret', {}, {}],
])('a login under way goes on with %s', async (_what, before, after) => {
  expect((await finishLater(await openTwo(before, after))).location).toBe('/');
});

test.each<[string, Secrets, Secrets]>([
  ['another secret', { common: oldSecret }, { common: newSecret }],
  ['a secret that has been rotated out', { common: [newSecret, oldSecret] }, { common: oldSecret }],
  // The attacker runs this package with the app's id and secret.
  ['a secret, by an attacker who has guessed the app secret and seals cookies', {}, { common: newSecret }],
])('a cookie is not opened with %s', async (_what, before, after) => {
  const response = await finishLater(await openTwo(before, after));
  expect([response.status, response.text]).toEqual([403, expect.stringContaining('sealed with another cookieSecret')]);
});
