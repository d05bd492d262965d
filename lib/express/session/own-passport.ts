import type { Settings } from '../options.js';
import type { PassportLike, WebRequest } from '../types.js';

/** A Passport with the parts that `@types/passport` hides or types for the app. */
interface Passport extends PassportLike {
  init(): void;
  serializeUser(serialize: (req: WebRequest, user: unknown, done: Done) => void): void;
  deserializeUser(deserialize: (req: WebRequest, stored: unknown, done: Done) => void): void;
}

type Done = (error: unknown, result?: unknown) => void;

/**
 * A Passport that keeps its user under a key of its own in the session, so that it does not take another one's user for its own.
 *
 * @throws Error when the app has not installed Passport.
 */
export function createOwnPassport({ serialize, deserialize }: Settings, sessionKey: string): PassportLike {
  const passport = new (loadPassport())();
  // The key has no option; in 0.6 and 0.7 the constructor sets it and then calls init(), which builds everything from it.
  Object.assign(passport, { _key: sessionKey }).init();
  passport.serializeUser((req, user, done) => settle(() => serialize(user, req), done));
  passport.deserializeUser((req, stored, done) => settle(async () => (await deserialize(stored, req)) ?? false, done));
  return passport;
}

function settle(work: () => unknown, done: Done): void {
  Promise.resolve()
    .then(work)
    .then((result) => done(null, result), done);
}

function loadPassport(): new () => Passport {
  try {
    // An optional peer: only who leaves out the option "passport" needs it here.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is needed
    return (require('passport') as { Passport: new () => Passport }).Passport;
  } catch (cause) {
    throw new Error('loginWith: Passport is not installed; run npm install passport, or set "session" to false', {
      cause,
    });
  }
}
