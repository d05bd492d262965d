import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { byFetch } from '../support/test-browser.js';
import { Browser, sessionOf, useExample, type SiteName } from './running-example.js';

const example = useExample();
const names: readonly SiteName[] = ['pimbuzz', 'lookloox'];

describe('a login', () => {
  test.each(names)('with the local %s leads to the page of the person', async (name) => {
    const browser = new Browser(example.url);
    expect((await browser.get('/')).html).toContain(`href="/auth/${name}"`);
    const answer = await example.logIn(browser, name);
    expect([answer.status, answer.location]).toEqual([302, '/me']);

    const page = await browser.get('/me');
    const { url, name: displayName } = example.site(name);
    const uploads = `${url}/content/uploads/photos/2024/01`;
    expect(page.html).toContain(`src="${uploads}/renee.svg"`);
    expect(page.html).toContain(`src="${uploads}/renee_cover.svg"`);
    expect(page.html).toContain(`href="${url}/renee" rel="noopener nofollow ugc"`);
    for (const text of [
      'Renée O’Brien-Łukasz',
      `renee at ${displayName}`,
      'I <3 "cats" & dogs, and it\'s a long story',
      `You have been at ${displayName} since 15 January 2024.`,
      `${displayName} has verified your account.`,
      'You were born on 9 July 1985.',
      'Your e-mail address is renee@example.org, perhaps never confirmed.',
      'Your website is https://example.org/?a=1&b=2.',
      // All of it, one click away.
      '"relationship": "married"',
      '"id": "2"',
    ]) {
      expect(page.text.replaceAll(/ (?=[.,])/g, '')).toContain(text);
    }
  });

  test('speaks GET to the one site and POST to the other', async () => {
    for (const name of names) await example.signedIn(name);
    const methods = names.map(
      (name) => example.site(name).requests.findLast(({ endpoint }) => endpoint === 'authorize')?.method,
    );
    expect(methods).toEqual(['GET', 'POST']);
  });

  test('goes on to the page that was asked for, with whichever network', async () => {
    const browser = new Browser(example.url);
    const refused = await browser.get('/account?tab=1');
    expect([refused.status, refused.location]).toEqual([302, '/auth/choose?returnTo=%2Faccount%3Ftab%3D1']);
    const choices = await browser.get(refused.location!);
    const link = /href="(\/auth\/lookloox\?[^"]*)"/.exec(choices.html)?.[1];
    expect((await example.logIn(browser, 'lookloox', 'sam', link)).location).toBe('/account?tab=1');
  });

  test('never leads to another site', async () => {
    const path = '/auth/pimbuzz?returnTo=https://evil.example/';
    expect((await example.logIn(new Browser(example.url), 'pimbuzz', 'sam', path)).location).toBe('/');
  });

  test('replaces the session that was there before', async () => {
    const browser = await example.signedIn('pimbuzz', 'renee');
    const before = await sessionOf(browser);
    await example.logIn(browser, 'lookloox', 'sam');
    expect(await sessionOf(browser)).not.toBe(before);
    expect((await browser.get('/me')).text).toContain('Sam Nguyễn');
    const old = { cookie: `example.sid=${before ?? ''}` };
    expect((await new Browser(example.url).get('/me', { headers: old })).status).toBe(302);
  });

  test('keeps what the network tells anew', async () => {
    const browser = await example.signedIn();
    example.site('pimbuzz').updateUser('renee', { firstName: 'Irène' });
    expect((await browser.get('/me')).text).toContain('Renée O’Brien-Łukasz');
    await example.signedIn();
    expect((await browser.get('/me')).text).toContain('Irène O’Brien-Łukasz');
  });

  test('is asked for with words that a script understands, and no redirect', async () => {
    const browser = new Browser(example.url);
    for (const path of ['/me', '/account', '/account/refresh/pimbuzz', '/auth/pimbuzz']) {
      const answer = await browser.send(path, { headers: byFetch });
      expect([answer.status, answer.json]).toEqual([401, expect.objectContaining({ code: 'login_required' })]);
    }
  });

  test('leaves visitors who do not log in without a session', async () => {
    for (const path of ['/', '/me', '/nothing'])
      expect((await new Browser(example.url).send(path)).headers.getSetCookie()).toEqual([]);
  });

  test('that fails says so in the look of the app, in the language of the visitor', async () => {
    const browser = new Browser(example.url);
    browser.headers = { 'accept-language': 'fr' };
    const page = await browser.visit('/auth/pimbuzz/callback?error=access_denied');
    expect(page.status).toBe(401);
    expect(page.text).toContain('<html lang="fr"');
    expect(page.text).toContain('<img src="/icon.svg"');
    expect(page.text).toContain('Example app');
    expect(page.text).toContain('<code>access_denied</code>');
  });
});

describe('asking the network again', () => {
  test('shows what it tells now', async () => {
    const browser = await example.signedIn();
    expect((await browser.get('/me')).html).toContain('href="/account/refresh/pimbuzz"');
    example.site('pimbuzz').updateUser('renee', { biography: 'I have just moved.' });
    const answer = await browser.get('/account/refresh/pimbuzz');
    expect([answer.status, answer.location]).toEqual([303, '/me?done=refreshed']);
    expect((await browser.get('/me?done=refreshed')).text).toMatch(/Your profile is up to date\..*I have just moved\./);
  });

  test('gets a new access by itself when the old one has ended', async () => {
    const browser = await example.signedIn();
    example.site('pimbuzz').advance(61_000);
    const renewal = await browser.get('/account/refresh/pimbuzz');
    expect([renewal.status, renewal.location]).toEqual([302, expect.stringContaining('/api/oauth?')]);
    example.site('pimbuzz').updateUser('renee', { firstName: 'Irène' });
    const back = await example.logIn(browser, 'pimbuzz', 'renee', '/account/refresh/pimbuzz');
    expect(back.location).toBe('/account/refresh/pimbuzz');
    await browser.get('/account/refresh/pimbuzz');
    expect((await browser.get('/me')).text).toContain('Irène');
  });

  test('never shows or signs in somebody else', async () => {
    const browser = await example.signedIn('pimbuzz', 'renee');
    example.site('pimbuzz').advance(61_000);
    const page = await example.logIn(browser, 'pimbuzz', 'sam', '/account/refresh/pimbuzz');
    expect([page.status, page.html]).toEqual([403, expect.stringContaining('account_mismatch')]);
    expect((await browser.get('/me')).text).toContain('Renée');
  });
});

describe('every page', () => {
  test('shows what people wrote as text, and never runs it', async () => {
    const page = await (await example.signedIn('lookloox', 'sam')).get('/me');
    expect(page.html).not.toContain('<script');
    expect(page.text).toContain('tea 🍵 and <script>alert(1)</script>');
    expect(page.html).toContain('href="https://例え.jp/ü" rel="noopener nofollow ugc"');
  });

  test('gets by with next to nothing', async () => {
    const browser = await example.signedIn('pimbuzz', 'nogen');
    for (const path of ['/me', '/account']) {
      const page = await browser.get(path);
      expect(page.status).toBe(200);
      expect(page.html.replace(/<pre>.*<\/pre>/s, '')).not.toMatch(/undefined|null|false|javascript:|<main.*<img/s);
    }
  });

  test.each([
    ['en', 'Example app', 'Log out', 'There is no such page'],
    ['fr', 'Example app', 'Déconnexion', 'Cette page n’existe pas'],
  ])('is whole and in the language of the visitor: %s', async (language, title, logOut, missing) => {
    const browser = await example.signedIn();
    browser.headers = { 'accept-language': language };
    for (const path of ['/me', '/account', '/account/delete', '/nothing']) {
      const { html, text } = await browser.get(path);
      expect(html).toMatch(new RegExp(`^<!doctype html>\\s*<html lang="${language}">`));
      expect(html).toMatch(new RegExp(`<title>[^<]+ – ${title}</title>`));
      expect(text).toContain(logOut);
      expect(html.match(/<h1/g)).toHaveLength(1);
      for (const landmark of ['<header>', '<nav>', '<main id="main"', '<footer>']) expect(html).toContain(landmark);
      for (const [image] of html.matchAll(/<img[^>]*>/g)) expect(image).toMatch(/alt="[^"]*"/);
      expect(html).not.toMatch(/ style=|<style| on[a-z]+="/);
    }
    expect((await browser.get('/nothing')).text).toContain(missing);
  });

  test('allows no script, and no pictures but those of the person from where their site keeps them', async () => {
    const pictured = await (await example.signedIn('pimbuzz', 'renee')).send('/me');
    const policy = pictured.headers.get('content-security-policy');
    expect(policy).toContain(`img-src 'self' ${example.site('pimbuzz').url};`);
    expect(policy).toContain("script-src 'none'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect((await fetch(example.url)).headers.get('content-security-policy')).toContain("img-src 'self';");
  });

  test('is kept out of caches', async () => {
    const browser = await example.signedIn();
    for (const path of ['/', '/me', '/account'])
      expect((await browser.send(path)).headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['/style.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml; charset=utf-8'],
  ])('gets %s from the app itself', async (path, type) => {
    const response = await fetch(example.url + path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
  });

  test('is another for an address that does not exist', async () => {
    for (const path of ['/nothing', '/auth/elsewhere', '/%', '/auth/pimbuzz/callback/more']) {
      const page = await new Browser(example.url).get(path);
      expect([path, page.status]).toEqual([path, 404]);
      expect(page.text).toContain('There is no such page');
    }
    expect(example.log).toEqual([]);
  });

  test('has neither secret, key nor token in it, or in its headers', async () => {
    const browser = new Browser(example.url);
    const seen: string[] = [];
    const listen = async (url: string) => {
      const answer = await browser.send(url);
      // The way to the provider and back is no page: there the key must be.
      const headers = [...answer.headers].filter(([name]) => name !== 'set-cookie');
      seen.push(JSON.stringify(headers), answer.text);
      return answer;
    };
    for (const name of names)
      await example.site(name).signIn(listen, 'renee', { start: `${example.url}/auth/${name}` });
    for (const path of ['/', '/me', '/account', '/account/refresh/lookloox', '/nothing']) await listen(path);
    await example.site('pimbuzz').signIn(listen, 'sam', { start: `${example.url}/auth/pimbuzz/link` });
    const secrets = names.map((name) => example.site(name).apps[0]!.appSecret);
    for (const text of [...seen, ...example.log]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/\b[0-9a-f]{32}\b/);
    }
  });
});

test('people are sent from the number of this machine to the name that is registered', async () => {
  const { port } = new URL(example.url);
  const response = await fetch(`http://127.0.0.1:${port}/?done=deleted`, { redirect: 'manual' });
  expect(response.headers.get('location')).toBe(`${example.url}/?done=deleted`);
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
  expect(await Promise.race([example.app.close(), wait(900, 'too late', { ref: false })])).toBeUndefined();
  expect(await hasEnded).toBe('ended');
});
