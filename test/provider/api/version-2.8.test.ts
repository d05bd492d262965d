import request from 'supertest';
import { startProvider } from '../../../lib/provider/index';
import { exchange, plainApp, userInfo } from '../../support/plain-app';

describe('version 2.8', () => {
  test('has the language that ?lang= names, and ignores the browser’s', async () => {
    const provider = await startProvider({ version: '2.8', moduleEnabled: false });
    const ask = request(provider.url).get('/api/get_user_info?access_token=x').set('accept-language', 'fr');
    expect((await ask).body.message).toBe('This feature has been disabled by the admin');
    const french = request(provider.url).get('/api/get_user_info?access_token=x&lang=fr_fr');
    expect((await french).body.message).toMatch(/^Cette fonction/);
    await provider.close();
  });

  test('sends the user of the first grant, and no user when that grant has no token', async () => {
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
