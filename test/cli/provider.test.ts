import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../lib/cli';
import { startProvider } from '../../lib/provider';
import packageJSON from '../../package.json';
import { startCommand, urlIn } from '../support/provider-command.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provider-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command, with no state kept, and stops it as soon as it has printed something, after `meanwhile`. */
async function run(args: string[], meanwhile: (printed: string) => Promise<void> = () => Promise.resolve()) {
  let stdout = '';
  let stderr = '';
  let printed: (text: string) => void;
  const ready = new Promise<string>((resolve) => (printed = resolve));
  const stopped = ready.then(meanwhile);
  const isStart = args[0] === 'provider' && !args.includes('--state');
  const code = await runCommand(isStart ? [...args, '--no-state'] : args, {
    stdout: (text) => {
      stdout += text;
      printed(stdout);
    },
    stderr: (text) => (stderr += text),
    stopped,
  });
  return { code, stdout, stderr };
}

describe('the provider command', () => {
  test('prints the URL, an app and the lines to paste, and serves until it is stopped', async () => {
    const args = ['provider', '--port', '0', '--name', 'Look Loox', '--redirect-url', 'http://localhost:3000/in/back'];
    let url = '';
    const { code, stdout } = await run(args, async (printed) => {
      url = urlIn(printed);
      const appId = /app_id +(\d+)/.exec(printed)![1]!;
      const page = await (await fetch(`${url}/api/oauth?app_id=${appId}`)).text();
      expect(page).toContain('<title>Sign in</title>');
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/app_secret +[0-9a-f]{32}\n/);
    expect(stdout).toMatch(/redirect URL +http:\/\/localhost:3000\/in\/back\n/);
    expect(stdout).toContain(`\nLOOKLOOX_URL=${url}\n`);
    expect(stdout).toContain('kept in       nothing');
    expect(stdout).toContain('POST (form)');
    expect(stdout).toMatch(/Look Loox has stopped\.\n$/);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('takes a version, a file of users and a state file', async () => {
    const users = join(folder, 'users.json');
    writeFileSync(users, '[{ "username": "ada", "firstName": "Ada" }]');
    const args = ['provider', '--port=0', '--version', '4.0', '--users', users, '--state', join(folder, 'state.json')];
    const first = await run(args, async (printed) => {
      expect(await (await fetch(`${urlIn(printed)}/signin`)).text()).toContain('@ada');
    });
    expect(first.stdout).toContain('version 4.0, users: 1)');
    expect(first.stdout).toContain('GET (query)');
    const idIn = (text: string): string => /app_id +(\d+)/.exec(text)![1]!;
    expect(idIn((await run(args)).stdout)).toBe(idIn(first.stdout));
  });

  test('says so when the network can use it, secrets included', async () => {
    const emitWarning = jest.spyOn(process, 'emitWarning');
    const { code, stdout, stderr } = await run(['provider', '--port', '0', '--host', '0.0.0.0']);
    expect(code).toBe(0);
    expect(stdout).toContain('is running at http://127.0.0.1:');
    expect(stderr).toBe(
      '\nWarning: Pimbuzz listens on all addresses of this machine (0.0.0.0). Anybody in this network can sign in as ' +
        'any of its users, and see and change its apps and their secrets.\n' +
        'Without --host, only this machine can reach it.\n',
    );
    expect((await run(['provider', '--port', '0', '--host', 'localhost'])).stderr).toBe('');
    expect(emitWarning).not.toHaveBeenCalled();
    emitWarning.mockRestore();
  });

  test('warns of a redirect URL with a “?”, where the key lands in another parameter', async () => {
    const { code, stderr } = await run(['provider', '--port', '0', '--redirect-url', 'http://localhost:3000/cb?x=1']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\nWarning: .*http:\/\/localhost:3000\/cb\?x=1\?auth_key=KEY.*\n$/);
  });

  test('takes the site’s language and the address of its pictures', async () => {
    const args = [
      'provider',
      '--port',
      '0',
      '--version',
      '2.8',
      '--language',
      'fr',
      '--uploads-url',
      'http://cdn.test/u',
    ];
    await run(args, async (printed) => {
      const page = await fetch(`${urlIn(printed)}/signin`, { headers: { 'accept-language': '*' } });
      const html = await page.text();
      expect(html).toContain('<html lang="fr">');
      expect(html).toContain('src="http://cdn.test/u/photos/');
    });
  });

  test('takes the name under which it is opened', async () => {
    const { code, stdout } = await run(['provider', '--port', '0', '--site-url', 'http://pimbuzz.test:4000']);
    expect(code).toBe(0);
    expect(urlIn(stdout)).toBe('http://pimbuzz.test:4000');
  });

  test('runs where Express is not installed', async () => {
    jest.resetModules();
    jest.doMock('express', () => {
      throw new Error("Cannot find module 'express'");
    });
    try {
      const fresh = jest.requireActual<typeof import('../../lib/cli')>('../../lib/cli');
      let stderr = '';
      const line = { stdout: () => undefined, stderr: (text: string) => (stderr += text), stopped: Promise.resolve() };
      expect({ code: await fresh.runCommand(['provider', '--port', '0', '--no-state'], line), stderr }).toEqual({
        code: 0,
        stderr: '',
      });
    } finally {
      jest.dontMock('express');
    }
  });

  test.each([
    [['provider', '--nonsense'], "Unknown option '--nonsense'"],
    [['provider', '--language', 'xx'], `"language" must be `],
    [['provider', '--uploads-url', 'cdn'], '"uploadsURL" must be an http(s) URL'],
    [['provider', '--redirect-url', 'http://localhost/#/cb'], '--redirect-url must not have a "#"'],
    [['provider', '--state', ' '], '--state must be the path of a file'],
    [['provider', '--no-state', '--state', 'x'], '--no-state keeps nothing, so it does not go with --state'],
    [['provider', '--no-state', '--reset'], '--no-state keeps nothing, so it does not go with --reset'],
    [['provider', '--port', 'abc'], '--port must be a number, not "abc"'],
    [['provider', '--port', '70000'], '"port" must be a number from 0 to 65535'],
    [['provider', '--version', '9'], `"version" must be '2.8', '4.0' or '4.2'`],
    [
      ['provider', 'node', '--port', 'app.mjs'],
      'put -- before the command that starts the app: provider -- node app.mjs\n',
    ],
    [['provider', '--host', ''], '"host" must be an address or a name'],
    [['provider', '--redirect-url', '/cb'], '"redirectURL" must be an http(s) URL'],
    [['provider', '--site-url', 'pimbuzz.test'], '"siteURL" must be an http(s) URL without a path'],
    [[], 'which command?'],
    [['nonsense'], 'there is no command "nonsense"'],
  ])('%j ends with exit code 2 and a hint', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`passport-loginwith: ${message}`);
    expect(stderr).toContain('See passport-loginwith --help');
  });

  test('a port that is taken ends with exit code 1 and what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    expect(await run(['provider', '--port', port])).toEqual({
      code: 1,
      stdout: '',
      stderr: `passport-loginwith: port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another port with --port (0 picks a free one)\n`,
    });
    taken.close();
  });

  test('a port that another local provider has ends with the name and the address of that one', async () => {
    const other = await startProvider({ name: 'Look Loox', siteURL: 'http://lookloox.invalid', maintenance: true });
    const result = await run(['provider', '--port', String(other.port)]);
    await other.close();
    expect(result).toMatchObject({
      code: 1,
      stderr:
        `passport-loginwith: another local provider, Look Loox, is running at http://127.0.0.1:${other.port} already: ` +
        'use that one, or choose another port with --port (0 picks a free one)\n',
    });
  });

  test.each([
    ['that is missing', undefined, 1, 'ENOENT'],
    ['that is not JSON', '[', 1, 'JSON'],
    ['with a wrong user', '[{}]', 2, `a user's "username" must be a text`],
  ])('a file of users %s ends with the right exit code', async (_what, content, code, message) => {
    const users = join(folder, 'users.json');
    if (content !== undefined) writeFileSync(users, content);
    expect(await run(['provider', '--port', '0', '--users', users])).toMatchObject({
      code,
      stderr: expect.stringContaining(message),
    });
  });
});

describe('the help', () => {
  test.each([['--help'], ['-h'], ['help'], ['provider --help'], ['provider -h']])('is printed for %s', async (args) => {
    const expected = { code: 0, stderr: '', stdout: expect.stringContaining('--redirect-url') };
    expect(await run(args.split(' '))).toMatchObject(expected);
  });

  test.each(['--version', '-v'])('%s prints the package’s version', async (arg) => {
    expect(await run([arg])).toEqual({ code: 0, stderr: '', stdout: `${packageJSON.version}\n` });
  });
});

describe('the program', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'stops cleanly on %s',
    async (signal) => {
      const command = await startCommand(['provider', '--port', '0'], { cwd: folder });
      expect(await command.stop(signal)).toBe(0);
      expect(command.stdout()).toMatch(/Pimbuzz has stopped\.\n$/);
      expect(readdirSync(join(folder, '.passport-loginwith'))).toEqual(['.gitignore', 'pimbuzz.json']);
    },
    20_000,
  );

  test('prints nothing when a caller breaks off in the middle of a form, and goes on', async () => {
    const command = await startCommand(['provider', '--port', '0', '--no-state'], { cwd: folder });
    for (const path of ['/signin', '/api/authorize?app_secret=0123456789abcdef', '/developers/apps/new']) {
      const client = connect(Number(new URL(command.url).port), '127.0.0.1');
      client.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 500\r\n`);
      client.write('content-type: application/x-www-form-urlencoded\r\n\r\nuser_id=2', () => client.resetAndDestroy());
      await once(client, 'close');
      expect((await fetch(`${command.url}/signin`)).status).toBe(200);
    }
    expect(await command.stop('SIGTERM')).toBe(0);
    expect(command.stderr()).toBe('');
  }, 20_000);

  test('stops cleanly when nobody reads its output any more', async () => {
    const command = await startCommand(['provider', '--port', '0'], { cwd: folder });
    command.stopReading();
    expect((await fetch(`${command.url}/api/oauth?app_id=7`)).status).toBe(200);
    expect(await command.stop('SIGHUP')).toBe(0);
    expect(readdirSync(join(folder, '.passport-loginwith'))).toEqual(['.gitignore', 'pimbuzz.json']);
  }, 20_000);

  test('exits with the code, and prints what is wrong on stderr', async () => {
    const hook = join(__dirname, '../support/ts-hook.cjs');
    const program = join(__dirname, '../../lib/cli/index.ts');
    const result = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, ['-r', hook, program, 'nonsense'], (error, _stdout, stderr) =>
        resolve({ code: error?.code, stderr }),
      );
    });
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('no command "nonsense"') });
  }, 20_000);
});
