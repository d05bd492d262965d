import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { runCommand } from '../../lib/cli';
import { runDoctor } from '../../lib/cli/doctor';
import { diagnose, envFor, resolveTestNames, sessionSecret } from '../support/doctor';
import { closeAll, openProvider } from '../support/strategy-app';

// No test asks the real sites.
beforeEach(resolveTestNames);
afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

const id = '122414611439820';
const secret = '86f655717e90e66194b9a9d13a2b391b';
/** Nothing answers at this address, and at once. */
const url = 'http://127.0.0.1:9';
const own = { PIMBUZZ_URL: url, PIMBUZZ_APP_ID: id, PIMBUZZ_APP_SECRET: secret, SESSION_SECRET: sessionSecret };

async function run(args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await runCommand(args, {
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    stopped: Promise.resolve(),
  });
  return { code, stdout, stderr };
}

describe('the command line', () => {
  test.each([
    [['--nmae', 'pimbuzz'], 'there is no option --nmae; did you mean --name?'],
    [['--redirect', 'x'], 'there is no option --redirect'],
    [[`--${secret}`], 'there is no option of that name'],
    [[secret], 'there is an argument without an option before it'],
    [['--app-secret'], '--app-secret needs a value'],
    [['--app-secret', '--json'], '--app-secret needs a value'],
    [['--json=yes'], '--json takes no value'],
    [['--timeout', 'soon'], '--timeout must be a number of milliseconds'],
    [['--timeout', '0'], '--timeout must be a number of milliseconds'],
    [['--name', 'Pim buzz'], '--name must be a name such as pimbuzz'],
    [['--start', 'auth/pimbuzz'], '--start must be the path of the start'],
    [['--start', '//elsewhere'], '--start must be the path of the start'],
    [['--app', 'app.example'], '--app must be the URL'],
    [['--app', 'ftp://app.example'], '--app must be the URL'],
    [['--app', `https://ada:${secret}@app.example`], '--app must have no user name'],
    [['--provider', 'pimbuzz', '--url', 'lookloox'], '--provider and --url mean the same'],
  ])('%j is not understood', async (args, message) => {
    const { code, stdout, stderr } = await run(['doctor', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`passport-loginwith: ${message}`);
    expect(stderr).toContain('See passport-loginwith doctor --help');
    expect(stderr).not.toContain(secret);
  });

  test.each([['--help'], ['-h']])('prints its help with %s, and the danger of the secret', async (arg) => {
    const { code, stdout, stderr } = await run(['doctor', arg]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('DANGEROUS: every user of this');
    expect((await run(['--help'])).stdout).toContain('passport-loginwith doctor [options]');
  });

  test('comes before the environment, and the environment before .env', async () => {
    const provider = await openProvider();
    const { appId, appSecret } = provider.apps[0]!;
    const file = `PIMBUZZ_URL=${url}\nPIMBUZZ_APP_ID=1\nPIMBUZZ_APP_SECRET=${appSecret}\nSESSION_SECRET=${sessionSecret}\n`;
    const patient = { env: { PIMBUZZ_URL: provider.url, PIMBUZZ_APP_ID: '2' }, files: { '.env': file } };
    const { find } = await diagnose({ ...patient, args: ['--app-id', appId] });
    expect(find('credentials')?.status).toBe('ok');
    expect(find('env-file')).toMatchObject({
      status: 'warning',
      found: '.env and the environment differ in PIMBUZZ_APP_ID, PIMBUZZ_URL; the environment counts',
    });
  });

  test('warns of a secret that others can read in it', async () => {
    const args = ['--name', 'pimbuzz', '--url', url, '--app-id', id, '--app-secret', secret];
    const { find } = await diagnose({ args });
    expect(find('app-secret')).toMatchObject({ status: 'warning', advice: expect.stringContaining('.env') });
  });
});

describe('the providers to check', () => {
  test.each([
    ['those that the environment names', { ...own, LOOKLOOX_APP_ID: id }, [], ['pimbuzz', 'lookloox']],
    ['one of them', { ...own, LOOKLOOX_APP_ID: id }, ['--name', 'LookLoox', '--url', url], ['lookloox']],
    ['one by its name as --provider', { LOOKLOOX_URL: url }, ['--provider', 'lookloox'], ['lookloox']],
    ['the one whose URL is given', own, ['--provider', url], ['pimbuzz']],
    ['one of many by its URL', { ...own, LOOKLOOX_URL: `${url}9` }, ['--url', `${url}9`], ['lookloox']],
    ['a site without variables', {}, ['--url', url], ['loginwith']],
    ['another network', { MY_NET_URL: url, MY_NET_APP_ID: id, MY_NET_APP_SECRET: secret }, [], ['my_net']],
    ['no other service', { FACEBOOK_APP_ID: id, FACEBOOK_APP_SECRET: secret, PORT: '3000' }, [], []],
    ['what is misspelt', { LOOK_LOOX_APP_ID: id, LOOKLOOX_URL: url }, [], ['lookloox']],
  ])('are %s', async (_which, env, args, names) => {
    const { checks } = await diagnose({ env, args: args });
    const subjects = checks.map(({ subject }) => subject).filter((subject) => subject !== 'machine');
    expect([...new Set(subjects)]).toEqual(names);
  });

  test.each([
    ['PIMBUZZ_SECRET', 'PIMBUZZ_APP_SECRET'],
    ['PIMBUZZ_APPID', 'PIMBUZZ_APP_ID'],
    ['pimbuzz_app_id', 'PIMBUZZ_APP_ID'],
    ['PIMBUZZ_APP_DI', 'PIMBUZZ_APP_ID'],
    ['PIMBUZZ_BASE_URL', 'PIMBUZZ_URL'],
    ['SESSION_SECRT', 'SESSION_SECRET'],
  ])('have %s renamed to %s', async (wrong, right) => {
    const env: Record<string, string | undefined> = {
      ...own,
      [right]: undefined,
      [wrong]: own[right as 'PIMBUZZ_URL'],
    };
    const { checks } = await diagnose({ env });
    expect(checks.map(({ advice }) => advice)).toContainEqual(expect.stringContaining(`Rename ${wrong} to ${right}`));
  });

  test('do not have the port of the example app renamed', async () => {
    const { PIMBUZZ_URL: _url, ...env } = own;
    const { find } = await diagnose({ env: { ...env, PIMBUZZ_PORT: '4001' } });
    expect(find('variables')).toBeUndefined();
    expect(find('base-url')?.found).toBe('https://pimbuzz.com, the real site (PIMBUZZ_URL is not set)');
  });
});

describe('the file of variables', () => {
  const text = Object.entries(own)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

  test.each([
    ['is read', { '.env': text }, [], 'ok', /was read \(variables: 4\).*node --env-file=\.env/],
    ['may have another name', { 'my.env': text }, ['--env-file', 'my.env'], 'ok', /^my\.env was read/],
    ['in UTF-16 is read by no app', { '.env': Buffer.from(`\uFEFF${text}`, 'utf16le') }, [], 'problem', /UTF-16/],
    [
      'with a "#" in a value',
      { '.env': `${text}SESSION_SECRET=abc#def\n` },
      [],
      'warning',
      /"#" ends the value of SESSION_SECRET/,
    ],
    [
      'with a comment behind a value',
      { '.env': `${text}SESSION_SECRET=${sessionSecret} # mine\n` },
      [],
      'ok',
      /was read/,
    ],
    ['that is named must be there', {}, ['--env-file', 'my.env'], 'problem', /there is no file my\.env/],
    ['is not needed', {}, [], 'not_checked', /there is no \.env in this folder/],
    ['must be a file', {}, ['--env-file', '.'], 'problem', /cannot be read \(EISDIR\)/],
  ])('%s', async (_what, files: Record<string, string | Buffer>, args, status, found) => {
    const { find } = await diagnose({ files, args });
    expect(find('env-file')).toMatchObject({ status, found: expect.stringMatching(found) });
  });

  test('with a byte order mark loses no variable', async () => {
    expect((await diagnose({ files: { '.env': `\uFEFF${text}` } })).find('base-url')?.found).toBe(url);
  });

  test.each([
    ['.env.local', /There is \.env\.local: rename it/],
    ['.env.txt', /There is \.env\.txt: rename it/],
    ['.env.example', /^Copy \.env\.example to \.env/],
  ])('is looked for: %s', async (name, advice) => {
    const { find, text: printed } = await diagnose({ files: { [name]: '' } });
    expect(find('env-file')?.advice).toMatch(advice);
    expect(printed).toContain('no provider is named in the environment; there is no .env here');
  });
});

describe('on this machine', () => {
  test.each([
    ['v20.19.0', 'ok'],
    ['v20.20.2', 'ok'],
    ['v24.0.0', 'ok'],
    ['v20.18.3', 'problem'],
    ['v18.20.4', 'problem'],
    ['v9.99.0', 'problem'],
  ])('Node %s is a %s', async (nodeVersion, status) => {
    const { find, checks } = await diagnose({ nodeVersion, env: own });
    expect(find('node')?.status).toBe(status);
    // With an old one, nothing else can be checked.
    const ids = checks.map(({ id: each }) => each);
    expect(ids.length === 2).toBe(status === 'problem');
  });

  test.each([
    [sessionSecret, 'ok', / has 32 characters$/],
    [sessionSecret.slice(1), 'problem', /has 31 characters, and 32 are needed/],
    ['', 'problem', /is empty/],
    [`"${sessionSecret}"`, 'warning', /quotes/],
    ['my super secret', 'problem', /has 15 characters/],
    ['your-256-bit-secret-goes-here-please-now', 'problem', /can be guessed/],
    ['thisismysecretthisismysecretthisismysecret', 'problem', /can be guessed/],
    [`secret-${secret}`, 'ok', /characters$/],
    ['change-me-change-me-change-me-change-me', 'problem', /can be guessed/],
    ['a'.repeat(64), 'problem', /can be guessed/],
    ['0123456789abcdef0123456789abcdef', 'problem', /can be guessed/],
    [secret, 'problem', /same as PIMBUZZ_APP_SECRET/],
  ])('the session secret %j is a %s', async (value, status, found) => {
    const { find } = await diagnose({ env: { ...own, SESSION_SECRET: value } });
    expect(find('cookie-secret')).toMatchObject({ status, found: expect.stringMatching(found) });
  });

  test('a file of variables in another form is a problem', async () => {
    const { find } = await diagnose({ files: { '.env': 'PIMBUZZ_APP_ID: 123\n' } });
    expect(find('env-file')).toMatchObject({ status: 'problem', advice: 'Write each as a line NAME=VALUE.' });
    const commented = await diagnose({ files: { '.env': '# PIMBUZZ_APP_ID=123\n\n' } });
    expect(commented.find('env-file')?.status).toBe('ok');
  });

  test('COOKIE_SECRET does as well', async () => {
    const { find } = await diagnose({ env: { COOKIE_SECRET: sessionSecret } });
    expect(find('cookie-secret')).toMatchObject({ status: 'ok', found: 'COOKIE_SECRET has 32 characters' });
  });
});

describe('values', () => {
  test.each([
    ['PIMBUZZ_APP_ID', '', 'app-id', /is empty/],
    ['PIMBUZZ_APP_ID', '“123”', 'app-id', /quotes/],
    ['PIMBUZZ_APP_ID', '12 34', 'app-id', /in it/],
    ['PIMBUZZ_APP_ID', '<app id>', 'app-id', /placeholder|in it/],
    ['PIMBUZZ_APP_ID', 'abc', 'app-id', /no number/],
    ['PIMBUZZ_APP_ID', 'f'.repeat(32), 'app-id', /no number/],
    ['PIMBUZZ_APP_SECRET', '\u200b123', 'app-secret', /before or behind/],
    ['PIMBUZZ_APP_SECRET', 'xxxxxxxx', 'app-secret', /placeholder/],
    ['PIMBUZZ_APP_SECRET', id, 'app-secret', /is the app id/],
    ['PIMBUZZ_URL', 'pimbuz', 'base-url', /no base URL/],
    ['PIMBUZZ_URL', secret, 'base-url', /no base URL/],
    ['PIMBUZZ_URL', 'ftp://127.0.0.1', 'base-url', /no base URL/],
    ['PIMBUZZ_URL', `http://ada:${secret}@127.0.0.1:9`, 'base-url', /user name or a password/],
    ['PIMBUZZ_URL', `${url}/?app_secret=${secret}`, 'base-url', /query or a fragment/],
    ['PIMBUZZ_URL', `"${url}"`, 'base-url', /quotes/],
    ['PIMBUZZ_URL', 'localhost:9', 'base-url', /does not begin with https/],
  ])('%s: %j is found', async (name, value, check, found) => {
    const { find } = await diagnose({ env: { ...own, [name]: value } });
    expect(find(check)).toMatchObject({ found: expect.stringMatching(found), advice: expect.any(String) });
    expect(find(check)?.status).toMatch(/problem|warning/);
  });

  test('the address of one provider for another is found', async () => {
    const { find } = await diagnose({ env: { ...own, PIMBUZZ_URL: 'https://lookloox.com/' } });
    expect(find('base-url')).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('https://pimbuzz.com'),
    });
  });

  test('a site of an unknown name needs its URL', async () => {
    const { find } = await diagnose({ args: ['--name', 'mynet', '--app-id', id] });
    expect(find('base-url')).toMatchObject({ status: 'problem', advice: expect.stringContaining('Set MYNET_URL') });
    expect(find('site')).toMatchObject({ status: 'not_checked' });
  });
});

describe('the report', () => {
  const print = async (surroundings: { env: NodeJS.ProcessEnv; isTerminal?: boolean }, args: string[] = []) => {
    let stdout = '';
    const line = { stdout: (text: string) => (stdout += text), stderr: () => 0, stopped: Promise.resolve() };
    await runDoctor(
      args,
      { ...line, isTerminal: surroundings.isTerminal ?? false },
      { env: surroundings.env, folder: __dirname, nodeVersion: process.version, now: Date.now },
    );
    return stdout;
  };

  test('says in each line what was checked and found, and behind an arrow what to do', async () => {
    const text = await print({ env: { ...own, SESSION_SECRET: 'short-one' } });
    expect(text).toContain('\n  PROBLEM      cookieSecret: SESSION_SECRET has 9 characters, and 32 are needed\n');
    expect(text).toMatch(/\n {15}→ Set SESSION_SECRET to what this prints/);
    expect(text).toMatch(/\n\n2 problems, 0 warnings, \d+ ok, \d+ not checked\nMend them from the top: .*\n$/);
  });

  test('has colours on a terminal only, and not with NO_COLOR', async () => {
    expect(await print({ env: own, isTerminal: true })).toContain('\u001b[31mPROBLEM');
    expect(await print({ env: { ...own, NO_COLOR: '1' }, isTerminal: true })).not.toContain('\u001b');
    expect(await print({ env: { ...own, TERM: 'dumb' }, isTerminal: true })).not.toContain('\u001b');
    expect(await print({ env: own })).not.toContain('\u001b');
    expect(await print({ env: own, isTerminal: true }, ['--json'])).not.toContain('\u001b');
  });

  test('is for programs with --json', async () => {
    const report = JSON.parse(await print({ env: own }, ['--json'])) as {
      ok: boolean;
      counts: object;
      checks: object[];
    };
    expect(report).toMatchObject({ ok: false, counts: { problem: 1, warning: 0 } });
    expect(report.checks[0]).toEqual({
      id: 'node',
      subject: 'machine',
      status: 'ok',
      checked: "Node's version",
      found: expect.stringContaining(process.version),
      advice: null,
    });
  });

  test('hides a secret wherever it stands', async () => {
    const short = 'Hu7-kq';
    const env = { ...own, PIMBUZZ_APP_SECRET: short, PIMBUZZ_CALLBACK_URL: `https://app.invalid/${short}/callback` };
    expect((await diagnose({ env })).find('redirect-url')?.found).toBe(
      'https://app.invalid/[redacted]/callback can be registered',
    );
  });
});

describe('the program', () => {
  const hook = join(__dirname, '../support/ts-hook.cjs');
  const program = join(__dirname, '../../lib/cli/index.ts');

  test('checks the environment of its process, and ends with the exit code', async () => {
    const provider = await openProvider();
    const execute = (env: NodeJS.ProcessEnv) =>
      new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
        const options = { env: { PATH: process.env.PATH, ...env }, cwd: __dirname };
        execFile(process.execPath, ['-r', hook, program, 'doctor'], options, (error, stdout, stderr) =>
          resolve({ code: error?.code ?? 0, stdout, stderr }),
        );
      });
    const good = await execute(envFor(provider));
    expect(good).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Pimbuzz accepts both') });
    expect((await execute({})).code).toBe(1);
  }, 30_000);

  test('does not load the doctor for another command', async () => {
    const script = `const { runCommand } = require(${JSON.stringify(program)});
      const line = { stdout() {}, stderr() {}, stopped: Promise.resolve() };
      void runCommand(['--help'], line).then(() => {
        console.log(Object.keys(require.cache).filter((path) => /cli.doctor|undici/.test(path)).length);
      });`;
    const printed = await new Promise((resolve) => {
      execFile(process.execPath, ['-r', hook, '-e', script], (_error, stdout) => resolve(stdout));
    });
    expect(printed).toBe('0\n');
  }, 30_000);
});
