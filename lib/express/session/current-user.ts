import type { IncomingMessage, ServerResponse } from 'node:http';
import { createOwnPassport } from './own-passport.js';
import type { Settings } from '../options.js';
import { asError, findSession, pickFromSession, supplySession, type SessionRequest } from './session.js';
import type { PassportLike } from '../types.js';

/** Who is signed in here: the session's side of a login, by way of Passport. */
export interface SignIn {
  /** Finds the user of a request, once. */
  restore(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** The signed-in user. */
  userOf(req: IncomingMessage): unknown;
  /** What stands for the user in the session. */
  storedUserOf(req: IncomingMessage): unknown;
  /** Signs in on a new session, so that nobody knows its id from before; keeps what is to be kept, and does not save that. */
  signIn(req: IncomingMessage, res: ServerResponse, user: unknown): Promise<void>;
  /** Signs out and leaves a new session. */
  signOut(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

/** Keys of a session under which an instance of ours keeps what is its own. */
export const sessionKeyPrefix = 'loginWith ';

/** What Passport hangs on a request. */
type PassportRequest = SessionRequest & {
  logIn?: (user: unknown, options: object, done: (error?: unknown) => void) => void;
  logOut?: (options: object, done: (error?: unknown) => void) => void;
  _sessionManager?: unknown;
  _userProperty?: string;
  [property: string]: unknown;
};

export function createSignIn(settings: Settings): SignIn {
  if (!settings.session) return withoutSession;
  return settings.passport === undefined ? withOwnPassport(settings) : withPassport(settings, settings.passport);
}

/** The app has a token of its own, and its own code puts the user on the request. */
const withoutSession: SignIn = {
  restore: () => Promise.resolve(),
  userOf: (req: PassportRequest) => req.user ?? undefined,
  storedUserOf: () => undefined,
  signIn(req: PassportRequest, _res, user) {
    req.user = user;
    return Promise.resolve();
  },
  signOut(req: PassportRequest) {
    req.user = undefined;
    return Promise.resolve();
  },
};

/** The app's Passport: its user, its serializers, its place in the session. */
function withPassport(settings: Settings, passport: PassportLike, key = 'passport'): SignIn {
  const own = sessionKeyPrefix + settings.basePath;
  const isOther = (name: string) => name.startsWith(sessionKeyPrefix) && name !== own;
  const userOf = (req: PassportRequest) => req[req._userProperty ?? 'user'] ?? undefined;
  return {
    async restore(req: PassportRequest, res) {
      supplySession(req);
      // Costs nothing when the app has done it before: without a user in the session there is nothing to look up.
      if (userOf(req) === undefined && req.session) await run(passport.authenticate('session'), req, res);
    },
    userOf,
    storedUserOf(req: SessionRequest) {
      const stored = req.session?.[key];
      return typeof stored === 'object' && stored !== null && 'user' in stored ? stored.user : undefined;
    },
    async signIn(req: PassportRequest, res, user) {
      findSession(req);
      const kept = pickFromSession(req, (name) => settings.keepSession.includes(name) || isOther(name));
      await run(passport.initialize(), req, res);
      await call((done) => req.logIn?.(user, {}, done));
      Object.assign(findSession(req), kept);
    },
    async signOut(req: PassportRequest, res) {
      if (!req.session) return;
      const kept = pickFromSession(req, isOther);
      await run(passport.initialize(), req, res);
      await call((done) => req.logOut?.({}, done));
      Object.assign(findSession(req), kept);
    },
  };
}

/**
 * A Passport of our own, under a key of its own in the session. It leaves a request as it was where another Passport, or another
 * `loginWith()`, has been at work: that one's user, its session manager, and its place in the session stay.
 */
function withOwnPassport(settings: Settings): SignIn {
  const key = sessionKeyPrefix + settings.basePath;
  const inner = withPassport(
    { ...settings, keepSession: [...settings.keepSession, 'passport'] },
    createOwnPassport(settings, key),
    key,
  );
  const users = new WeakMap<IncomingMessage, unknown>();
  const apart = async (req: PassportRequest, act: () => Promise<void>) => {
    const { user: otherUser, _sessionManager: otherManager, _userProperty: otherProperty } = req;
    const visible = users.get(req) === otherUser ? undefined : otherUser;
    req.user = undefined;
    delete req._userProperty;
    try {
      await act();
      users.set(req, req.user ?? undefined);
    } finally {
      req.user = visible ?? users.get(req);
      if (otherManager !== undefined) req._sessionManager = otherManager;
      if (otherProperty !== undefined) req._userProperty = otherProperty;
    }
  };
  return {
    restore: async (req: PassportRequest, res) => {
      if (!users.has(req)) await apart(req, () => inner.restore(req, res));
    },
    userOf: (req) => users.get(req),
    storedUserOf: (req) => inner.storedUserOf(req),
    signIn: (req: PassportRequest, res, user) => apart(req, () => inner.signIn(req, res, user)),
    signOut: (req: PassportRequest, res) =>
      apart(req, async () => {
        const others = pickFromSession(req, (name) => name === 'passport');
        await inner.signOut(req, res);
        if (req.session) Object.assign(req.session, others);
      }),
  };
}

function run(handler: unknown, req: IncomingMessage, res: ServerResponse): Promise<void> {
  // Passport's middlewares are Connect's, whatever its typings call them.
  return call((done) =>
    (handler as (req: IncomingMessage, res: ServerResponse, next: typeof done) => void)(req, res, done),
  );
}

function call(start: (done: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(asError(error)) : resolve()));
  });
}
