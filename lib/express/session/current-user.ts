import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Settings } from '../options.js';
import { asWebRequest } from '../request.js';
import type { Handler, PassportLike } from '../types.js';
import { createMissingUserWarning } from '../warnings.js';
import { addRequestMethods } from './request-methods.js';
import {
  addSessionMethods,
  copyEntries,
  getSession,
  promisify,
  regenerateSession,
  type SessionRequest,
} from './session.js';

/** Who is signed in here. */
export interface CurrentUser {
  /** Loads the user from the session, once per request. */
  load(req: IncomingMessage, res: ServerResponse): Promise<void>;
  get(req: IncomingMessage): unknown;
  /** What the session holds for the user. */
  getStored(req: IncomingMessage): unknown;
  /** Signs a user in on a new session, with the entries that are to be kept; does not store it yet. */
  login(req: IncomingMessage, res: ServerResponse, user: unknown): Promise<void>;
  /** Signs the user out and leaves a new session; does not store it yet. */
  logout(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

/** The session's entry of one `loginWith()`: the user, and what {@link LoginData} keeps. */
interface SessionEntry {
  user?: unknown;
  data?: unknown;
}

export function createCurrentUser(settings: Settings): CurrentUser {
  if (!settings.session) return withoutSession;
  return settings.passport === undefined ? withOwnEntry(settings) : withPassport(settings, settings.passport);
}

const entryPrefix = 'loginWith ';

/** The session key of a `loginWith()` or, if the app chooses the providers per request, of these providers. */
export function entryKeyOf({ basePath, tenant }: Pick<Settings, 'basePath' | 'tenant'>): string {
  return tenant === undefined ? entryPrefix + basePath : `${entryPrefix + basePath} ${tenant}`;
}

/** The app has its own token, and its own code sets `req.user`. */
const withoutSession: CurrentUser = {
  load(req, res) {
    addRequestMethods(req, {
      login: (user) => withoutSession.login(req, res, user),
      logout: () => withoutSession.logout(req, res),
    });
    return Promise.resolve();
  },
  get: (req: SessionRequest) => req.user ?? undefined,
  getStored: () => undefined,
  login(req: SessionRequest, _res, user) {
    req.user = user;
    return Promise.resolve();
  },
  logout(req: SessionRequest) {
    req.user = undefined;
    return Promise.resolve();
  },
};

/** The user in an entry of its own. The users of the app's Passport and of another `loginWith()` stay as they are. */
function withOwnEntry(settings: Settings): CurrentUser {
  const key = entryKeyOf(settings);
  const users = new WeakMap<IncomingMessage, unknown>();
  const isOthers = (name: string) => name === 'passport' || isOtherEntry(name, key);
  const isKept = (name: string) => settings.keepSession.includes(name) || isOthers(name);
  const getStored = (req: SessionRequest) => readEntry(req, key)?.user;

  const warnOfMissingUser = createMissingUserWarning();

  /** Shows the user on `req.user`, unless another login has put its user there. */
  const show = (req: SessionRequest, user: unknown) => {
    // Passport says null for nobody.
    const shown = req.user ?? undefined;
    if (shown === undefined || shown === users.get(req)) req.user = user;
    users.set(req, user);
  };
  const currentUser: CurrentUser = {
    async load(req: SessionRequest, res) {
      if (users.has(req)) return;
      const stored = getStored(req);
      const user = stored === undefined ? undefined : await settings.deserialize(stored, asWebRequest(req));
      if (!user && stored !== undefined) {
        Reflect.deleteProperty(getSession(req), key);
        warnOfMissingUser();
      }
      show(req, user || undefined);
      addRequestMethods(req, {
        login: (newUser) => currentUser.login(req, res, newUser),
        logout: () => currentUser.logout(req, res),
      });
    },
    get: (req) => users.get(req),
    getStored,
    async login(req: SessionRequest, _res, user) {
      getSession(req);
      const stored = await settings.serialize(user, asWebRequest(req));
      if (stored === undefined) throw new TypeError('loginWith: "serialize" returned nothing to keep in the session');
      const session = await regenerateSession(req, isKept);
      session[key] = { user: stored } satisfies SessionEntry;
      show(req, user);
    },
    async logout(req: SessionRequest) {
      // Nobody's session stays as it is: regenerated, even an empty one would be stored.
      if (readEntry(req, key) !== undefined) await regenerateSession(req, isOthers);
      show(req, undefined);
    },
  };
  return currentUser;
}

/** The app's Passport, through its public API: its user, its serializers, its entry in the session. */
function withPassport(settings: Settings, passport: PassportLike): CurrentUser {
  const key = entryKeyOf(settings);
  const { userProperty } = settings;
  const get = (req: PassportRequest) => req[userProperty] ?? undefined;
  const runWith = (handler: unknown, req: IncomingMessage, res: ServerResponse) =>
    // Passport's middlewares are Connect's, whatever its typings call them.
    promisify((done) => (handler as Handler)(req, res, done));
  return {
    async load(req: PassportRequest, res) {
      addSessionMethods(req);
      // If the app has done it before, there is a user already, or none to look up.
      if (get(req) !== undefined || !req.session) return;
      await runWith(passport.initialize({ userProperty }), req, res);
      await runWith(passport.session(), req, res);
    },
    get,
    // Where Passport documents the serialized user.
    getStored: (req: SessionRequest) => readEntry(req, 'passport')?.user,
    async login(req: PassportRequest, res, user) {
      getSession(req);
      const kept = copyEntries(req, (name) => settings.keepSession.includes(name) || isOtherEntry(name, key));
      await runWith(passport.initialize({ userProperty }), req, res);
      await promisify((done) => req.logIn?.(user, {}, done));
      Object.assign(getSession(req), kept);
    },
    async logout(req: PassportRequest, res) {
      if (get(req) === undefined || !req.session) return;
      const kept = copyEntries(req, (name) => isOtherEntry(name, key));
      await runWith(passport.initialize({ userProperty }), req, res);
      await promisify((done) => req.logOut?.({}, done));
      Object.assign(getSession(req), kept);
    },
  };
}

type Done = (error?: unknown) => void;

/** What Passport adds to a request. */
type PassportRequest = SessionRequest & {
  logIn?: (user: unknown, options: object, done: Done) => void;
  logOut?: (options: object, done: Done) => void;
  [property: string]: unknown;
};

function readEntry({ session }: SessionRequest, key: string): SessionEntry | undefined {
  const entry = session?.[key];
  return typeof entry === 'object' && entry !== null ? entry : undefined;
}

function isOtherEntry(name: string, key: string): boolean {
  return name.startsWith(entryPrefix) && name !== key;
}
