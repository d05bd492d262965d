import { readFileSync } from 'node:fs';
import type { Browser, Locator } from 'playwright-core';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { Browser as PlainBrowser } from '../support/cookie-browser.js';
import { exchange, userInfo } from '../support/plain-app.js';
import { startTinyApp, type TinyApp } from '../support/tiny-app.js';
import { Visitor } from './visitor.js';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describeWithChromium('the console in a browser', () => {
  jest.setTimeout(60_000);
  let browser: Browser;
  let provider: LocalProvider;
  let app: TinyApp;
  let visitor: Visitor;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    provider = await startProvider();
    app = await startTinyApp(provider.url);
    app.configure(provider.updateApp(provider.apps[0]!, { redirectURL: app.redirectURL, name: 'Tiny' }));
  });
  afterEach(async () => {
    await visitor.close();
    await app.close();
    await provider.close();
  });

  const open = async (options?: Parameters<typeof Visitor.open>[1]): Promise<void> => {
    visitor = await Visitor.open(browser, options);
  };
  const requests = (): Locator => visitor.page.locator('#requests > li');
  const newest = (...texts: (string | RegExp)[]): Promise<void> =>
    texts.reduce((found, hasText) => found.filter({ hasText }), requests().first()).waitFor();
  const state = (text: string) => visitor.page.getByRole('region').filter({ hasText: text }).waitFor();
  const isLive = () => visitor.reads('status', 'Live');
  const isAccessible = async (): Promise<void> => {
    await visitor.page.evaluate(axe);
    const violations = await visitor.page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
    );
    expect(violations).toEqual([]);
  };

  /** Logs in at the app in another tab, as whoever is signed in at the site, until `end` is there. */
  async function logIn(end: string | RegExp): Promise<void> {
    const page = await visitor.openTab();
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Log in with Pimbuzz' }).click();
    const consent = page.getByRole('button', { name: /^Continue as / });
    await consent.or(page.getByText(end)).waitFor();
    if (await consent.isVisible()) await consent.click();
    await page.getByText(end).waitFor();
    await page.close();
  }

  test('a person is added, logs in, meets faults, has a token expire, and the environment is copied', async () => {
    await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await visitor.goTo(provider.url);
    await visitor.page.getByRole('navigation').getByRole('link', { name: 'Console' }).click();
    await visitor.sees('Requests');
    await visitor.reads('main', 'Nothing came yet');

    // A person whose name is nasty.
    const eve = '<script>alert(1)</script> (@eve)';
    await visitor.link('People').click();
    await visitor.link('Add a person').click();
    await visitor.sees('Add a person');
    await visitor.page.getByLabel('User name').fill('eve');
    await visitor.page.getByLabel('First name').fill('<script>alert(1)</script>');
    await visitor.button('Save').click();
    await visitor.reads('status', 'Added.');
    await visitor.button('Log in as <script>alert(1)</script>').click();
    await visitor.reads('main', '@eve, signed in here');

    // Their login, live: start, consent, the key tried in the query first, then in the form, the profile.
    await visitor.link('Requests').click();
    await isLive();
    await logIn(/^Hello \S/);
    await newest('Profile', /GET \/api\/get_user_info\?access_token=\*\*\*/, '200', `profile of ${eve}`, 'Tiny');
    const list = requests();
    expect(await list.count()).toBe(6);
    expect(await list.nth(1).innerText()).toContain(`Key of ${eve} used up`);
    expect(await list.nth(2).innerText()).toContain('Wrong place for parameters: this version reads the form body');
    expect(await list.nth(3).innerText()).toContain(`Key issued for ${eve}, after the first consent`);
    // The app's first start asks for the site's address, while the browser is on its way.
    const earlier = [await list.nth(4).innerText(), await list.nth(5).innerText()].join();
    expect(earlier).toContain('Asked for consent');
    expect(earlier).toContain('The app asks by which address the site calls itself');
    await visitor.sees('Requests');

    // The site in maintenance.
    await visitor.link('What can go wrong').click();
    await visitor.sees('What can go wrong');
    await visitor.button('Switch on: Maintenance').click();
    await state('Maintenance');
    await visitor.link('Requests').click();
    await isLive();
    await logIn('The site is under maintenance');
    await newest('Start', 'state of the site: Maintenance', 'the site did not look at it');
    await visitor.button('Put all back to normal').click();
    await state('Everything is normal');

    // A fault at the app's own call: used once, then gone from what the page says, without a reload.
    await visitor.link('What can go wrong').click();
    await visitor.page.getByRole('link', { name: 'Key for token' }).click();
    await visitor.button('Next call: html').click();
    await state('authorize: html, next call');
    await visitor.link('Requests').click();
    await isLive();
    await logIn('HTML instead of JSON');
    await newest('Key for token', 'Fault html', 'key still valid');
    await state('Everything is normal');

    // A token of an app in any language.
    const plain = new PlainBrowser(provider.url);
    await plain.submit('/signin', { user_id: '2' });
    provider.approve('2', provider.apps[0]!);
    const { location } = await plain.get(`/api/oauth?app_id=${provider.apps[0]!.appId}`);
    const { access_token } = await exchange(provider, location!.slice(-32));
    await visitor.button('Let tokens expire').click();
    await state('The clock is 61');
    await isLive();
    await userInfo(provider, access_token!);
    await newest(/token expired \d+.s ago \(tokens live 60.s\)/, 'Bad Request, expired access_token');

    // Those are seen; what comes next stands alone.
    await visitor.page.locator(`a[href="/console?after=${provider.requests.length}"]`).click();
    await visitor.reads('main', 'Nothing came yet');
    await isLive();
    await fetch(`${provider.url}/api/oauth?app_id=123`);
    await newest('unknown app id 123 – the apps here are', 'Tiny');
    expect(await requests().count()).toBe(1);

    await visitor.link('Apps').click();
    await visitor.sees('Apps');
    await visitor.button('Copy environment').click();
    await visitor.button('Copied').waitFor();
    const copied = await visitor.page.evaluate('navigator.clipboard.readText()');
    expect(copied).toBe(await visitor.page.locator('pre').textContent());
    expect(copied).toContain(`PIMBUZZ_APP_SECRET=${provider.apps[0]!.appSecret}`);
    expect(visitor.complaints.filter((text) => !/ 50\d .*\/auth\/pimbuzz\/callback/.test(text))).toEqual([]);
  });

  test('says that it is live elsewhere, and that the connection is lost', async () => {
    await open();
    await visitor.goTo(`${provider.url}/console`);
    await isLive();
    for (let tab = 0; tab < 4; tab += 1) await (await visitor.openTab()).goto(`${provider.url}/console`);
    await visitor.reads('status', 'Live in other tabs now');
    await visitor.page.reload();
    await isLive();
    await provider.close();
    await visitor.reads('status', 'Connection lost, trying again');
  });

  test('works without scripts', async () => {
    await open({ javaScriptEnabled: false });
    provider.configure({ callerBanned: true });
    await fetch(`${provider.url}/api/get_user_info?access_token=x`);
    await visitor.goTo(`${provider.url}/console`);
    await newest('get_user_info', 'state of the site: Caller banned');
    expect(await visitor.mainText()).toContain('Without scripts, reload the page');
    await visitor.button('Switch off: Caller banned').click();
    await state('Everything is normal');
    await visitor.goTo(`${provider.url}/console/trouble`);
    await visitor.button('Every call: hang').click();
    await state('authorize: hang, every call');
    await visitor.button('Switch off: hang').click();
    await state('Everything is normal');
  });

  test('works with the keyboard alone', async () => {
    await open();
    await visitor.goTo(`${provider.url}/console`);
    await visitor.pressOn(visitor.button('Let tokens expire'));
    await state('The clock is 61');
    await visitor.goTo(`${provider.url}/console/trouble#states`);
    await visitor.pressOn(visitor.button('Switch on: Maintenance'));
    await state('Maintenance');
  });

  test.each([
    ['a phone', 'en-GB', 'light', 360],
    ['a phone', 'fr-FR', 'dark', 360],
    ['a desktop', 'fr-FR', 'light', 1280],
    ['a desktop', 'en-GB', 'dark', 1280],
  ] as const)('every page fits on %s and is accessible (%s, %s)', async (_device, locale, colorScheme, width) => {
    await open({ locale, colorScheme, viewport: { width, height: 740 } });
    const { appId } = provider.apps[0]!;
    const long = 'Unnomtrèslongsansaucuneespace'.repeat(2);
    provider.addUser({ username: long, banned: true, activated: false });
    provider.createApp({ name: long, redirectURL: `https://example.com/${'a-very-long-path/'.repeat(8)}?x=1#top` });
    for (const { appId: each } of provider.apps) provider.approve(long, each);
    await fetch(`${provider.url}/api/oauth?app_id=${'9'.repeat(200)}&x=${long}`);
    provider.configure({ maintenance: true }).once('get_user_info', 'expired_token').advance(7_200_000);
    await fetch(`${provider.url}/api/authorize`, { method: 'POST', body: new URLSearchParams({ x: long.repeat(5) }) });
    const pages = ['', '/trouble', '/people', '/people/new', '/people/2', '/apps', '/apps/new', `/apps/${appId}`];
    for (const path of pages) {
      await visitor.goTo(`${provider.url}/console${path}`);
      expect([path, await visitor.page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width]);
      await isAccessible();
    }
    expect(visitor.complaints).toEqual([]);
  });
});
