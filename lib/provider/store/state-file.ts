import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorCodeOf, errorText } from '../../internal/unknown-error.js';
import type { RegisteredApp } from './app-form.js';
import { parseNewApp } from './apps.js';
import type { Store } from './store.js';
import { parseUser, type User } from './users.js';

/** What survives a restart. Keys and tokens do not: a login that is under way starts again. */
interface SavedState {
  format: typeof currentFormat;
  /** Signs the session cookies, so that signed-in users stay signed in. */
  cookieSecret: string;
  users: readonly User[];
  apps: readonly RegisteredApp[];
  grants: readonly { appId: string; userId: string; grantedAt: number }[];
}

/** Format 1 called the users "people" and the grants "approvals". */
const currentFormat = 2;

/**
 * Fills a store from a state file, if there is one. Returns the file's cookie secret.
 * @param keepUsers leaves the store's users as they are
 * @throws Error when the file is no state file of this format; it stays as it is.
 */
export function loadState(store: Store, file: string, { keepUsers }: { keepUsers: boolean }): string | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const { users, apps, grants, cookieSecret } = parseState(text);
    if (!keepUsers) store.users.replaceAll(users);
    for (const app of apps) store.apps.set(app);
    for (const { appId, userId, grantedAt } of grants) store.grants.add(appId, userId, grantedAt);
    return cookieSecret;
  } catch (error) {
    throw new Error(
      `the state file ${file} cannot be used (${errorText(error)}); it was left as it is. ` +
        'Delete it to start afresh, repair it, or name another file',
      { cause: error },
    );
  }
}

/** Reads a state file without a store. @throws Error when it is none of this format. */
export function readState(file: string): SavedState | undefined {
  const text = readIfThere(file);
  return text === undefined ? undefined : parseState(text);
}

/**
 * Writes a store's state: to a file beside it, flushed to the disk, then renamed over it, and the folder flushed too.
 * Whenever the process is killed, the file is the old one or the new one, and new as soon as this returned.
 */
export function saveState(store: Store, file: string, cookieSecret: string): void {
  const state: SavedState = {
    format: currentFormat,
    cookieSecret,
    users: store.users.list(),
    apps: store.apps.list(),
    grants: store.grants.list().map(({ appId, userId, grantedAt }) => ({ appId, userId, grantedAt })),
  };
  const temporary = `${file}.${process.pid}.tmp`;
  // Made anew, so that nobody else can read it: a file or a link that is there already may be anybody's.
  rmSync(temporary, { force: true });
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    writeAll(fd, Buffer.from(`${JSON.stringify(state, null, 1)}\n`));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, file);
  syncFolder(dirname(resolve(file)));
}

function parseState(text: string): SavedState {
  const state: unknown = JSON.parse(text);
  if (typeof state !== 'object' || state === null || !('format' in state)) throw new Error('it is not a state file');
  checkFormat(state.format);
  // Every part is checked below before it is used.
  const { users, apps, grants, cookieSecret } = state as Partial<Record<keyof SavedState, unknown>>;
  if (typeof cookieSecret !== 'string' || !Array.isArray(users) || !Array.isArray(apps) || !Array.isArray(grants)) {
    throw new Error('a part of it is missing');
  }
  return {
    format: currentFormat,
    cookieSecret,
    users: users.map((user) => parseUser(user, '')),
    // A saved app has all fields, so nothing is made up for it.
    apps: apps.map((app) => parseNewApp(app as RegisteredApp, { ownerId: '', isTaken: () => false, isSaved: true })),
    grants: grants.map(parseGrant),
  };
}

function checkFormat(format: unknown): void {
  if (format === currentFormat) return;
  const origin = format === 1 ? 'of an older version of this package' : 'unknown';
  throw new Error(`its format ${JSON.stringify(format)} is ${origin}; this version reads format ${currentFormat}`);
}

function parseGrant(given: unknown): SavedState['grants'][number] {
  // Object() makes an object of anything, without these fields if need be.
  const { appId, userId, grantedAt } = Object(given) as Record<string, unknown>;
  if (typeof appId !== 'string' || typeof userId !== 'string' || typeof grantedAt !== 'number') {
    throw new Error('a grant is not complete');
  }
  return { appId, userId, grantedAt };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw new Error(`the state file ${file} cannot be read: ${errorText(error)}`, { cause: error });
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
}

function syncFolder(folder: string): void {
  // Windows cannot open a folder, and does not need to: there, the rename itself is written through.
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
