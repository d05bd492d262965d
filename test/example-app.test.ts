import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { LoginErrorCode } from 'passport-loginwith';
import type { Fault, LocalProvider } from 'passport-loginwith/provider';
import { readConfig, SetUpError } from '../example-app/config.js';
import { failurePage } from '../example-app/pages/failure.js';
import { startExample, type Example } from '../example-app/start.js';
import { Browser } from './support/cookie-browser.js';

type SiteName = 'pimbuzz' | 'lookloox';

const names: readonly SiteName[] = ['pimbuzz', 'lookloox'];
const anyPort = { PORT: '0', PIMBUZZ_PORT: '0', LOOKLOOX_PORT: '0' };

let folder: string;
let example: Example;
let log: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'example-app-'));
  log = [];
  example = await start();
});

afterEach(async () => {
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
  const response = await site(name).signIn(browser.fetch, person, { start: example.url + path });
  const html = await response.text();
  return { status: response.status, location: response.headers.get('location'), html };
}

async function signedIn(name: SiteName = 'pimbuzz', person?: string): Promise<Browser> {
  const browser = new Browser(example.url);
  await logIn(browser, name, person);
  return browser;
}

/** Starts a login, and comes back with a key that the provider may or may not know. */
async function comeBack(browser: Browser, key: string) {
  await browser.get('/auth/pimbuzz');
  return browser.get(`/auth/pimbuzz/callback?auth_key=${key}`);
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
    expect(refused.status).toBe(303);
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
    expect(answer.location).toBe('/me');
  });

  test('replaces the session that was there before', async () => {
    const browser = await signedIn('pimbuzz', 'renee');
    const before = await browser.jar.getCookieString(example.url);
    await logIn(browser, 'lookloox', 'sam');
    expect(sessionOf(await browser.jar.getCookieString(example.url))).not.toBe(sessionOf(before));
    expect((await browser.get('/me')).text).toContain('Sam Nguyễn');
    expect(sessionFiles()).toHaveLength(1);
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
    for (const path of ['/me', '/']) await browser.get(path);
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
    expect(page.html).not.toMatch(/undefined|null|javascript:|<img/);
    expect(page.text).toContain('Website Not given');
    expect(page.text).toContain('Member since Not given');
  });

  test('shows no picture from a host that its policy does not allow', async () => {
    site('pimbuzz').updatePerson('renee', { picture: 'https://elsewhere.example/p.png' });
    const page = await (await signedIn()).get('/me');
    expect(page.html).not.toContain('src="https://elsewhere');
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
    for (const path of ['/', '/me', '/nothing', '/auth/pimbuzz/callback']) {
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

describe('headers', () => {
  test('allow no script, and pictures from the sites alone', async () => {
    const policy = (await fetch(example.url)).headers.get('content-security-policy');
    expect(policy).toContain(`img-src 'self' ${site('pimbuzz').url} ${site('lookloox').url};`);
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
    const response = await (await signedIn()).fetch('/me');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('logging out', () => {
  const logOut = (cookie: string, headers: Record<string, string>) =>
    fetch(`${example.url}/auth/logout`, { method: 'POST', headers: { cookie, ...headers }, redirect: 'manual' });

  test.each([
    ['a browser', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['an older browser', () => ({ origin: example.url })],
    ['a script', () => ({})],
  ])('ends the session for %s, and says that the site still knows the person', async (_who, headers) => {
    const browser = await signedIn();
    const cookie = await browser.jar.getCookieString(example.url);
    const answer = await logOut(cookie, headers());
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?logged-out']);
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^example\.sid=;/)]);
    expect((await fetch(`${example.url}/me`, { headers: { cookie }, redirect: 'manual' })).status).toBe(303);
    expect(sessionFiles()).toEqual([]);
    expect((await new Browser(example.url).get('/?logged-out')).text).toContain(
      'You are still signed in at the network',
    );
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['another site in an older browser', { origin: 'https://evil.example' }],
    ['a frame without an origin', { origin: 'null' }],
  ])('is refused to %s', async (_who, headers) => {
    const browser = await signedIn();
    const answer = await logOut(await browser.jar.getCookieString(example.url), headers);
    expect(answer.status).toBe(403);
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
    expect((await browser.get('/me')).status).toBe(303);
    await logIn(browser, 'pimbuzz');
    expect((await browser.get('/me')).status).toBe(200);
  });

  test('with another SESSION_SECRET signs everybody out', async () => {
    const browser = await signedIn();
    const port = new URL(example.url).port;
    await example.close();
    example = await start({ ...anyPort, PORT: port, SESSION_SECRET: 'another one' });
    expect((await browser.get('/me')).status).toBe(303);
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
      title: 'You are not logged in',
      fail: (browser) => browser.get('/auth/pimbuzz/callback?error=access_denied'),
    },
    {
      code: 'attempt_missing',
      status: 403,
      title: 'This login was not started here',
      fail: (browser) => browser.get('/auth/pimbuzz/callback?auth_key=0123456789abcdef0123456789abcdef'),
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
      fail: faulty('get_user_info', 'deleted_person'),
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
      code: 'answer_html',
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
        return browser.get('/auth/pimbuzz/callback?auth_key=0123456789abcdef0123456789abcdef');
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
    expect((await browser.get('/me')).status).toBe(303);
  });

  test('can be left by logging in again', async () => {
    const browser = new Browser(example.url);
    const page = await comeBack(browser, 'a%20b');
    const again = /class="button primary" href="([^"]*)"/.exec(page.html)?.[1];
    expect((await logIn(browser, 'pimbuzz', 'sam', again)).location).toBe('/me');
  });

  test('escapes what the site is called', () => {
    expect(failurePage('timeout', { providerName: '<b>' })).not.toContain('<b>');
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
  const listen = async (url: string, init: RequestInit = {}) => {
    const response = await browser.fetch(url, init);
    // The way to the provider and back is no page: there the key must be.
    const headers = [...response.headers].filter(([name]) => name !== 'set-cookie');
    seen.push(JSON.stringify(headers), await response.clone().text());
    return response;
  };
  for (const name of names) await site(name).signIn(listen, 'renee', { start: `${example.url}/auth/${name}` });
  for (const path of ['/', '/me', '/nothing']) await listen(path);
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
    [{ PIMBUZZ_UPLOADS_URL: 'http://cdn.example' }, 'PIMBUZZ_UPLOADS_URL must be an address such as https://'],
  ])('with %j says what is wrong, and tells no secret', (env, message) => {
    expect(() => readConfig(env)).toThrow(SetUpError);
    expect(() => readConfig(env)).toThrow(message);
    expect(() => readConfig(env)).not.toThrow(/s3 ?cret/);
  });

  test('with credentials sends people to the real site, and starts no local one', async () => {
    const real = { PIMBUZZ_APP_ID: '123', PIMBUZZ_APP_SECRET: 'abc', PIMBUZZ_UPLOADS_URL: 'https://cdn.example/u' };
    await example.close();
    example = await start({ ...anyPort, ...real });
    expect([...example.local.keys()]).toEqual(['lookloox']);
    const page = await new Browser(example.url).get('/auth/pimbuzz');
    expect(page.location).toBe('https://pimbuzz.com/api/oauth?app_id=123');
    const policy = (await fetch(example.url)).headers.get('content-security-policy');
    expect(policy).toContain("img-src 'self' https://pimbuzz.com https://cdn.example http://127.0.0.1:");
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
