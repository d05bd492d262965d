import { formatEvent, selectChannels } from '../../lib/diagnostics/debug';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { readBlocks } from '../support/document-blocks';
import { takeCallback } from '../support/express-site';
import { createPackageFolder, type PackageFolder } from '../support/package-folder';
import { cookieSecret } from '../support/strategy-app';
import { startTerminalApp } from '../support/terminal-app';
import { Browser } from '../support/test-browser';

// Each test starts a process of its own.
jest.setTimeout(60_000);

let folder: PackageFolder;
beforeAll(async () => (folder = await createPackageFolder()));
afterAll(() => folder.remove());

/** Logs in to the README's app, fails twice in the same way, and once by a callback without a login. */
async function useApp(env: Record<string, string>) {
  const provider: LocalProvider = await startProvider();
  const { appId, appSecret } = provider.apps[0]!;
  const variables = { PIMBUZZ_URL: provider.url, PIMBUZZ_APP_ID: appId, PIMBUZZ_APP_SECRET: appSecret };
  const { 'app.mjs': code = '' } = readBlocks('README.md');
  const app = await startTerminalApp(
    folder,
    { 'app.mjs': code },
    { ...variables, SESSION_SECRET: cookieSecret, ...env },
  );
  if (typeof app === 'string') throw new Error(app);
  try {
    provider.updateApp(appId, { redirectURL: `${app.url}/auth/pimbuzz/callback` });
    const browser = new Browser(app.url);
    const callback = await takeCallback({ provider, url: app.url }, browser);
    expect((await browser.get(callback)).location).toBe('/');
    for (const key of ['wrong-1', 'wrong-2', 'wrong-3']) {
      if (key !== 'wrong-2') await browser.get('/auth/pimbuzz');
      await new Browser(app.url).get(`/auth/pimbuzz/callback?auth_key=${key}`);
      await browser.get(`/auth/pimbuzz/callback?auth_key=${key}`);
    }
    const secrets = [new URL(callback).searchParams.get('auth_key')!, 'wrong-', appSecret, cookieSecret, 'renee'];
    return { app, secrets, stop: () => Promise.all([app.stop(), provider.close()]) };
  } catch (error) {
    await Promise.all([app.stop(), provider.close()]);
    throw error;
  }
}

const expectNone = (text: string, secrets: string[]) =>
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);

const all = ['start', 'exchange', 'profile', 'outcome'];

test.each([
  ['', []],
  ['passport-loginwith', all],
  ['*', all],
  ['passport-loginwith:*', all],
  ['passport-*', all],
  ['express:*,passport-loginwith', all],
  ['express:* passport-loginwith:outcome', ['outcome']],
  ['passport-loginwith,-passport-loginwith:start', ['exchange', 'profile', 'outcome']],
  ['*,-passport-loginwith', []],
  ['* -passport-loginwith:*', []],
  ['-passport-loginwith', []],
  ['express', []],
  ['passport-loginwith-more', []],
  ['passport-loginwith:out', []],
  ['passport.loginwith:*', []],
  // As a pattern whose parts may all be empty, it would take hours.
  [`${'*'.repeat(40)}x`, []],
])('DEBUG=%s prints the events %j', (setting, expected) => {
  expect(selectChannels(setting)).toEqual(expected.map((name) => `passport-loginwith:${name}`));
});

test('a line has no character that a terminal takes for a command', () => {
  const event = {
    provider: 'pimbuzz',
    duration: 1.4,
    result: 'failure',
    code: 'timeout',
    stage: 'authorize',
    status: 504,
    message: 'what\nhappened',
    hint: 'Look\u001b[2J.',
    documentation: undefined,
    retryable: true,
  } as const;
  expect(formatEvent('passport-loginwith:exchange', event)).toBe(
    'passport-loginwith:exchange pimbuzz failed after 1 ms with timeout (504): what?happened. Look?[2J.',
  );
});

test('DEBUG=passport-loginwith prints a line for each event, with what to do about a failure', async () => {
  const { app, secrets, stop } = await useApp({ DEBUG: 'passport-loginwith' });
  await app.prints(/again by itself\) failed/);
  await stop();
  const lines = app
    .text()
    .split('\n')
    .filter((line) => line.startsWith('passport-loginwith:'));
  expect(lines.slice(0, 4)).toEqual([
    'passport-loginwith:start pimbuzz redirects to the provider',
    expect.stringMatching(/^passport-loginwith:exchange pimbuzz succeeded after \d+ ms$/),
    expect.stringMatching(/^passport-loginwith:profile pimbuzz succeeded after \d+ ms$/),
    expect.stringMatching(/^passport-loginwith:outcome pimbuzz succeeded after \d+ ms$/),
  ]);
  expect(lines).toContain('passport-loginwith:start pimbuzz (started again by itself) redirects to the provider');
  const failure =
    /^passport-loginwith:outcome pimbuzz \(started again by itself\) failed after \d+ ms with auth_key_invalid \(403\): .* Start the login again\. See passport-loginwith\/docs\/errors\.md#auth_key_invalid$/;
  expect(lines.filter((line) => failure.test(line))).toHaveLength(1);
  // The lines have told it.
  expect(app.text()).not.toContain('LOGINWITH_FAILED');
  expectNone(app.text(), secrets);
});

test('without DEBUG, development has one warning for each code that fails, and no secret', async () => {
  const { app, secrets, stop } = await useApp({});
  await app.prints(/attempt_missing:.*\nSee/);
  await app.prints(/auth_key_invalid:.*\nSee/);
  await stop();
  expect(app.text().match(/LOGINWITH_FAILED\] LoginWithWarning: \w+|See .*/g)).toEqual([
    'LOGINWITH_FAILED] LoginWithWarning: attempt_missing',
    'See passport-loginwith/docs/errors.md#attempt_missing',
    'LOGINWITH_FAILED] LoginWithWarning: auth_key_invalid',
    'See passport-loginwith/docs/errors.md#auth_key_invalid',
  ]);
  expectNone(app.text(), secrets);
});

test.each(['production', 'test'])('with NODE_ENV=%s nothing is printed of what users do', async (mode) => {
  const { app, stop } = await useApp({ NODE_ENV: mode });
  await stop();
  expect(app.text()).not.toMatch(/LOGINWITH_FAILED|passport-loginwith:/);
});
