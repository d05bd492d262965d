import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../lib/cli';
import { startProvider } from '../../lib/provider';
import { pasted, startCommand, type RunningCommand } from '../support/provider-command.js';

const repository = process.cwd();
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'provider-state-')));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(repository);
  rmSync(folder, { recursive: true });
});

/** Starts the command in this process, in the folder, and stops it as soon as it has started. */
async function run(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await runCommand(['provider', '--port', '0', ...args], {
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    stopped: Promise.resolve(),
  });
  return { code, stdout, stderr };
}

/** The lines of `.env` but for the URL, whose port is another one each time. */
function credentialsIn(stdout: string): string {
  return pasted(stdout).env.replace(/^.*_URL=.*\n/, '');
}

const stateFile = (name = 'pimbuzz'): string => join(folder, '.passport-loginwith', `${name}.json`);

describe('without an option', () => {
  test('id and secrets are the same after a restart, and stand in a file that it names', async () => {
    const first = await run();
    expect(first.stdout).toContain(`kept in       ${stateFile()} (`);
    const second = await run('--redirect-url', 'http://localhost:9000/cb', '--version', '2.8');
    expect(credentialsIn(second.stdout)).toBe(credentialsIn(first.stdout));
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toMatchObject({
      apps: [{ redirectURL: 'http://localhost:9000/cb' }],
    });
  });

  test('the folder is for its owner alone, and git does not see it', async () => {
    await run();
    await run();
    expect(statSync(join(folder, '.passport-loginwith')).mode & 0o777).toBe(0o700);
    expect(statSync(stateFile()).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, '.passport-loginwith/.gitignore'), 'utf8')).toBe('*\n');
    expect(readdirSync(join(folder, '.passport-loginwith'))).toEqual(['.gitignore', 'pimbuzz.json']);
  });

  test('each site has a file of its own', async () => {
    const pimbuzz = credentialsIn((await run()).stdout);
    const looxLoox = credentialsIn((await run('--name', 'Look Loox')).stdout);
    expect(readdirSync(join(folder, '.passport-loginwith'))).toEqual(['.gitignore', 'lookloox.json', 'pimbuzz.json']);
    expect(looxLoox).not.toContain(/SESSION_SECRET=.*/.exec(pimbuzz)![0]);
  });

  test('a wrong option leaves no folder behind', async () => {
    expect((await run('--version', '9')).code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a folder that cannot be written is told, and nothing is kept', async () => {
    writeFileSync(join(folder, '.passport-loginwith'), '');
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain('kept in       nothing');
    expect(stderr).toMatch(/^\nWarning: Nothing is kept over a restart: E.*\.passport-loginwith.*--state FILE names/);
  });

  test('users and grants are kept, and --users replaces the users', async () => {
    await run();
    const kept = await startProvider({ state: stateFile() });
    kept.addUser({ username: 'ada' });
    kept.approve('ada', kept.apps[0]!);
    await kept.close();
    expect((await run()).stdout).toContain('users: 6)');
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toMatchObject({ grants: [{}] });
    writeFileSync('users.json', '[{ "username": "eve" }]');
    expect((await run('--users', 'users.json')).stdout).toContain('users: 1)');
  });
});

describe('with options', () => {
  test('--no-state keeps nothing', async () => {
    const { stdout } = await run('--no-state');
    expect(stdout).toContain('kept in       nothing');
    expect(readdirSync(folder)).toEqual([]);
    expect(credentialsIn((await run('--no-state')).stdout)).not.toBe(credentialsIn(stdout));
  });

  test('--state names another file', async () => {
    const { stdout } = await run('--state', 'own.json');
    expect(stdout).toContain(`kept in       ${join(folder, 'own.json')} (`);
    expect(readdirSync(folder)).toEqual(['own.json']);
    expect(credentialsIn((await run('--state', 'own.json')).stdout)).toBe(credentialsIn(stdout));
  });

  test('--state in a folder that is not there ends with exit code 1', async () => {
    expect(await run('--state', 'none/own.json')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^passport-loginwith: --state none\/own\.json: ENOENT/),
    });
  });

  test('--reset starts afresh and puts the earlier file aside, also a broken one', async () => {
    const before = credentialsIn((await run()).stdout);
    const { stdout } = await run('--reset');
    expect(credentialsIn(stdout)).not.toBe(before);
    expect(stdout).toContain(`started afresh; the earlier ones are in ${stateFile()}.old`);
    expect(readFileSync(`${stateFile()}.old`, 'utf8')).toContain(/APP_ID=(\d+)/.exec(before)![1]);
    writeFileSync(stateFile(), '{');
    expect((await run('--reset')).code).toBe(0);
    expect(readFileSync(`${stateFile()}.old`, 'utf8')).toBe('{');
  });

  test('--reset puts nothing aside when the provider cannot start', async () => {
    const before = credentialsIn((await run()).stdout);
    const other = await startProvider();
    const { code } = await run('--reset', '--port', String(other.port));
    await other.close();
    expect(code).toBe(1);
    expect(credentialsIn((await run()).stdout)).toBe(before);
  });

  test('a broken state file ends with exit code 1 and stays as it is', async () => {
    mkdirSync(join(folder, '.passport-loginwith'));
    writeFileSync(stateFile(), '{ "format": 1 }');
    expect(await run()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${stateFile()} cannot be used (its`),
    });
    expect(readFileSync(stateFile(), 'utf8')).toBe('{ "format": 1 }');
    expect(readdirSync(join(folder, '.passport-loginwith'))).toEqual(['.gitignore', 'pimbuzz.json']);
  });
});

describe('two commands', () => {
  let first: RunningCommand;
  beforeEach(async () => {
    first = await startCommand(['provider', '--port', '0'], { cwd: folder });
  }, 20_000);
  afterEach(() => first.stop());

  test('on one state: the second is refused, and says where the first is', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      `another provider runs at ${first.url} (process ${first.pid}) and keeps its apps and users in ${stateFile()}.`,
    );
    expect(stderr).toContain('--state ANOTHER_FILE or --no-state');
    expect((await run('--no-state')).code).toBe(0);
    expect((await run('--name', 'Look Loox')).code).toBe(0);
    expect(await first.stop()).toBe(0);
    expect((await run()).code).toBe(0);
  }, 20_000);

  test('one after the other: one that was killed does not stand in the way', async () => {
    await first.stop('SIGKILL');
    expect(readdirSync(join(folder, '.passport-loginwith'))).toContain('pimbuzz.json.lock');
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(credentialsIn(stdout)).toBe(credentialsIn(first.stdout()));
    expect(readdirSync(join(folder, '.passport-loginwith'))).toEqual(['.gitignore', 'pimbuzz.json']);
  }, 20_000);

  test('one in another container is left alone, because nobody here can tell whether it runs', async () => {
    await first.stop();
    const lock = `${stateFile()}.lock`;
    writeFileSync(lock, JSON.stringify({ pid: first.pid, host: 'another-container' }));
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain(`(process ${first.pid} on another-container)`);
    expect(stderr).toContain(`If it does not run any more, delete ${lock}`);
    expect(readdirSync(join(folder, '.passport-loginwith'))).toContain('pimbuzz.json.lock');
    writeFileSync(lock, '');
    expect((await run()).code).toBe(1);
  }, 20_000);
});
