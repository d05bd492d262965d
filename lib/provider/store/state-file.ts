import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RegisteredApp } from './app-form.js';
import { parseNewApp } from './apps.js';
import { errorText, errorCodeOf } from '../../internal/unknown-error.js';
import { parseUser, type User } from './users.js';
import type { Site } from './store.js';

/** What survives a restart. Keys and tokens do not: a login that was under way starts again. */
interface SavedState {
  format: 1;
  /** Signs the cookies, so that who was signed in stays so. */
  cookieSecret: string;
  users: readonly User[];
  apps: readonly RegisteredApp[];
  approvals: readonly { appId: string; userId: string; acceptedAt: number }[];
}

/**
 * Fills a site from a state file, if there is one. Returns the file's cookie secret.
 * @throws Error when the file is no state file; it stays as it is.
 */
export function loadState(site: Site, file: string): string | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return restore(site, parseState(text));
  } catch (error) {
    throw new Error(
      `the state file ${file} cannot be used (${errorText(error)}); it was left as it is. Repair it, or name another file`,
      { cause: error },
    );
  }
}

/**
 * Writes a site's state: to a file beside it, flushed to the disk, then renamed over it, and the folder flushed too.
 * Whenever the process is killed, the file is the old one or the new one, and new as soon as this returned.
 */
export function saveState(site: Site, file: string, cookieSecret: string): void {
  const state: SavedState = {
    format: 1,
    cookieSecret,
    users: site.users(),
    apps: site.apps.list(),
    approvals: site.approvals.list().map(({ appId, userId, acceptedAt }) => ({ appId, userId, acceptedAt })),
  };
  const temporary = `${file}.${process.pid}.tmp`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    writeAll(fd, Buffer.from(`${JSON.stringify(state, null, 1)}\n`));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, file);
  syncFolder(dirname(resolve(file)));
}

function restore(site: Site, { users, apps, approvals, cookieSecret }: SavedState): string {
  if (!site.settings.usersGiven) site.replaceUsers(users);
  for (const app of apps) site.apps.add(app);
  for (const { appId, userId, acceptedAt } of approvals) site.approvals.approve(appId, userId, acceptedAt);
  return cookieSecret;
}

function parseState(text: string): SavedState {
  const state: unknown = JSON.parse(text);
  if (typeof state !== 'object' || state === null || !('format' in state)) throw new Error('it is not a state file');
  if (state.format !== 1) throw new Error(`its format is ${JSON.stringify(state.format)}, and only 1 is known`);
  // Every part is checked below before it is used.
  const { users, apps, approvals, cookieSecret } = state as Partial<Record<keyof SavedState, unknown>>;
  if (typeof cookieSecret !== 'string' || !Array.isArray(users) || !Array.isArray(apps) || !Array.isArray(approvals)) {
    throw new Error('a part of it is missing');
  }
  return {
    format: 1,
    cookieSecret,
    users: users.map((user) => parseUser(user, '')),
    // A saved app has all fields, so nothing is made up for it.
    apps: apps.map((app) => parseNewApp(app as RegisteredApp, { ownerId: '', isTaken: () => false })),
    approvals: approvals.map(parseApproval),
  };
}

function parseApproval(given: unknown): SavedState['approvals'][number] {
  // Object() makes an object of anything, without these fields if need be.
  const { appId, userId, acceptedAt } = Object(given) as Record<string, unknown>;
  if (typeof appId !== 'string' || typeof userId !== 'string' || typeof acceptedAt !== 'number') {
    throw new Error('an approval is not complete');
  }
  return { appId, userId, acceptedAt };
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
