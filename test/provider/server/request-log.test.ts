import http from 'node:http';
import request from 'supertest';
import { startProvider, type LoggedRequest } from '../../../lib/provider/index';
import { createRequestLog } from '../../../lib/provider/server/request-log';
import { cpuTimeUntil } from '../../support/cpu-time';
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

  test('has no secret that was sent as a name, or with no name at all', async () => {
    const provider = await startProvider();
    const secret = '0123456789abcdef0123456789abcdef';
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    await fetch(`${provider.url}/api/authorize?${secret}&{app_secret:${secret}}=1&x=?${secret}?&a=${secret}?b`, {
      ...form,
      body: `{"app_secret": "${secret}"}`,
    });
    expect(JSON.stringify(provider.requests)).not.toContain(secret.slice(0, 20));
    expect(provider.requests).toMatchObject([
      {
        path: '/api/authorize?***&{app_secret:***}=***&x=?***?&a=***?b',
        form: { '{"app_secret":_"***"}': '' },
      },
    ]);
    await provider.close();
  });

  test('has no secret that was percent-encoded letter by letter', async () => {
    const provider = await startProvider();
    const encoded = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
    const secret = encoded('0123456789abcdef0123456789abcdef');
    await fetch(
      `${provider.url}/api/authorize?${encoded('app_secret')}=${encoded('short')}&app_id=${secret}&${secret}`,
    );
    await fetch(`${provider.url}/api/${secret}`);
    expect(provider.requests).toMatchObject([
      { path: `/api/authorize?${encoded('app_secret')}=***&app_id=***&***` },
      { endpoint: '***', path: '***' },
    ]);
    await provider.close();
  });

  test('keeps no large form, which any site could send until the memory is full', async () => {
    const provider = await startProvider();
    const large = 'x'.repeat(16 * 1024);
    await fetch(`${provider.url}/api/authorize`, { method: 'POST', body: new URLSearchParams({ app_id: '1', large }) });
    await fetch(`${provider.url}/api/authorize`, { method: 'POST', body: new URLSearchParams({ [large]: '' }) });
    await fetch(`${provider.url}/api/authorize`, {
      method: 'POST',
      body: Array.from({ length: 100_000 }, (_, index) => `${String(index)}=1`).join('&'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const [first, second, third] = provider.requests;
    expect([first!.form, second!.form]).toEqual([{ app_id: '1' }, { [large]: '' }]);
    expect(JSON.stringify(third!.form).length).toBeLessThan(50_000);
    await provider.close();
  });

  test.each([
    ['one long name', 'a'.repeat(8000)],
    ['many question marks', '?a='.repeat(2600)],
    ['a token of blanks', `access_token=${'+'.repeat(8000)}x`],
  ])('%s, as long as the web server reads, takes a moment to log and to look up', async (_what, query) => {
    const provider = await startProvider();
    const time = await cpuTimeUntil(async () => {
      for (let round = 0; round < 50; round += 1) {
        expect((await fetch(`${provider.url}/api/get_user_info?${query}`)).status).toBe(200);
      }
    });
    expect(time).toBeLessThan(1000);
    expect(provider.requests).toHaveLength(50);
    await provider.close();
  });

  test('tells listeners of each request, masked, until they have enough', () => {
    const log = createRequestLog();
    const heard: string[] = [];
    const listen = (entry: LoggedRequest): unknown => heard.push(`${String(entry.number)} ${entry.path}`);
    const [unsubscribe, unsubscribeToo] = [log.subscribe(listen), log.subscribe(listen)];
    const entry = { at: 0, endpoint: '', method: 'GET', form: {}, userId: null, status: 200, facts: [] };
    log.add({ ...entry, path: '/?auth_key=x' });
    unsubscribe();
    log.add({ ...entry, path: '/two' });
    unsubscribeToo();
    log.add({ ...entry, path: '/three' });
    expect(heard).toEqual(['1 /?auth_key=***', '1 /?auth_key=***', '2 /two']);
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
