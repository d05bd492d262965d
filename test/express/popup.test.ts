import type { Express } from 'express';
import { MemoryStore } from 'express-session';
import type { LoginWithOptions } from 'passport-loginwith/express';
import {
  closeSites,
  cookieSessions,
  openSite,
  sessions,
  takeCallback,
  tokenOn,
  type SiteSetUp,
} from '../support/express-site';
import { openLinkSite } from '../support/link-site';
import { runPopupScript } from '../support/popup-page';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeSites();
});

const start = '/auth/pimbuzz?display=popup';
const bare = '/auth/pimbuzz/callback';
const success = { type: 'passport-loginwith', status: 'success' };
const spa = 'https://spa.example/page';
const startFromSPA = `${start}&returnTo=${encodeURIComponent(spa)}`;

const openWith = (options: Partial<LoginWithOptions> = {}, setUp: SiteSetUp = {}) =>
  openSite({
    ...setUp,
    options: (providers) => ({ providers, trustedOrigins: ['https://spa.example', 'https://b.example'], ...options }),
  });

const failureOf = (code: string) => ({ type: 'passport-loginwith', status: 'failure', code });

/** Turns users away. */
const strict: Partial<LoginWithOptions> = { verify: () => false, serialize: String, deserialize: () => undefined };

describe('a login in a popup', () => {
  test('ends with a page that tells the pages of the app, and closes itself', async () => {
    const site = await openWith();
    const browser = site.browser();
    const page = await site.logIn(browser, 'renee', start);
    expect(page.status).toBe(200);
    expect(runPopupScript(page)).toEqual({
      broadcast: [['passport-loginwith', success]],
      posted: [],
      isClosed: true,
    });
    expect((await browser.get('/me')).json.username).toBe('renee');
  });

  test('is stored before its page is sent', async () => {
    const events: string[] = [];
    class Store extends MemoryStore {
      override set(...parameters: Parameters<MemoryStore['set']>): void {
        events.push('stored');
        super.set(...parameters);
      }
    }
    const before = (app: Express) =>
      app.use(sessions({ store: new Store() }), (req, res, next) => {
        const end = res.end.bind(res);
        res.end = (...parameters: unknown[]) => {
          events.push(`sent ${req.path}`);
          return Reflect.apply(end, undefined, parameters);
        };
        next();
      });
    const site = await openWith({}, { before });
    await site.logIn(site.browser(), 'renee', start);
    expect(events.slice(0, 3)).toEqual(['sent /auth/pimbuzz', 'stored', `sent ${bare}`]);
  });

  test('says without a script what to do, and leads on in a window that was no popup', async () => {
    const site = await openWith();
    const page = await site.logIn(site.browser(), 'renee', `${start}&returnTo=/cart`);
    expect(page.text).toContain('You can close this window.');
    expect(page.text).toContain('href="/cart">');
    expect(page.text).not.toMatch(/http-equiv|https?:\/\//);
  });

  test('tells an opener on another origin only if that origin is trusted, and no other one', async () => {
    const site = await openWith();
    const told = runPopupScript(await site.logIn(site.browser(), 'renee', startFromSPA));
    expect(told).toEqual({
      broadcast: [['passport-loginwith', success]],
      posted: [[success, 'https://spa.example']],
      isClosed: true,
    });
    const foreign = `${start}&returnTo=https://evil.example/`;
    expect(runPopupScript(await site.logIn(site.browser(), 'renee', foreign)).posted).toEqual([]);
  });

  test('tells no success page on another origin that is not trusted', async () => {
    const site = await openWith({ successRedirect: 'https://elsewhere.example/' });
    const page = await site.logIn(site.browser(), 'renee', start);
    expect(runPopupScript(page).posted).toEqual([]);
    expect(page.text).toContain('href="https://elsewhere.example/">');
  });

  test('stays one when a key was replaced and it starts again by itself', async () => {
    const site = await openWith();
    site.provider.once('authorize', 'used_key');
    expect(runPopupScript(await site.logIn(site.browser(), 'renee', startFromSPA)).posted).toHaveLength(1);
    expect(site.provider.requests.filter(({ endpoint }) => endpoint === 'oauth').length).toBeGreaterThan(1);
  });

  test('stays one on the page with one link, and on the page with the choice', async () => {
    const site = await openWith({}, { providers: ['pimbuzz', 'lookloox'] });
    const question = await site.browser().get(startFromSPA, { 'sec-fetch-site': 'cross-site' });
    const choice = await site.browser().get(startFromSPA.replace('pimbuzz', 'choose'));
    expect([question.status, question.headers.getSetCookie()]).toEqual([200, []]);
    for (const page of [question, choice]) {
      const href = /href="(\/auth\/pimbuzz[^"]*)"/.exec(page.text)![1]!.replaceAll('&amp;', '&');
      expect(runPopupScript(await site.logIn(site.browser(), 'renee', href)).posted).toHaveLength(1);
    }
  });

  test('works with a SameSite=Strict session', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const site = await openWith({}, { before: (app) => app.use(cookieSessions({ sameSite: 'strict' })) });
    const browser = site.browser();
    const onTheWay = await site.logIn(browser, 'renee', start);
    expect(onTheWay.text).not.toContain('<script');
    const href = /url=([^"]+)"/.exec(onTheWay.text)![1]!;
    expect(runPopupScript(await browser.get(href)).isClosed).toBe(true);
  });

  test('works without a session, after onLogin', async () => {
    const onLogin: LoginWithOptions['onLogin'] = (_req, res, next) => {
      res.setHeader('X-Token', 'handed out');
      next();
    };
    const site = await openWith({ session: false, onLogin }, { before: () => undefined });
    const page = await site.logIn(site.browser(), 'renee', start);
    expect(page.headers.get('x-token')).toBe('handed out');
    expect(runPopupScript(page).isClosed).toBe(true);
  });

  test('changes places with a newer login in a tab, if it comes back first', async () => {
    const site = await openWith();
    const browser = site.browser();
    const fromPopup = await takeCallback(site, browser, start, 'renee');
    const fromTab = await takeCallback(site, browser, '/auth/pimbuzz?returnTo=/cart', 'sam');
    expect((await browser.get(fromPopup)).location).toBe('/cart');
    const page = await browser.get(fromTab);
    expect(runPopupScript(page).broadcast).toEqual([['passport-loginwith', success]]);
    expect(page.text).toContain('<a href="/">');
  });

  test('has the page of a template of the app, which needs no script of its own', async () => {
    const popup = ({ locale, href }: { locale: string; href: string }) => `<p lang="${locale}">Done: ${href}`;
    const site = await openWith({ templates: { popup } });
    const page = await site.logIn(site.browser(), 'renee', start);
    expect(page.text).toMatch(/^<p lang="en">Done: \/<script nonce/);
    expect(runPopupScript(page).isClosed).toBe(true);
  });

  test.each(['/auth/pimbuzz?display=page', '/auth/pimbuzz?display=', '/auth/pimbuzz?returnTo=/x%3Fdisplay=popup'])(
    'is not what %s asks for',
    async (path) => {
      const site = await openWith();
      expect((await site.logIn(site.browser(), 'renee', path)).status).toBe(302);
    },
  );

  test('may be a renewal', async () => {
    const site = await openWith({ keepAccessToken: true });
    const browser = site.browser();
    await site.logIn(browser);
    const page = await site.logIn(browser, 'renee', '/auth/pimbuzz/renew?display=popup');
    expect(runPopupScript(page)).toMatchObject({ broadcast: [['passport-loginwith', success]], isClosed: true });
  });

  test('may add an account, once the user has confirmed it', async () => {
    const { site, links, ask } = await openLinkSite();
    const browser = site.browser();
    await site.logIn(browser, 'renee');
    const { token } = await ask(browser, 'sam', '/auth/lookloox/link?display=popup');
    const page = await browser.postForm('/auth/lookloox/link', { token });
    expect(runPopupScript(page).isClosed).toBe(true);
    expect(links).toHaveLength(1);
    expect(tokenOn(page)).toBe('');
  });
});

describe('a login that fails in a popup', () => {
  test('tells the opener, then shows the failure, and the link there starts one in the popup again', async () => {
    const site = await openWith(strict);
    const browser = site.browser();
    const telling = await site.logIn(browser, 'renee', startFromSPA);
    const failure = failureOf('user_rejected');
    expect(telling.status).toBe(200);
    expect(runPopupScript(telling)).toEqual({
      broadcast: [['passport-loginwith', failure]],
      posted: [[failure, 'https://spa.example']],
      isClosed: false,
    });
    expect(telling.text).toContain(`<meta http-equiv="refresh" content="0; url=${bare}" />`);
    for (let load = 0; load < 2; load += 1) {
      const page = await browser.get(bare);
      expect([page.status, page.text]).toEqual([401, expect.stringContaining('user_rejected')]);
      expect(page.text).not.toContain('<script');
      const href = /<a class="button primary" href="([^"]+)"/.exec(page.text)![1]!.replaceAll('&amp;', '&');
      expect(new URL(href, site.url).searchParams.get('display')).toBe('popup');
      expect(new URL(href, site.url).searchParams.get('returnTo')).toBe(spa);
    }
  });

  test('tells the opener of an error before the app gets it', async () => {
    const site = await openWith();
    const browser = site.browser();
    site.provider.once('authorize', 'wrong_secret');
    expect(runPopupScript(await site.logIn(browser, 'renee', start)).broadcast).toEqual([
      ['passport-loginwith', failureOf('app_secret_invalid')],
    ]);
    expect(site.errors).toEqual([]);
    expect((await browser.get(bare)).json).toEqual({ error: 'app_secret_invalid' });
    expect(site.errors).toHaveLength(1);
  });

  test('tells the opener of each try with an unused key, which logs in when the provider is back', async () => {
    const site = await openWith();
    const browser = site.browser();
    site.provider.once('authorize', 'maintenance').once('authorize', 'maintenance');
    runPopupScript(await site.logIn(browser, 'renee', start));
    expect((await browser.get(bare)).status).toBe(502);
    const again = await browser.visit(bare);
    expect(runPopupScript(again).broadcast).toEqual([['passport-loginwith', failureOf('response_html')]]);
    expect((await browser.get(bare)).status).toBe(502);
    expect(runPopupScript(await browser.get(bare)).broadcast).toEqual([['passport-loginwith', success]]);
  });

  test('tells the opener before onError, or the redirect to failureRedirect', async () => {
    const onError: LoginWithOptions['onError'] = (_error, _req, res) => void res.end('own page');
    for (const options of [
      { ...strict, onError },
      { ...strict, failureRedirect: '/sorry' },
    ]) {
      const site = await openWith(options);
      const browser = site.browser();
      expect(runPopupScript(await site.logIn(browser, 'renee', start)).broadcast).toHaveLength(1);
      const { text, location } = await browser.get(bare);
      expect('onError' in options ? text : location).toBe(
        'onError' in options ? 'own page' : '/sorry?error=user_rejected',
      );
    }
  });

  test('at its start tells the opener, too', async () => {
    const site = await openWith();
    const browser = site.browser();
    for (let starts = 0; starts < 8; starts += 1) await browser.get(startFromSPA);
    const sent = await browser.get(startFromSPA);
    expect([sent.status, sent.location]).toEqual([303, bare]);
    expect(runPopupScript(await browser.get(bare)).posted).toEqual([[failureOf('login_loop'), 'https://spa.example']]);
    expect([(await browser.get(bare)).status, (await browser.get('/auth/pimbuzz')).status]).toEqual([429, 429]);
  });

  test('by an error of the app is left to the app', async () => {
    const verify = () => {
      throw new Error('no database');
    };
    const site = await openWith({ ...strict, verify });
    const response = await site.logIn(site.browser(), 'renee', start);
    expect([response.status, response.json]).toEqual([500, { error: 'Error: no database' }]);
  });
});
