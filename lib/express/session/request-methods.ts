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
export function addRequestMethods(req: SessionRequest & RequestMethods, { login, logout }: Actions): void {
  const run = (work: () => Promise<void>, done: unknown) => {
    if (!isCallback(done))
      throw new TypeError('req.login(user, done) and req.logout(done) need a callback and take no options');
    work()
      .then(() => saveSession(req))
      .then(() => done(), done);
  };
  req.login ??= (user, done) => run(() => login(user), done);
  req.logout ??= (done) => run(logout, done);
  req.isAuthenticated ??= () => Boolean(req.user);
  req.isUnauthenticated ??= () => !req.user;
}

/** Every request gets these, so they are simply assigned, as Passport does. */
interface RequestMethods {
  login?: (user: unknown, done: unknown) => void;
  logout?: (done: unknown) => void;
  isAuthenticated?: () => boolean;
  isUnauthenticated?: () => boolean;
}

function isCallback(value: unknown): value is Done {
  return typeof value === 'function';
}
