import { readFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { defineProvider } from 'passport-loginwith';
import { buttonStyle, pageStyle, type LoginWith, type LoginWithOptions } from 'passport-loginwith/express';
import { closeSites, createAuth, openSite, sessions, type Site, type SiteSetUp } from '../support/express-site';

afterEach(closeSites);

const cookieSecret = 'of the test, and long enough for it';
const providers = ['pimbuzz', 'lookloox'].map((provider) => ({ provider, appId: '1', appSecret: 's' }));

const create = (options: Partial<LoginWithOptions> = {}): LoginWith =>
  createAuth({ providers, cookieSecret, ...options });

const hrefOf = (markup: string) => /href="([^"]*)"/.exec(markup)![1]!.replaceAll('&amp;', '&');

test('the button is a link with the mark, and a text that says what it does', () => {
  const { markup } = create().button('lookloox');
  expect(markup.replace(/<svg.*<\/svg>/s, 'MARK')).toBe(
    '<a class="login-button" href="/auth/lookloox">MARK <span>Log in with Look Loox</span></a>',
  );
  expect(markup).toMatch(/<svg[^>]* aria-hidden="true"/);
  expect(markup).toContain('fill="#6a3fb5"');
  // A strict policy allows it.
  expect(markup).not.toMatch(/<script|<style|<img|\sstyle=|\son\w+=|https?:/);
});

test('the button leads to the page that is asked for', () => {
  const { markup } = create().button('pimbuzz', { returnTo: '/me?a=1&b="2"' });
  expect(hrefOf(markup)).toBe('/auth/pimbuzz?returnTo=%2Fme%3Fa%3D1%26b%3D%222%22');
});

test('the button speaks the language that it is told, and the words of the app', () => {
  const texts = { en: { login: 'Continue with {name}' }, de: { login: 'Mit {name} anmelden' } };
  const button = (options?: object) => create({ texts }).button('pimbuzz', options).markup;
  expect(button()).toContain('>Continue with Pimbuzz<');
  expect(button({ locale: 'fr' })).toContain('>Se connecter avec Pimbuzz<');
  expect(button({ locale: 'fr-CA' })).toContain('>Se connecter avec Pimbuzz<');
  expect(button({ locale: 'de' })).toContain('>Mit Pimbuzz anmelden<');
  expect(button({ locale: 'it' })).toContain('>Continue with Pimbuzz<');
});

test('the names of the providers are escaped', () => {
  const provider = defineProvider({ name: 'x', baseURL: 'https://x.example', displayName: '<b>&' });
  const { markup } = create({ providers: [{ provider, appId: '1', appSecret: 's' }] }).button('x');
  expect(markup).toContain('Log in with &lt;b&gt;&amp;</span>');
  expect(markup).toMatch(/>\s*&lt;\s*<\/text>/);
});

test('a button of an unknown provider is a mistake that names the known ones', () => {
  expect(() => create().button('pimbuz')).toThrow(
    new TypeError('button: there is no provider "pimbuz"; there are pimbuzz, lookloox'),
  );
});

test.each<[string, Partial<LoginWithOptions>, string]>([
  ['basePath and paths', { basePath: '/account', paths: { login: '/in/:name' } }, '/account/in/pimbuzz'],
  [
    'the prefix that callbackURL has',
    { providers: [{ ...providers[0]!, callbackURL: 'https://site.example/shop/auth/pimbuzz/callback' }] },
    '/shop/auth/pimbuzz',
  ],
])('the button knows %s', (_name, options, path) => {
  expect(hrefOf(create(options).button('pimbuzz').markup)).toBe(path);
});

describe('with the request for its page, the button', () => {
  /** Opens an app with a page that has the button, which logs in. */
  async function open(setUp: SiteSetUp = {}): Promise<{ site: Site; load: (headers?: object) => Promise<string> }> {
    const site = await openSite({
      ...setUp,
      routes: (app, auth) =>
        app.get('{/inner}/login', (req, res) => void res.send(auth.button('pimbuzz', { returnTo: '/', req }).markup)),
    });
    const load = async (headers = {}) => (await site.browser().get(`${setUp.mount ?? ''}/login`, headers)).text;
    return { site, load };
  }

  test('knows the mount path, and logs in', async () => {
    const { site, load } = await open({ mount: '/inner' });
    const start = hrefOf(await load());
    expect(start).toBe('/inner/auth/pimbuzz?returnTo=%2F');
    expect((await site.logIn(site.browser(), 'renee', start)).location).toBe('/');
  });

  test('knows the prefix of a trusted proxy, as the pages do', async () => {
    const { site, load } = await open({
      before(app) {
        app.set('trust proxy', 'loopback');
        app.use(sessions());
      },
    });
    const headers = { 'x-forwarded-prefix': '/shop', 'x-forwarded-for': '192.0.2.1' };
    expect(hrefOf(await load(headers))).toBe('/shop/auth/pimbuzz?returnTo=%2F');
    const { text } = await site.browser().get('/auth/choose', headers);
    expect(text).toContain('<footer><a href="/shop/">Go to the start page</a></footer>');
    expect(text).toContain('class="login-button" href="/shop/auth/pimbuzz"');
  });

  test('speaks the language of the browser', async () => {
    const { load } = await open();
    expect(await load({ 'accept-language': 'fr' })).toContain('Se connecter avec Pimbuzz');
  });

  test('finds the providers that the app chooses for it', async () => {
    const { load } = await open({
      options: (given) => ({ providers: () => given, cookieSecret }),
    });
    expect(hrefOf(await load())).toBe('/auth/pimbuzz?returnTo=%2F');
  });
});

test('a button of providers that the app chooses needs a request', () => {
  expect(() => create({ providers: () => providers }).button('pimbuzz')).toThrow(
    new TypeError('button: "providers" is a function, so pass "req", a request that has gone through loginWith()'),
  );
});

test.each<[string, Partial<LoginWithOptions>]>([
  ['one list of providers', {}],
  ['providers that the app chooses', { providers: () => providers }],
])('with %s, a button for a request that has not gone through the middleware is a mistake', (_name, options) => {
  const req = new IncomingMessage(new Socket());
  expect(() => create(options).button('pimbuzz', { req })).toThrow(
    expect.objectContaining({
      code: 'middleware_missing',
      hint: expect.stringMatching(/^Put app\.use\(auth\)/) as string,
    }),
  );
});

test('a button for such a request is right where callbackURL tells the path', () => {
  const req = new IncomingMessage(new Socket());
  const callbackURL = 'https://site.example/shop/auth/pimbuzz/callback';
  const auth = create({ providers: [{ ...providers[0]!, callbackURL }] });
  expect(hrefOf(auth.button('pimbuzz', { req }).markup)).toBe('/shop/auth/pimbuzz');
});

test('the style of the pages has that of the button and the colour of the brand, and no foreign asset', () => {
  expect(pageStyle).toContain(buttonStyle);
  expect(create().pageStyle).toBe(pageStyle);
  const own = create({ brand: { color: '#2e7d32' } }).pageStyle;
  expect(own.startsWith(pageStyle)).toBe(true);
  expect(own.slice(pageStyle.length)).toContain('--button: #2e7d32;');
  expect(pageStyle).not.toMatch(/url\(|@import|</);
});

test('docs/pages.md has the button as it is, to copy', () => {
  const document = readFileSync(join(__dirname, '../../docs/pages.md'), 'utf8');
  const [html, css] = ['html', 'css'].map((language) =>
    new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(document)?.[1]?.trim(),
  );
  expect(css).toBe(buttonStyle.trim());
  const spaceless = (text: string) => text.replace(/\s+/g, ' ').replaceAll('> <', '><');
  expect(spaceless(html!)).toBe(spaceless(create().button('pimbuzz').markup));
});
