import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

/** What npm has put into a folder that was empty. */
export interface Installation {
  folder: string;
  packages: InstalledPackage[];
}

interface InstalledPackage {
  /** Name and version. */
  id: string;
  /** Sum of its files. */
  bytes: number;
}

/** Temporary folders with packages in them. */
export interface Installations {
  /** This package, as `npm publish` would send it: what `npm install` takes in place of a name. */
  tarball: string;
  install(name: string, specifications: readonly string[]): Installation;
  remove(): void;
}

/** Builds and packs this package. */
export function openInstallations(): Installations {
  const parent = mkdtempSync(join(tmpdir(), 'loading-'));
  const remove = () => rmSync(parent, { recursive: true, force: true });
  try {
    const packed = npm(root, 'pack', '--json', '--pack-destination', parent);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    return {
      tarball: join(parent, filename),
      install(name, specifications) {
        const folder = join(parent, name);
        mkdirSync(folder);
        writeFileSync(join(folder, 'package.json'), '{ "private": true }');
        const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--save-exact'];
        npm(folder, 'install', ...options, ...specifications);
        return { folder, packages: readPackages(folder) };
      },
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function npm(cwd: string, ...parameters: string[]): string {
  return execFileSync('npm', parameters, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function readPackages(folder: string): InstalledPackage[] {
  const lockfile = readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lockfile) as { packages: Record<string, { version: string }> };
  return Object.entries(packages).map(([path, { version }]) => ({
    id: `${path.replace(/^.*node_modules\//, '')}@${version}`,
    bytes: bytesIn(join(folder, path)),
  }));
}

/** Packages inside the package are not counted: they stand in the list themselves. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .map((entry) => join(folder, entry.name))
    .reduce((sum, path) => sum + (lstatSync(path).isDirectory() ? bytesIn(path) : lstatSync(path).size), 0);
}
