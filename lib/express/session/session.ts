import { LoginWithError } from '../../errors.js';
import { isError } from '../../internal/unknown-error.js';
import type { ExpressRequest } from '../../node-request.js';

interface SessionContent {
  /** Only of express-session. */
  cookie?: { sameSite?: unknown; secure?: unknown };
  [key: string]: unknown;
}

/** The session of a request, of express-session or cookie-session. */
interface Session extends SessionContent {
  regenerate(done: (error?: unknown) => void): unknown;
  save(done: (error?: unknown) => void): unknown;
}

/** A request that may have a session. */
export type SessionRequest = ExpressRequest & {
  session?: SessionContent | null | undefined;
  sessionOptions?: { sameSite?: unknown; secure?: unknown };
  sessionStore?: object;
};

/** @throws LoginWithError `session_missing` */
export function getSession(req: SessionRequest): Session {
  addSessionMethods(req);
  // addSessionMethods() has added what a session of cookie-session lacks.
  if (req.session !== undefined && req.session !== null) return req.session as Session;
  throw new LoginWithError('session: there is no session on the request', {
    code: 'session_missing',
    stage: 'session',
    hint:
      'Put express-session or cookie-session before loginWith(), or set "session" to false. While its store is not ' +
      'connected, express-session adds no session either.',
    retryable: true,
  });
}

/** Adds to a session of cookie-session the two methods of express-session that Passport calls on every session. */
export function addSessionMethods(req: SessionRequest): void {
  const { session } = req;
  if (session === undefined || session === null || typeof session.regenerate === 'function') return;
  const regenerate = (done: (error?: unknown) => void) => {
    req.session = {};
    // cookie-session does not write a new session that stays empty, and the old one would stay in the browser.
    Object.defineProperty(req.session, 'isNew', { value: false });
    addSessionMethods(req);
    done();
  };
  // Not enumerable, so that they are not taken for the session's content.
  Object.defineProperty(session, 'regenerate', { value: regenerate });
  Object.defineProperty(session, 'save', { value: (done: () => void) => done() });
}

/** Replaces the session by a new one, whose id nobody knows, and copies the entries that `keep` names. */
export async function regenerateSession(req: SessionRequest, keep: (key: string) => boolean): Promise<Session> {
  const session = getSession(req);
  const kept = copyEntries(req, keep);
  await promisify((done) => session.regenerate(done));
  return Object.assign(getSession(req), kept);
}

/** Stores the session now: when the response ends is too late, because the browser may be faster than the store. */
export async function saveSession(req: SessionRequest): Promise<void> {
  // An empty session is not stored: who only looks at pages gets none.
  if (Object.keys(req.session ?? {}).every((key) => key === 'cookie')) return;
  const session = getSession(req);
  await promisify((done) => session.save(done));
}

/** Entries copied to the regenerated session. */
export function copyEntries(req: SessionRequest, keep: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(req.session ?? {}).filter(([key]) => key !== 'cookie' && keep(key)));
}

/** Whether the browser withholds the session's cookie from a navigation that began on another site. */
export function isStrictSession({ session, sessionOptions }: SessionRequest): boolean {
  const sameSite = session?.cookie === undefined ? sessionOptions?.sameSite : session.cookie.sameSite;
  return sameSite === true || (typeof sameSite === 'string' && sameSite.toLowerCase() === 'strict');
}

/** Waits for a function that takes a callback. */
export function promisify(start: (done: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(toError(error)) : resolve()));
  });
}

function toError(error: unknown): Error {
  return isError(error) ? error : new Error('session: the store failed without an Error');
}
