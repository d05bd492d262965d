import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

/** Returns the path of the packed package: `TARBALL`, or packed into the folder, which builds it. */
export function pack(folder) {
  if (process.env.TARBALL !== undefined) return process.env.TARBALL;
  const printed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename }] = JSON.parse(printed);
  return join(folder, filename);
}
