import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { findFreePort } from '../support/free-port';
import { cookieSecret } from '../support/strategy-app';
import type { Adapter } from './adapters';
import { withPrograms } from './framework-folder';

/** An app that runs, and the provider that it logs users in with. */
export interface FrameworkApp {
  url: string;
  provider: LocalProvider;
  /** What it printed so far. */
  output(): string;
}

const closers: (() => Promise<unknown>)[] = [];

/** Ends the apps and their providers. */
export async function closeFrameworkApps(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()));
}

/** Starts the app of an adapter as a process of its own. */
export async function startFrameworkApp({ start, needsOrigin }: Adapter, folder: string): Promise<FrameworkApp> {
  const provider = await startProvider();
  closers.push(() => provider.close());
  const [{ appId, appSecret }] = provider.apps as [LocalProvider['apps'][0]];
  const [program, ...parameters] = start as [string, ...string[]];
  const port = needsOrigin === true ? await findFreePort() : 0;
  const origin = port === 0 ? undefined : `http://localhost:${port}`;
  const child = spawn(program, parameters, {
    cwd: folder,
    env: {
      PATH: withPrograms(folder),
      PIMBUZZ_URL: provider.url,
      PIMBUZZ_APP_ID: appId,
      PIMBUZZ_APP_SECRET: appSecret,
      SESSION_SECRET: cookieSecret,
      PORT: String(port),
      ...(origin === undefined ? {} : { ORIGIN: origin }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let output = '';
  closers.push(() => (child.kill(), ended));
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const address = /http:\/\/[\w.[\]:]+:\d+/.exec(output);
        if (address !== null) resolve(origin ?? address[0]);
      });
    }
    void ended.then(() => reject(new Error(`the app ended: ${output}`)));
  });
  provider.updateApp(appId, { redirectURL: `${url}/auth/pimbuzz/callback` });
  return { url, provider, output: () => output };
}
