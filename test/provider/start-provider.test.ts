import request from 'supertest';
import { startProvider, type StartOptions } from '../../lib/provider/index';

describe('startProvider', () => {
  test('listens on a free port of this machine, with an app and users from the start', async () => {
    const provider = await startProvider();
    expect(provider.url).toBe(`http://127.0.0.1:${String(provider.port)}`);
    expect(provider).toMatchObject({ name: 'Pimbuzz', version: '4.2', authorizeMethod: 'POST' });
    expect(provider.apps).toEqual([
      expect.objectContaining({
        appId: expect.stringMatching(/^[1-9]\d{14}$/),
        appSecret: expect.stringMatching(/^[0-9a-f]{32}$/),
        redirectURL: 'http://localhost:3000/auth/pimbuzz/callback',
      }),
    ]);
    expect(provider.users.map(({ username }) => username)).toEqual(['renee', 'sam', 'blank', 'layla', 'nogen']);
    await provider.close();
    await provider.close();
  });

  test('rejects with what to do when the port is taken, or the address is not of this machine', async () => {
    const first = await startProvider();
    const hint = `port ${String(first.port)} on 127.0.0.1 is taken: stop what listens there, or choose another port`;
    await expect(startProvider({ port: first.port })).rejects.toThrow(hint);
    await first.close();
    await expect(startProvider({ host: '192.0.2.1' })).rejects.toThrow('192.0.2.1 is not an address of this machine');
    await expect(startProvider({ host: 'nowhere.invalid' })).rejects.toThrow(
      'cannot listen on nowhere.invalid, port 0',
    );
  });

  test('accepts localhost on its own port, and any name when it listens on all addresses', async () => {
    const here = await startProvider();
    const statusOf = async (url: string, host: string): Promise<number> =>
      (await request(url).get('/api/get_user_info').set('host', host)).status;
    expect(await statusOf(here.url, `localhost:${String(here.port)}`)).toBe(200);
    expect(await statusOf(here.url, 'localhost:1')).toBe(302);
    expect(await statusOf(here.url, `pimbuzz.test:${String(here.port)}`)).toBe(302);
    expect(await statusOf(here.url, 'not a host')).toBe(302);
    await here.close();
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation();
    const everywhere = await startProvider({ host: '0.0.0.0' });
    emitWarning.mockRestore();
    expect(await statusOf(everywhere.url, `pimbuzz.test:${String(everywhere.port)}`)).toBe(200);
    await everywhere.close();
  });

  describe('warns once', () => {
    let start: typeof startProvider;
    let emitWarning: jest.SpyInstance;
    beforeEach(() => {
      jest.resetModules();
      start = jest.requireActual<typeof import('../../lib/provider/index')>('../../lib/provider/index').startProvider;
      emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation();
    });
    afterEach(() => emitWarning.mockRestore());

    test.each(['0.0.0.0', '::'])('on %s, that the network can use it', async (host) => {
      for (let round = 0; round < 2; round += 1) await (await start({ host, name: 'Look Loox' })).close();
      const text =
        `startProvider: Look Loox listens on all addresses of this machine (${host}). Anybody in this network can ` +
        'sign in as any of its users, and see and change its apps and their secrets. Leave "host" out to listen on ' +
        'this machine only.';
      const warning = { type: 'LoginWithWarning', code: 'LOGINWITH_PROVIDER_EXPOSED' };
      expect(emitWarning.mock.calls).toEqual([[text, expect.objectContaining(warning)]]);
    });

    test.each(['127.0.0.1', 'localhost', '::1'])('but not on %s, which only this machine reaches', async (host) => {
      await (await start({ host })).close();
      expect(emitWarning).not.toHaveBeenCalled();
    });
  });

  test('has the configured URL', async () => {
    const provider = await startProvider({ siteURL: 'http://localhost:1/' });
    expect(provider.url).toBe('http://localhost:1');
    const response = await request(`http://127.0.0.1:${String(provider.port)}`).get('/api/get_user_info');
    expect(response.headers.location).toBe('http://localhost:1');
    await provider.close();
  });

  test('listens on IPv6', async () => {
    const provider = await startProvider({ host: '::1' });
    expect(provider.url).toBe(`http://[::1]:${String(provider.port)}`);
    expect((await fetch(`${provider.url}/api/get_user_info`)).status).toBe(200);
    await provider.close();
  });

  test('names the callback of the first app after the site', async () => {
    const provider = await startProvider({ name: 'Look Loox' });
    expect(provider.apps[0]!.redirectURL).toBe('http://localhost:3000/auth/lookloox/callback');
    await provider.close();
  });

  test('refuses a wrong port or host', async () => {
    await expect(startProvider({ port: -1 })).rejects.toThrow('"port" must be a number from 0 to 65535');
    await expect(startProvider({ host: 3 } as unknown as StartOptions)).rejects.toThrow('"host" must be an address');
  });
});
