import type { RegisteredApp } from './app-form.js';
import { Approvals } from './grants.js';
import { Apps, parseAppChanges, parseNewApp, type NewApp } from './apps.js';
import type { SiteConditions } from '../faults/site-conditions.js';
import type { AppInput } from './app-form.js';
import type { ProviderSettings } from '../options.js';
import { parseUser, type User, type UserInput, type UserReference } from './users.js';

/** An app, or its id. */
export type AppReference = string | { readonly appId: string };

/**
 * What the site knows: its people, its apps, who accepted which, its clock and its condition. Every change that must
 * survive a restart calls `changed` before it returns.
 */
export class Site {
  readonly settings: ProviderSettings;
  readonly apps = new Apps();
  readonly approvals: Approvals;
  conditions: SiteConditions;
  changed: () => void = () => undefined;
  private readonly usersById = new Map<string, User>();
  private readonly usersByName = new Map<string, User>();
  private advanced = 0;

  constructor(settings: ProviderSettings) {
    this.settings = settings;
    this.conditions = settings.conditions;
    this.approvals = new Approvals({ sharedToken: settings.version === '2.8' });
    for (const user of settings.users) this.keepUser(user);
  }

  now(): number {
    return this.settings.now() + this.advanced;
  }

  /** The clock as the site's database keeps it. */
  second(): number {
    return Math.floor(this.now() / 1000);
  }

  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) {
      throw new TypeError(`advance: the clock only goes forward; give it milliseconds, not ${ms}`);
    }
    this.advanced += ms;
  }

  users(): User[] {
    return [...this.usersById.values()];
  }

  findUserById(id: string): User | undefined {
    return this.usersById.get(id);
  }

  findUser(idOrName: string): User | undefined {
    return this.usersById.get(idOrName) ?? this.usersByName.get(idOrName);
  }

  /** @throws TypeError when there is no such person. */
  user(reference: UserReference): User {
    const idOrName = typeof reference === 'string' ? reference : reference.id;
    const user = this.findUser(idOrName);
    if (user === undefined) throw new TypeError(`there is no person ${JSON.stringify(idOrName)} here`);
    return user;
  }

  addUser(input: UserInput): User {
    const user = parseUser(input, this.freeUserId());
    if (this.usersById.has(user.id)) throw new TypeError(`there is a person with the id ${user.id} already`);
    if (this.usersByName.has(user.username)) throw new TypeError(`there is a person ${user.username} already`);
    this.keepUser(user);
    this.changed();
    return user;
  }

  /** Takes a person away; what they accepted stays, as on the real site, and answers `[]` from now on. */
  deleteUser(reference: UserReference): void {
    const user = this.user(reference);
    this.usersById.delete(user.id);
    this.usersByName.delete(user.username);
    this.changed();
  }

  updateUser(reference: UserReference, changes: Partial<User>): User {
    const before = this.user(reference);
    const after = parseUser({ ...before, ...changes, id: before.id }, before.id);
    const namesake = this.usersByName.get(after.username);
    if (namesake !== undefined && namesake.id !== before.id) {
      throw new TypeError(`there is a person ${after.username} already`);
    }
    this.usersByName.delete(before.username);
    this.keepUser(after);
    this.changed();
    return after;
  }

  createApp(input: NewApp): RegisteredApp {
    const ownerId = this.users()[0]?.id ?? '';
    const isTaken = (appId: string): boolean => this.apps.find(appId) !== undefined;
    const app = this.apps.add(parseNewApp(input, { ownerId, isTaken }));
    this.changed();
    return app;
  }

  /** @throws TypeError when there is no such app. */
  app(reference: AppReference): RegisteredApp {
    const appId = typeof reference === 'string' ? reference : reference.appId;
    const app = this.apps.find(appId);
    if (app === undefined) throw new TypeError(`there is no app ${JSON.stringify(appId)} here`);
    return app;
  }

  updateApp(reference: AppReference, changes: Partial<AppInput>): RegisteredApp {
    const app = this.apps.add(parseAppChanges(this.app(reference), changes));
    this.changed();
    return app;
  }

  deleteApp(reference: AppReference): void {
    const { appId } = this.app(reference);
    this.apps.remove(appId);
    this.approvals.revokeApp(appId);
    this.changed();
  }

  approve(user: UserReference, app: AppReference): void {
    this.approvals.approve(this.app(app).appId, this.user(user).id, this.now());
    this.changed();
  }

  revoke(user: UserReference, app: AppReference): void {
    // Not person(): what a deleted person accepted can be taken away too.
    const userId = typeof user === 'string' ? (this.findUser(user)?.id ?? user) : user.id;
    if (this.approvals.revoke(this.app(app).appId, userId)) this.changed();
  }

  replaceUsers(users: readonly User[]): void {
    this.usersById.clear();
    this.usersByName.clear();
    for (const user of users) this.keepUser(user);
  }

  private keepUser(user: User): void {
    this.usersById.set(user.id, user);
    this.usersByName.set(user.username, user);
  }

  private freeUserId(): string {
    let id = this.usersById.size + 2;
    while (this.usersById.has(String(id))) id += 1;
    return String(id);
  }
}
