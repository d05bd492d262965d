import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readBlocks } from '../support/document-blocks.js';
import { findFreePort } from '../support/free-port.js';
import { createPackageFolder, type PackageFolder } from '../support/package-folder.js';
import { pasted, startCommand, type RunningCommand } from '../support/provider-command.js';
import { Browser } from '../support/test-browser.js';

let folder: PackageFolder;
let program: string;
beforeAll(async () => {
  folder = await createPackageFolder();
  program = join(folder.path, 'node_modules/passport-loginwith/dist/cli/index.js');
}, 60_000);
afterAll(() => folder.remove());

describe('what the command prints', () => {
  let command: RunningCommand;
  let app: ChildProcess | undefined;
  afterEach(async () => {
    app?.kill();
    await command.stop();
  });

  const start = async (port: number, options: string[] = []): Promise<void> => {
    const redirectURL = `http://localhost:${port}/auth/pimbuzz/callback`;
    const args = ['provider', '--port', '0', '--redirect-url', redirectURL, ...options];
    command = await startCommand(args, { cwd: folder.path, program });
  };
  const runApp = async (code: string, port: number): Promise<void> => {
    writeFileSync(join(folder.path, '.env'), pasted(command.stdout()).env);
    writeFileSync(join(folder.path, 'app.mjs'), code);
    // Without the variables of this shell: they would win over the file.
    app = spawn(process.execPath, ['--env-file=.env', 'app.mjs'], { cwd: folder.path, env: {}, stdio: 'inherit' });
    await listening(port);
  };

  test('makes the printed app log in here, as it is printed', async () => {
    const port = await findFreePort();
    await start(port);
    await runApp(pasted(command.stdout()).app, port);
    expect(await logIn(`http://localhost:${port}`, '/auth/pimbuzz')).toMatchObject({ id: 'pimbuzz:2' });
  }, 30_000);

  test('makes the app of docs/strategy.md log in here', async () => {
    const port = await findFreePort();
    await start(port, ['--version', '4.0']);
    await runApp(readBlocks('docs/strategy.md')['app.mjs']!.replace('3000', String(port)), port);
    expect(await logIn(`http://localhost:${port}`, '/auth/pimbuzz')).toMatchObject({ id: 'pimbuzz:2' });
  }, 30_000);

  test('has variables that are named after the site, all of them, and a secret of its own', async () => {
    await start(3000, ['--name', 'Look Loox']);
    const env = parseEnv(pasted(command.stdout()).env);
    expect(env).toEqual({
      LOOKLOOX_URL: command.url,
      LOOKLOOX_APP_ID: expect.stringMatching(/^\d{15}$/),
      LOOKLOOX_APP_SECRET: expect.stringMatching(/^[0-9a-f]{32}$/),
      SESSION_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(pasted(command.stdout()).app).not.toContain(env.LOOKLOOX_APP_SECRET);
    expect(command.stdout()).toContain(`${command.url}/console`);
    expect(command.stdout()).toContain('node --env-file=.env app.mjs');
  }, 30_000);
});

describe('Ctrl-C', () => {
  test('ends the command at once, whatever still waits', async () => {
    const command = await startCommand(['provider', '--port', '0', '--no-state'], { cwd: folder.path, program });
    const waiting = connect(Number(new URL(command.url).port), '127.0.0.1');
    waiting.on('error', () => undefined);
    waiting.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: keep-alive\r\n\r\n');
    await once(waiting, 'data');
    waiting.write('POST /signin HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n');
    const ended = once(waiting, 'close');
    const from = Date.now();
    expect(await command.stop()).toBe(0);
    expect(Date.now() - from).toBeLessThan(1000);
    await ended;
  }, 20_000);
});

/** Signs in and accepts, as a person would; returns what the app's first page says afterwards. */
async function logIn(appURL: string, start: string): Promise<unknown> {
  const browser = new Browser(appURL);
  let { location } = await browser.get(start);
  const asked = new URL(location!);
  await browser.postForm(new URL('/signin', asked).href, { user_id: '2', return_to: asked.pathname + asked.search });
  const accepted = { app_id: asked.searchParams.get('app_id')! };
  ({ location } = await browser.postForm(new URL('/oauth/accept', asked).href, accepted));
  expect(await browser.get(location!)).toMatchObject({ location: '/' });
  return (await browser.get('/')).json;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, 'localhost');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
  }
}
