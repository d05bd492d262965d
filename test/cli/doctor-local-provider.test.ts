import type { RequestListener } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { diagnose, resolveTestNames } from '../support/doctor';
import { closeSites, serve } from '../support/express-site';
import { pasted, startCommand, type RunningCommand } from '../support/provider-command';
import { closeAll, createApp, createStrategy, respondWell } from '../support/strategy-app';

const nothing = 'no provider is named in the environment; there is no .env here';
let folder: string;
let command: RunningCommand | undefined;
beforeEach(() => {
  resolveTestNames();
  folder = mkdtempSync(join(tmpdir(), 'doctor-local-'));
});
afterEach(async () => {
  await command?.stop();
  command = undefined;
  await Promise.all([closeSites(), closeAll()]);
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const start = async (...args: string[]) => {
  command = await startCommand(['provider', '--port', '0', ...args], { cwd: folder });
  return { url: command.url, variables: parseEnv(pasted(command.stdout()).env) };
};

describe('when nothing names a provider', () => {
  test('the local provider that runs in the folder is checked, and the app that it started', async () => {
    let listener: RequestListener = respondWell;
    const app = await serve((req, res) => listener(req, res));
    const { url, variables } = await start('--redirect-url', `${app}/callback`);
    const { PIMBUZZ_APP_ID: appId = '', PIMBUZZ_APP_SECRET: appSecret = '', SESSION_SECRET = '' } = variables;
    listener = createApp(createStrategy({ name: 'pimbuzz', provider: url, appId, appSecret }));
    for (const more of [[], ['--name', 'pimbuzz']]) {
      const args = ['--app', app, '--start', '/auth', ...more];
      const { code, bad, checks, text, find } = await diagnose({ folder, args });
      expect({ code, bad }).toEqual({ code: 0, bad: [] });
      expect(find('variables')?.found).toBe(`from the local provider that runs in this folder, at ${url}`);
      expect(find('app-id')?.found).toBe(`PIMBUZZ_APP_ID from the local provider: ${appId}`);
      for (const id of ['cookie-secret', 'credentials', 'start-provider', 'callback'])
        expect(find(id)).toMatchObject({ id, status: 'ok' });
      const kept = readFileSync(join(folder, '.passport-loginwith/pimbuzz.json'), 'utf8');
      for (const secret of [appSecret, SESSION_SECRET, ...(kept.match(/[0-9a-f]{32,}/g) ?? [])])
        expect(text + JSON.stringify(checks)).not.toContain(secret);
    }
  }, 30_000);

  test('a site of another name is found, and what the variables name comes first', async () => {
    const { url } = await start('--name', 'My Net');
    expect((await diagnose({ folder })).find('credentials', 'mynet')?.status).toBe('ok');
    const env = { PIMBUZZ_URL: 'http://127.0.0.1:9', PIMBUZZ_APP_ID: '5' };
    expect((await diagnose({ folder, env })).text).not.toContain(url);
  }, 30_000);

  test('a local provider that has stopped is told, and how to start it', async () => {
    await start();
    await command?.stop();
    command = undefined;
    const { code, bad, find } = await diagnose({ folder });
    expect({ code, bad }).toEqual({ code: 1, bad: ['variables: problem'] });
    expect(find('variables')).toMatchObject({
      found: `${nothing}, and the local provider of this folder does not run`,
      advice: expect.stringMatching(/^Start it with the app: npx passport-loginwith provider -- node app\.mjs\. For a/),
    });
  }, 30_000);

  test('the app is visited all the same', async () => {
    const provider = 'http://127.0.0.1:9';
    const app = createStrategy({ name: 'pimbuzz', provider, appId: '5', appSecret: '0'.repeat(32) });
    const url = await serve(createApp(app));
    const { bad, find } = await diagnose({ folder, args: ['--app', url, '--start', '/auth'] });
    expect(bad).toEqual(['variables: problem']);
    expect(find('variables')?.found).toBe(nothing);
    expect(find('start-provider', 'app')?.found).toBe(`to ${provider}, with the app id 5`);
    const args = ['--redirect-url', `${url}/wrong`];
    expect((await diagnose({ folder, args })).find('callback')?.found).toBe(
      `the app has no route at ${url}/wrong (404)`,
    );
  });
});
