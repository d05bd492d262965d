import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { startTinyApp, type TinyApp } from '../support/tiny-app.js';
import { english, french } from './provider-texts.js';

describeWithChromium('the local provider in a browser', () => {
  jest.setTimeout(60_000);
  let browser: Browser;
  let provider: LocalProvider;
  let app: TinyApp;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complains about, such as a script that the page's policy forbids. */
  let complaints: string[];
  let hosts: Set<string>;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    provider = await startProvider();
    app = await startTinyApp(provider.url);
    context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    complaints = [];
    hosts = new Set();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => request.url().startsWith('http') && hosts.add(new URL(request.url()).origin));
  }

  afterEach(async () => {
    await context.close();
    await app.close();
    await provider.close();
  });

  /** These wait for what a page shows: the one before may still be there. */
  const sees = (heading: string) => page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  const reads = (role: 'main' | 'alert' | 'status', text: string) =>
    page.getByRole(role).filter({ hasText: text }).waitFor();
  const isAskedToConsent = async (texts: typeof english) => {
    await button(texts.accept).waitFor();
    expect(await page.title()).toBe(texts.consent);
  };
  const isGreeted = () => page.getByText(/^Hello \S/).waitFor();
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const link = (name: string) => page.getByRole('link', { name, exact: true });
  const mainText = () => page.getByRole('main').innerText();

  async function signInAsFirst(): Promise<void> {
    await page.goto(`${provider.url}/signin?return_to=%2Fdevelopers%2Fapps`);
    await page.getByRole('main').getByRole('button').first().click();
    await page.waitForURL(`${provider.url}/developers/apps`);
  }

  async function logIn(): Promise<void> {
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Log in with Pimbuzz' }).click();
  }

  test.each([
    ['English', english],
    ['French', french],
  ])('from registering an app to removing it, in %s', async (_language, texts) => {
    await open({ locale: texts.locale });
    await signInAsFirst();
    await sees(texts.myApps);

    // Register it, with a mistake first.
    await link(texts.createApp).click();
    const field = (name: keyof typeof english.fields) => page.getByLabel(texts.fields[name], { exact: true });
    await field('domain').fill('localhost');
    await field('redirectURL').fill(`${app.redirectURL}#top`);
    await field('description').fill('The smallest site with a button.');
    await field('category').selectOption({ label: texts.category });
    await page.getByRole('main').getByRole('button').click();
    await reads('alert', texts.nameMissing);
    expect(await field('domain').inputValue()).toBe('localhost');
    await page.getByRole('alert').getByRole('link').click();
    await page.locator('#name:focus').waitFor();
    await page.keyboard.type('Tiny');
    await page.getByRole('main').getByRole('button').click();

    // It is warned of, then mended.
    await sees('Tiny');
    await reads('main', texts.hopeless);
    await link(texts.edit).click();
    await reads('main', texts.warning);
    await field('redirectURL').fill(app.redirectURL);
    await button(texts.save).click();
    await reads('status', texts.saved);
    expect(await mainText()).not.toContain(texts.warning);

    // Its id and secret go into the site.
    const [, registered] = provider.apps;
    expect(await mainText()).toContain(registered!.appId);
    expect(await mainText()).not.toContain(registered!.appSecret);
    await page.getByText(texts.show).click();
    await page.getByRole('main').getByText(registered!.appSecret).first().waitFor();
    app.configure(registered!);

    // Cancel, accept, again without a click.
    await logIn();
    await isAskedToConsent(texts);
    await link(texts.cancel).click();
    await page.waitForURL(`${provider.url}/`);
    await logIn();
    await button(texts.accept).click();
    await isGreeted();
    await logIn();
    await isGreeted();

    // Removed under "My logins", it has to ask again.
    await page.goto(provider.url);
    await page.getByRole('navigation').getByRole('link', { name: texts.myLogins }).click();
    await reads('main', 'Tiny');
    await button(texts.remove).click();
    await reads('status', texts.removed);
    await logIn();
    await isAskedToConsent(texts);

    // Deleted, it is gone.
    await page.goto(`${provider.url}/developers/apps/${registered!.appId}`);
    await link(texts.delete).click();
    await button(texts.confirmDelete).click();
    await reads('status', texts.deleted);
    expect(provider.apps).not.toContainEqual(registered);

    await button(texts.signOut).click();
    await page.getByRole('navigation').getByRole('link', { name: texts.signIn }).waitFor();
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([]);
    expect([...hosts].sort()).toEqual([provider.url, app.url].sort());
  });

  test('a login starts at the sign-in page when nobody is signed in', async () => {
    await open({ locale: 'en-GB' });
    const { appId, appSecret } = provider.createApp({ redirectURL: app.redirectURL, name: 'Tiny' });
    app.configure({ appId, appSecret });
    await logIn();
    await reads('main', 'to go on to Tiny');
    await page.getByRole('main').getByRole('button').first().click();
    await button(english.accept).click();
    await isGreeted();
    expect(complaints).toEqual([]);
  });

  test('the copy buttons copy the code', async () => {
    await open({ locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'] });
    await signInAsFirst();
    await page.getByRole('main').getByRole('link', { name: provider.apps[0]!.name }).click();
    const snippet = page.locator('#code-typescript');
    await snippet.getByRole('button').click();
    await snippet.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toBe(await snippet.locator('pre').textContent());
    expect(copied).toContain("PIMBUZZ_URL: provider = ''");
  });

  test('everything works without scripts', async () => {
    await open({ locale: 'en-GB', javaScriptEnabled: false });
    await signInAsFirst();
    await page.goto(`${provider.url}/developers/apps/${provider.apps[0]!.appId}`);
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
    await page.getByText('Show app_secret').click();
    await page.getByRole('main').getByText(provider.apps[0]!.appSecret).first().waitFor();
    await link('Delete').click();
    await button('Delete app').click();
    await reads('status', english.deleted);
    expect(provider.apps).toEqual([]);
  });

  test('the keyboard comes past the navigation and sees where it is', async () => {
    await open({ locale: 'en-GB' });
    await page.goto(provider.url);
    await page.keyboard.press('Tab');
    const skip = link('Skip to the content');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    expect((await skip.boundingBox())!.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest("main") !== null')).toBe(true);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  test.each([
    ['a phone', 360],
    ['a desktop', 1280],
  ])('no page is wider than %s', async (_device, width) => {
    await open({ locale: 'fr-FR', viewport: { width, height: 740 } });
    await signInAsFirst();
    const long = provider.createApp({
      name: 'Unnomtrèslongsansaucuneespace'.repeat(2),
      redirectURL: `https://example.com/${'a-very-long-path/'.repeat(8)}?x=1#${'f'.repeat(80)}`,
      description: 'x'.repeat(200),
      domain: `${'subdomain.'.repeat(10)}example.com`,
    });
    provider.approve(provider.users[0]!, long);
    const own = `/developers/apps/${long.appId}`;
    const asking = `/api/oauth?app_id=${provider.apps[0]!.appId}`;
    const docs = ['', '/authorize', '/user-info', '/errors', '/surprises'].map((topic) => `/developers${topic}`);
    const pages = ['/', '/signin', '/settings/apps', '/developers/apps', own, `${own}/edit`, `${own}/delete`, asking];
    for (const path of [...pages, ...docs]) {
      await page.goto(provider.url + path);
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width]);
    }
  });
});
