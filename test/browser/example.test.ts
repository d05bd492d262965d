import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { useEmbeddedDatabase } from '../support/embedded-database.js';
import { reservePort, startExampleSite, startForeignSite, type ExampleSite } from './example-site.js';
import { english as ours, french as oursInFrench } from './example-texts.js';
import { english, french } from './provider-texts.js';
import { Visitor } from './visitor.js';

const renee = 'Renée O’Brien-Łukasz';
const sam = 'Sam Nguyễn';
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describeWithChromium('the example app in a browser', () => {
  jest.setTimeout(60_000);
  let browser: Browser;
  let site: ExampleSite;
  let visitor: Visitor;
  /** What a test has started beside the app. */
  let others: { close(): Promise<void> }[];

  useEmbeddedDatabase();
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(options: BrowserContextOptions = {}, env: NodeJS.ProcessEnv = {}): Promise<void> {
    site = await startExampleSite(env);
    visitor = await Visitor.open(browser, options);
  }

  beforeEach(() => {
    others = [];
  });

  afterEach(async () => {
    await visitor.close();
    await Promise.all([site, ...others].map((started) => started.close()));
    expect(visitor.complaints).toEqual([]);
    for (const origin of visitor.origins) expect(['localhost', '127.0.0.1']).toContain(new URL(origin).hostname);
  });

  /** From the button to the page after the login, as somebody who has never been there before. */
  async function logIn(displayName = 'Pimbuzz', person = renee): Promise<void> {
    await visitor.link(`Log in with ${displayName}`).click();
    await acceptAt(displayName, person);
  }

  async function acceptAt(displayName: string, person: string): Promise<void> {
    await visitor.sees('Sign in');
    await visitor.button(new RegExp(`^${person}`)).click();
    await visitor.sees(`Log in to Example app with ${displayName}`);
    await visitor.button(`Continue as ${person}`).click();
  }

  /** How often browsers were sent to the provider, whether it asked anything or not. */
  function countStarts(provider: LocalProvider): number {
    return provider.requests.filter(({ endpoint }) => endpoint === 'oauth').length;
  }

  async function expectNobody(pages = ours): Promise<void> {
    await visitor.goTo(site.url);
    await visitor.sees(pages.logIn);
    expect(await visitor.button(pages.logOut).count()).toBe(0);
  }

  /** Logs out, and goes back to the start page. */
  async function logOut(pages = ours): Promise<void> {
    await visitor.button(pages.logOut).click();
    await visitor.sees(pages.loggedOut);
    await visitor.link(pages.home).click();
    await visitor.sees(pages.logIn);
  }

  test.each([
    ['English', english, ours],
    ['French', french, oursInFrench],
  ])('logs in at a site where its developer has just registered it, in %s', async (_language, texts, pages) => {
    const provider = await startProvider();
    const reserved = await reservePort();
    others = [provider, reserved];
    visitor = await Visitor.open(browser, { locale: texts.locale });

    // The developer registers it, and reads its id and secret off the page.
    await visitor.goTo(`${provider.url}/developers/apps`);
    await visitor.sees(pages.signIn);
    await visitor.button(/^Sam/).click();
    await visitor.sees(texts.myApps);
    await visitor.link(texts.createApp).click();
    const field = (name: keyof typeof texts.fields) => visitor.page.getByLabel(texts.fields[name], { exact: true });
    await field('name').fill('Example app');
    await field('domain').fill('localhost');
    await field('redirectURL').fill(`http://localhost:${reserved.port}/auth/pimbuzz/callback`);
    await field('description').fill('Shows you what it learns about you.');
    await field('category').selectOption({ label: texts.category });
    await visitor.sees(texts.createApp);
    await visitor.page.getByRole('main').getByRole('button').click();
    await visitor.sees('Example app');
    await visitor.page.getByText(texts.show).click();
    const value = (term: string) => visitor.page.locator(`dt:text-is("${term}") + dd .value`).innerText();
    const [appId, appSecret] = [await value('app_id'), await value('app_secret')];
    await visitor.button(texts.signOut).click();

    // The app starts with them.
    await reserved.close();
    const credentials = { PIMBUZZ_URL: provider.url, PIMBUZZ_APP_ID: appId, PIMBUZZ_APP_SECRET: appSecret };
    site = await startExampleSite({ PORT: String(reserved.port), ...credentials });

    // Whoever cancels stays at the provider, and nobody is logged in.
    await visitor.goTo(site.url);
    await visitor.link(pages.logInWith).click();
    await visitor.sees(pages.signIn);
    await visitor.button(/^Renée/).click();
    await visitor.sees(pages.consent);
    await visitor.link(texts.cancel).click();
    await visitor.page.waitForURL(`${provider.url}/`);
    await visitor.sees('Pimbuzz');
    await expectNobody(pages);

    // Whoever accepts is, and the next time at once.
    await visitor.link(pages.logInWith).click();
    await visitor.sees(pages.consent);
    await visitor.button(texts.accept).click();
    await visitor.sees(renee);
    await visitor.button(pages.logOut).click();
    await visitor.sees(pages.loggedOut);
    await visitor.goTo(site.url);
    await visitor.link(pages.logInWith).click();
    await visitor.sees(renee);
    await visitor.button(pages.logOut).click();
    await visitor.sees(pages.loggedOut);
    await visitor.goTo(site.url);

    // Removed under "My logins", it has to ask again.
    await visitor.goTo(`${provider.url}/`);
    await visitor.page.getByRole('navigation').getByRole('link', { name: texts.myLogins }).click();
    await visitor.sees(texts.myLogins);
    await visitor.button(texts.remove).click();
    await visitor.reads('status', texts.removed);
    await expectNobody(pages);
    await visitor.link(pages.logInWith).click();
    await visitor.sees(pages.consent);
    await visitor.button(texts.accept).click();
    await visitor.sees(renee);

    // What stands between another site and a login is in the visitor's language, too.
    const foreign = await startForeignSite(`${site.url}/auth/pimbuzz`);
    others.push(foreign);
    await visitor.goTo(foreign.url);
    await visitor.link('Go there').click();
    await visitor.sees(pages.logInWith);
    await visitor.reads('main', pages.startWarning);
  });

  test.each([
    ['English', 'en-GB', ours, english],
    ['French', 'fr-FR', oursInFrench, french],
  ])('a person adds an account, logs in with it, removes the other and deletes all, in %s', async (...parameters) => {
    const [, locale, pages, texts] = parameters;
    await open({ locale });
    const accept = async (person: string) => {
      await visitor.sees(pages.signIn);
      await visitor.button(new RegExp(`^${person}`)).click();
      await visitor.button(texts.accept).click();
    };
    await visitor.goTo(site.url);
    await visitor.sees(pages.logIn);
    await visitor.link(pages.logInWith).click();
    await accept(renee);
    await visitor.sees(renee);

    // A second account, once its owner has confirmed it.
    await visitor.link(pages.account).click();
    await visitor.sees(pages.yourAccount);
    await visitor.link(pages.add).click();
    await accept(sam);
    await visitor.sees(pages.link);
    await visitor.reads('main', pages.linkText);
    await visitor.button(pages.confirmLink).click();
    await visitor.sees(pages.yourAccount);
    await visitor.reads('main', sam);

    // With either account it is the same person.
    await logOut(pages);
    await visitor.link(pages.logInWith.replace('Pimbuzz', 'Look Loox')).click();
    await visitor.sees(renee);

    // Somebody else cannot add it.
    const other = await Visitor.open(browser, { locale });
    await other.goTo(site.url);
    const first = visitor;
    visitor = other;
    await visitor.link(pages.logInWith).click();
    await accept('No Gender');
    await visitor.sees('No Gender');
    await visitor.link(pages.account).click();
    await visitor.link(pages.add).click();
    await visitor.sees(pages.signIn);
    await visitor.button(new RegExp(`^${sam}`)).click();
    await visitor.sees(pages.link);
    await visitor.button(pages.confirmLink).click();
    await visitor.sees(pages.refused);
    await visitor.reads('main', pages.refusal);
    expect(visitor.complaints).toEqual([expect.stringContaining('status of 401')]);
    await visitor.close();
    visitor = first;

    // The last way in stays.
    await visitor.link(pages.account).click();
    await visitor.sees(pages.yourAccount);
    await visitor.button(pages.remove).click();
    await visitor.reads('status', pages.removed);
    await visitor.sees(pages.yourAccount);
    expect(await visitor.page.locator('form[action*="unlink"]').count()).toBe(0);

    await visitor.link(pages.delete).click();
    await visitor.sees(pages.sure);
    await visitor.button(pages.confirmDelete).click();
    await visitor.reads('status', pages.deleted);
    await visitor.sees(pages.logIn);
    await visitor.goTo(`${site.url}/me`);
    await visitor.sees(pages.logIn);
  });

  test('a person sees where they are logged in, and logs out everywhere else', async () => {
    await open();
    await visitor.goTo(site.url);
    await logIn();
    await visitor.sees(renee);
    const other = await Visitor.open(browser, {
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0',
    });
    const first = visitor;
    visitor = other;
    await visitor.goTo(site.url);
    // The provider has asked this person before.
    await visitor.link(ours.logInWith).click();
    await visitor.sees(ours.signIn);
    await visitor.button(new RegExp(`^${renee}`)).click();
    await visitor.sees(renee);

    await first.link(ours.account).click();
    await first.reads('main', 'Firefox on macOS');
    await first.button(ours.endOthers).click();
    await first.reads('status', 'You are logged out everywhere else.');
    expect(await first.mainText()).not.toContain('Firefox on macOS');
    await visitor.page.reload();
    await visitor.sees(ours.logIn);
    await visitor.close();
    visitor = first;
    await visitor.page.reload();
    await visitor.sees(ours.yourAccount);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing on any page, %s', async (colorScheme) => {
    await open({ colorScheme });
    const isAccessible = async (heading: string) => {
      await visitor.sees(heading);
      await visitor.page.evaluate(axe);
      const violations = await visitor.page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
      );
      expect([heading, violations]).toEqual([heading, []]);
    };
    await visitor.goTo(site.url);
    await isAccessible(ours.logIn);
    await logIn();
    await visitor.sees(renee);
    await visitor.page.locator('summary').click();
    await isAccessible(renee);
    await visitor.link(ours.account).click();
    await visitor.link(ours.add).click();
    await acceptAt('Look Loox', sam);
    await visitor.sees(ours.link);
    await visitor.button(ours.confirmLink).click();
    await isAccessible(ours.yourAccount);
    await visitor.link(ours.delete).click();
    await isAccessible(ours.sure);
    await visitor.goTo(`${site.url}/nothing`);
    await isAccessible('There is no such page');
    visitor.complaints.splice(0);
    await visitor.button(ours.logOut).click();
    await isAccessible(ours.loggedOut);
    await visitor.goTo(`${site.url}/?done=deleted`);
    await isAccessible(ours.logIn);
  });

  test('a login comes back to the page that was asked for', async () => {
    await open();
    await visitor.goTo(`${site.url}/account?tab=1`);
    await visitor.sees('Log in');
    await logIn('Look Loox');
    await visitor.sees(ours.yourAccount);
    expect(visitor.page.url()).toBe(`${site.url}/account?tab=1`);
    await visitor.reads('main', 'at Look Loox');
  });

  test('a token that has expired is renewed without a click, and the page shows what is new', async () => {
    await open();
    const provider = site.local('pimbuzz');
    await visitor.goTo(site.url);
    await logIn();
    await visitor.sees(renee);
    const before = countStarts(provider);
    provider.updateUser('renee', { firstName: 'Irène' });
    provider.advance(61_000);
    await visitor.link(ours.refresh).click();
    await visitor.sees('Irène O’Brien-Łukasz');
    await visitor.reads('status', ours.refreshed);
    expect(countStarts(provider)).toBe(before + 1);
    await visitor.link(ours.refresh).click();
    await visitor.reads('status', ours.refreshed);
    expect(countStarts(provider)).toBe(before + 1);
  });

  test('a login that another site starts waits for a click', async () => {
    await open();
    const provider = site.local('pimbuzz');
    const foreign = await startForeignSite(`${site.url}/auth/pimbuzz?returnTo=%2Faccount%3Ftab%3D2`);
    others = [foreign];
    provider.approve('renee', provider.apps[0]!);
    await visitor.goTo(`${provider.url}/signin?return_to=%2F`);
    await visitor.button(/^Renée/).click();
    await visitor.sees('Pimbuzz');

    await visitor.goTo(foreign.url);
    await visitor.link('Go there').click();
    await visitor.sees(ours.logInWith);
    await visitor.reads('main', ours.startWarning);
    expect(countStarts(provider)).toBe(0);
    expect(await visitor.context.cookies(site.url)).toEqual([]);

    await visitor.link(ours.logInWith).click();
    await visitor.sees(ours.yourAccount);
    expect(visitor.page.url()).toBe(`${site.url}/account?tab=2`);
  });

  test('a logout ends the session here, and says that it ends nothing at the provider', async () => {
    await open();
    await visitor.goTo(site.url);
    await logIn();
    await visitor.sees(renee);
    const cookies = await visitor.context.cookies(site.url);
    await visitor.button(ours.logOut).click();
    await visitor.sees(ours.loggedOut);
    await visitor.reads('main', 'You are still signed in at Pimbuzz.');
    await visitor.page.goBack();
    await visitor.sees('Log in');
    expect(await visitor.page.content()).not.toContain('renee@example.org');
    // Whoever has copied the cookies is nobody, either.
    await visitor.context.addCookies(cookies);
    await visitor.goTo(`${site.url}/me`);
    await visitor.sees('Log in');
  });

  test('two tabs that log in at once both arrive', async () => {
    await open();
    await visitor.goTo(site.url);
    await visitor.link('Log in with Pimbuzz').click();
    await visitor.sees('Sign in');
    await visitor.button(/^Renée/).click();
    const first = visitor.page;
    const second = await visitor.openTab();
    await second.goto(site.url);
    await second.getByRole('link', { name: 'Log in with Pimbuzz' }).click();

    // Each has its own question, and the answer to the second makes the first one's token void, but logs nobody out.
    const tabs = [first, second];
    const accept = (tab: Page) => tab.getByRole('button', { name: english.accept }).click();
    for (const tab of tabs) {
      visitor.page = tab;
      await accept(tab);
      await visitor.sees(renee);
    }

    await logOut();

    // At the same moment each makes the other's key void. Whoever is unlucky twice is told so, and one click is enough.
    site.local('pimbuzz').revoke('renee', site.local('pimbuzz').apps[0]!);
    for (const tab of tabs) await tab.goto(`${site.url}/auth/pimbuzz`);
    await Promise.all(tabs.map(accept));
    for (const tab of tabs) {
      visitor.page = tab;
      await tab.getByRole('heading', { level: 1, name: /^(Renée|This confirmation is used up)/ }).waitFor();
      const again = visitor.link('Try again');
      if (await again.isVisible()) {
        await again.click();
        await visitor.link(ours.logInWith).click();
      }
      await visitor.sees(renee);
    }
    for (const complaint of visitor.complaints.splice(0)) expect(complaint).toMatch(/403 .*\/auth\/pimbuzz\/callback$/);
  });

  test('the back button after a login leads to no error', async () => {
    await open();
    await visitor.goTo(site.url);
    await logIn();
    await visitor.sees(renee);
    const { page } = visitor;

    // The question was answered; who answers it again is where they were.
    await page.goBack();
    await page.waitForLoadState();
    const question = visitor.button(`Continue as ${renee}`);
    if (await question.isVisible()) await question.click();
    await visitor.sees(renee);

    // An address with a used key, as in the history of a browser that was closed.
    await visitor.goTo(`${site.url}/auth/pimbuzz/callback?auth_key=0123456789abcdef0123456789abcdef`);
    await visitor.sees(renee);
    expect(site.log).toEqual([]);
  });

  test('a login that failed says what to do, and doing it works', async () => {
    await open();
    site.local('pimbuzz').once('authorize', 'maintenance');
    await visitor.goTo(site.url);
    await logIn();
    await visitor.sees('Pimbuzz has a problem');
    // Without the key, which is unused, and which the page loaded again tries again.
    expect(visitor.page.url()).toBe(`${site.url}/auth/pimbuzz/callback`);
    expect(await visitor.mainText()).toContain('response_html');
    expect(visitor.complaints.splice(0)).toEqual([expect.stringContaining('status of 502')]);
    await visitor.link('Try again').click();
    await visitor.sees(ours.logIn);
    await visitor.link(ours.logInWith).click();
    await visitor.sees(renee);

    await logOut();
    await visitor.goTo(`${site.url}/auth/pimbuzz/callback?auth_key=0123456789abcdef0123456789abcdef`);
    await visitor.sees('This login was not started here');
    await visitor.goTo(`${site.url}/nothing`);
    await visitor.sees('There is no such page');
    expect(visitor.complaints.splice(0)).toEqual([
      expect.stringContaining('status of 403'),
      expect.stringContaining('status of 404'),
    ]);
    await visitor.link('Go to the start page').click();
    await visitor.sees('Log in');
  });

  test('everything works without scripts', async () => {
    await open({ javaScriptEnabled: false });
    await visitor.goTo(site.url);
    await visitor.sees('Log in');
    await logIn();
    await visitor.sees(renee);
    await visitor.page.locator('summary').click();
    await visitor.reads('main', '"relationship": "married"');
    await visitor.link(ours.account).click();
    await visitor.link(ours.add).click();
    await acceptAt('Look Loox', sam);
    await visitor.sees(ours.link);
    await visitor.link('Cancel').click();
    await visitor.sees(ours.yourAccount);
    expect(await visitor.mainText()).not.toContain(sam);
    // This time the provider asks nothing, so this app's own question is the only one.
    await visitor.link(ours.add).click();
    await visitor.sees(ours.link);
    await visitor.button(ours.confirmLink).click();
    await visitor.sees(ours.yourAccount);
    await visitor.button(ours.remove).click();
    await visitor.reads('status', ours.removed);
    await logOut();
  });

  test('the keyboard is enough, and it can be seen where it is', async () => {
    await open();
    await visitor.goTo(site.url);
    await visitor.pressOn(visitor.link('Log in with Pimbuzz'));
    await visitor.sees('Sign in');
    await visitor.pressOn(visitor.button(/^Renée/));
    await visitor.sees('Log in to Example app with Pimbuzz');
    await visitor.pressOn(visitor.button(`Continue as ${renee}`));
    await visitor.sees(renee);
    await visitor.pressOn(visitor.link(ours.account));
    await visitor.sees(ours.yourAccount);
    await visitor.pressOn(visitor.link(ours.delete));
    await visitor.sees(ours.sure);
    await visitor.pressOn(visitor.button(ours.confirmDelete));
    await visitor.reads('status', ours.deleted);
  });
});
