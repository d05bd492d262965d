import { openDatabase } from '../../example-app/database.js';
import { byFetch, type TestRequest } from '../support/test-browser.js';
import { anyPort, Browser, sessionOf, tokenOf, useExample } from './running-example.js';

const example = useExample();

/** The ids of the sessions in the example's database. */
async function storedSessions(): Promise<string[]> {
  const { query } = await openDatabase('');
  return (await query<{ sid: string }>('select sid from session')).map(({ sid }) => sid);
}

const old = { 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined, 'sec-fetch-dest': undefined };
const foreign: TestRequest['headers'][] = [
  { 'sec-fetch-site': 'cross-site' },
  // Another port of this machine.
  { 'sec-fetch-site': 'same-site' },
  { ...old, origin: 'https://evil.example' },
  { ...old, origin: 'null' },
  old,
];

const chromeOnAndroid =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36';

describe('an account at the other network', () => {
  test('is added when the person has confirmed it, and logs in as the same person', async () => {
    const browser = await example.signedIn('pimbuzz', 'renee');
    const before = await browser.get('/account');
    expect(before.text).toContain('It is your only way in, so it cannot be removed.');
    expect(before.html).toContain('href="/auth/lookloox/link?returnTo=/account"');
    expect(before.html).not.toContain('/account/unlink/');

    const question = await example.logIn(browser, 'lookloox', 'sam', '/auth/lookloox/link?returnTo=/account');
    expect([question.status, question.text]).toEqual([200, expect.stringContaining('Add this Look Loox account?')]);
    expect((await browser.get('/account')).text).not.toContain('Sam Nguyễn');
    const answer = await browser.postForm('/auth/lookloox/link', { token: tokenOf(question.html) });
    expect([answer.status, answer.location]).toEqual([303, '/account']);
    const after = await browser.get('/account');
    expect(after.text).toMatch(/Renée O’Brien-Łukasz at Pimbuzz .*Sam Nguyễn at Look Loox/);
    expect(after.html).not.toContain('/link?');

    const other = await example.signedIn('lookloox', 'sam');
    expect((await other.get('/me')).text).toContain('Renée O’Brien-Łukasz');
    expect((await other.get('/account')).text).toContain('Sam Nguyễn at Look Loox');
  });

  test("is refused and explained when it is somebody else's, in the visitor's language", async () => {
    await example.signedIn('lookloox', 'sam');
    const browser = await example.signedIn('pimbuzz', 'renee');
    browser.headers = { 'accept-language': 'fr' };
    const answer = await example.link(browser, 'lookloox', 'sam');
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('Ce compte Look Loox est ici à quelqu’un d’autre.');
    expect((await browser.get('/account')).text).not.toContain('Sam Nguyễn');
    expect((await (await example.signedIn('lookloox', 'sam')).get('/me')).text).toContain('Sam Nguyễn');
  });

  test('is refused when the person has one there already', async () => {
    const browser = await example.signedIn('pimbuzz', 'renee');
    await example.link(browser, 'lookloox', 'sam');
    const answer = await example.link(browser, 'lookloox', 'nogen');
    expect([answer.status, answer.text]).toEqual([
      401,
      expect.stringContaining('You have another Look Loox account here already. Remove it first.'),
    ]);
  });

  test('is not added when another site sends the form', async () => {
    const browser = await example.signedIn('pimbuzz', 'renee');
    const token = tokenOf((await example.logIn(browser, 'lookloox', 'sam', '/auth/lookloox/link')).html);
    const answer = await browser.postForm('/auth/lookloox/link', { token }, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect((await browser.get('/account')).text).not.toContain('Sam Nguyễn');
  });

  test('is removed, and is a person of its own from then on', async () => {
    const browser = await example.signedIn('pimbuzz', 'renee');
    await example.link(browser, 'lookloox', 'sam');
    const answer = await browser.postForm('/account/unlink/lookloox');
    expect([answer.status, answer.location]).toEqual([303, '/account?done=unlinked']);
    expect((await browser.get('/account?done=unlinked')).text).toContain('it no longer logs in as you');
    expect((await (await example.signedIn('lookloox', 'sam')).get('/account')).text).not.toContain('Renée');
  });

  test('may be the one that the person has logged in with', async () => {
    const browser = await example.signedIn('pimbuzz', 'renee');
    await example.link(browser, 'lookloox', 'sam');
    await browser.postForm('/account/unlink/pimbuzz');
    expect((await browser.get('/me')).text).toContain('Sam Nguyễn');
    expect((await browser.get('/account')).text).not.toContain('Renée');
  });

  test('is never removed if it is the last one', async () => {
    const browser = await example.signedIn();
    expect((await browser.postForm('/account/unlink/pimbuzz')).location).toBe('/account');
    expect((await browser.get('/account')).text).toContain('Renée O’Brien-Łukasz at Pimbuzz');
  });
});

describe('other browsers', () => {
  test('are listed, and can all be logged out', async () => {
    const [first, second] = [await example.signedIn(), new Browser(example.url)];
    second.headers = { 'user-agent': chromeOnAndroid };
    await example.logIn(second, 'pimbuzz');
    const page = await first.get('/account');
    expect(page.text).toMatch(/Chrome on Android since \d+ \w+ \d{4}, \d\d:\d\d UTC/);
    expect(page.text).toMatch(/A browser this browser since/);

    const answer = await first.postForm('/account/logins/end');
    expect(answer.location).toBe('/account?done=ended');
    expect((await first.get('/account')).text).not.toContain('Chrome on Android');
    expect((await second.get('/me')).status).toBe(302);
    expect((await first.get('/me')).status).toBe(200);
  });

  test('are not listed any more when they have logged out or in again', async () => {
    const [first, second] = [await example.signedIn(), new Browser(example.url)];
    second.headers = { 'user-agent': chromeOnAndroid };
    for (let count = 0; count < 2; count += 1) await example.logIn(second, 'pimbuzz');
    expect((await first.get('/account')).text.match(/Chrome on Android/g)).toHaveLength(1);
    await second.postForm('/auth/logout');
    expect((await first.get('/account')).text).not.toContain('Chrome on Android');
  });
});

describe('deleting the account', () => {
  test('asks once more, and ends everything everywhere', async () => {
    const [browser, other] = [await example.signedIn(), await example.signedIn()];
    await example.link(browser, 'lookloox', 'sam');
    expect((await browser.get('/account')).html).toContain('href="/account/delete"');
    expect((await browser.get('/account/delete')).text).toContain('Delete your account?');
    expect((await browser.get('/me')).status).toBe(200);

    const session = decodeURIComponent((await sessionOf(browser)) ?? '');
    const answer = await browser.postForm('/account/delete');
    // The form is sent on to the logout.
    expect([answer.status, answer.location]).toEqual([307, '/auth/logout?deleted']);
    const end = await browser.postForm('/auth/logout?deleted');
    expect([end.status, end.location]).toEqual([303, '/?done=deleted']);
    // What the session has is the number at the provider, and a token.
    expect(session).toMatch(/^s:./);
    expect((await storedSessions()).filter((id) => session.includes(id))).toEqual([]);
    expect((await browser.get('/?done=deleted')).text).toContain('Your account here is deleted.');
    for (const each of [browser, other]) expect((await each.get('/me')).status).toBe(302);
    expect((await (await example.signedIn('lookloox', 'sam')).get('/account')).text).not.toContain('Renée');
  });
});

describe('the forms', () => {
  test('do nothing for other sites', async () => {
    const [browser, other] = [await example.signedIn(), await example.signedIn()];
    await example.link(browser, 'lookloox', 'sam');
    for (const headers of foreign) {
      for (const path of ['/account/unlink/lookloox', '/account/logins/end', '/account/delete', '/auth/logout']) {
        const { status, text } = await browser.postForm(path, {}, headers);
        expect([path, headers, status]).toEqual([path, headers, 403]);
        expect(text).toContain('foreign_request');
      }
    }
    expect((await other.get('/account')).text).toContain('Sam Nguyễn');
    expect((await browser.get('/me')).status).toBe(200);
  });

  test('work in an older browser', async () => {
    const browser = await example.signedIn();
    await example.link(browser, 'lookloox', 'sam');
    const answer = await browser.postForm('/account/unlink/lookloox', {}, { ...old, origin: example.url });
    expect(answer.location).toBe('/account?done=unlinked');
  });

  test('ask whoever is not logged in to log in', async () => {
    const answer = await new Browser(example.url).postForm('/account/delete');
    expect([answer.status, answer.text]).toEqual([401, expect.stringContaining('Please log in')]);
  });
});

describe('logging out', () => {
  test.each([
    ['a browser', () => ({})],
    ['an older browser', () => ({ ...old, origin: example.url })],
  ])('ends the session for %s, and says that the site still knows the person', async (_who, headers) => {
    const browser = await example.signedIn();
    const cookie = await browser.jar.getCookieString(example.url);
    const answer = await browser.postForm('/auth/logout', {}, headers());
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('You are still signed in at Pimbuzz')]);
    expect(answer.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^example\.sid=;/));
    expect((await new Browser(example.url).get('/me', { headers: { cookie } })).status).toBe(302);
  });

  test('tells a script of the app itself where the person is still signed in', async () => {
    const answer = await (await example.signedIn()).postForm('/auth/logout', {}, byFetch);
    expect([answer.status, answer.json]).toEqual([
      200,
      expect.objectContaining({ loggedOut: true, stillSignedInAt: ['Pimbuzz'] }),
    ]);
  });

  test('needs a POST', async () => {
    const browser = await example.signedIn();
    expect((await browser.get('/auth/logout')).text).toContain('Log out?');
    expect((await browser.get('/me')).status).toBe(200);
  });
});

describe('a restart', () => {
  test('keeps people logged in, with all of their accounts, here and at the local sites', async () => {
    const { site } = example;
    const ports = { ...anyPort, PORT: new URL(example.url).port, PIMBUZZ_PORT: String(site('pimbuzz').port) };
    const browser = await example.signedIn();
    await example.link(browser, 'lookloox', 'sam');
    const [session, appId] = [await sessionOf(browser), site('pimbuzz').apps[0]?.appId];
    await example.restart(ports);
    expect((await browser.get('/account')).text).toMatch(/Renée.*Sam Nguyễn/);
    expect(await sessionOf(browser)).toBe(session);
    expect(site('pimbuzz').apps[0]?.appId).toBe(appId);
    expect((await example.logIn(browser, 'pimbuzz')).location).toBe('/me');
  });

  test('with another SESSION_SECRET logs everybody out', async () => {
    const browser = await example.signedIn();
    const port = new URL(example.url).port;
    await example.restart({ ...anyPort, PORT: port, SESSION_SECRET: 'another one, of as many characters' });
    expect((await browser.get('/me')).status).toBe(302);
  });
});
