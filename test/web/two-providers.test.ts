import type { Login } from 'passport-loginwith/web';
import { closeSites, openProviders, takeCallback } from '../support/express-site';
import { Browser } from '../support/test-browser';
import { createLogins, serveWeb, type WebApp } from '../support/web-site';

afterEach(closeSites);

const names = ['pimbuzz', 'lookloox'];

interface Session {
  user: string;
  /** The provider of which an account is being linked. */
  linking?: string | undefined;
  /** The account to link, once the user has confirmed it. */
  pending?: string | undefined;
}

/** An app with two providers, as `docs/web.md` says: one `createLogin()`, and accounts that are linked on a page. */
function createApp(login: Login): WebApp {
  const sessions = new Map<string, Session>();
  const users = new Map<string, string>();
  const redirect = (location: string, headers = new Headers()) => {
    headers.set('Location', location);
    return new Response(null, { status: 303, headers });
  };
  return async (request) => {
    const { pathname } = new URL(request.url);
    const { headers } = request;
    const id = /session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '';
    const session = sessions.get(id);
    if (request.method === 'POST' && headers.get('sec-fetch-site') !== 'same-origin')
      return new Response(null, { status: 403 });
    switch (pathname) {
      case '/':
        return Response.json(session ?? {});
      case '/link/lookloox':
        if (session !== undefined) session.linking = 'lookloox';
        return redirect('/auth/lookloox');
      case '/link':
        if (session?.pending !== undefined) users.set(session.pending, session.user);
        return redirect('/');
      case '/logout': {
        sessions.delete(id);
        const response = redirect('/');
        for (const name of names) {
          const forgotten = await login.forgetAttempts(new Request(new URL(`/auth/${name}`, request.url), { headers }));
          for (const cookie of forgotten.getSetCookie()) response.headers.append('Set-Cookie', cookie);
        }
        return response;
      }
    }
    const result = await login.handle(request);
    if (result.type !== 'success') return result.response;
    const account = `${result.profile.provider}:${result.profile.id}`;
    if (session?.linking === result.profile.provider) {
      session.linking = undefined;
      session.pending = account;
      return new Response(`Link ${account}?`, { headers: result.headers });
    }
    const user = users.get(account) ?? account;
    users.set(account, user);
    const newId = crypto.randomUUID();
    sessions.set(newId, { user });
    result.response.headers.append('Set-Cookie', `session=${newId}; Path=/; HttpOnly; SameSite=Lax`);
    return result.response;
  };
}

async function openSite() {
  const url = await serveWeb((...parameters) => app(...parameters));
  const { byName, options } = await openProviders(url, ['pimbuzz', 'lookloox']);
  const providers = Object.fromEntries(names.map((name, index) => [name, options[index]]));
  const login = createLogins({ providers: (request) => providers[new URL(request.url).pathname.split('/')[2]!] });
  const app = createApp(login);
  const [pimbuzz, lookloox] = [byName.pimbuzz!, byName.lookloox!];
  const userOf = async (browser: Browser) => (await browser.get('/')).json.user;
  return { url, login, pimbuzz, lookloox, userOf, browser: () => new Browser(url) };
}

test('an account of another provider is linked after a page has shown it, and logs the same user in', async () => {
  const { url, pimbuzz, lookloox, userOf, browser: open } = await openSite();
  const browser = open();
  await pimbuzz.signIn(browser.fetch, 'renee', { start: `${url}/auth/pimbuzz` });
  const user = await userOf(browser);
  expect(user).toBe('pimbuzz:2');
  const started = await browser.postForm('/link/lookloox');
  expect(started.location).toBe('/auth/lookloox');
  const page = await lookloox.signIn(browser.fetch, 'sam', { start: `${url}/auth/lookloox` });
  expect(page.text).toBe('Link lookloox:3?');
  expect(await userOf(browser)).toBe(user);

  const other = open();
  await lookloox.signIn(other.fetch, 'sam', { start: `${url}/auth/lookloox` });
  expect(await userOf(other)).toBe('lookloox:3');
  await browser.postForm('/link');
  const again = open();
  await lookloox.signIn(again.fetch, 'sam', { start: `${url}/auth/lookloox` });
  expect(await userOf(again)).toBe(user);
});

test('a logout forgets the logins with each provider', async () => {
  const { url, pimbuzz, lookloox, userOf, browser: open } = await openSite();
  const browser = open();
  const callbacks = [
    await takeCallback({ url, provider: pimbuzz }, browser, '/auth/pimbuzz'),
    await takeCallback({ url, provider: lookloox }, browser, '/auth/lookloox'),
  ];
  for (const callback of callbacks) expect((await browser.get(callback)).location).toBe('/');
  await browser.postForm('/logout');
  expect((await browser.jar.getCookies(url)).map(({ key }) => key)).toEqual(['session']);
  for (const callback of callbacks) expect((await browser.visit(callback)).text).toContain('attempt_missing');
  expect(await userOf(browser)).toBeUndefined();
});
