import type { ProviderOptions } from 'passport-loginwith/express';
import { closeSites, createAuth, openSite, showData } from '../support/express-site';

afterEach(closeSites);

type Provider = ProviderOptions;

/** A site whose provider is given in another way. */
const openWith = (change: (given: Provider, baseURL: string) => Provider) =>
  openSite({
    options: ([given]) => ({ providers: [change(given!, (given!.provider as { baseURL: string }).baseURL)] }),
  });

describe('the identity of a user is the name of the provider', () => {
  test.each<[string, (given: Provider, baseURL: string) => Provider, string, string]>([
    ['by itself', (given) => given, 'pimbuzz', 'Pimbuzz'],
    ['by "name" over a definition', (given) => ({ ...given, name: 'staff' }), 'staff', 'Pimbuzz'],
    ['by "name" over a base URL', (given, provider) => ({ ...given, provider, name: 'staff' }), 'staff', '127.0.0.1:'],
    ['by a known "name"', (given, provider) => ({ ...given, provider, name: 'pimbuzz' }), 'pimbuzz', 'Pimbuzz'],
  ])('%s', async (_how, change, name, displayName) => {
    const site = await openWith(change);
    site.provider.updateApp(site.provider.apps[0]!, { redirectURL: `${site.url}/auth/${name}/callback` });
    const browser = site.browser();
    expect((await browser.get('/auth/choose')).text).toContain(`Log in with ${displayName}`);
    expect((await site.logIn(browser, 'renee', `/auth/${name}`)).location).toBe('/');
    expect((await browser.get('/me')).json).toMatchObject({ provider: name, id: '2' });
  });

  test('and the host of a bare base URL, whose routes are called "loginwith"', async () => {
    const site = await openWith((given, provider) => ({ ...given, provider }));
    site.provider.updateApp(site.provider.apps[0]!, { redirectURL: `${site.url}/auth/loginwith/callback` });
    const browser = site.browser();
    expect((await site.logIn(browser, 'renee', '/auth/loginwith')).location).toBe('/');
    expect((await browser.get('/me')).json).toMatchObject({ provider: new URL(site.provider.url).host, id: '2' });
  });
});

test('user 1 of one site is nobody on another one: two sites with names of their own are two identities', () => {
  const credentials = { appId: '1', appSecret: 'x' };
  const providers = [
    { provider: 'https://one.example', ...credentials },
    { provider: 'https://two.example', name: 'two', ...credentials },
    { provider: 'https://two.example/social', name: 'three', ...credentials },
    { provider: 'pimbuzz', ...credentials },
  ];
  expect(() => createAuth({ providers })).not.toThrow();
});

test('a provider called "constructor" is no account that every session knows', async () => {
  const site = await openSite({
    options: ([options]) => ({ providers: [options!, { ...options!, name: 'constructor' }] }),
    routes: (app, auth) => app.get('/data', auth.requireAccessToken('constructor'), showData),
  });
  const browser = site.browser();
  await site.logIn(browser);
  // The first use of an account that another site asks for waits for a click.
  const sent = await browser.get('/data', { 'sec-fetch-site': 'cross-site' });
  expect(sent.location).toBe('/auth/constructor/renew?returnTo=%2Fdata');
});
