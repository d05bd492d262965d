import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCodeOf } from '../../internal/unknown-error.js';

/** The right to write a state file. */
export interface StateLock {
  /** Tells others where the holder can be reached. */
  setURL(url: string): void;
  release(): void;
}

/**
 * Reserves a state file for this process, by a file beside it. Two providers on one state file would each overwrite
 * what the other has saved.
 * @throws Error that says who holds it; or the file system's own error.
 */
export function lockState(file: string): StateLock {
  const lock = `${file}.lock`;
  if (!createLock(lock)) {
    const holder = readHolder(lock);
    if (!hasEnded(holder)) throw new Error(inUse(file, holder));
    rmSync(lock, { force: true });
    if (!createLock(lock)) throw new Error(inUse(file, readHolder(lock)));
  }
  return {
    setURL(url) {
      writeFileSync(lock, contentFor({ ...self(), url }));
    },
    release() {
      const { pid, host } = readHolder(lock);
      if (pid === process.pid && host === hostname()) rmSync(lock, { force: true });
    },
  };
}

/** Finds where the process that holds a state file can be reached; undefined if none runs. */
export function findHolderURL(file: string): string | undefined {
  const holder = readHolder(`${file}.lock`);
  return hasEnded(holder) ? undefined : holder.url;
}

/** Every part may be missing: the holder may be about to write it. */
interface Holder {
  pid?: number;
  host?: string;
  url?: string;
}

function self(): Holder {
  return { pid: process.pid, host: hostname() };
}

function contentFor(holder: Holder): string {
  return `${JSON.stringify(holder)}\n`;
}

/** Returns false when it is there already. */
function createLock(lock: string): boolean {
  try {
    writeFileSync(lock, contentFor(self()), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(lock: string): Holder {
  try {
    const given: unknown = JSON.parse(readFileSync(lock, 'utf8'));
    // Object() makes an object of anything, without these fields if need be.
    const { pid, host, url } = Object(given) as Record<string, unknown>;
    return {
      ...(typeof pid === 'number' ? { pid } : {}),
      ...(typeof host === 'string' ? { host } : {}),
      ...(typeof url === 'string' ? { url } : {}),
    };
  } catch {
    return {};
  }
}

/** Whether the holder was killed. Of another machine or container nobody here can say. */
function hasEnded({ pid, host }: Holder): boolean {
  if (pid === undefined || host !== hostname()) return false;
  // In a container that starts again every process has the number of the one before.
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCodeOf(error) === 'ESRCH';
  }
}

function inUse(file: string, { pid, host, url }: Holder): string {
  const where = url === undefined ? '' : ` at ${url}`;
  const machine = host === undefined || host === hostname() ? '' : ` on ${host}`;
  const who = pid === undefined ? '' : ` (process ${String(pid)}${machine})`;
  return (
    `another provider runs${where}${who} and keeps its apps and users in ${file}. ` +
    'Use that one, or start this one with --state ANOTHER_FILE or --no-state. ' +
    `If it does not run any more, delete ${file}.lock`
  );
}
