import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { html, pageStyle, type LoginWithOptions } from 'passport-loginwith/express';
import { trustMarkup } from '../../lib/internal/html.js';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { closeSites, cookieSessions, openSite, takeCallback, type Site } from '../support/express-site.js';
import { Visitor } from './visitor.js';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const logo = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#c60"/></svg>',
)}`;

/** Looks and languages, with colours on which text is hard to read. */
const looks: [string, BrowserContextOptions, LoginWithOptions['brand']][] = [
  ['light, in English', { locale: 'en-GB', colorScheme: 'light' }, { name: 'Example app', logo }],
  ['dark, in French', { locale: 'fr-FR', colorScheme: 'dark' }, { name: 'Example app', logo }],
  ['dark, in English, all black', { locale: 'en-GB', colorScheme: 'dark' }, { logo, color: '#000000' }],
  ['light, in French, in yellow', { locale: 'fr-FR', colorScheme: 'light' }, { color: '#ffee00' }],
];

/** What is in the headings, in English and in French. */
const headings = {
  start: /^(?:Log in|Se connecter) (?:with|avec) Pimbuzz$/,
  choose: /^(?:Log in|Se connecter)$/,
  link: /^(?:Add this|Ajouter ce compte) Pimbuzz/,
  finish: /^(?:One moment|Un instant)$/,
  popup: /^(?:You are logged in|Vous êtes connecté)$/,
  logout: /^(?:Log out\?|Se déconnecter\s\?)$/,
  loggedOut: /^(?:You are logged out here|Vous êtes déconnecté ici)$/,
  loginRequired: /^(?:Please log in|Connectez-vous)$/,
  attemptMissing: /^(?:This login was not started here|Cette connexion n’a pas commencé ici)$/,
  rejected: /^(?:This account cannot be used here|Ce compte n’est pas accepté ici)$/,
  loop: /^(?:Too many logins at once|Trop de connexions à la fois)$/,
  other: /^(?:Something went wrong here|Un problème est survenu ici)$/,
};

describeWithChromium('our pages in a browser', () => {
  jest.setTimeout(60_000);
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await visitor.close();
    await closeSites();
  });

  async function open(
    context: BrowserContextOptions,
    options: Partial<LoginWithOptions> = {},
    sameSite: 'lax' | 'strict' = 'lax',
  ): Promise<Site> {
    visitor = await Visitor.open(browser, context);
    return openSite({
      handleErrors: true,
      providers: ['pimbuzz', 'lookloox'],
      before: (app) => app.use(cookieSessions({ sameSite })),
      options: (providers) => ({ providers, onLink: () => undefined, ...options }),
      routes(app, auth) {
        app.get('/form', (_req, res) => {
          res.send(
            html`<title>Form</title>
              <form method="post" action="/me"><button>Send</button></form>`.markup,
          );
        });
        app.get('/buttons', (req, res) => {
          const buttons = html`<title>Buttons</title
            ><style>
              ${trustMarkup(pageStyle)}
            </style>
            <main class="card">
              <h1>Welcome</h1>
              <p>${auth.button('pimbuzz', { req })}</p>
              <p>${auth.button('lookloox', { req })}</p>
            </main>`;
          const language = req.acceptsLanguages('en', 'fr') || 'en';
          res.send(`<!doctype html><html lang="${language}">${buttons.markup}`);
        });
      },
    });
  }

  /** Waits for a page of ours, and has axe look for what some people cannot use. */
  async function seesAccessible(heading: RegExp): Promise<void> {
    const { page } = visitor;
    await visitor.sees(heading);
    await page.evaluate(axe);
    const violations = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
    );
    expect([heading, violations]).toEqual([heading, []]);
    const heights = await page.evaluate<number[]>(
      `Array.from(document.querySelectorAll('.button, .login-button, .brand'), (each) => each.offsetHeight)`,
    );
    expect(Math.min(...heights, 44)).toBe(44);
  }

  /** Comes back from the provider: what happens there is done without the browser, which then gets the cookies. */
  async function comeBack(site: Site, start: string, { user, isSignedIn = false }: ComingBack): Promise<void> {
    const client = site.browser();
    if (isSignedIn) await site.logIn(client);
    const callback = await takeCallback(site, client, start, user);
    const cookies = await client.jar.getCookies(site.url);
    await visitor.context.addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: site.url })));
    await visitor.goTo(callback);
  }

  test.each(looks)('are for everybody: %s', async (_name, context, brand) => {
    const site = await open(context, { brand });
    const { page } = visitor;

    await visitor.context.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<a href="${site.url}/auth/pimbuzz">There</a>` }),
    );
    await visitor.goTo('http://evil.example/');
    await page.getByRole('link').click();
    await seesAccessible(headings.start);
    await visitor.goTo(`${site.url}/auth/choose`);
    await seesAccessible(headings.choose);
    const widths = `Array.from(document.querySelectorAll('.login-button'), (each) => each.offsetWidth)`;
    expect(new Set(await page.evaluate<number[]>(widths)).size).toBe(1);
    await visitor.goTo(`${site.url}/auth/pimbuzz/callback?auth_key=abc`);
    await seesAccessible(headings.attemptMissing);
    await visitor.goTo(`${site.url}/form`);
    await page.getByRole('button', { name: 'Send' }).click();
    await seesAccessible(headings.loginRequired);

    await comeBack(site, '/auth/pimbuzz?display=popup', { user: 'renee' });
    await seesAccessible(headings.popup);
    await comeBack(site, '/auth/pimbuzz/link', { user: 'sam', isSignedIn: true });
    await seesAccessible(headings.link);
    await visitor.goTo(`${site.url}/auth/logout`);
    await seesAccessible(headings.logout);
    await page.getByRole('button').click();
    await seesAccessible(headings.loggedOut);
    await visitor.goTo(`${site.url}/buttons`);
    await seesAccessible(/^Welcome$/);

    expect(visitor.complaints.splice(0)).toEqual([
      expect.stringContaining('status of 403'),
      expect.stringContaining('status of 401'),
      // This window was no popup.
      expect.stringContaining('Scripts may close only the windows that were opened by them.'),
    ]);
  });

  test.each(looks)('say what went wrong: %s', async (_name, context, brand) => {
    let verify: () => unknown = () => false;
    const site = await open(context, {
      brand,
      verify: (_token, _refresh, _profile, done) =>
        verify() === false ? done(null, false, { message: 'Only members may log in.' }) : undefined,
      serialize: String,
      deserialize: () => null,
    });
    await comeBack(site, '/auth/pimbuzz', { user: 'renee' });
    await seesAccessible(headings.rejected);
    await visitor.reads('main', 'Only members may log in.');
    verify = () => {
      throw new Error('database');
    };
    await comeBack(site, '/auth/pimbuzz', { user: 'renee' });
    await seesAccessible(headings.other);
    for (let start = 1; start <= 8; start += 1) await visitor.goTo(`${site.url}/auth/pimbuzz`);
    await seesAccessible(headings.loop);
    expect(visitor.complaints.splice(0)).toEqual([
      expect.stringContaining('status of 401'),
      expect.stringContaining('status of 500'),
      expect.stringContaining('status of 429'),
    ]);
  });

  test('send the browser on with a page that can be used when that takes long', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const site = await open({}, {}, 'strict');
    // A browser stays where it is if the next page is none.
    await visitor.context.route(/[?]resume=/, (route) => route.fulfill({ status: 204 }));
    await comeBack(site, '/auth/pimbuzz', { user: 'renee' });
    await seesAccessible(headings.finish);
    warn.mockRestore();
  });

  test('can be used with the keyboard: what can be done comes first, then the way home', async () => {
    const site = await open({}, { brand: { name: 'Example app', home: '/start' } });
    await visitor.goTo(`${site.url}/auth/choose`);
    await visitor.sees(headings.choose);
    expect(await tabStops()).toEqual([
      'Example app',
      'Log in with Pimbuzz',
      'Log in with Look Loox',
      'Go to the start page',
    ]);
    await visitor.pressOn(visitor.link('Log in with Look Loox'));
    await visitor.page.waitForURL(`${site.providers.lookloox!.url}/**`);

    await visitor.goTo(`${site.url}/auth/pimbuzz/callback?auth_key=abc`);
    await visitor.sees(headings.attemptMissing);
    expect(await tabStops()).toEqual(['Example app', 'Try again', 'Go to the start page']);
    await visitor.pressOn(visitor.link('Go to the start page'));
    await visitor.page.waitForURL(`${site.url}/start`);

    await comeBack(site, '/auth/pimbuzz/link', { user: 'sam', isSignedIn: true });
    await visitor.sees(headings.link);
    expect(await tabStops()).toEqual(['Example app', 'Yes, this is my account', 'Cancel', 'Go to the start page']);
    await visitor.pressOn(visitor.button('Yes, this is my account'));
    await visitor.page.waitForURL(`${site.url}/`);
  });

  /** What has the focus one after the other, each time with a ring around it. */
  async function tabStops(): Promise<string[]> {
    const { page } = visitor;
    const names: string[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const [name, ring] = await page.evaluate<[string, string]>(
        // Without the letter of a mark, which is not read out.
        `[document.activeElement.innerText.replace(/^.\\s/, ''), getComputedStyle(document.activeElement).outline]`,
      );
      if (names.includes(name) || (await page.evaluate('document.activeElement === document.body'))) return names;
      expect([name, ring]).toEqual([name, expect.stringMatching(/ solid 3px$/)]);
      names.push(name);
    }
  }
});

interface ComingBack {
  user: string;
  isSignedIn?: boolean;
}
