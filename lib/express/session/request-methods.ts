import { saveSession, type SessionRequest } from './session.js';

type Done = (error?: unknown) => void;

/** How {@link addRequestMethods} signs in and out; the session is stored afterwards. */
interface Actions {
  login: (user: unknown) => Promise<void>;
  logout: () => Promise<void>;
}

/**
 * Adds the methods that people know from Passport, where no Passport has added its own. Not `logIn` and `logOut`:
 * an app's Passport that comes later uses those it finds, and would log its users in here. For the same reason
 * `isAuthenticated` looks at `req.user`, whoever has set it.
 */
export function addRequestMethods(req: SessionRequest, { login, logout }: Actions): void {
  const run = (work: () => Promise<void>, done: unknown) => {
    if (!isCallback(done))
      throw new TypeError('req.login(user, done) and req.logout(done) need a callback and take no options');
    work()
      .then(() => saveSession(req))
      .then(() => done(), done);
  };
  const methods = {
    login: (user: unknown, done: unknown) => run(() => login(user), done),
    logout: (done: unknown) => run(logout, done),
    isAuthenticated: () => Boolean(req.user),
    isUnauthenticated: () => !req.user,
  };
  for (const [name, value] of Object.entries(methods)) {
    if (!(name in req)) Object.defineProperty(req, name, { value, writable: true, configurable: true });
  }
}

function isCallback(value: unknown): value is Done {
  return typeof value === 'function';
}
