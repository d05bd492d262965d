/**
 * A person of the local provider. Text is what the person typed; the API sends it entity-encoded, as the real site
 * does. Where the real column can hold `null` as well as an empty text, so can these, because apps meet both.
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
  /** The e-mail address was confirmed; versions 4.x refuse a login before that. */
  readonly activated: boolean;
  /** The profile was completed; until then every login ends at `/started`. */
  readonly started: boolean;
  /** Blocked by the site's admin: can no longer start a login, though a token still works. */
  readonly banned: boolean;
  /** Admins pass through maintenance. */
  readonly admin: boolean;
}

/** What is needed to add a person: a user name, and whatever matters to the test. */
export type UserInput = Partial<User> & Pick<User, 'username'>;

/** A person, or their id or user name. */
export type UserReference = string | { readonly id: string };

const TEXTS = [
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
const FLAGS = { verified: false, activated: true, started: true, banned: false, admin: false } as const;
const NAMES = ['id', 'username', ...TEXTS, ...Object.keys(FLAGS)];

/** Checks a person that comes from options, a file or a call. @throws TypeError that names the field. */
export function parseUser(input: unknown, freeId: string): User {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new TypeError(`a person must be an object such as { username: 'ada' }, not ${describe(input)}`);
  }
  const given: Record<string, unknown> = { ...input };
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`"${unknown}" is not a field of a person; the fields are ${NAMES.join(', ')}`);
  }
  const username = given.username;
  if (typeof username !== 'string' || username.trim() === '') {
    throw new TypeError(`a person's "username" must be a text that is not empty, not ${describe(username)}`);
  }
  const id = given.id ?? freeId;
  if (typeof id !== 'string' || !/^[1-9]\d{0,18}$/.test(id)) {
    throw new TypeError(`"id" of ${username} must be digits in a text, such as '2', not ${describe(id)}`);
  }
  return {
    id,
    username,
    ...parseTexts(given, username),
    ...parseFlags(given, username),
  };
}

export function displayNameOf({ firstName, lastName, username }: User): string {
  return [firstName, lastName].filter(Boolean).join(' ') || username;
}

type Texts = Pick<User, (typeof TEXTS)[number]>;
type Flags = Pick<User, keyof typeof FLAGS>;

function parseTexts(given: Record<string, unknown>, username: string): Texts {
  const text = (name: (typeof TEXTS)[number]): string | null => {
    const value = given[name] ?? null;
    if (value !== null && typeof value !== 'string') {
      throw new TypeError(`"${name}" of ${username} must be a text or null, not ${describe(value)}`);
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
  const flag = (name: keyof typeof FLAGS): boolean => {
    const value = given[name] ?? FLAGS[name];
    if (typeof value !== 'boolean') {
      throw new TypeError(`"${name}" of ${username} must be true or false, not ${describe(value)}`);
    }
    return value;
  };
  return {
    verified: flag('verified'),
    activated: flag('activated'),
    started: flag('started'),
    banned: flag('banned'),
    admin: flag('admin'),
  };
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : Array.isArray(value) ? 'an array' : JSON.stringify(value);
}
