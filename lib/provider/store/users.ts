/**
 * A user of the local provider. Text is what the user typed; the API sends it entity-encoded, as the real site does.
 * Where the real column can hold `null` as well as an empty text, so can these, because apps meet both.
 */
export interface User {
  /** Digits; the API's `user_id`. */
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** `male`, `female`, `other`, empty, or a label of the site's own. */
  readonly gender: string | null;
  /** `YYYY-MM-DD`, `0000-00-00` or null. */
  readonly birthdate: string | null;
  /** Path below the uploads folder. */
  readonly picture: string | null;
  /** Path below the uploads folder. */
  readonly cover: string | null;
  /** `YYYY-MM-DD HH:MM:SS` in UTC, or null. */
  readonly registered: string | null;
  /** The network's badge. */
  readonly verified: boolean;
  readonly relationship: string | null;
  readonly biography: string | null;
  readonly website: string | null;
  /** The e-mail address was confirmed. See the condition `activationRequired` for what happens before that. */
  readonly activated: boolean;
  /** The site's admin has let the user in; versions 4.x stop every login before that. */
  readonly approved: boolean;
  /** The user has a paid package; until then every login ends at `/packages`. */
  readonly hasPackage: boolean;
  /** The profile was completed; until then every login is sent to `/started`, and comes back on 4.0 only. */
  readonly started: boolean;
  /** Blocked by the site's admin: can no longer start a login, though a token still works. */
  readonly banned: boolean;
  /** Admins pass through maintenance. */
  readonly admin: boolean;
}

/** What is needed to add a user: a user name, and whatever matters to the test. */
export type UserInput = Partial<User> & Pick<User, 'username'>;

/** A user, or their id or user name. */
export type UserReference = string | { readonly id: string };

/** The site's users, in the order in which they were added. */
export interface Users {
  list(): User[];
  findById(id: string): User | undefined;
  find(idOrName: string): User | undefined;
  /** @throws TypeError when there is no such user. */
  get(reference: UserReference): User;
  /** @throws TypeError when the id or the user name is taken, or a field is wrong. */
  add(input: UserInput): User;
  update(reference: UserReference, changes: Partial<User>): User;
  remove(reference: UserReference): void;
  replaceAll(users: readonly User[]): void;
}

export function createUsers(initial: readonly User[]): Users {
  const byId = new Map<string, User>();
  const byName = new Map<string, User>();

  const keep = (user: User): User => {
    byId.set(user.id, user);
    byName.set(user.username, user);
    return user;
  };
  const find = (idOrName: string): User | undefined => byId.get(idOrName) ?? byName.get(idOrName);
  const get = (reference: UserReference): User => {
    const idOrName = typeof reference === 'string' ? reference : reference.id;
    const user = find(idOrName);
    if (user === undefined) throw new TypeError(`there is no user ${JSON.stringify(idOrName)} here`);
    return user;
  };
  const freeId = (): string => {
    let id = byId.size + 2;
    while (byId.has(String(id))) id += 1;
    return String(id);
  };
  for (const user of initial) keep(user);

  return {
    list: () => [...byId.values()],
    findById: (id) => byId.get(id),
    find,
    get,
    add(input) {
      const user = parseUser(input, freeId());
      if (byId.has(user.id)) throw new TypeError(`there is a user with the id ${user.id} already`);
      if (byName.has(user.username)) throw new TypeError(`there is a user ${user.username} already`);
      return keep(user);
    },
    update(reference, changes) {
      const before = get(reference);
      const after = parseUser({ ...before, ...changes, id: before.id }, before.id);
      const namesake = byName.get(after.username);
      if (namesake !== undefined && namesake.id !== before.id) {
        throw new TypeError(`there is a user ${after.username} already`);
      }
      byName.delete(before.username);
      return keep(after);
    },
    remove(reference) {
      const user = get(reference);
      byId.delete(user.id);
      byName.delete(user.username);
    },
    replaceAll(users) {
      byId.clear();
      byName.clear();
      for (const user of users) keep(user);
    },
  };
}

/** Checks a user that comes from options, a file or a call. @throws TypeError that names the field. */
export function parseUser(input: unknown, freeId: string): User {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new TypeError(`a user must be an object such as { username: 'ada' }, not ${showValue(input)}`);
  }
  const given: Record<string, unknown> = { ...input };
  const unknown = Object.keys(given).find((name) => !fieldNames.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`"${unknown}" is not a field of a user; the fields are ${fieldNames.join(', ')}`);
  }
  const username = given.username;
  if (typeof username !== 'string' || username.trim() === '') {
    throw new TypeError(`a user's "username" must be a text that is not empty, not ${showValue(username)}`);
  }
  const id = given.id ?? freeId;
  if (typeof id !== 'string' || !/^[1-9]\d{0,18}$/.test(id)) {
    throw new TypeError(`"id" of ${username} must be digits in a text, such as '2', not ${showValue(id)}`);
  }
  return { id, username, ...parseTexts(given, username), ...parseFlags(given, username) };
}

export function displayNameOf({ firstName, lastName, username }: User): string {
  return [firstName, lastName].filter(Boolean).join(' ') || username;
}

/** Names of the fields that hold a text or null. */
export const userTexts = [
  'email',
  'firstName',
  'lastName',
  'gender',
  'birthdate',
  'picture',
  'cover',
  'registered',
  'relationship',
  'biography',
  'website',
] as const;
/** The fields that are true or false, with what they are when nothing is said. */
export const userFlags = {
  verified: false,
  activated: true,
  approved: true,
  hasPackage: true,
  started: true,
  banned: false,
  admin: false,
} as const;
const fieldNames = ['id', 'username', ...userTexts, ...Object.keys(userFlags)];

type Texts = Pick<User, (typeof userTexts)[number]>;
type Flags = Pick<User, keyof typeof userFlags>;

function parseTexts(given: Record<string, unknown>, username: string): Texts {
  const text = (name: (typeof userTexts)[number]): string | null => {
    const value = given[name] ?? null;
    if (value !== null && typeof value !== 'string') {
      throw new TypeError(`"${name}" of ${username} must be a text or null, not ${showValue(value)}`);
    }
    return value;
  };
  return {
    email: text('email'),
    firstName: text('firstName'),
    lastName: text('lastName'),
    gender: text('gender'),
    birthdate: text('birthdate'),
    picture: text('picture'),
    cover: text('cover'),
    registered: text('registered'),
    relationship: text('relationship'),
    biography: text('biography'),
    website: text('website'),
  };
}

function parseFlags(given: Record<string, unknown>, username: string): Flags {
  const flag = (name: keyof typeof userFlags): boolean => {
    const value = given[name] ?? userFlags[name];
    if (typeof value !== 'boolean') {
      throw new TypeError(`"${name}" of ${username} must be true or false, not ${showValue(value)}`);
    }
    return value;
  };
  return {
    verified: flag('verified'),
    activated: flag('activated'),
    approved: flag('approved'),
    hasPackage: flag('hasPackage'),
    started: flag('started'),
    banned: flag('banned'),
    admin: flag('admin'),
  };
}

/** A wrong value, as an error message shows it. */
function showValue(value: unknown): string {
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'an array' : JSON.stringify(value);
}
