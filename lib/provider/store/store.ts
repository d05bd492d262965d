import type { AppInput, RegisteredApp } from './app-form.js';
import { createApps, parseAppChanges, parseNewApp, type AppReference, type Apps, type NewApp } from './apps.js';
import { createGrants, type Grant, type Grants } from './grants.js';
import { createUsers, type User, type UserInput, type UserReference, type Users } from './users.js';

/**
 * The site's database: users, apps, grants, and the clock. What must survive a restart is changed through the methods
 * here, which call the listener of {@link Store.onChange} before they return.
 */
export interface Store {
  readonly users: Users;
  readonly apps: Apps;
  readonly grants: Grants;
  /** Milliseconds since 1970. */
  now(): number;
  /** The time as the database keeps it: whole seconds since 1970. */
  second(): number;
  /** Moves the clock forward. @throws TypeError when the time is negative. */
  advance(ms: number): void;
  addUser(input: UserInput): User;
  updateUser(user: UserReference, changes: Partial<User>): User;
  /** Removes a user. The user's grants stay, as on the real site, and `get_user_info` sends `[]` for them. */
  deleteUser(user: UserReference): void;
  createApp(input: NewApp): RegisteredApp;
  updateApp(app: AppReference, changes: Partial<AppInput>): RegisteredApp;
  /** Removes an app with its grants. */
  deleteApp(app: AppReference): void;
  grant(user: UserReference, app: AppReference): Grant;
  revoke(user: UserReference, app: AppReference): void;
  onChange(listener: () => void): void;
}

interface StoreOptions {
  users: readonly User[];
  now: () => number;
  /** See {@link createGrants}. */
  sharedToken: boolean;
}

export function createStore({ users: initialUsers, now: clock, sharedToken }: StoreOptions): Store {
  const users = createUsers(initialUsers);
  const apps = createApps();
  const grants = createGrants({ sharedToken });
  let advanced = 0;
  let notify: () => void = () => undefined;

  const now = (): number => clock() + advanced;
  const changed = <T>(result: T): T => {
    notify();
    return result;
  };

  return {
    users,
    apps,
    grants,
    now,
    second: () => Math.floor(now() / 1000),
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) {
        throw new TypeError(`advance: the clock only goes forward; give it milliseconds, not ${ms}`);
      }
      advanced += ms;
    },
    addUser: (input) => changed(users.add(input)),
    updateUser: (user, changes) => changed(users.update(user, changes)),
    deleteUser(user) {
      users.remove(user);
      notify();
    },
    createApp(input) {
      const ownerId = users.list()[0]?.id ?? '';
      const isTaken = (appId: string): boolean => apps.find(appId) !== undefined;
      return changed(apps.set(parseNewApp(input, { ownerId, isTaken })));
    },
    updateApp: (app, changes) => changed(apps.set(parseAppChanges(apps.get(app), changes))),
    deleteApp(app) {
      const { appId } = apps.get(app);
      apps.remove(appId);
      grants.removeApp(appId);
      notify();
    },
    grant: (user, app) => changed(grants.add(apps.get(app).appId, users.get(user).id, now())),
    revoke(user, app) {
      // Not users.get(): grants of a deleted user can be revoked too.
      const userId = typeof user === 'string' ? (users.find(user)?.id ?? user) : user.id;
      if (grants.remove(apps.get(app).appId, userId)) notify();
    },
    onChange(listener) {
      notify = listener;
    },
  };
}
