import http from 'node:http';
import request from 'supertest';
import { startProvider } from '../../../lib/provider/index';
import { plainApp } from '../../support/plain-app';

describe('the request log', () => {
  test('has the last 1000 requests, without a secret, a key or a token in them', async () => {
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

  test('does not grow beyond 1000 entries', async () => {
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
