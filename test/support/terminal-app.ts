import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageFolder } from './package-folder';

/** An app in a process of its own, and what its terminal shows. */
export interface TerminalApp {
  /** On the name `localhost`; the app listens on every address. */
  url: string;
  port: number;
  /** All that it has printed. */
  text: () => string;
  /** Waits until it has printed what the pattern finds. */
  prints: (pattern: RegExp) => Promise<RegExpExecArray>;
  stop: () => Promise<void>;
}

/** Loaded before the app: moves it to a free port, and tells the test which. */
const preload = `
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (port, ...others) {
    this.once('listening', () => process.send(this.address().port));
    return listen.call(this, 0, ...others);
  };
`;

/**
 * Starts an app of a document, as it is there.
 *
 * @param files the code of each file; the first one is started.
 * @returns what it printed, if it ends before it listens.
 */
export async function startTerminalApp(
  folder: PackageFolder,
  files: Record<string, string>,
  env: Record<string, string>,
): Promise<TerminalApp | string> {
  // Node looks for packages in the folders above, too.
  const cwd = mkdtempSync(join(folder.path, 'app-'));
  for (const [name, code] of Object.entries({ ...files, 'preload.mjs': preload })) writeFileSync(join(cwd, name), code);
  const [main = ''] = Object.keys(files);
  const child = spawn(process.execPath, ['--import', './preload.mjs', main], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      waiting.forEach((look) => look());
    });
  }
  const closed = once(child, 'close');
  const first = await Promise.race([once(child, 'message'), closed.then(() => undefined)]);
  if (first === undefined) return text;
  const [port] = first as [number];
  return {
    url: `http://localhost:${port}`,
    port,
    text: () => text,
    prints: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          const found = pattern.exec(text);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    stop: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
