import { startProvider, type LocalProvider, type RequestFact, type StartOptions } from '../../../lib/provider/index';
import { Browser } from '../../support/cookie-browser';
import { exchange, sendKey, userInfo } from '../../support/plain-app';

describe('the facts of a request', () => {
  let provider: LocalProvider;
  let now: number;
  let browser: Browser;

  async function start(options: StartOptions = {}): Promise<void> {
    now = Date.UTC(2026, 0, 1);
    provider = await startProvider({ now: () => now, ...options });
    browser = new Browser(provider.url);
    await browser.submit('/signin', { user_id: '2' });
  }
  afterEach(() => provider.close());

  const app = () => provider.apps[0]!;
  const appFact = () => ({ type: 'app', appId: app().appId, name: 'My app' });
  const facts = (): readonly RequestFact[] => provider.requests.at(-1)!.facts;
  const startLogin = () => browser.get(`/api/oauth?app_id=${app().appId}`);
  const keyIn = (location: string | null) => /auth_key=([0-9a-f]+)$/.exec(location ?? '')![1]!;
  /** A key, for a user who accepted before. */
  const getKey = async (): Promise<string> => {
    provider.approve('2', app());
    return keyIn((await startLogin()).location);
  };
  const getToken = async (): Promise<string> => (await exchange(provider, await getKey())).access_token!;
  const ask = (token: string) => userInfo(provider, token);

  test('of a start: sign-in, consent, and the key', async () => {
    await start();
    await fetch(`${provider.url}/api/oauth?app_id=${app().appId}`);
    expect(facts()).toEqual([appFact(), { type: 'sign_in_asked' }]);
    await startLogin();
    expect(facts()).toEqual([appFact(), { type: 'consent_asked' }]);
    await browser.submit('/oauth/accept', { app_id: app().appId });
    expect(facts()).toEqual([appFact(), { type: 'key_issued', userId: '2', isFirst: true, replacesKey: false }]);
    await startLogin();
    expect(facts()).toEqual([appFact(), { type: 'key_issued', userId: '2', isFirst: false, replacesKey: true }]);
  });

  test('of a start that leads nowhere', async () => {
    await start();
    await browser.get('/api/oauth?app_id=123');
    expect(facts()).toEqual([{ type: 'unknown_app', appId: '123', known: [{ appId: app().appId, name: 'My app' }] }]);
    await browser.get('/api/oauth');
    expect(facts()).toEqual([{ type: 'parameter_missing', name: 'app_id' }]);
    await browser.get('/api/oauth?app_id[]=1');
    expect(facts()).toEqual([{ type: 'parameter_is_array', name: 'app_id' }]);
    provider.updateUser('2', { started: false, admin: true });
    await getKey().catch(() => undefined);
    expect(facts()).toEqual([appFact(), { type: 'account_state', flags: ['started'] }]);
    provider.updateUser('2', { started: true });
    provider.configure({ moduleEnabled: false });
    await startLogin();
    expect(facts()).toEqual([{ type: 'site_state', names: ['moduleEnabled'] }, appFact(), { type: 'module_disabled' }]);
    await fetch(`${provider.url}/api/nothing`);
    expect(facts()).toEqual([{ type: 'site_state', names: ['moduleEnabled'] }, { type: 'unknown_method' }]);
  });

  test('of an id that is a secret, no more than its mask', async () => {
    await start();
    await browser.get(`/api/oauth?app_id=${app().appSecret}`);
    expect(facts()).toMatchObject([{ type: 'unknown_app', appId: '***' }]);
    await browser.get(`/api/oauth?app_id=${'x'.repeat(5000)}`);
    expect(facts()).toMatchObject([{ type: 'unknown_app', appId: 'x'.repeat(64) }]);
  });

  test('of a redirect URL that the key is lost behind', async () => {
    await start({ redirectURL: 'http://localhost:3000/cb?x=1#top' });
    await getKey().catch(() => undefined);
    expect(facts().map(({ type }) => type)).toEqual([
      'app',
      'key_issued',
      'redirect_url_has_fragment',
      'redirect_url_has_query',
    ]);
  });

  test('of a key: used up, used before, replaced, revoked, another app’s, unknown', async () => {
    await start();
    const key = await getKey();
    await exchange(provider, key);
    expect(facts()).toEqual([
      appFact(),
      { type: 'key_used_up', userId: '2' },
      { type: 'token_issued', age: 0, lives: 60 },
    ]);
    provider.advance(5000);
    await exchange(provider, key.toUpperCase());
    expect(facts()).toEqual([appFact(), { type: 'key_used_before', ago: 5 }]);

    const replaced = await getKey();
    const newer = await getKey();
    await exchange(provider, replaced);
    expect(facts()).toEqual([appFact(), { type: 'key_replaced' }]);
    provider.revoke('2', app());
    await exchange(provider, newer);
    expect(facts()).toEqual([appFact(), { type: 'key_revoked' }]);
    await exchange(provider, 'f'.repeat(32));
    expect(facts()).toEqual([appFact(), { type: 'key_unknown' }]);

    const other = provider.createApp({ redirectURL: 'http://localhost/cb' });
    provider.approve('2', other);
    const { location } = await browser.get(`/api/oauth?app_id=${other.appId}`);
    await exchange(provider, keyIn(location));
    expect(facts()).toEqual([appFact(), { type: 'key_of_other_app' }]);
  });

  test('of a call that is refused before the key: it is still valid', async () => {
    await start();
    const key = await getKey();
    const send = (fields: Record<string, string>, query = '') =>
      fetch(`${provider.url}/api/authorize${query}`, { method: 'POST', body: new URLSearchParams(fields) });
    const right = { app_id: app().appId, app_secret: app().appSecret };
    await send({ ...right, app_secret: 'wrong', auth_key: key });
    expect(facts()).toEqual([appFact(), { type: 'wrong_secret' }, { type: 'key_still_valid' }]);
    await send({ ...right, app_id: '7', auth_key: key });
    expect(facts()).toMatchObject([{ type: 'unknown_app', appId: '7' }]);
    await send({ ...right, app_secret: ' ', auth_key: key });
    expect(facts()).toEqual([{ type: 'parameter_missing', name: 'app_secret' }, { type: 'key_still_valid' }]);
    await send({ ...right, 'auth_key[]': key });
    expect(facts()).toEqual([{ type: 'parameter_is_array', name: 'auth_key' }]);
    await send({}, `?${new URLSearchParams({ ...right, auth_key: key }).toString()}`);
    expect(facts()).toEqual([{ type: 'wrong_place', reads: 'form' }]);
    provider.configure({ maintenance: true });
    await exchange(provider, key).catch(() => undefined);
    const closed = [{ type: 'site_state', names: ['maintenance'] }, appFact(), { type: 'not_looked_at' }];
    expect(facts()).toEqual([...closed, { type: 'key_still_valid' }]);
    provider.configure({ maintenance: false, moduleEnabled: false });
    await exchange(provider, key);
    expect(facts().slice(1)).toEqual([{ type: 'module_disabled' }, { type: 'key_still_valid' }]);
    provider.configure({ moduleEnabled: true });
    expect(await exchange(provider, key)).toHaveProperty('access_token');
  });

  test('of a token: its age, handed out again, expired, replaced, revoked, unknown', async () => {
    await start();
    const token = await getToken();
    provider.advance(12_000);
    await ask(token);
    expect(facts()).toEqual([
      appFact(),
      { type: 'token_valid', age: 12, lives: 60 },
      { type: 'profile_sent', userId: '2' },
    ]);
    await getToken();
    expect(facts().at(-1)).toEqual({ type: 'token_issued_again', age: 12, lives: 60 });
    provider.advance(51_000);
    await ask(token);
    expect(facts()).toEqual([appFact(), { type: 'token_expired', age: 63, lives: 60 }]);
    const newer = await getToken();
    await ask(token);
    expect(facts()).toEqual([appFact(), { type: 'token_replaced' }]);
    provider.deleteUser('2');
    await ask(newer);
    expect(facts().at(-1)).toEqual({ type: 'user_deleted', userId: '2' });
    provider.revoke({ id: '2' }, app());
    await ask(newer);
    expect(facts()).toEqual([appFact(), { type: 'token_revoked' }]);
    await ask('f'.repeat(32));
    expect(facts()).toEqual([{ type: 'token_unknown' }]);
    await ask('');
    expect(facts()).toEqual([{ type: 'parameter_missing', name: 'access_token' }]);
  });

  test('of version 2.8, that it sent the profile of somebody else', async () => {
    await start({ version: '2.8' });
    await getToken();
    await browser.submit('/signin', { user_id: '3' });
    provider.approve('3', app());
    const { location } = await startLogin();
    const { access_token } = await exchange(provider, keyIn(location));
    await ask(access_token!);
    expect(facts().at(-1)).toEqual({ type: 'other_user', userId: '2' });
  });

  test('of a fault: what it did to the key and to the token', async () => {
    await start();
    const exchangeWith = async (fault: Parameters<typeof provider.once<'authorize'>>[1]) => {
      const key = await getKey();
      provider.once('authorize', fault);
      await sendKey(provider, key).catch(() => undefined);
      return facts().filter(({ type }) => type !== 'app');
    };
    expect(await exchangeWith('used_key')).toEqual([{ type: 'key_spoiled' }]);
    expect(await exchangeWith('wrong_secret')).toEqual([{ type: 'key_still_valid' }]);
    expect(await exchangeWith('html')).toEqual([{ type: 'not_looked_at' }, { type: 'key_still_valid' }]);
    expect(await exchangeWith('maintenance')).toEqual([{ type: 'not_looked_at' }, { type: 'key_still_valid' }]);
    expect(await exchangeWith('reset')).toEqual([
      { type: 'key_used_up', userId: '2' },
      { type: 'token_issued', age: 0, lives: 60 },
    ]);
    expect(await exchangeWith('dead_token')).toEqual([{ type: 'key_used_up', userId: '2' }, { type: 'token_spoiled' }]);
    expect(await exchangeWith('wrong_host')).toMatchObject([
      { type: 'wrong_host', siteURL: provider.url },
      { type: 'key_used_up' },
      { type: 'token_issued' },
    ]);
  });
});
