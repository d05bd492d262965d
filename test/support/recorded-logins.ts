import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProvider, type LocalProvider, type StartOptions } from 'passport-loginwith/provider';
import { readBlocks } from './document-blocks';
import { takeCallback } from './express-site';
import { createPackageFolder, type PackageFolder } from './package-folder';
import { Browser } from './test-browser';

/** What a tool recorded of the logins of {@link useLogin}, and what must not be in it. */
export interface Records {
  text: string;
  secrets: Secrets;
}

export interface Secrets {
  keys: string[];
  tokens: string[];
  appSecret: string;
  /** Values of the session's cookie and of ours. */
  cookies: string[];
}

let folder: PackageFolder | undefined;

/** The recipes of the documents, by their file names. */
export const recipes = { ...readBlocks('SECURITY.md'), ...readBlocks('docs/observability.md') };

/** For `beforeAll`. */
export async function installPackage(): Promise<void> {
  folder = await createPackageFolder();
}

/** For `afterAll`. */
export function removePackage(): void {
  folder?.remove();
}

/**
 * Runs an app in a process of its own, uses every kind of login there, and returns what that process printed.
 *
 * @param recorder the code of a module that the app loads first. It can import the recipes; the app uses its
 *   `accessLog`, if it exports one.
 * @param version of the provider's script: 4.0 takes the secret from the query, as documented, and 4.2 from a form.
 */
export async function recordLogins(
  recorder: string,
  env: Record<string, string> = {},
  version: StartOptions['version'] & string = '4.0',
): Promise<Records> {
  // Node looks for packages in the folders above, too.
  const path = mkdtempSync(join(folder!.path, 'app-'));
  for (const [name, code] of Object.entries(recipes)) writeFileSync(join(path, name), code);
  writeFileSync(join(path, 'recorder.mjs'), recorder);
  copyFileSync(join(__dirname, 'recorded-app.mjs'), join(path, 'app.mjs'));
  const provider = await startProvider({ version });
  const { appId, appSecret } = provider.apps[0]!;
  const child = spawn(process.execPath, ['app.mjs'], {
    cwd: path,
    env: { PROVIDER_URL: provider.url, APP_ID: appId, APP_SECRET: appSecret, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  try {
    let text = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const closed = once(child, 'close');
    const first = await Promise.race([once(child, 'message'), closed.then(() => undefined)]);
    if (first === undefined) throw new Error(`the app did not start:\n${text}`);
    const [{ url }] = first as [{ url: string }];
    const tokens: string[] = [];
    child.on('message', ({ accessToken }: { accessToken: string }) => void tokens.push(accessToken));
    provider.updateApp(appId, { redirectURL: `${url}/auth/pimbuzz/callback` });
    const used = await useLogin({ provider, url });
    child.send('end');
    await closed;
    return { text, secrets: { ...used, tokens, appSecret } };
  } finally {
    child.kill('SIGKILL');
    await provider.close();
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Logs in, in every way in which a key can be in a URL; loads a callback again; fails; and opens pages whose referrer
 * or own URL has a key. Returns the keys and cookies.
 */
export async function useLogin(site: {
  provider: LocalProvider;
  url: string;
}): Promise<Pick<Secrets, 'keys' | 'cookies'>> {
  const browser = new Browser(site.url);
  const failing = new Browser(site.url);
  const keys: string[] = [];
  const callback = async (write: (key: string) => string): Promise<string> => {
    const url = new URL(await takeCallback(site, browser));
    const key = url.searchParams.get('auth_key') ?? '';
    keys.push(key);
    return url.origin + url.pathname + write(key);
  };

  const whole = await callback((key) => `?auth_key=${key}`);
  await expectLogin(browser, whole);
  await browser.get('/', { referer: whole });
  await browser.get(whole);
  await expectLogin(browser, await callback((key) => `?x=1?auth_key=${key}`));
  await expectLogin(browser, await callback((key) => `?auth%5Fkey=${key}`));
  await expectLogin(browser, await callback((key) => `?%61uth_key=${percentEncode(key.slice(0, 4))}${key.slice(4)}`));

  const wrong = '00112233445566778899aabbccddeeff';
  keys.push(wrong);
  for (let attempt = 0; attempt < 2; attempt++) {
    await failing.get('/auth/pimbuzz');
    await failing.get(`/auth/pimbuzz/callback?auth_key=${wrong}`);
  }
  await browser.get(`/broken?auth_key=${wrong}`);
  await new Browser(site.url).get(`/auth/pimbuzz/callback?auth_key=${wrong}`);
  const kept = await Promise.all([browser, failing].map(({ jar, url }) => jar.getCookies(url)));
  return { keys, cookies: kept.flat().map(({ value }) => value) };
}

/** Those of the values that a text has, also percent-encoded. */
export function findIn(text: string, values: readonly string[]): string[] {
  const decoded = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return values.filter((value) => text.includes(value) || decoded.includes(decodeURIComponent(value)));
}

async function expectLogin(browser: Browser, callback: string): Promise<void> {
  const { status, location } = await browser.get(callback);
  if (location !== '/') throw new Error(`the callback answered ${status} and not with a login`);
}

function percentEncode(text: string): string {
  return text.replace(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
