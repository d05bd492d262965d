import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as databases from '../../example-app/database.js';
import { createSchema } from '../../example-app/schema.js';

/**
 * Gives every example app of a suite the same embedded database, empty for each test: PGlite takes a second to open
 * one, and several to make one.
 */
export function useEmbeddedDatabase(): void {
  let folder: string;
  let database: databases.Database;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'example-database-'));
    database = await databases.openDatabase(join(folder, 'database'));
    await createSchema(database);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await database.query('truncate users, session cascade');
    const opened = { ...database, close: () => Promise.resolve() };
    jest.spyOn(databases, 'openDatabase').mockResolvedValue(opened);
  });
}
