import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import createPostgresStore from 'connect-pg-simple';
import { RedisStore } from 'connect-redis';
import type { RequestHandler } from 'express';
import session from 'express-session';
import { codeOf } from './config.js';
import type { Database } from './database.js';
import type { Redis } from './redis.js';

/** Cookies ignore ports, so the name must be one that the local sites do not use. */
export const sessionCookie = 'example.sid';

/** How long a user stays logged in, in milliseconds. */
export const lifetime = 7 * 24 * 60 * 60 * 1000;

/** Sessions in the database or, if there is one, in Redis. */
export function createSessions(database: Database, secret: string, redis?: Redis): RequestHandler {
  return session({
    name: sessionCookie,
    secret,
    store: redis === undefined ? createDatabaseStore(database) : createRedisStore(redis),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: lifetime },
  });
}

// A session lasts for a fixed time. Touching would write it with every request, and a request that runs beside a logout
// would bring back what the logout has just removed.

const PostgresStore = createPostgresStore(session);

function createDatabaseStore({ query }: Database): session.Store {
  // What the store uses of a pool.
  const pool = { query: async (sql: string, parameters: unknown[]) => ({ rows: await query(sql, parameters) }) };
  return new PostgresStore({ pool: pool as never, disableTouch: true, errorLog: () => undefined });
}

function createRedisStore({ ask }: Redis): session.Store {
  return new RedisStore({
    // What the store uses of a client.
    client: {
      get: (key: string) => ask((client) => client.get(key)),
      set: (key: string, value: string, options: object) => ask((client) => client.set(key, value, options)),
      del: (keys: string[]) => ask((client) => client.del(keys)),
    },
    prefix: 'example:session:',
    disableTouch: true,
  });
}

/** The secret that signs the session cookies and seals those of a login: made once, then read from its file. */
export function keepSecret(folder: string): string {
  const file = join(folder, 'session-secret');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    // Fails if the file is there, so that nobody's session is lost by making another.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
