import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseProviderArgs } from '../../lib/cli/provider/options';
import { runApp } from '../../lib/cli/provider/run-app';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provider-app-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts the command with an app of one line; `text` is what both have printed. */
function start(app: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const command = join(__dirname, '../../lib/cli/index.ts');
  const args = ['-r', join(__dirname, '../support/ts-hook.cjs'), command, 'provider', '--port', '0', '--', ...app];
  const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH, ...env } });
  const run = { text: '', child, exitCode: once(child, 'close').then(([code]) => code as number) };
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (part: string) => (run.text += part));
  return run;
}

const node = (code: string) => [process.execPath, '--eval', code];

test('the app gets the site’s URL, its id, its secret and a session secret, the same at each start', async () => {
  const logIn = node(`
    const { PIMBUZZ_URL: url, PIMBUZZ_APP_ID: id, PIMBUZZ_APP_SECRET: secret, SESSION_SECRET } = process.env;
    const body = new URLSearchParams({ app_id: id, app_secret: secret, auth_key: 'x' });
    fetch(url + '/api/authorize', { method: 'POST', body })
      .then((response) => response.json())
      .then(({ message }) => console.log(message, SESSION_SECRET.length, SESSION_SECRET));
  `);
  const first = start(logIn);
  expect(await first.exitCode).toBe(0);
  const secret = /invalid auth_key 64 ([0-9a-f]{64})\n/.exec(first.text)?.[1];
  expect(secret).toBeDefined();
  expect(first.text.replace(secret!, '')).not.toMatch(/[0-9a-f]{32}/);
  expect(first.text).toContain('Pimbuzz has stopped.');
  const again = start(logIn);
  await again.exitCode;
  expect(again.text).toContain(secret);
}, 30_000);

test('a SESSION_SECRET of the environment stays, and the site’s variables do not', async () => {
  const env = { SESSION_SECRET: 'mine', PIMBUZZ_URL: 'https://site.example' };
  const run = start(node("console.log(process.env.SESSION_SECRET + ' at ' + process.env.PIMBUZZ_URL)"), env);
  await run.exitCode;
  expect(run.text).toContain('\nmine at http://127.0.0.1:');
}, 30_000);

test('the exit code is that of the app', async () => {
  const run = start(node('process.exitCode = 7'));
  expect(await run.exitCode).toBe(7);
  expect(run.text).toContain('Pimbuzz has stopped.');
}, 30_000);

test('an app that cannot be started is an error', async () => {
  const run = start(['no-such-program']);
  expect(await run.exitCode).toBe(1);
  expect(run.text).toContain('passport-loginwith: no-such-program could not be started: ');
}, 30_000);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops the app, too',
  async (signal) => {
    const run = start(node(`console.log('pid', process.pid); setInterval(() => {}, 1000)`));
    while (!/pid \d+\n/.test(run.text)) await once(run.child.stdout, 'data');
    run.child.kill(signal);
    expect(await run.exitCode).toBe(0);
    const pid = Number(/pid (\d+)/.exec(run.text)?.[1]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  },
  30_000,
);

test('what stands behind "--" is the app’s own', () => {
  expect(parseProviderArgs(['--port', '0', '--', 'node', '--port', 'x'])).toMatchObject({
    type: 'start',
    options: { port: 0 },
    app: ['node', '--port', 'x'],
  });
  expect(parseProviderArgs([])).toMatchObject({ app: undefined });
  expect(() => parseProviderArgs(['--'])).toThrow('"--" must be followed by the command that starts the app');
});

describe('in this process', () => {
  const never = new Promise(() => undefined);
  const { SESSION_SECRET } = process.env;
  afterEach(() => {
    if (SESSION_SECRET === undefined) delete process.env.SESSION_SECRET;
    else process.env.SESSION_SECRET = SESSION_SECRET;
  });

  const exitWith = (code: string) =>
    runApp([process.execPath, '--eval', `process.exitCode = ${code}`], { A: '5' }, never);

  test('an app gets the variables, and its exit code is the result', async () => {
    expect(await exitWith('Number(process.env.A)')).toBe(5);
    expect(await exitWith('0')).toBe(0);
  });

  test('a secret of the environment stays, and an empty one does not', async () => {
    const variables = { SESSION_SECRET: '12' };
    const app = [process.execPath, '--eval', 'process.exitCode = Number(process.env.SESSION_SECRET)'] as const;
    process.env.SESSION_SECRET = '34';
    expect(await runApp(app, variables, never)).toBe(34);
    process.env.SESSION_SECRET = '';
    expect(await runApp(app, variables, never)).toBe(12);
  });

  test('an app that is killed has failed, and one that the terminal has stopped has not', async () => {
    const kill = (signal: string) => [process.execPath, '--eval', `process.kill(process.pid, '${signal}')`] as const;
    expect(await runApp(kill('SIGKILL'), {}, never)).toBe(1);
    expect(await runApp(kill('SIGINT'), {}, never)).toBe(0);
  });

  test('an app is stopped with the command', async () => {
    const app = [process.execPath, '--eval', 'setInterval(() => {}, 1000)'] as const;
    expect(await runApp(app, {}, Promise.resolve())).toBe(0);
  });

  test('an app that is not there is an error', async () => {
    await expect(runApp(['no-such-program'], {}, never)).rejects.toThrow('no-such-program could not be started: ');
  });
});
