import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { startDocumentApp, type DocumentApp } from '../support/document-app';
import { readBlocks } from '../support/document-blocks';
import { createPackageFolder, type PackageFolder } from '../support/package-folder';
import { describeWithPostgres, startPostgres } from '../support/postgres';
import { Browser } from '../support/test-browser';

jest.setTimeout(120_000);

let folder: PackageFolder;
let app: DocumentApp | undefined;
let lookloox: LocalProvider | undefined;
beforeAll(async () => {
  folder = await createPackageFolder();
});
afterEach(async () => {
  await Promise.all([app?.close(), lookloox?.close()]);
  app = lookloox = undefined;
});
afterAll(() => folder.remove());

const programs = { 'app.mjs': 3000 };

test('the app of docs/accounts.md makes a user at the first login, and finds it at the next ones', async () => {
  app = await startDocumentApp(folder, { document: 'docs/accounts.md', programs });
  expect(await logIn('renee')).toMatch(/Hello Renée .*, you are user 1\./);
  expect(await logIn('sam')).toContain('you are user 2.');
  expect(await logIn('renee')).toContain('you are user 1.');
});

test('callbacks at once make one user', () => expectOneUserPerIdentity({}));

describeWithPostgres('on a server, whose connections work at the same time', () => {
  test('callbacks at once make one user', async () => {
    const server = await startPostgres();
    try {
      await expectOneUserPerIdentity({ DATABASE_URL: server.url });
    } finally {
      await server.close();
    }
  });
});

test('the app of docs/linking.md logs a user in with two accounts, and gives nobody that of another', async () => {
  lookloox = await startProvider({ name: 'Look Loox' });
  const [{ appId, appSecret }] = lookloox.apps as [LocalProvider['apps'][0]];
  const env = { LOOKLOOX_URL: lookloox.url, LOOKLOOX_APP_ID: appId, LOOKLOOX_APP_SECRET: appSecret };
  const document = 'docs/linking.md';
  app = await startDocumentApp(folder, { document, besides: ['docs/accounts.md'], programs, env });
  const url = app.urls[3000]!;
  lookloox.updateApp(appId, { redirectURL: `${url}/auth/lookloox/callback` });

  const link = async (browser: Browser, user: string) => {
    const page = await lookloox!.signIn(browser.fetch, user, { start: `${url}/auth/lookloox/link` });
    expect(page.text).toContain('Add this Look Loox account?');
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(page.text)!;
    return browser.postForm('/auth/lookloox/link', { token });
  };
  const renee = new Browser(url);
  await app.provider.signIn(renee.fetch, 'renee', { start: `${url}/auth/pimbuzz` });
  expect((await link(renee, 'sam')).location).toBe('/');
  expect((await renee.get('/')).text).toMatch(/Hello Renée .*, you log in with pimbuzz, lookloox\./);

  const again = new Browser(url);
  await lookloox.signIn(again.fetch, 'sam', { start: `${url}/auth/lookloox` });
  expect((await again.get('/')).text).toMatch(/Hello Renée .*, you log in with pimbuzz, lookloox\./);

  const layla = new Browser(url);
  await app.provider.signIn(layla.fetch, 'layla', { start: `${url}/auth/pimbuzz` });
  const refused = await link(layla, 'sam');
  expect([refused.status, refused.text]).toEqual([409, 'Somebody else logs in here with this account.']);
  expect((await layla.get('/')).text).toContain('you log in with pimbuzz.');
});

/** Logs a user of Pimbuzz in with a browser of its own; resolves to the app's first page. */
async function logIn(user: string): Promise<string> {
  const { urls, provider } = app!;
  const browser = new Browser(urls[3000]!);
  await provider.signIn(browser.fetch, user, { start: `${urls[3000]!}/auth/pimbuzz` });
  return (await browser.get('/')).text;
}

/** Runs `findOrCreateUser` of docs/accounts.md for each of many profiles several times at once. */
async function expectOneUserPerIdentity(env: Record<string, string>): Promise<void> {
  const path = mkdtempSync(join(folder.path, 'race-'));
  for (const [name, code] of Object.entries(readBlocks('docs/accounts.md'))) writeFileSync(join(path, name), code);
  writeFileSync(
    join(path, 'race.mjs'),
    `import { findOrCreateUser } from './accounts.mjs';
    import { database } from './database.mjs';

    const found = new Set();
    for (let id = 1; id <= 50; id++) {
      const profile = { provider: 'pimbuzz', id: String(id), displayName: 'Renée' };
      const users = await Promise.all(Array.from({ length: 8 }, () => findOrCreateUser(profile)));
      for (const user of users) found.add(user.id);
    }
    const count = async (table) => (await database.query('SELECT count(*)::int FROM ' + table)).rows[0].count;
    console.log(JSON.stringify([found.size, await count('users'), await count('identities')]));
    await (database.end ?? database.close).call(database);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['race.mjs'], { cwd: path, env });
  expect(JSON.parse(stdout)).toEqual([50, 50, 50]);
}
