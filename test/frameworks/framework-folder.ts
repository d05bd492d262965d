import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readBlocks } from '../support/document-blocks';
import { createPackageFolder, type PackageFolder } from '../support/package-folder';
import type { Adapter } from './adapters';

const root = join(__dirname, '../..');
const execute = promisify(execFile);

/** Whether adapters run on the packed package, installed with npm as a user would; with `FRAMEWORKS=all` or names. */
export const installs = process.env.FRAMEWORKS !== undefined;

let shared: Promise<PackageFolder> | undefined;

/** Opens folders two at a time, in the order in which they are needed: installations wait for the network. */
export function openFrameworkFolders(adapters: Adapter[]): Promise<string>[] {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  return adapters.map((adapter) => {
    const folder = lanes.shift()!.then(() => openFrameworkFolder(adapter));
    lanes.push(folder.catch(() => undefined));
    return folder;
  });
}

/**
 * Makes a folder with the app of an adapter, built, in which it finds the package and the framework. Resolves to its
 * path; {@link removeFrameworkFolders} removes it.
 */
async function openFrameworkFolder(adapter: Adapter): Promise<string> {
  shared ??= installs ? packPackage() : createPackageFolder();
  const path = mkdtempSync(join((await shared).path, 'app-'));
  if (installs) await install(adapter, path);
  else linkAliases(adapter, path);
  const blocks = readBlocks(adapter.page);
  for (const name of adapter.files) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), blocks[name]!);
  }
  if (adapter.build !== undefined) await run(adapter.build, path);
  return path;
}

export async function removeFrameworkFolders(): Promise<void> {
  (await shared)?.remove();
}

/** Around the folder are all packages of this repository. */
function linkAliases({ aliases = {} }: Adapter, path: string): void {
  mkdirSync(join(path, 'node_modules'));
  for (const [name, target] of Object.entries(aliases))
    symlinkSync(join(root, 'node_modules', target), join(path, 'node_modules', name));
}

/** As the page says, with the packed package in place of the published one. */
async function install(adapter: Adapter, path: string): Promise<void> {
  const versions: Record<string, string> = { ...adapter.versions, 'passport-loginwith': '../passport-loginwith.tgz' };
  writeFileSync(join(path, 'package.json'), JSON.stringify({ private: true }));
  const packages = packagesOf(adapter).map((name) => versions[name] ?? name);
  if (adapter.runtime !== undefined) packages.push(adapter.runtime);
  await run(['npm', 'install', '--no-audit', '--no-fund', ...packages], path);
}

/** The names in the install lines of the section that has the app. */
function packagesOf({ page, files }: Adapter): string[] {
  const [before] = readFileSync(join(root, page), 'utf8').split(`// ${files[0]}\n`);
  const section = before!.slice(before!.lastIndexOf('\n## ') + 1);
  const lines = [...section.matchAll(/^(?:npm install|bun add|deno add) (?:-D )?(.+)$/gm)];
  if (lines.length === 0) throw new Error(`${page} does not say what to install before ${files[0]}`);
  return lines.flatMap(([, names]) => names!.replaceAll('npm:', '').split(' '));
}

async function packPackage(): Promise<PackageFolder> {
  const path = mkdtempSync(join(tmpdir(), 'packed-'));
  symlinkSync(process.env.TARBALL ?? (await pack(path)), join(path, 'passport-loginwith.tgz'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function pack(path: string): Promise<string> {
  const packed = await run(['npm', 'pack', '--json', '--pack-destination', path], root);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  return filename;
}

/** The `PATH` of a folder: first the programs that are installed there. */
export function withPrograms(folder: string): string {
  return `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`;
}

/** Resolves to what a command prints; if it fails, the error has it. */
async function run([program, ...parameters]: string[], cwd: string): Promise<string> {
  try {
    const env = { ...process.env, PATH: withPrograms(cwd) };
    return (await execute(program!, parameters, { cwd, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${[program, ...parameters].join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}
