import type { IncomingHttpHeaders } from 'node:http';
import type { Browser, BrowserContext } from 'playwright-core';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { closeSites, openSite, serve, sessions, takeCallback, type Site } from '../support/express-site.js';

/*
 * Over plain http a browser does not say which site made it send a request, and any other host of the site may attack:
 * http://evil.app.example makes the visitor of http://app.example start a login there, and then open the callback with
 * its own key. Whoever is signed in as the attacker leaves their data in the attacker's account.
 */

/** What the attacker's page does with the address of the start; `go` is what the visitor clicks there, if anything. */
const ways: [name: string, page: (start: string) => string][] = [
  ['a picture', (start) => `<img src="${start}">`],
  ['a frame', (start) => `<iframe src="${start}"></iframe>`],
  ['a sandboxed frame', (start) => `<iframe sandbox="allow-scripts allow-same-origin" src="${start}"></iframe>`],
  ['an object', (start) => `<object data="${start}"></object>`],
  ['a script', (start) => `<script src="${start}"></script>`],
  ['a style sheet', (start) => `<link rel="stylesheet" href="${start}">`],
  ['a prefetch', (start) => `<link rel="prefetch" href="${start}">`],
  ['fetch', (start) => `<script>fetch("${start}", { mode: "no-cors", credentials: "include" })</script>`],
  ['a beacon', (start) => `<script>navigator.sendBeacon("${start}")</script>`],
  ['a form', (start) => `<form action="${start}"><button id="go">Go</button></form>`],
  ['a form with POST', (start) => `<form action="${start}" method="post"><button id="go">Go</button></form>`],
  ['window.open', (start) => `<button id="go" onclick="window.open('${start}')">Go</button>`],
  [
    'window.open without a referrer',
    (start) => `<button id="go" onclick="window.open('${start}', '', 'noreferrer')">Go</button>`,
  ],
  ['a link', (start) => `<a id="go" href="${start}">Go</a>`],
  ['a link without a referrer', (start) => `<a id="go" href="${start}" rel="noreferrer">Go</a>`],
  ['a link to a new tab', (start) => `<a id="go" href="${start}" target="_blank">Go</a>`],
  ['a refresh', (start) => `<meta http-equiv="refresh" content="0; url=${start}">`],
  ['a script that goes there', (start) => `<script>location = "${start}"</script>`],
];

describeWithChromium('over plain http, another host of the site', () => {
  jest.setTimeout(60_000);
  let browser: Browser;
  let site: Site;
  let appURL: string;
  let victim: BrowserContext;
  /** Called when the start has been answered, with what the browser said. */
  let onStart: (headers: IncomingHttpHeaders) => void;

  beforeAll(async () => {
    browser = await launchChromium(['--host-resolver-rules=MAP * 127.0.0.1']);
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    onStart = () => undefined;
    site = await openSite({
      before: (app) =>
        app.use((req, res, next) => {
          if (req.path === '/auth/pimbuzz') res.once('close', () => onStart(req.headers));
          next();
        }, sessions()),
    });
    appURL = `http://app.example:${new URL(site.url).port}`;
    const { provider } = site;
    const [app] = provider.apps;
    provider.updateApp(app!, { redirectURL: `${appURL}/auth/pimbuzz/callback` });
    // Whoever has accepted the app is sent back at once, without a click.
    provider.approve('renee', app!);
    victim = await browser.newContext({ locale: 'en-GB' });
    const page = await victim.newPage();
    await page.goto(`${provider.url}/signin?return_to=%2F`);
    await page.getByRole('button', { name: /^Renée/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Pimbuzz' }).waitFor();
  });
  afterEach(async () => {
    await victim.close();
    await closeSites();
  });

  /** The attacker's host; `page` is at its root, and `/redirect` leads to the start. */
  async function openEvil(page: string, headers: Record<string, string>): Promise<string> {
    const url = await serve((req, res) => {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
      if (req.url === '/redirect') res.writeHead(302, { location: `${appURL}/auth/pimbuzz` }).end();
      else if (req.url === '/')
        res.setHeader('content-type', 'text/html').end(`<!doctype html><title>E</title>${page}`);
      else res.writeHead(204).end();
    });
    return `http://evil.app.example:${new URL(url).port}`;
  }

  /** Opens the callback with the key of the attacker, who is sam. */
  async function openLinkOfAttacker(): Promise<string> {
    const { pathname, search } = new URL(await takeCallback(site, site.browser(), '/auth/pimbuzz', 'sam'));
    const tab = await victim.newPage();
    await tab.goto(appURL + pathname + search);
    return tab.innerText('body');
  }

  const cookieNames = async () => (await victim.cookies(appURL)).map(({ name }) => name);

  async function expectNobody(): Promise<void> {
    expect(await cookieNames()).not.toContain('loginwith-pimbuzz');
    expect(await openLinkOfAttacker()).toContain('attempt_missing');
    expect(await cookieNames()).not.toContain('connect.sid');
    expect(site.provider.requests.filter(({ endpoint }) => endpoint === 'authorize')).toEqual([]);
  }

  const answered = () => new Promise<IncomingHttpHeaders>((resolve) => (onStart = resolve));

  describe.each([
    ['', {}],
    [', and hides itself', { 'referrer-policy': 'no-referrer' }],
  ])('that starts a login%s', (_how, headers) => {
    test.each(ways)('with %s does not sign the visitor in with its own key', async (_name, toPage) => {
      const isAnswered = answered();
      const evil = await openEvil(toPage(`${appURL}/auth/pimbuzz`), headers);
      const page = await victim.newPage();
      await page.goto(evil, { waitUntil: 'commit' });
      if (toPage('').includes('id="go"')) await page.click('#go');
      expect(await isAnswered).not.toHaveProperty('sec-fetch-site');
      await expectNobody();
    });

    test('with a redirect does not sign the visitor in with its own key', async () => {
      const page = await victim.newPage();
      await page.goto(`${await openEvil('', headers)}/redirect`);
      expect(await page.innerText('body')).toContain('Did another site send you here without asking you?');
      await expectNobody();
    });
  });

  test('that only links here costs the visitor one click', async () => {
    const page = await victim.newPage();
    await page.goto(await openEvil(`<a id="go" href="${appURL}/auth/pimbuzz?returnTo=/me">Go</a>`, {}));
    await page.click('#go');
    await page.getByRole('link', { name: 'Log in with Pimbuzz' }).click();
    await page.waitForURL(`${appURL}/me`);
    expect(await page.innerText('body')).toContain('"username":"renee"');
  });

  test("does not hinder a login that began on the app's own page, whatever cookie it adds", async () => {
    const tossed = { 'set-cookie': 'loginwith-pimbuzz=garbage; Domain=app.example; Path=/auth' };
    const page = await victim.newPage();
    await page.goto(await openEvil('', tossed));
    expect((await victim.cookies(`${appURL}/auth/pimbuzz`)).map(({ value }) => value)).toEqual(['garbage']);
    await page.goto(`${appURL}/auth/choose?returnTo=/me`);
    await page.getByRole('link', { name: 'Log in with Pimbuzz' }).click();
    await page.waitForURL(`${appURL}/me`);
    expect(await page.innerText('body')).toContain('"username":"renee"');
  });
});
