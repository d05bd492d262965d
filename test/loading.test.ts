import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createPackageFolder, type PackageFolder } from './support/package-folder';

/** What only some requests need, and what takes long to load. */
const laterPackages = /\/node_modules\/(undici|entities|router|body-parser|negotiator|ipaddr\.js|cookie|on-headers)\//;

let folder: PackageFolder;

beforeAll(async () => {
  folder = await createPackageFolder();
}, 30_000);

afterAll(() => folder.remove());

test.each(['passport-loginwith', 'passport-loginwith/express', 'passport-loginwith/web'])(
  'the start of an app with %s loads nothing that only requests need',
  async (entry) => {
    const files = await runInApp(`
      const { LoginWithStrategy, loginWith, createLogin } = require(${JSON.stringify(entry)});
      const account = { provider: 'pimbuzz', appId: '1', appSecret: 's' };
      const cookieSecret = 'of the test, and long enough for it';
      if (loginWith) loginWith({ providers: [account], cookieSecret });
      else if (createLogin) createLogin({ ...account, cookieSecret });
      else new LoginWithStrategy({ ...account, cookieSecret }, () => false);
      const ownOfNode = process.moduleLoadList.map((name) => name.replace('NativeModule ', 'node:'));
      console.log(JSON.stringify([...Object.keys(require.cache), ...ownOfNode]));`);
    expect(files).toContainEqual(expect.stringContaining('/dist/chunks/login.js'));
    expect(files).not.toContainEqual(expect.stringMatching(laterPackages));
    expect(files).not.toContainEqual(expect.stringMatching(/^node:(net|tls|http|https|zlib)$/));
    // The strategy has one page, which few users see.
    const hasPages = (files as string[]).some((file) => file.endsWith('/dist/chunks/pages.js'));
    expect(hasPages).toBe(entry !== 'passport-loginwith');
  },
);

async function runInApp(script: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder.path });
  return JSON.parse(stdout);
}
