import type { Browser } from 'playwright-core';
import { startProvider, type LocalProvider, type StartOptions } from 'passport-loginwith/provider';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { useEmbeddedDatabase } from '../support/embedded-database.js';
import { findFreePort } from '../support/free-port.js';
import { withResolvers } from '../support/strategy-app.js';
import { startExampleSite, type ExampleSite } from './example-site.js';
import { english as ours, french } from './example-texts.js';
import { english, french as siteInFrench } from './provider-texts.js';
import { Visitor } from './visitor.js';

const renee = 'Renée O’Brien-Łukasz';

describeWithChromium('the example app at a site', () => {
  jest.setTimeout(60_000);
  let browser: Browser;
  let provider: LocalProvider;
  let site: ExampleSite;
  let visitor: Visitor;

  useEmbeddedDatabase();
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await Promise.all([visitor.close(), site.close(), provider.close()]);
    expect(visitor.complaints).toEqual([]);
  });

  /** Starts the site, the app with that base URL (the site's own if absent), and a browser. */
  async function open(options: StartOptions, { baseURL, locale }: { baseURL?: string; locale?: string } = {}) {
    provider = await startProvider(options);
    const { appId, appSecret } = provider.apps[0]!;
    const credentials = { PIMBUZZ_APP_ID: appId, PIMBUZZ_APP_SECRET: appSecret };
    site = await startExampleSite({ PIMBUZZ_URL: baseURL ?? provider.url, ...credentials });
    const redirectURL = `${site.url}/auth/pimbuzz/callback`;
    provider.updateApp(appId, { redirectURL, name: 'Example app' });
    visitor = await Visitor.open(browser, locale === undefined ? {} : { locale });
    await visitor.goTo(site.url);
  }

  async function logIn(pages = ours, accept = english.accept): Promise<void> {
    await visitor.link(pages.logInWith).click();
    await visitor.sees(pages.signIn);
    await visitor.button(/^Renée/).click();
    await visitor.sees(pages.consent);
    await visitor.button(accept).click();
  }

  test('in French logs in, reads English labels, and says in its own words that the module is off', async () => {
    await open({ language: 'fr' }, { locale: 'fr-FR' });
    provider.updateUser('renee', { gender: 'other' });
    await logIn(french, siteInFrench.accept);
    await visitor.sees(renee);
    await visitor.page.locator('summary').click();
    const main = await visitor.mainText();
    expect(main).toContain('"Other"');
    expect(main).not.toContain('Autre');

    await visitor.button(french.logOut).click();
    await visitor.sees(french.loggedOut);
    provider.once('authorize', 'module_disabled');
    await visitor.link('Se reconnecter').click();
    await visitor.sees(french.logIn);
    await visitor.link(french.logInWith).click();
    await visitor.sees('Pimbuzz est fermé aux autres sites');
    expect(await visitor.mainText()).toContain('module_disabled');
    expect(visitor.complaints.splice(0)).toEqual([expect.stringContaining('status of 500')]);
  });

  test('in maintenance fails, and the same page loaded again logs in when the site is back', async () => {
    await open({});
    await visitor.link('Log in with Pimbuzz').click();
    await visitor.sees(ours.signIn);
    await visitor.button(/^Renée/).click();
    await visitor.sees(ours.consent);
    // The site closes after its last page was sent.
    provider.once('authorize', 'maintenance').once('authorize', 'maintenance');
    await visitor.button(english.accept).click();
    await visitor.sees('Pimbuzz has a problem');
    await visitor.page.reload();
    await visitor.sees('Pimbuzz has a problem');
    expect(visitor.complaints.splice(0)).toHaveLength(2);
    await visitor.page.reload();
    await visitor.sees(renee);
    expect(provider.requests.filter(({ endpoint }) => endpoint === 'oauth')).toHaveLength(2);
  });

  test('under another host name than its own leads nowhere, and the developer is told why', async () => {
    const port = await findFreePort();
    const { promise: warned, resolve } = withResolvers<unknown[]>();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation((...parameters) => resolve(parameters));
    const wrong = `http://127.0.0.1:${port}`;
    const right = `http://localhost:${port}`;
    await open({ port, siteURL: right }, { baseURL: wrong });
    await visitor.link('Log in with Pimbuzz').click();
    // The site's home, where nothing says that somebody wanted to log in.
    await visitor.sees('Pimbuzz');
    expect(visitor.page.url()).toBe(`${right}/`);
    expect(await warned).toEqual([
      expect.stringContaining(`set the provider's base URL to ${right}.`),
      expect.objectContaining({ code: 'LOGINWITH_BASE_URL' }),
    ]);
    warn.mockRestore();
  });

  test.each([
    ['with a picture and a cover', {}],
    ['with a cover alone', { picture: null }],
  ])('with a CDN shows a user %s', async (_who, changes) => {
    const port = await findFreePort();
    // Another origin than the site's, and than the app's.
    const cdn = `http://127.0.0.1:${port}/content/uploads/on-the-cdn`;
    await open({ port, siteURL: `http://localhost:${port}`, uploadsURL: cdn });
    provider.updateUser('renee', changes);
    await logIn();
    await visitor.sees(renee);
    const images = await visitor.page.evaluate(
      'Array.from(document.querySelectorAll("main img"), ({ src, naturalWidth }) => [src, naturalWidth > 0])',
    );
    const picture = [`${cdn}/photos/2024/01/renee.svg`, true];
    const cover = [`${cdn}/photos/2024/01/renee_cover.svg`, true];
    expect(images).toEqual('picture' in changes ? [cover] : [cover, picture]);
  });
});
