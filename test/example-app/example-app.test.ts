import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { LoginErrorCode } from 'passport-loginwith';
import type { Fault, LocalProvider } from 'passport-loginwith/provider';
import { readConfig, SetUpError } from '../../example-app/config.js';
import { failurePage } from '../../example-app/pages/failure.js';
import { startExample, type Example } from '../../example-app/start.js';
import { moveTime } from '../support/strategy-app';
import { textOf } from '../support/dashboard-site.js';
import { Browser as PlainBrowser, byFetch, type TestRequest, type TestResponse } from '../support/test-browser.js';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis.js';

type SiteName = 'pimbuzz' | 'lookloox';

const names: readonly SiteName[] = ['pimbuzz', 'lookloox'];
const anyPort = { PORT: '0', PIMBUZZ_PORT: '0', LOOKLOOX_PORT: '0' };

/** A browser, and what one reads in it. */
class Browser extends (PlainBrowser as new (url: string) => Omit<PlainBrowser, 'get'>) {
  async get(path: string, request?: TestRequest) {
    return readAnswer(await this.send(path, request));
  }
}

const readAnswer = ({ status, location, text }: TestResponse) => ({ status, location, html: text, text: textOf(text) });

let folder: string;
let example: Example;
let log: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'example-app-'));
  log = [];
  example = await start();
});

afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await example.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = (env: NodeJS.ProcessEnv = anyPort) => startExample(readConfig(env), folder, (text) => log.push(text));

function site(name: SiteName): LocalProvider {
  const provider = example.local.get(name);
  if (provider === undefined) throw new Error(`no local ${name}`);
  return provider;
}

/** A whole login through the real redirects; resolves to the app's answer to the callback. */
async function logIn(browser: Browser, name: SiteName, person = 'renee', path = `/auth/${name}`) {
  return readAnswer(await site(name).signIn(browser.fetch, person, { start: example.url + path }));
}

async function signedIn(name: SiteName = 'pimbuzz', person?: string): Promise<Browser> {
  const browser = new Browser(example.url);
  await logIn(browser, name, person);
  return browser;
}

/** Starts a login, and comes back with a key that the provider may or may not know. */
async function comeBack(browser: Browser, key: string) {
  await browser.get('/auth/pimbuzz');
  return failAt(browser, `/auth/pimbuzz/callback?auth_key=${key}`);
}

/** The page of a failed callback. */
async function failAt(browser: Browser, path: string) {
  return readAnswer(await browser.visit(path));
}

describe('a login', () => {
  test.each(names)('with the local %s leads to the page of the person', async (name) => {
    const browser = new Browser(example.url);
    const home = await browser.get('/');
    expect(home.html).toContain(`href="/auth/${name}"`);

    const answer = await logIn(browser, name);
    expect(answer.status).toBe(302);
    expect(answer.location).toBe('/me');

    const page = await browser.get('/me');
    expect(page.status).toBe(200);
    const uploads = `${site(name).url}/content/uploads/photos/2024/01`;
    expect(page.html).toContain(`src="${uploads}/renee.svg"`);
    expect(page.html).toContain(`src="${uploads}/renee_cover.svg"`);
    for (const text of [
      'Renée O’Brien-Łukasz',
      `Logged in with ${site(name).name}`,
      'Number 2',
      'User name renee',
      'Given name Renée',
      'Family name O’Brien-Łukasz',
      'E-mail renee@example.org',
      'Gender Female',
      'Date of birth 9 July 1985',
      'Relationship married',
      'About I <3 "cats" & dogs, and it\'s a long story',
      'Website https://example.org/?a=1&b=2',
      `Profile page ${site(name).url}/renee`,
      `Picture ${uploads}/renee.svg`,
      `Cover ${uploads}/renee_cover.svg`,
      'Member since 15 January 2024 at 12:34 UTC',
      'Badge Verified account',
    ]) {
      expect(page.text).toContain(text);
    }
  });

  test('speaks GET to the one site and POST to the other', async () => {
    for (const name of names) await signedIn(name);
    const methods = names.map(
      (name) => site(name).requests.findLast(({ endpoint }) => endpoint === 'authorize')?.method,
    );
    expect(methods).toEqual(['GET', 'POST']);
  });

  test('goes on to the page that was asked for', async () => {
    const browser = new Browser(example.url);
    const refused = await browser.get('/me?tab=1');
    expect(refused.status).toBe(302);
    expect(refused.location).toBe('/?returnTo=%2Fme%3Ftab%3D1');

    const home = await browser.get(refused.location!);
    const link = /href="(\/auth\/lookloox\?[^"]*)"/.exec(home.html)?.[1];
    const answer = await logIn(browser, 'lookloox', 'sam', link);
    expect(answer.location).toBe('/me?tab=1');
  });

  test('never leads to another site', async () => {
    const answer = await logIn(
      new Browser(example.url),
      'pimbuzz',
      'sam',
      '/auth/pimbuzz?returnTo=https://evil.example/',
    );
    expect(answer.location).toBe('/');
  });

  test('replaces the session that was there before', async () => {
    const browser = await signedIn('pimbuzz', 'renee');
    const before = await browser.jar.getCookieString(example.url);
    await logIn(browser, 'lookloox', 'sam');
    expect(sessionOf(await browser.jar.getCookieString(example.url))).not.toBe(sessionOf(before));
    expect((await browser.get('/me')).text).toContain('Sam Nguyễn');
    expect(sessionFiles()).toHaveLength(1);
  });

  test('is asked for with words that a script understands, and no redirect', async () => {
    const browser = new Browser(example.url);
    for (const path of ['/me', '/me/fresh/pimbuzz', '/auth/pimbuzz']) {
      const answer = await browser.send(path, { headers: byFetch });
      expect(answer.status).toBe(401);
      expect(answer.json).toMatchObject({ code: 'login_required' });
    }
  });

  test('that another site has started waits for a click', async () => {
    const browser = new Browser(example.url);
    const page = await browser.get('/auth/pimbuzz?returnTo=/me', { headers: { 'sec-fetch-site': 'cross-site' } });
    expect([page.status, page.location]).toEqual([200, undefined]);
    expect(page.text).toContain('Next, you will see Pimbuzz’s own page.');
    const [, go = ''] = /<a class="button primary" href="([^"]*)"/.exec(page.html) ?? [];
    expect((await logIn(browser, 'pimbuzz', 'sam', go)).location).toBe('/me');
  });

  test('leaves visitors who do not log in without a session', async () => {
    const response = await fetch(`${example.url}/`);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(sessionFiles()).toEqual([]);
  });
});

describe('a session', () => {
  test('is not written again by every visit, so that none can bring back what a logout removes', async () => {
    const browser = await signedIn();
    await browser.get('/me');
    const [file = ''] = sessionFiles();
    const before = statSync(join(folder, 'sessions', file));
    for (const path of ['/me', '/', '/me/fresh/pimbuzz']) await browser.get(path);
    const after = statSync(join(folder, 'sessions', file));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });
});

describe("a person's page", () => {
  test('shows what people wrote as text, and never runs it', async () => {
    const page = await (await signedIn('lookloox', 'sam')).get('/me');
    expect(page.html).not.toContain('<script');
    expect(page.text).toContain('tea 🍵 and <script>alert(1)</script>');
    expect(page.html).toContain('href="https://例え.jp/ü" rel="noopener nofollow ugc"');
  });

  test('gets by with next to nothing', async () => {
    const page = await (await signedIn('pimbuzz', 'nogen')).get('/me');
    expect(page.status).toBe(200);
    expect(page.html).not.toMatch(/undefined|null|false|javascript:|<img/);
    expect(page.text).toContain('Website Not given');
    expect(page.text).toContain('Member since Not given');
  });

  test('says when the access ends, and later that it has ended', async () => {
    const browser = await signedIn();
    expect((await browser.get('/me')).text).toMatch(/access to your data ends in 59 minutes at the latest/);
    const later = Date.now() + 3 * 3_600_000 + 60_000;
    jest.spyOn(Date, 'now').mockImplementation(() => later);
    expect((await browser.get('/me')).text).toMatch(/access to your data ended 2 hours ago/);
  });

  test('is whole: a title, one first heading, landmarks, a language, and a name on every image', async () => {
    const browser = await signedIn();
    for (const path of ['/', '/me', '/me/fresh/pimbuzz', '/nothing', '/auth/pimbuzz/callback']) {
      const { html } = await browser.get(path);
      expect(html).toMatch(/^<!doctype html>\s*<html lang="en">/);
      expect(html).toMatch(/<title>[^<]+ – Example app<\/title>/);
      expect(html.match(/<h1/g)).toHaveLength(1);
      for (const landmark of ['<header>', '<main id="main"', '<footer>']) expect(html).toContain(landmark);
      for (const [image] of html.matchAll(/<img[^>]*>/g)) expect(image).toMatch(/alt="[^"]+"/);
      expect(html).not.toMatch(/ style=|<style| on[a-z]+="/);
    }
  });
});

describe('the page with what a site tells at this moment', () => {
  test('is read anew each time', async () => {
    const browser = await signedIn();
    const page = await browser.get('/me');
    expect(page.html).toContain('href="/me/fresh/pimbuzz"');
    site('pimbuzz').updateUser('renee', { biography: 'I have just moved.' });
    const fresh = await browser.get('/me/fresh/pimbuzz');
    expect(fresh.status).toBe(200);
    expect(fresh.text).toContain('What Pimbuzz tells about you now');
    expect(fresh.text).toContain('I have just moved.');
    // The other page is of the time of the login.
    expect((await browser.get('/me')).text).not.toContain('I have just moved.');
  });

  test('gets a new access by itself when the old one has ended', async () => {
    const browser = await signedIn();
    site('pimbuzz').advance(61_000);
    const renewal = await browser.get('/me/fresh/pimbuzz');
    expect(renewal.status).toBe(302);
    expect(renewal.location).toMatch(new RegExp(`^${site('pimbuzz').url}/api/oauth\\?`));

    site('pimbuzz').updateUser('renee', { firstName: 'Irène' });
    expect((await logIn(browser, 'pimbuzz', 'renee', '/me/fresh/pimbuzz')).location).toBe('/me/fresh/pimbuzz');
    expect((await browser.get('/me/fresh/pimbuzz')).text).toContain('Given name Irène');
    expect((await browser.get('/me')).text).toContain('Given name Renée');
    expect(log).toEqual([]);
  });

  test('moves the time at which the access ends on the other page, too', async () => {
    const browser = await signedIn();
    moveTime(3 * 3_600_000 + 60_000);
    expect((await browser.get('/me')).text).toContain('access to your data ended 2 hours ago');
    await logIn(browser, 'pimbuzz', 'renee', '/me/fresh/pimbuzz');
    await browser.get('/me/fresh/pimbuzz');
    expect((await browser.get('/me')).text).toMatch(/access to your data ends in (59 minutes|1 hour) at the latest/);
  });

  test('tells a script where to renew the access', async () => {
    const browser = await signedIn();
    site('pimbuzz').advance(61_000);
    const answer = await browser.send('/me/fresh/pimbuzz', { headers: byFetch });
    expect([answer.status, answer.json]).toEqual([
      401,
      expect.objectContaining({ code: 'token_expired', renewURL: `${example.url}/auth/pimbuzz/renew` }),
    ]);
  });

  test('never shows or signs in somebody else', async () => {
    const browser = await signedIn('pimbuzz', 'renee');
    site('pimbuzz').advance(61_000);
    const page = await logIn(browser, 'pimbuzz', 'sam', '/me/fresh/pimbuzz');
    expect(page.status).toBe(403);
    expect(page.text).toContain('This is another account');
    expect((await browser.get('/me')).text).toContain('Renée');
  });

  test('leads visitors to the login, and from there back', async () => {
    const browser = new Browser(example.url);
    const refused = await browser.get('/me/fresh/lookloox');
    expect(refused.location).toBe('/auth/lookloox?returnTo=%2Fme%2Ffresh%2Flookloox');
    const answer = await logIn(browser, 'lookloox', 'sam', refused.location);
    expect(answer.location).toBe('/me/fresh/lookloox');
    expect((await browser.get('/me/fresh/lookloox')).text).toContain('Sam Nguyễn');
  });
});

describe('linking', () => {
  const link = (browser: Browser, person: string) => logIn(browser, 'lookloox', person, '/auth/lookloox/link');
  const tokenOf = (html: string) => /name="token" value="([^"]*)"/.exec(html)?.[1] ?? '';

  test('adds an account at the other site when the person has confirmed it, until they log out', async () => {
    const browser = await signedIn('pimbuzz', 'renee');
    const before = await browser.get('/me');
    expect(before.html).toContain('href="/auth/lookloox/link"');
    expect(before.html).not.toContain('href="/auth/pimbuzz/link"');

    const question = await link(browser, 'sam');
    expect(question.status).toBe(200);
    expect(question.text).toContain('Add this Look Loox account?');
    expect(question.text).toContain('Sam Nguyễn');
    expect((await browser.get('/me')).text).not.toContain('Sam Nguyễn');

    const answer = await browser.postForm('/auth/lookloox/link', { token: tokenOf(question.html) });
    expect([answer.status, answer.location]).toEqual([303, '/me']);
    const after = await browser.get('/me');
    expect(after.text).toContain('Logged in with Pimbuzz');
    expect(after.text).toContain('Sam Nguyễn at Look Loox, number 3');
    expect(after.text).toContain('kept in your session, until you log out');
    expect(after.html).not.toContain('href="/auth/lookloox/link"');

    await browser.postForm('/auth/logout');
    await logIn(browser, 'pimbuzz', 'renee');
    expect((await browser.get('/me')).text).not.toContain('Sam Nguyễn');
  });

  test('lets the person look at the linked account as well', async () => {
    const browser = await signedIn('pimbuzz', 'renee');
    await browser.postForm('/auth/lookloox/link', { token: tokenOf((await link(browser, 'sam')).html) });
    expect((await browser.get('/me')).html).toContain('href="/me/fresh/lookloox"');
    const answer = await logIn(browser, 'lookloox', 'sam', '/me/fresh/lookloox');
    expect(answer.location).toBe('/me/fresh/lookloox');
    expect((await browser.get('/me/fresh/lookloox')).text).toContain('Sam Nguyễn');
    const page = await browser.get('/me');
    expect(page.text).toContain('Logged in with Pimbuzz');
    expect(page.text).toContain('Sam Nguyễn at Look Loox');
  });

  test('lasts through a restart', async () => {
    const browser = await signedIn('pimbuzz', 'renee');
    await browser.postForm('/auth/lookloox/link', { token: tokenOf((await link(browser, 'sam')).html) });
    await example.close();
    example = await start({ ...anyPort, PORT: new URL(example.url).port });
    expect((await browser.get('/me')).text).toContain('Sam Nguyễn at Look Loox');
  });

  test('is refused when another site sends the form', async () => {
    const browser = await signedIn('pimbuzz', 'renee');
    const token = tokenOf((await link(browser, 'sam')).html);
    const answer = await browser.postForm('/auth/lookloox/link', { token }, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect((await browser.get('/me')).text).not.toContain('Sam Nguyễn');
  });
});

describe('headers', () => {
  test('allow no script, and no pictures but those of the user from where their site keeps them', async () => {
    const pictured = await (await signedIn('pimbuzz', 'renee')).send('/me');
    expect(pictured.headers.get('content-security-policy')).toContain(`img-src 'self' ${site('pimbuzz').url} `);
    const policy = (await fetch(example.url)).headers.get('content-security-policy');
    expect(policy).toContain("img-src 'self';");
    expect(policy).toContain("script-src 'none'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  test.each([
    ['/style.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml; charset=utf-8'],
  ])('%s comes from the app itself', async (path, type) => {
    const response = await fetch(example.url + path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
  });

  test('keep personal pages out of caches', async () => {
    const browser = await signedIn();
    for (const path of ['/me', '/me/fresh/pimbuzz']) {
      expect((await browser.send(path)).headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('logging out', () => {
  const old = { 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined, 'sec-fetch-dest': undefined };
  const logOut = (browser: Browser, headers: TestRequest['headers']) => browser.postForm('/auth/logout', {}, headers);

  test.each([
    ['a browser', () => ({})],
    ['an older browser', () => ({ ...old, origin: example.url })],
  ])('ends the session for %s, and says that the site still knows the person', async (_who, headers) => {
    const browser = await signedIn();
    const cookie = await browser.jar.getCookieString(example.url);
    const answer = await logOut(browser, headers());
    expect([answer.status, answer.location]).toEqual([303, '/?logged-out']);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^loginwith-pimbuzz=; Max-Age=0;/),
      expect.stringMatching(/^loginwith\.used-pimbuzz=; Max-Age=0;/),
      expect.stringMatching(/^example\.sid=;/),
    ]);
    expect((await new Browser(example.url).get('/me', { headers: { cookie } })).status).toBe(302);
    expect(sessionFiles()).toEqual([]);
    expect((await browser.get('/?logged-out')).text).toContain('You are still signed in at the network');
  });

  test('tells a script of the app itself where the person is still signed in', async () => {
    const answer = await logOut(await signedIn(), byFetch);
    expect([answer.status, answer.json]).toEqual([
      200,
      expect.objectContaining({ loggedOut: true, stillSignedInAt: ['Pimbuzz'] }),
    ]);
    expect(sessionFiles()).toEqual([]);
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['another site in an older browser', { ...old, origin: 'https://evil.example' }],
    ['a frame without an origin', { ...old, origin: 'null' }],
    ['what does not say where it comes from', old],
  ])('is refused to %s', async (_who, headers) => {
    const browser = await signedIn();
    const answer = await logOut(browser, headers);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('<code>foreign_request</code>');
    expect(answer.text).toContain('href="/me"');
    expect((await browser.get('/me')).status).toBe(200);
  });

  test('needs a POST', async () => {
    const browser = await signedIn();
    expect((await browser.get('/auth/logout')).status).toBe(404);
    expect((await browser.get('/me')).status).toBe(200);
  });
});

describe('a restart', () => {
  test('keeps people signed in, here and at the local sites', async () => {
    const ports = { PORT: new URL(example.url).port, PIMBUZZ_PORT: String(site('pimbuzz').port), LOOKLOOX_PORT: '0' };
    const browser = await signedIn();
    const appId = site('pimbuzz').apps[0]?.appId;
    await example.close();
    example = await start(ports);
    expect((await browser.get('/me')).text).toContain('Renée O’Brien-Łukasz');
    expect(site('pimbuzz').apps[0]?.appId).toBe(appId);
    expect((await logIn(browser, 'pimbuzz')).location).toBe('/me');
  });

  test('without the file of a session signs that person out, who can log in again', async () => {
    const browser = await signedIn();
    const [file = ''] = sessionFiles();
    rmSync(join(folder, 'sessions', file));
    expect((await browser.get('/me')).status).toBe(302);
    await logIn(browser, 'pimbuzz');
    expect((await browser.get('/me')).status).toBe(200);
  });

  test('with another SESSION_SECRET signs everybody out', async () => {
    const browser = await signedIn();
    const port = new URL(example.url).port;
    await example.close();
    example = await start({ ...anyPort, PORT: port, SESSION_SECRET: 'another one, of as many characters' });
    expect((await browser.get('/me')).status).toBe(302);
  });

  test('finds a secret that only its owner may read', () => {
    expect(statSync(join(folder, 'session-secret')).mode & 0o777).toBe(0o600);
  });
});

describe('the page of a failure', () => {
  interface Case {
    code: LoginErrorCode;
    status: number;
    title: string;
    fail: (browser: Browser) => Promise<{ status: number; html: string }>;
  }

  const faulty = (endpoint: 'authorize' | 'get_user_info', ...faults: Fault<'get_user_info'>[]) => {
    return async (browser: Browser) => {
      for (const fault of faults) site('pimbuzz').once(endpoint, fault);
      return logIn(browser, 'pimbuzz');
    };
  };

  const cases: Case[] = [
    {
      code: 'auth_key_malformed',
      status: 400,
      title: 'This link is damaged',
      fail: (browser) => comeBack(browser, 'a%20b'),
    },
    {
      code: 'auth_key_missing',
      status: 400,
      title: 'Pimbuzz did not say who you are',
      fail: (browser) => browser.get('/auth/pimbuzz/callback'),
    },
    {
      code: 'access_denied',
      status: 401,
      title: 'The login was refused',
      fail: (browser) => failAt(browser, '/auth/pimbuzz/callback?error=access_denied'),
    },
    {
      code: 'attempt_missing',
      status: 403,
      title: 'This login was not started here',
      fail: (browser) => failAt(browser, '/auth/pimbuzz/callback?auth_key=0123456789abcdef0123456789abcdef'),
    },
    {
      code: 'auth_key_invalid',
      status: 403,
      title: 'This confirmation is used up',
      fail: async (browser) => {
        site('pimbuzz').once('authorize', 'used_key').once('authorize', 'used_key');
        return logIn(browser, 'pimbuzz');
      },
    },
    {
      code: 'token_expired',
      status: 403,
      title: 'This login has run out',
      fail: faulty('get_user_info', 'expired_token', 'expired_token'),
    },
    {
      code: 'user_not_found',
      status: 403,
      title: 'This account is gone',
      fail: faulty('get_user_info', 'deleted_user'),
    },
    {
      code: 'login_loop',
      status: 429,
      title: 'Too many logins at once',
      fail: async (browser) => {
        for (let count = 0; count < 8; count += 1) await browser.get('/auth/pimbuzz');
        return browser.get('/auth/pimbuzz');
      },
    },
    {
      code: 'app_secret_invalid',
      status: 500,
      title: 'This app is not set up correctly',
      fail: async (browser) => {
        site('pimbuzz').once('authorize', 'wrong_secret');
        return logIn(browser, 'pimbuzz');
      },
    },
    {
      code: 'app_id_invalid',
      status: 500,
      title: 'This app is not set up correctly',
      fail: async (browser) => {
        site('pimbuzz').deleteApp(site('pimbuzz').apps[0]!);
        return comeBack(browser, 'abc');
      },
    },
    {
      code: 'response_html',
      status: 502,
      title: 'Pimbuzz has a problem',
      fail: faulty('authorize', 'maintenance'),
    },
    {
      code: 'provider_unavailable',
      status: 502,
      title: 'Pimbuzz is out of order',
      fail: faulty('authorize', { status: 503 }),
    },
    {
      code: 'connection_refused',
      status: 502,
      title: 'Pimbuzz cannot be reached',
      fail: async (browser) => {
        await browser.get('/auth/pimbuzz');
        await site('pimbuzz').close();
        return failAt(browser, '/auth/pimbuzz/callback?auth_key=0123456789abcdef0123456789abcdef');
      },
    },
  ];

  test.each(cases)('for $code says what happened and what to do', async ({ code, status, title, fail }) => {
    const browser = new Browser(example.url);
    const page = await fail(browser);
    expect(page.status).toBe(status);
    expect(page.html).toContain(`<h1>${title}</h1>`);
    expect(page.html).toContain(`<code>${code}</code>`);
    expect(page.html).toContain('href="/"');
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(new RegExp(`^${code}: \\S`));
    // No stack, and nothing that is secret.
    expect(log[0]).not.toMatch(/\n\s+at /);
    expect(page.html + log.join()).not.toMatch(/[0-9a-f]{32}/);
    expect((await browser.get('/me')).status).toBe(302);
  });

  test('can be left by logging in again', async () => {
    const browser = new Browser(example.url);
    const page = await comeBack(browser, 'a%20b');
    const again = /class="button primary" href="([^"]*)"/.exec(page.html)?.[1];
    expect((await logIn(browser, 'pimbuzz', 'sam', again)).location).toBe('/me');
  });

  test('leads who is logged in nevertheless to their page, and not to another login', async () => {
    const page = await failAt(await signedIn(), '/auth/lookloox/callback?error=access_denied');
    expect(page.status).toBe(401);
    expect(page.text).toContain('You stay logged in here as you were.');
    expect(page.html).toContain('<a class="button primary" href="/me">Your page</a>');
    expect(page.html).not.toContain('href="/auth/');
  });

  test('escapes what the site is called', () => {
    expect(failurePage('timeout', { provider: { name: 'b', displayName: '<b>' } })).not.toContain('<b>');
  });

  test('is another for a page that does not exist', async () => {
    const browser = new Browser(example.url);
    for (const path of ['/nothing', '/auth/elsewhere', '/%', '/auth/pimbuzz/callback/more']) {
      const page = await browser.get(path);
      expect(page.status).toBe(404);
      expect(page.text).toContain('There is no such page');
    }
    expect(log).toEqual([]);
  });

  test('tells nothing of an error of the app itself, and the log all', async () => {
    const browser = await signedIn();
    // What the store finds there is no file.
    const sessions = join(folder, 'sessions');
    const [file = ''] = sessionFiles();
    rmSync(join(sessions, file));
    mkdirSync(join(sessions, file));
    const page = await browser.get('/me');
    expect(page.status).toBe(500);
    expect(page.text).toContain('Something went wrong here');
    expect(page.html).not.toMatch(/EISDIR|at .*\.js|sessions/);
    expect(log[0]).toMatch(/EISDIR/);
  });
});

test('neither secret, key nor token is on any page, in any header, or in the session', async () => {
  const browser = new Browser(example.url);
  const seen: string[] = [];
  const listen = async (url: string) => {
    const answer = await browser.send(url);
    // The way to the provider and back is no page: there the key must be.
    const headers = [...answer.headers].filter(([name]) => name !== 'set-cookie');
    seen.push(JSON.stringify(headers), answer.text);
    return answer;
  };
  for (const name of names) await site(name).signIn(listen, 'renee', { start: `${example.url}/auth/${name}` });
  for (const path of ['/', '/me', '/me/fresh/lookloox', '/nothing']) await listen(path);
  await site('pimbuzz').signIn(listen, 'sam', { start: `${example.url}/auth/pimbuzz/link` });
  const [file = ''] = sessionFiles();
  seen.push(readFileSync(join(folder, 'sessions', file), 'utf8'));
  const secrets = names.map((name) => site(name).apps[0]!.appSecret);
  for (const text of [...seen, ...log]) {
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/\b[0-9a-f]{32}\b/);
  }
});

describe('starting', () => {
  test.each(['PORT', 'PIMBUZZ_PORT', 'LOOKLOOX_PORT'])('names the port of %s when it is taken', async (variable) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as AddressInfo;
    const starting = start({ ...anyPort, [variable]: String(port) });
    await expect(starting).rejects.toThrow(SetUpError);
    await expect(starting).rejects.toThrow(new RegExp(`^Port ${port}, .* is taken: .* set ${variable} to another\\.$`));
    squatter.close();
  });

  test('leaves nothing running when it fails', async () => {
    const taken = String(site('lookloox').port);
    const port = await freePort();
    await expect(start({ PORT: port, PIMBUZZ_PORT: '0', LOOKLOOX_PORT: taken })).rejects.toThrow(SetUpError);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  test.each([
    [{ PIMBUZZ_APP_ID: '1' }, 'PIMBUZZ_APP_ID is set, but PIMBUZZ_APP_SECRET is not'],
    [{ LOOKLOOX_APP_SECRET: 's3cret' }, 'LOOKLOOX_APP_SECRET is set, but LOOKLOOX_APP_ID is not'],
    [{ PIMBUZZ_APP_ID: '1', PIMBUZZ_APP_SECRET: 's3 cret' }, 'PIMBUZZ_APP_SECRET has a space in it'],
    [{ PORT: '70000' }, 'PORT must be a number from 0 to 65535, not "70000"'],
    [{ LOOKLOOX_PORT: 'http' }, 'LOOKLOOX_PORT must be a number'],
    [
      { PIMBUZZ_URL: 'https://social.example' },
      'PIMBUZZ_URL is set, but PIMBUZZ_APP_ID and PIMBUZZ_APP_SECRET are not',
    ],
    [{ LOOKLOOX_URL: 'http://social.example' }, 'LOOKLOOX_URL must be an address such as https://social.example'],
    [{ LOOKLOOX_URL: 'social.example' }, 'LOOKLOOX_URL must be an address'],
    [{ APP_URL: 'app.example' }, 'APP_URL must be an address without a path, such as https://app.example'],
    [{ APP_URL: 'https://app.example/login' }, 'APP_URL must be an address without a path'],
    [{ TRUST_PROXY: 'yes' }, 'TRUST_PROXY must be a number of proxies, or a list of addresses'],
    [{ SESSION_SECRET: 's3cret, but a short one' }, 'SESSION_SECRET must have 32 or more random characters'],
    [{ REDIS_URL: 'http://:s3cret@cache' }, 'REDIS_URL must be an address such as redis://'],
    [{ REDIS_URL: 'redis://:s3cret@cache' }, 'REDIS_URL is set, but SESSION_SECRET is not'],
  ])('with %j says what is wrong, and tells no secret', (env, message) => {
    expect(() => readConfig(env)).toThrow(SetUpError);
    expect(() => readConfig(env)).toThrow(message);
    expect(() => readConfig(env)).not.toThrow(/s3 ?cret/);
  });

  test('with credentials sends people to the real site, and starts no local one', async () => {
    const real = { PIMBUZZ_APP_ID: '123', PIMBUZZ_APP_SECRET: 'abc' };
    await example.close();
    example = await start({ ...anyPort, ...real });
    expect([...example.local.keys()]).toEqual(['lookloox']);
    const page = await new Browser(example.url).get('/auth/pimbuzz');
    expect(page.location).toBe('https://pimbuzz.com/api/oauth?app_id=123');
  });

  test('with a URL and credentials sends people to that site', async () => {
    const other = site('pimbuzz');
    const { appId, appSecret } = other.apps[0]!;
    await example.close();
    example = await start({
      ...anyPort,
      LOOKLOOX_URL: `${other.url}/`,
      LOOKLOOX_APP_ID: appId,
      LOOKLOOX_APP_SECRET: appSecret,
    });
    const page = await new Browser(example.url).get('/auth/lookloox');
    expect(page.location).toBe(`${other.url}/api/oauth?app_id=${appId}`);
  });

  test('behind a proxy that speaks https registers its address, and makes cookies for https only', async () => {
    await example.close();
    const { port } = new URL(example.url);
    example = await start({ ...anyPort, PORT: port, APP_URL: 'https://app.example/', TRUST_PROXY: '1' });
    expect(example.url).toBe('https://app.example');
    expect(site('pimbuzz').apps[0]!.redirectURL).toBe('https://app.example/auth/pimbuzz/callback');

    const cookies: string[] = [];
    const proxied = async (url: string) => {
      const { pathname, search } = new URL(url);
      const answer = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          referer: 'https://app.example/',
          cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; '),
          'x-forwarded-proto': 'https',
          'x-forwarded-host': 'app.example',
        },
      });
      cookies.push(...answer.headers.getSetCookie());
      return answer;
    };
    const answer = await site('pimbuzz').signIn(proxied, 'renee', { start: 'https://app.example/auth/pimbuzz' });
    expect(answer.headers.get('location')).toBe('/me');
    expect(cookies.find((cookie) => cookie.startsWith('example.sid='))).toMatch(/; Secure/);
    for (const cookie of cookies) expect(cookie).toMatch(/; Secure/);
  });

  test('listens on this machine only', () => {
    expect(new URL(example.url).hostname).toBe('localhost');
    expect(new URL(site('pimbuzz').url).hostname).toBe('127.0.0.1');
  });

  test('sends people from the number of this machine to the name that is registered', async () => {
    const { port } = new URL(example.url);
    const response = await fetch(`http://127.0.0.1:${port}/?returnTo=%2Fme`, { redirect: 'manual' });
    expect(response.headers.get('location')).toBe(`${example.url}/?returnTo=%2Fme`);
  });
});

test.each([
  ['keeps its connection open', 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n'],
  ['has not sent all of its request', 'GET / HTTP/1.1\r\n'],
])('closing takes less than a second while a browser %s', async (_what, sent) => {
  const socket = connect(Number(new URL(example.url).port), '127.0.0.1').on('error', () => undefined);
  const hasEnded = new Promise((resolve) => socket.once('close', () => resolve('ended')));
  await new Promise<unknown>((resolve) => socket.write(sent, resolve));
  if (sent.endsWith('\r\n\r\n')) await new Promise((resolve) => socket.once('data', resolve));
  else await fetch(example.url);
  expect(await Promise.race([example.close(), wait(900, 'too late', { ref: false })])).toBeUndefined();
  expect(await hasEnded).toBe('ended');
});

describeWithRedis('with Redis', () => {
  let redis: RedisServer;
  let second: Example | undefined;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    redis = await startRedis();
    await example.close();
    env = { ...anyPort, REDIS_URL: redis.url, SESSION_SECRET: 'the same everywhere, and long enough' };
    example = await start(env);
  });

  afterEach(async () => {
    await second?.close();
    second = undefined;
    await redis.stop();
  });

  /** The page as soon as Redis is back; waits for that and not for a time. */
  async function comesBack(browser: Browser, path: string) {
    for (;;) {
      const page = await browser.get(path);
      if (page.status !== 503) return page;
      await wait(20);
    }
  }

  const takes = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const begin = Date.now();
    return [await work, Date.now() - begin];
  };

  test('people are signed in at every process, and no file is written', async () => {
    const browser = await signedIn();
    second = await start(env);
    const { port } = new URL(second.url);
    const cookie = await browser.jar.getCookieString(example.url);
    const other = new Browser(second.url);
    expect((await other.get('/me', { headers: { cookie } })).text).toContain('Renée O’Brien-Łukasz');
    expect(Number(port)).not.toBe(Number(new URL(example.url).port));
    expect(sessionFiles()).toEqual([]);

    await browser.postForm('/auth/logout');
    expect((await other.get('/me', { headers: { cookie } })).status).toBe(302);
  });

  test('processes share the count of failed logins', async () => {
    second = await start({ ...env, PIMBUZZ_URL: site('pimbuzz').url, ...credentialsOf(site('pimbuzz')) });
    for (let count = 0; count < 10; count += 1) {
      const browser = new Browser(count % 2 === 0 ? example.url : second.url);
      for (let round = 0; round < 2; round += 1) await comeBack(browser, `${count}${round}`.padStart(32, '0'));
    }
    for (const url of [example.url, second.url]) {
      const page = await comeBack(new Browser(url), 'f'.repeat(32));
      expect([page.status, page.text]).toEqual([429, expect.stringContaining('Too many logins have failed')]);
    }
  });

  test('that is not there the app does not start, and tells no password', async () => {
    await redis.stop();
    const url = redis.url.replace('//', '//someone:s3cret@');
    const [starting, time] = await takes(start({ ...env, REDIS_URL: url }).catch((error: unknown) => error));
    expect(starting).toBeInstanceOf(SetUpError);
    expect((starting as Error).message).toMatch(
      /^Redis at 127\.0\.0\.1:\d+ cannot be used: connect ECONNREFUSED .*\. Start it, or correct REDIS_URL\.$/,
    );
    expect((starting as Error).message).not.toContain('s3cret');
    expect(time).toBeLessThan(4000);
  });

  test('that does not answer the app does not start', async () => {
    redis.pause();
    const [starting, time] = await takes(start(env).catch((error: unknown) => error));
    expect(starting).toBeInstanceOf(SetUpError);
    expect(time).toBeLessThan(4000);
  });

  test('that is lost says so once, in time and with what needs no session, and takes it up again', async () => {
    const browser = await signedIn();
    await redis.stop();
    for (let count = 0; count < 3; count += 1) {
      const [page, time] = await takes(browser.get('/me'));
      expect([page.status, page.text]).toEqual([503, expect.stringContaining('This does not work right now')]);
      expect(page.html).not.toContain('Renée');
      expect(time).toBeLessThan(3000);
    }
    const visitor = new Browser(example.url);
    expect((await visitor.get('/')).status).toBe(200);
    expect((await visitor.get('/auth/pimbuzz')).status).toBe(302);
    expect((await comeBack(visitor, 'a'.repeat(32))).status).toBe(503);
    expect(log).toEqual([expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ is lost: /)]);

    redis = await startRedis(redis.port);
    // It kept nothing.
    expect((await comesBack(browser, '/me')).status).toBe(302);
    expect((await logIn(browser, 'pimbuzz')).location).toBe('/me');
    expect((await browser.get('/me')).text).toContain('Renée');
    while (log.length < 2) await browser.get('/me');
    expect(log[1]).toMatch(/^Redis at .* is back\.$/);
  });

  test('that does not answer is not waited for, and keeps people signed in', async () => {
    const [first, other] = [await signedIn('pimbuzz', 'renee'), await signedIn('pimbuzz', 'sam')];
    redis.pause();
    const pages = await Promise.all(
      [first, other, first].map((browser, index) => takes(browser.get(index === 2 ? '/me/fresh/pimbuzz' : '/me'))),
    );
    for (const [page, time] of pages) {
      expect(page.status).toBe(503);
      expect(time).toBeLessThan(3000);
    }
    const [answer, time] = await takes(first.postForm('/auth/logout'));
    expect(answer.status).toBe(503);
    expect(time).toBeLessThan(3000);
    expect(log).toHaveLength(1);

    redis.resume();
    expect((await comesBack(first, '/me')).text).toContain('Renée');
    expect((await comesBack(other, '/me')).text).toContain('Sam Nguyễn');
  });

  const credentialsOf = ({ apps: [app] }: LocalProvider) => ({
    PIMBUZZ_APP_ID: app!.appId,
    PIMBUZZ_APP_SECRET: app!.appSecret,
  });
});

/** Without what is being written at the moment. */
function sessionFiles(): string[] {
  return readdirSync(join(folder, 'sessions')).filter((file) => file.endsWith('.json'));
}

function sessionOf(cookies: string): string | undefined {
  return /example\.sid=([^;]*)/.exec(cookies)?.[1];
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
