import { isError, LoginWithError } from '../../errors.js';
import type { SeenRequest } from '../request.js';

/** The session of a request, of express-session or cookie-session. */
export interface Session {
  regenerate?(done: (error?: unknown) => void): unknown;
  save?(done: (error?: unknown) => void): unknown;
  cookie?: { sameSite?: unknown; secure?: unknown };
  [key: string]: unknown;
}

/** A request on which a session may be. */
export type SessionRequest = SeenRequest & {
  session?: Session | null | undefined;
  sessionOptions?: { sameSite?: unknown; secure?: unknown };
  sessionStore?: object;
};

/** @throws LoginWithError `session_missing`. */
export function findSession(req: SessionRequest): Session {
  if (req.session !== undefined && req.session !== null) return req.session;
  throw new LoginWithError('session: there is no session on the request', {
    code: 'session_missing',
    stage: 'session',
    hint: 'Put express-session or cookie-session before loginWith(), or set "session" to false. express-session leaves it out, too, while its store is not connected.',
    retryable: true,
  });
}

/** Gives a session of cookie-session the two methods that Passport 0.6 and 0.7 call on every session. */
export function supplySession(req: SessionRequest): void {
  const { session } = req;
  if (session === undefined || session === null || typeof session.regenerate === 'function') return;
  const regenerate = (done: (error?: unknown) => void) => {
    req.session = {};
    // A new session that stays empty would not be written, and the old one would stay in the browser.
    Object.defineProperty(req.session, 'isNew', { value: false });
    supplySession(req);
    done();
  };
  // Not enumerable, so that they are not taken for content of the session.
  Object.defineProperty(session, 'regenerate', { value: regenerate });
  Object.defineProperty(session, 'save', { value: (done: () => void) => done() });
}

/** Stores the session now; a browser may be back before a store is done that begins when the answer ends. */
export async function saveSession({ session }: SessionRequest): Promise<void> {
  if (session === undefined || session === null || typeof session.save !== 'function') return;
  // Visitors without a session get none by this.
  if (Object.keys(session).every((key) => key === 'cookie')) return;
  await new Promise<void>((resolve, reject) => {
    session.save?.((error) => (error ? reject(asError(error)) : resolve()));
  });
}

/** What of a session is to outlive that it is regenerated; `undefined` for what is not there. */
export function pickFromSession(req: SessionRequest, keep: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(req.session ?? {}).filter(([key]) => key !== 'cookie' && keep(key)));
}

/** Whether the browser withholds the session's cookie on the way back from another site. */
export function isStrictSession({ session, sessionOptions }: SessionRequest): boolean {
  const sameSite = session?.cookie === undefined ? sessionOptions?.sameSite : session.cookie.sameSite;
  return sameSite === true || (typeof sameSite === 'string' && sameSite.toLowerCase() === 'strict');
}

/** Whether the session's cookie is for https only. */
export function isSecureSession({ session, sessionOptions }: SessionRequest): boolean {
  return (session?.cookie === undefined ? sessionOptions?.secure : session.cookie.secure) === true;
}

/** A callback's error as one that can be thrown. */
export function asError(error: unknown): Error {
  return isError(error) ? error : new Error('session: the store failed without an Error');
}
