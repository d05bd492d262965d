import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import ts from 'typescript';
import { readBlocks } from './document-blocks.js';
import { findFreePort } from './free-port.js';
import type { PackageFolder } from './package-folder.js';

/** The app of a document, started as a reader would, and the provider that it is registered with. */
export interface DocumentApp {
  /** By the port that the document names. */
  urls: Readonly<Record<number, string>>;
  provider: LocalProvider;
  close(): Promise<void>;
}

export interface AppOptions {
  document: string;
  /** The programs to start, each with the port that it is on in the document. */
  programs: Readonly<Record<string, number>>;
  /** Documents whose files the programs need, too. */
  besides?: readonly string[];
  /** Further variables. */
  env?: Readonly<Record<string, string>>;
  /** Changes the code. */
  edit?: (code: string, file: string) => string;
}

/** Writes the code blocks of a document into files, with free ports for those in it, and starts the programs. */
export async function startDocumentApp(folder: PackageFolder, options: AppOptions): Promise<DocumentApp> {
  const { document, programs, besides = [], edit = (code) => code } = options;
  const path = mkdtempSync(join(folder.path, 'app-'));
  const ports = new Map<number, number>();
  for (const port of Object.values(programs)) ports.set(port, await findFreePort());
  const files = Object.assign({}, ...[...besides, document].map(readBlocks)) as ReturnType<typeof readBlocks>;
  for (const [name, code] of Object.entries(files)) {
    const moved = [...ports].reduce((text, [port, free]) => text.replaceAll(String(port), String(free)), code);
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), edit(moved, name));
    if (name.endsWith('.ts')) writeFileSync(join(path, name.replace(/ts$/, 'js')), transpile(moved));
  }
  const urls = Object.fromEntries([...ports].map(([port, free]) => [port, `http://localhost:${free}`]));
  const provider = await startProvider({ redirectURL: `${urls[3000]!}/auth/pimbuzz/callback` });
  const { appId, appSecret } = provider.apps[0]!;
  const env = {
    PIMBUZZ_URL: provider.url,
    PIMBUZZ_APP_ID: appId,
    PIMBUZZ_APP_SECRET: appSecret,
    SESSION_SECRET: 'of the test, and long enough for it',
    TOKEN_SECRET: 'another one of the test, as long as that',
    ...options.env,
  };
  const children = await Promise.all(Object.keys(programs).map((name) => startProgram(name, path, env)));
  return {
    urls,
    provider,
    async close() {
      await Promise.all([...children.map(stop), provider.close()]);
    },
  };
}

/** As `npx tsc` does. */
function transpile(code: string): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/** In milliseconds; PGlite takes seconds to make its files. */
const startLimit = 30_000;

/** Starts a program that prints its URL once it is ready. */
async function startProgram(name: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, [name], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const ended = once(child, 'close').then(() => undefined);
  const printed = once(child.stdout, 'data', { signal: AbortSignal.timeout(startLimit) }).catch(() => undefined);
  if ((await Promise.race([printed, ended])) === undefined) {
    await stop(child);
    throw new Error(`${name} did not start, or does not say where it listens:\n${text}`);
  }
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
