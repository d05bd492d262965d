import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { createPackageFolder, root, run, type PackageFolder } from './package-folder';
import type { Browser } from './test-browser';
import { type TestResponse } from './test-browser';

/** An app of a document, on another login library, in a process of its own, with a provider for each name. */
export interface LibraryApp {
  url: string;
  providers: Record<string, LocalProvider>;
  /** What the process has printed. */
  readonly output: string;
  callbackURL(name: string): string;
  close(): Promise<void>;
}

export interface LibraryAppCode {
  code: string;
  /** Path of the library's routes. */
  basePath: string;
  names: string[];
  env?: Record<string, string>;
}

export const sessionSecret = 'a secret of the app, long enough for every library';

/** Where apps of documents run: the package is installed there. */
export class LibraryApps {
  private readonly apps: LibraryApp[] = [];
  private readonly packageFolder: PackageFolder;

  private constructor(packageFolder: PackageFolder) {
    this.packageFolder = packageFolder;
  }

  /** @param linked folders of further packages, by name. */
  static async install(linked: Record<string, string> = {}): Promise<LibraryApps> {
    return new LibraryApps(await createPackageFolder(linked));
  }

  async start({ code, basePath, names, env = {} }: LibraryAppCode): Promise<LibraryApp> {
    // Node looks for packages in the folders above, too.
    const path = mkdtempSync(join(this.packageFolder.path, 'app-'));
    writeFileSync(join(path, 'app.mjs'), code);
    const providers: Record<string, LocalProvider> = {};
    const variables: Record<string, string> = { PORT: '0', SESSION_SECRET: sessionSecret, ...env };
    for (const name of names) {
      const provider = await startProvider();
      const { appId, appSecret } = provider.apps[0]!;
      providers[name] = provider;
      variables[`${name.toUpperCase()}_URL`] = provider.url;
      variables[`${name.toUpperCase()}_APP_ID`] = appId;
      variables[`${name.toUpperCase()}_APP_SECRET`] = appSecret;
    }
    const child = spawn(process.execPath, ['app.mjs'], {
      cwd: path,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    let output = '';
    const close = async () => {
      child.kill();
      await closed;
      await Promise.all(Object.values(providers).map((provider) => provider.close()));
      rmSync(path, { recursive: true, force: true });
    };
    const url = await new Promise<string>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk;
          const printed = /^http:\/\/localhost:\d+$/m.exec(output)?.[0];
          if (printed !== undefined) resolve(printed);
        });
      void closed.then(() => reject(new Error(`the app did not start:\n${output}`)));
    });
    const callbackURL = (name: string) => `${url}${basePath}/callback/${name}`;
    for (const [name, provider] of Object.entries(providers))
      provider.updateApp(provider.apps[0]!.appId, { redirectURL: callbackURL(name) });
    const app: LibraryApp = {
      url,
      providers,
      get output() {
        return output;
      },
      callbackURL,
      close,
    };
    this.apps.push(app);
    return app;
  }

  /** Fails unless this TypeScript compiles. The libraries' own declarations have errors, and are not checked. */
  checkTypes(code: string): Promise<void> {
    const path = mkdtempSync(join(this.packageFolder.path, 'types-'));
    writeFileSync(join(path, 'app.ts'), code);
    const compilerOptions = {
      skipLibCheck: true,
      types: ['node'],
      paths: { 'passport-loginwith/*': [join(root, 'lib/*/index.ts')] },
    };
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['app.ts'] };
    writeFileSync(join(path, 'tsconfig.json'), JSON.stringify(config));
    return run('tsc', '-p', path);
  }

  async remove(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.close()));
    this.packageFolder.remove();
  }
}

/** Signs a user in at the provider and returns the callback to which the provider then redirects. */
export async function takeCallbackOf(
  { url, providers }: LibraryApp,
  name = 'pimbuzz',
  user = 'renee',
): Promise<string> {
  const provider = providers[name]!;
  const location = `${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`;
  let callback = '';
  const fetch = (target: string): Promise<{ status: number; headers: Record<string, string> }> => {
    if (!target.includes('auth_key')) return Promise.resolve({ status: 302, headers: { location } });
    callback = target;
    return Promise.resolve({ status: 200, headers: {} });
  };
  await provider.signIn(fetch, user, { start: `${url}/` });
  return callback;
}

/** How many keys the app has sent to the provider. */
export function countExchanges({ providers }: LibraryApp, name = 'pimbuzz'): number {
  return providers[name]!.requests.filter(({ endpoint }) => endpoint === 'authorize').length;
}

/** Follows the redirects within the app. */
export async function follow(browser: Browser, path: string): Promise<TestResponse> {
  const response = await browser.get(path);
  const { location } = response;
  return location?.startsWith(browser.url) === true || location?.startsWith('/') === true
    ? follow(browser, location)
    : response;
}
