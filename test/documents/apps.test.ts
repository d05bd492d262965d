import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LoginWithClient } from 'passport-loginwith';
import { startProvider } from 'passport-loginwith/provider';
import { startDocumentApp, type DocumentApp } from '../support/document-app';
import { parseBlocks, readBlocks, type DocumentBlock } from '../support/document-blocks';
import { createPackageFolder, root, type PackageFolder } from '../support/package-folder';
import { Browser } from '../support/test-browser';
import { allBlocks, isApp, isProgram } from './documents';

jest.setTimeout(60_000);

let folder: PackageFolder;
let app: DocumentApp | undefined;
beforeAll(async () => {
  folder = await createPackageFolder();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
});
afterAll(() => folder.remove());

const caseOf = ({ document, name }: { document: string; name: string | undefined }) => ({ document, name: name! });
const apps = allBlocks.filter((block) => isApp(block) && block.side !== 'before').map(caseOf);

test.each(apps)('$document: $name logs a user in, and shows who it is', async ({ document, name }) => {
  app = await startDocumentApp(folder, { document, programs: { [name.replace(/ts$/, 'js')]: 3000 } });
  const url = app.urls[3000]!;
  const browser = new Browser(url);
  const callback = await app.provider.signIn(browser.fetch, 'renee', { start: `${url}/auth/pimbuzz` });
  expect(callback.location).toBe('/');
  const shown = await browser.get('/');
  expect([shown.status, shown.text]).toEqual([200, expect.stringMatching(/Renée/)]);
});

test.each(apps)('$document: $name says what is missing without its variables', async ({ document, name }) => {
  const env = { PIMBUZZ_APP_ID: '', SESSION_SECRET: '' };
  const started = startDocumentApp(folder, { document, programs: { [name.replace(/ts$/, 'js')]: 3000 }, env });
  await expect(started).rejects.toThrow(
    /TypeError: .*"appId" is missing[^]*"cookieSecret"|TypeError: .*"cookieSecret"[^]*"appId" is missing/,
  );
});

test.each(allBlocks.filter(isProgram).map(caseOf))(
  '$document: $name runs, and prints what it says',
  async ({ document, name }) => {
    const path = mkdtempSync(join(folder.path, 'program-'));
    const code = readBlocks(document)[name]!;
    writeFileSync(join(path, name), code);
    const provider = await startProvider();
    try {
      const { appId, appSecret } = provider.apps[0]!;
      const env = { PIMBUZZ_URL: provider.url, PIMBUZZ_APP_ID: appId, PIMBUZZ_APP_SECRET: appSecret };
      const { stdout } = await promisify(execFile)(process.execPath, [name], { cwd: path, env });
      expect(stdout.length).toBeGreaterThan(0);
      const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (\/.*)$/gm)].map(([, text]) => text);
      for (const text of promised) expect(stdout).toContain(text);
    } finally {
      await provider.close();
    }
  },
);

const suites = allBlocks.filter(({ name }) => name?.endsWith('.test.js') === true).map(caseOf);

test.each(suites)('$document: $name passes', async ({ document }) => {
  const path = mkdtempSync(join(folder.path, 'suite-'));
  writeFileSync(join(path, 'package.json'), '{ "private": true }');
  for (const [name, code] of Object.entries(readBlocks(document))) writeFileSync(join(path, name), code);
  const jest = [join(root, 'node_modules/jest/bin/jest.js'), '--silent', '--runInBand'];
  const { stderr } = await promisify(execFile)(process.execPath, jest, { cwd: path });
  expect(stderr).toMatch(/^Tests: +3 passed, 3 total$/m);
});

test('docs/profile.md shows the profile of Renée of the local provider', async () => {
  const provider = await startProvider();
  const { appId, appSecret } = provider.apps[0]!;
  const client = new LoginWithClient({
    provider: { name: 'pimbuzz', baseURL: provider.url, displayName: 'Pimbuzz', authorizeMethod: 'auto' },
    appId,
    appSecret,
  });
  const keys: string[] = [];
  await provider.signIn((url) => {
    const authKey = new URL(url).searchParams.get('auth_key');
    if (authKey !== null) keys.push(authKey);
    const headers = { location: client.authorizeURL() };
    return Promise.resolve(authKey === null ? { status: 302, headers } : { status: 200, headers: {} });
  }, 'renee');
  const { profile } = await client.exchange(keys[0]!);
  await Promise.all([client.close(), provider.close()]);
  const { _raw, _json, ...shown } = profile;
  const [{ code }] = parseBlocks('docs/profile.md') as [DocumentBlock];
  expect(JSON.parse(code.replaceAll('http://127.0.0.1:4000', provider.url))).toEqual(JSON.parse(JSON.stringify(shown)));
});

test('the app that docs/migration.md begins with starts a login at Facebook', async () => {
  const document = 'docs/migration.md';
  const { name, code } = allBlocks.find((block) => block.document === document && block.side === 'before')!;
  app = await startDocumentApp(folder, {
    document,
    programs: { [name!]: 3000 },
    env: { FACEBOOK_APP_ID: '1', FACEBOOK_APP_SECRET: 'a secret' },
    edit: (after) => code.replaceAll('3000', /listen\((\d+)/.exec(after)![1]!),
  });
  const { location } = await new Browser(app.urls[3000]!).get('/auth/facebook');
  expect(location).toMatch(/^https:\/\/www\.facebook\.com\/.*&client_id=1/);
});
