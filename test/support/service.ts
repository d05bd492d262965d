import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that some suites need and that `npm ci` does not bring. */
export interface Service {
  name: string;
  /** Environment variable that says where it is. */
  variable: string;
  /** Undefined if it is not installed. */
  executablePath: string | undefined;
  /** How to install it; by apt-get if absent. */
  advice?: string;
}

/** Looks for a program in `PATH` and in the folders that an ordinary user's `PATH` lacks. */
export function findService(name: string, variable: string, executables: readonly string[] = [name]): Service {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  const candidates = executables.flatMap((executable) => folders.map((folder) => join(folder, executable)));
  return { name, variable, executablePath: [process.env[variable], ...candidates].find(isExecutable) };
}

/** A suite that needs a program. Without it the suite is skipped and says so, or fails where CI requires it. */
export function describeWith(service: Service, suite: string, tests: () => void): void {
  const { name, variable, executablePath, advice = 'apt-get install it' } = service;
  if (executablePath !== undefined) {
    describe(suite, tests);
  } else if (process.env.CI_SERVICES === 'required') {
    test(`${suite}: ${name} is installed`, () => {
      throw new Error(`no ${name} in PATH or at ${variable}, and CI_SERVICES=required`);
    });
  } else {
    process.stderr.write(`Skipped: ${name} not found (${advice}, or set ${variable}): ${suite}\n`);
    // eslint-disable-next-line no-restricted-syntax -- the suite cannot run, and says so
    describe.skip(suite, tests);
  }
}

function isExecutable(path: string | undefined): path is string {
  try {
    accessSync(path ?? '', constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
