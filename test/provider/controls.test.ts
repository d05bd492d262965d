import http from 'node:http';
import request from 'supertest';
import { createProvider, startProvider } from '../../lib/provider/index';
import { exchange, plainApp, userInfo } from '../support/plain-app';

describe('the controls', () => {
  const redirectURL = 'http://localhost:3000/cb';

  it('registers, changes and deletes apps, and with an app its approvals', async () => {
    const provider = await startProvider();
    const app = provider.createApp({
      redirectURL,
      name: 'Mine',
      appId: '42',
      appSecret: '0123456789abcdef0123456789abcdef',
      domain: undefined as unknown as string,
    });
    expect(provider.updateApp('42', { name: 'Yours' })).toEqual({ ...app, name: 'Yours' });
    expect(provider.apps).toHaveLength(2);
    provider.approve('renee', app);
    provider.deleteApp(app);
    expect(provider.apps).toHaveLength(1);
    expect(() => provider.approve('renee', app)).toThrow('there is no app "42" here');
    provider.createApp({ redirectURL, appId: '42' });
    const browser = request.agent(provider.url);
    await browser.post('/signin').type('form').send({ user_id: '2' });
    expect((await browser.get('/api/oauth?app_id=42')).text).toContain('Log in With Pimbuzz');
    await provider.close();
  });

  it.each<[object, string]>([
    [{}, '"redirectURL" of an app must be an http(s) URL'],
    [{ redirectURL: ' http://x ' }, '"redirectURL" of an app must be an http(s) URL'],
    [{ redirectURL, colour: 'red' }, '"colour" is not a field of an app; the fields are appId'],
    [{ redirectURL, name: 3 }, '"name" of an app must be a text'],
    [{ redirectURL, category: 'nonsense' }, '"category" of an app must be one of business'],
    [{ redirectURL, appId: 'x' }, '"appId" must be digits in a text'],
    [{ redirectURL, appSecret: 'x' }, '"appSecret" must be 32 lower-case hex characters'],
  ])('refuses the app %j', (input, message) => {
    expect(() => createProvider().createApp(input as { redirectURL: string })).toThrow(message);
  });

  it('refuses an app id that is there, and what does not exist', () => {
    const provider = createProvider();
    const { appId } = provider.apps[0]!;
    expect(() => provider.createApp({ redirectURL, appId })).toThrow(`there is an app ${appId} already`);
    expect(() => provider.updateApp('1', {})).toThrow('there is no app "1" here');
    expect(() => provider.deleteUser('nobody')).toThrow('there is no user "nobody" here');
    expect(() => provider.configure({ maintenence: true } as object)).toThrow('"maintenence" is not a condition');
    expect(() => provider.configure({ maintenance: 1 } as object)).toThrow('"maintenance" must be true or false');
  });

  it('adds, changes and deletes people', () => {
    const provider = createProvider();
    const ada = provider.addUser({ username: 'ada' });
    expect(ada.id).toBe('7');
    expect(provider.addUser({ username: 'bo' }).id).toBe('8');
    expect(() => provider.addUser({ username: 'ada' })).toThrow('there is a user ada already');
    expect(() => provider.addUser({ username: 'eve', id: '2' })).toThrow('there is a user with the id 2 already');
    expect(() => provider.updateUser(ada, { username: 'sam' })).toThrow('there is a user sam already');
    provider.updateUser(ada, { username: 'ada.l', id: '99' });
    expect(provider.users.find(({ id }) => id === '7')?.username).toBe('ada.l');
    provider.deleteUser('ada.l');
    expect(provider.users.map(({ id }) => id)).toEqual(['2', '3', '4', '5', '6', '8']);
    provider.deleteUser('2');
    provider.revoke('2', provider.apps[0]!);
    expect(provider.addUser({ username: 'ada' }).id).toBe('7');
  });

  it('keeps an Express app’s own abilities', async () => {
    const provider = createProvider();
    expect((await request(provider as never).get('/nowhere')).status).toBe(404);
  });

  it('makes an app for the dashboard’s first person even when there is nobody', () => {
    expect(createProvider({ users: [] }).apps[0]!.ownerId).toBe('');
    expect(createProvider().apps[0]!.ownerId).toBe('2');
  });
});

describe('the journal', () => {
  it('has the last 1000 requests, without a secret, a key or a token in them', async () => {
    const provider = await startProvider();
    await provider.signIn(request.agent(plainApp(provider)));
    const { appSecret } = provider.apps[0]!;
    await fetch(`${provider.url}/api/authorize?app_id=${appSecret}&auth_key[]=1&x&%61uth_key=0123456789abcdef0123`);
    await fetch(`${provider.url}/api/${appSecret}`);
    provider.updateApp(provider.apps[0]!, { redirectURL: 'http://localhost:3000/auth/pimbuzz/callback?x=1&y=2' });
    await provider.signIn(request.agent(plainApp(provider)));
    const text = JSON.stringify(provider.requests);
    expect(text.replaceAll(/"app_id":"\d+"/g, '')).not.toMatch(/[0-9a-f]{20}/);
    expect(provider.requests).toEqual([
      expect.objectContaining({ endpoint: 'oauth', method: 'GET', userId: '2', status: 200 }),
      expect.objectContaining({ endpoint: 'consent', location: expect.stringMatching(/callback\?auth_key=\*\*\*$/) }),
      expect.objectContaining({
        endpoint: 'authorize',
        method: 'POST',
        userId: null,
        form: { app_id: provider.apps[0]!.appId, app_secret: '***', auth_key: '***' },
      }),
      expect.objectContaining({ endpoint: 'get_user_info', path: '/api/get_user_info?access_token=***' }),
      expect.objectContaining({
        error: 'Bad Request, invalid app_id',
        path: '/api/authorize?app_id=***&auth_key[]=***&x&%61uth_key=***',
      }),
      expect.objectContaining({ endpoint: '***', path: '/api/***' }),
      expect.objectContaining({
        endpoint: 'oauth',
        location: expect.stringMatching(/\?x=1&amp;y=2\?auth_key=\*\*\*$/),
      }),
      // The app does not find the key in such a URL.
      expect.objectContaining({ endpoint: 'authorize', error: 'Bad Request, invalid auth_key' }),
    ]);
    await provider.close();
  });

  it('does not grow beyond 1000 entries', async () => {
    const provider = await startProvider({ now: () => 0 });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const ask = (): Promise<void> =>
      new Promise((resolve, reject) => {
        http
          .get(`${provider.url}/api/get_user_info?n=${String(provider.requests.length)}`, { agent }, (response) => {
            response.resume().on('end', resolve);
          })
          .on('error', reject);
      });
    for (let round = 0; round < 210; round += 1) await Promise.all(Array.from({ length: 10 }, ask));
    expect(provider.requests).toHaveLength(1000);
    agent.destroy();
    await provider.close();
  }, 20_000);
});

describe('version 2.8', () => {
  it('speaks the language that ?lang= asks for, and does not look at the browser’s', async () => {
    const provider = await startProvider({ version: '2.8', moduleEnabled: false });
    const ask = request(provider.url).get('/api/get_user_info?access_token=x').set('accept-language', 'fr');
    expect((await ask).body.message).toBe('This feature has been disabled by the admin');
    const french = request(provider.url).get('/api/get_user_info?access_token=x&lang=fr_fr');
    expect((await french).body.message).toMatch(/^Cette fonction/);
    await provider.close();
  });

  it('answers with the first row’s person, and with nobody once that row is gone and nothing was written since', async () => {
    const provider = await startProvider({ version: '2.8' });
    const agent = request.agent(plainApp(provider));
    const [app] = provider.apps;
    await expect(userInfo(provider, 'x')).resolves.toMatchObject({ message: 'Bad Request, invalid access_token' });
    provider.approve('sam', app!);
    const shown = async (user: string): Promise<string> =>
      (await provider.signIn(agent, user)).body.user_info.user_name;
    await expect(shown('layla')).resolves.toBe('sam');
    provider.revoke('sam', app!);
    await expect(shown('nogen')).resolves.toBe('layla');
    provider.deleteUser('layla');
    expect((await provider.signIn(agent, 'nogen')).body).toEqual([]);
    provider.once('get_user_info', 'expired_token').once('get_user_info', 'dead_token');
    expect((await provider.signIn(agent, 'nogen')).body.message).toBe('Bad Request, expired access_token');
    expect((await provider.signIn(agent, 'nogen')).body.message).toBe('Bad Request, invalid access_token');
    provider.once('authorize', 'expired_token').once('authorize', 'used_key');
    expect((await provider.signIn(agent, 'nogen')).body.message).toBe('Bad Request, expired access_token');
    expect((await provider.signIn(agent, 'nogen')).body.message).toBe('Bad Request, invalid auth_key');
    await expect(exchange(provider, 'x')).resolves.toMatchObject({ error: true });
    await provider.close();
  });
});
