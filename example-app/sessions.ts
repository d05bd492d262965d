import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import session from 'express-session';
import createFileStore from 'session-file-store';
import { codeOf } from './config.js';

/** Cookies ignore ports, so the name must be one that the local sites do not use. */
export const sessionCookie = 'example.sid';

/** How long a person stays signed in, in milliseconds. */
const lifetime = 7 * 24 * 60 * 60 * 1000;

const FileStore = createFileStore(session);

/** Sessions in files, so that people stay signed in when the app is started again. */
export function createSessions(folder: string, secret: string = keepSecret(folder)): RequestHandler {
  const store = new FileStore({
    path: join(folder, 'sessions'),
    ttl: lifetime / 1000,
    // A file that is not there is a session that has ended; the store would look for it five more times.
    retries: 0,
    logFn: () => undefined,
  });
  // A session lasts for a fixed time. Touching would write its file with every request, and a request that runs beside a
  // logout would write the file back that the logout has just removed.
  store.touch = (_id, _session, done) => done?.();
  return session({
    name: sessionCookie,
    secret,
    store,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: lifetime },
  });
}

/** The secret that signs the session cookies: made once, then read from its file. */
function keepSecret(folder: string): string {
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
