import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import { codeOf, SetUpError } from './config.js';
import { createOutage, describeError, ServiceLost, within } from './outage.js';

/** Resolves to the rows of one statement; `$1` and so on stand for the parameters. */
export type Query = <Row extends object>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** PostgreSQL, wherever it runs. */
export interface Database {
  query: Query;
  /** Commits what `work` does, or none of it if it fails. */
  transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

/** How long a statement, and waiting for a connection, may take, in milliseconds. */
const timeout = 1500;

/**
 * Connects to a server.
 *
 * @throws SetUpError when it cannot be used now; later, what needs it throws ServiceLost in time.
 */
export async function connectDatabase(url: string, log: (text: string) => void): Promise<Database> {
  const { host } = new URL(url);
  const outage = createOutage(`PostgreSQL at ${host}`, 'Nobody can log in until it is back.', log);
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: timeout, query_timeout: timeout });
  // Of connections that are idle; nothing waits for them.
  pool.on('error', outage.fail);

  async function guard<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      outage.succeed();
      return result;
    } catch (error) {
      // The statement is wrong, and not the server.
      if (error instanceof DatabaseError && !/^(?:08|53|57)/.test(error.code ?? '')) throw error;
      outage.fail(error);
      throw new ServiceLost('PostgreSQL does not answer', { cause: error });
    }
  }

  async function inTransaction<T>(client: PoolClient, work: (query: Query) => Promise<T>): Promise<T> {
    const query: Query = async (sql, parameters) => (await guard(client.query(sql, parameters))).rows as never;
    // Between two statements nothing waits for the connection, and an error without a listener ends the process.
    client.on('error', outage.fail);
    try {
      await query('begin');
      const result = await work(query);
      await query('commit');
      client.off('error', outage.fail);
      client.release();
      return result;
    } catch (error) {
      // Closing the connection rolls back, whatever state it is in.
      client.release(true);
      throw error;
    }
  }

  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    const reason = describeError(error);
    throw new SetUpError(`PostgreSQL at ${host} cannot be used: ${reason}. Start it, or correct DATABASE_URL.`);
  }
  return {
    query: async (sql, parameters) => (await guard(pool.query(sql, parameters))).rows as never,
    transaction: async (work) => inTransaction(await guard(pool.connect()), work),
    // A server that says nothing does not say goodbye, either.
    close: () => within(timeout, () => pool.end()).catch(() => undefined),
  };
}

/** What is used of PGlite. */
interface Embedded {
  query(sql: string, parameters?: unknown[]): Promise<{ rows: unknown[] }>;
  transaction<T>(work: (source: Pick<Embedded, 'query'>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens a database in a folder, inside of this process.
 *
 * @throws SetUpError while another process has it open.
 */
export async function openDatabase(folder: string): Promise<Database> {
  const unlock = lock(`${folder}.lock`);
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- its typings need those of browsers
    const { PGlite } = require('@electric-sql/pglite') as { PGlite: { create(folder: string): Promise<Embedded> } };
    const database = await PGlite.create(folder);
    const toQuery = (source: Pick<Embedded, 'query'>): Query => {
      return async (sql, parameters) => (await source.query(sql, parameters)).rows as never;
    };
    return {
      query: toQuery(database),
      transaction: (work) => database.transaction((source) => work(toQuery(source))),
      close: () => database.close().finally(unlock),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Locks a folder for this process: PGlite lets two open one, and each would overwrite what the other has written. */
function lock(file: string): () => void {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const owner = Number(readFileSync(file, 'utf8'));
    if (isRunning(owner)) {
      throw new SetUpError(
        `Process ${owner} has the database of the example open: stop it, or set DATABASE_URL to a server for both. ` +
          `If it is another program, remove ${file}.`,
      );
    }
    // Its process was killed.
    rmSync(file, { force: true });
    return lock(file);
  }
  return () => rmSync(file, { force: true });
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
