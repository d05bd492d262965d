import type { RegisteredApp } from './app-form.js';
import { Approvals } from './grants.js';
import { Apps, parseAppChanges, parseNewApp, type NewApp } from './apps.js';
import type { Conditions } from '../faults/site-conditions.js';
import type { AppInput } from './app-form.js';
import type { ProviderSettings } from '../options.js';
import { parsePerson, type Person, type PersonInput, type PersonReference } from './users.js';

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
  conditions: Conditions;
  changed: () => void = () => undefined;
  private readonly peopleById = new Map<string, Person>();
  private readonly peopleByName = new Map<string, Person>();
  private advanced = 0;

  constructor(settings: ProviderSettings) {
    this.settings = settings;
    this.conditions = settings.conditions;
    this.approvals = new Approvals({ sharedToken: settings.version === '2.8' });
    for (const person of settings.people) this.keepPerson(person);
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

  people(): Person[] {
    return [...this.peopleById.values()];
  }

  findPersonById(id: string): Person | undefined {
    return this.peopleById.get(id);
  }

  findPerson(idOrName: string): Person | undefined {
    return this.peopleById.get(idOrName) ?? this.peopleByName.get(idOrName);
  }

  /** @throws TypeError when there is no such person. */
  person(reference: PersonReference): Person {
    const idOrName = typeof reference === 'string' ? reference : reference.id;
    const person = this.findPerson(idOrName);
    if (person === undefined) throw new TypeError(`there is no person ${JSON.stringify(idOrName)} here`);
    return person;
  }

  addPerson(input: PersonInput): Person {
    const person = parsePerson(input, this.freePersonId());
    if (this.peopleById.has(person.id)) throw new TypeError(`there is a person with the id ${person.id} already`);
    if (this.peopleByName.has(person.username)) throw new TypeError(`there is a person ${person.username} already`);
    this.keepPerson(person);
    this.changed();
    return person;
  }

  /** Takes a person away; what they accepted stays, as on the real site, and answers `[]` from now on. */
  deletePerson(reference: PersonReference): void {
    const person = this.person(reference);
    this.peopleById.delete(person.id);
    this.peopleByName.delete(person.username);
    this.changed();
  }

  updatePerson(reference: PersonReference, changes: Partial<Person>): Person {
    const before = this.person(reference);
    const after = parsePerson({ ...before, ...changes, id: before.id }, before.id);
    const namesake = this.peopleByName.get(after.username);
    if (namesake !== undefined && namesake.id !== before.id) {
      throw new TypeError(`there is a person ${after.username} already`);
    }
    this.peopleByName.delete(before.username);
    this.keepPerson(after);
    this.changed();
    return after;
  }

  createApp(input: NewApp): RegisteredApp {
    const ownerId = this.people()[0]?.id ?? '';
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

  approve(person: PersonReference, app: AppReference): void {
    this.approvals.approve(this.app(app).appId, this.person(person).id, this.now());
    this.changed();
  }

  revoke(person: PersonReference, app: AppReference): void {
    // Not person(): what a deleted person accepted can be taken away too.
    const personId = typeof person === 'string' ? (this.findPerson(person)?.id ?? person) : person.id;
    if (this.approvals.revoke(this.app(app).appId, personId)) this.changed();
  }

  replacePeople(people: readonly Person[]): void {
    this.peopleById.clear();
    this.peopleByName.clear();
    for (const person of people) this.keepPerson(person);
  }

  private keepPerson(person: Person): void {
    this.peopleById.set(person.id, person);
    this.peopleByName.set(person.username, person);
  }

  private freePersonId(): string {
    let id = this.peopleById.size + 2;
    while (this.peopleById.has(String(id))) id += 1;
    return String(id);
  }
}
