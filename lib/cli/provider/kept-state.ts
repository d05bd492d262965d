import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorCodeOf, errorText } from '../../internal/unknown-error.js';
import type { Keeping } from './options.js';
import { lockState, type StateLock } from './state-lock.js';

/** What is kept over a restart, and where. */
export type KeptState =
  | { type: 'kept'; file: string; lock: StateLock; backup: string | undefined; undoReset: () => void }
  /** `reason` says why, when that was not asked for. */
  | { type: 'none'; reason?: string };

/** Where the state is, in the folder in which the command runs. */
export const stateFolder = '.passport-loginwith';

/**
 * Reserves the state file that the command line asks for. By default it is in the folder in which the command runs: an
 * app's id and secret stay with the project that has them in its `.env`, projects do not change each other's apps, and
 * a container that mounts the project keeps them too. If that folder cannot be written, nothing is kept.
 * @throws Error when the file is in use, or when the command line names one that cannot be written.
 */
export function openKeptState({ file, isOff, isReset }: Keeping, siteSlug: string): KeptState {
  if (isOff) return { type: 'none' };
  try {
    const path = file === undefined ? join(createFolder(), `${siteSlug}.json`) : resolve(file);
    const lock = lockState(path);
    const backup = isReset ? putAside(path) : undefined;
    return {
      type: 'kept',
      file: path,
      lock,
      backup,
      undoReset() {
        if (backup !== undefined) renameSync(backup, path);
      },
    };
  } catch (error) {
    // Without a code it is the lock's own error.
    if (errorCodeOf(error) === undefined) throw error;
    if (file !== undefined) throw new Error(`--state ${file}: ${errorText(error)}`, { cause: error });
    return { type: 'none', reason: errorText(error) };
  }
}

function createFolder(): string {
  const folder = join(process.cwd(), stateFolder);
  // Not `recursive`, with which Node goes on for ever in a folder such as /proc.
  unlessThere(() => mkdirSync(folder, { mode: 0o700 }));
  // Secrets do not belong into a repository, and so a project need not know of the folder.
  unlessThere(() => writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' }));
  return folder;
}

function unlessThere(create: () => void): void {
  try {
    create();
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST') throw error;
  }
}

/** Renamed and not deleted: it may be another file than the one that was meant. */
function putAside(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const backup = `${file}.old`;
  renameSync(file, backup);
  return backup;
}
