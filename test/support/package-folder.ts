import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The folder of the repository. */
export const root = join(__dirname, '../..');

/** A folder in which plain Node finds the package, as in an app that has installed it. */
export interface PackageFolder {
  path: string;
  remove(): void;
}

/**
 * Bundles the package from what is in this tree. `dist/` of this tree is left alone: it may be older than the sources,
 * and a build meanwhile would take it from under the processes.
 *
 * @param linked folders of packages that this tree does not have, by their names.
 */
export async function createPackageFolder(linked: Record<string, string> = {}): Promise<PackageFolder> {
  const path = mkdtempSync(join(tmpdir(), 'package-'));
  const modules = join(path, 'node_modules');
  const ownPackage = join(modules, 'passport-loginwith');
  mkdirSync(ownPackage, { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  for (const [name, folder] of Object.entries(linked)) symlinkSync(folder, join(modules, name));
  copyFileSync(join(root, 'package.json'), join(ownPackage, 'package.json'));
  await run('rolldown', '--config', '--dir', join(ownPackage, 'dist'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Compiles one of this tree's projects. The types are checked elsewhere. */
export async function compile(project: string, outDir: string): Promise<void> {
  await run('tsc', '-p', project, '--noCheck', '--declaration', 'false', '--outDir', outDir);
}

/** Runs a tool of the repository. The error has what it printed. */
export async function run(program: string, ...parameters: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/.bin', program), ...parameters], { cwd: root });
}
