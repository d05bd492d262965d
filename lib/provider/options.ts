import { defaultUsers } from './store/default-users.js';
import { errorText } from '../internal/unknown-error.js';
import { isLanguage, type Language } from './i18n.js';
import { parseUser, type User, type UserInput } from './store/users.js';
import { parseSiteConditions, type SiteConditions } from './faults/site-conditions.js';
import type { GenderLabels } from './api/user-info.js';

/** Which version of the server script to be like. */
export type Version = '2.8' | '4.0' | '4.2';

/** Where `authorize` reads its parameters: from the query (`GET`, as documented) or from a form body (`POST`). */
export type AuthorizeMethod = 'GET' | 'POST';

/** Options of {@link createProvider}; {@link startProvider} has `port` and `host` besides. */
export interface ProviderOptions extends Partial<SiteConditions> {
  /** Default: `'4.2'`, the newest. */
  version?: Version;
  /** Default: as in that version, `'POST'` for 4.2 and `'GET'` before. */
  authorizeMethod?: AuthorizeMethod;
  /** The site's name. Default: `'Pimbuzz'`. */
  name?: string;
  /** The site's people. Default: five, who show what surprises apps. */
  users?: readonly UserInput[];
  /** Redirect URL of the app that is there from the start. Default: `http://localhost:3000/auth/NAME/callback`. */
  redirectURL?: string;
  /**
   * The URL that the site believes to have. Calls to another host or scheme get the real site's answer to that: a 302
   * to this URL that carries the normal JSON. Default: where the provider listens.
   */
  siteURL?: string;
  /** URL of the uploads folder, for a site with a CDN. Default: `SITE_URL/content/uploads`. */
  uploadsURL?: string;
  /** The site's language, for callers who ask for none of its languages. Default: `'en'`. */
  language?: Language;
  /** The labels that versions 4.x send as `user_gender`. */
  genderLabels?: Partial<GenderLabels>;
  /** Path of a JSON file that keeps apps, people and approvals over a restart. Default: nothing is kept. */
  state?: string;
  /** The provider's clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
}

/** The options, checked and complete, but for what only listening can tell. */
export interface ProviderSettings {
  readonly version: Version;
  readonly authorizeMethod: AuthorizeMethod;
  readonly name: string;
  /** The name as it stands in paths and cookie names. */
  readonly slug: string;
  readonly users: readonly User[];
  /** Whether the people were given, so that they count for more than those of the state file. */
  readonly usersGiven: boolean;
  readonly redirectURL: string | undefined;
  readonly siteURL: string | undefined;
  readonly uploadsURL: string | undefined;
  readonly language: Language;
  readonly genderLabels: GenderLabels;
  readonly state: string | undefined;
  readonly now: () => number;
  readonly conditions: SiteConditions;
}

const VERSIONS: readonly Version[] = ['2.8', '4.0', '4.2'];
const OPTION_NAMES = [
  'version',
  'authorizeMethod',
  'name',
  'users',
  'redirectURL',
  'siteURL',
  'uploadsURL',
  'language',
  'genderLabels',
  'state',
  'now',
  'maintenance',
  'moduleEnabled',
  'debugging',
  'databaseDown',
  'sqlError',
  'callerBanned',
];

/** @throws TypeError that lists all mistakes at once, each with the option's name. */
export function parseOptions(who: string, options: unknown, extraNames: readonly string[] = []): ProviderSettings {
  if (typeof options !== 'object' || options === null) throw new TypeError(`${who}: options must be an object`);
  const given: Record<string, unknown> = { ...options };
  const known = [...OPTION_NAMES, ...extraNames];
  const mistakes = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `"${name}" is not an option; the options are ${known.join(', ')}`);
  const settings = readSettings(given, mistakes);
  if (mistakes.length > 0) throw new TypeError(`${who}: ${mistakes.join('; ')}`);
  return Object.freeze(settings);
}

/** A redirect URL of an app: kept letter by letter, because the real site concatenates it letter by letter. */
export function isRedirectURL(value: unknown): value is string {
  return isWebURL(value) && value.trim() === value;
}

function readSettings(given: Record<string, unknown>, mistakes: string[]): ProviderSettings {
  const version = oneOf(given, 'version', VERSIONS, '4.2', mistakes);
  const name = readName(given.name, mistakes);
  return {
    version,
    authorizeMethod: oneOf(given, 'authorizeMethod', ['GET', 'POST'], version === '4.2' ? 'POST' : 'GET', mistakes),
    name,
    slug: name.toLowerCase().replaceAll(/\s+/g, ''),
    users: readUsers(given.users ?? defaultUsers, mistakes),
    usersGiven: given.users !== undefined,
    redirectURL: checked(given, 'redirectURL', isRedirectURL, 'an http(s) URL', mistakes),
    siteURL: withoutSlash(checked(given, 'siteURL', isOrigin, 'an http(s) URL without a path', mistakes)),
    uploadsURL: withoutSlash(checked(given, 'uploadsURL', isWebURL, 'an http(s) URL', mistakes)),
    language: checked(given, 'language', isLanguage, "'en', 'fr' or 'de'", mistakes) ?? 'en',
    genderLabels: {
      male: 'Male',
      female: 'Female',
      other: 'Other',
      ...checked(given, 'genderLabels', areLabels, 'an object with texts for male, female and other', mistakes),
    },
    state: checked(given, 'state', isFilled, 'the path of a file', mistakes),
    now: checked(given, 'now', isClock, 'a function that returns milliseconds', mistakes) ?? Date.now,
    conditions: parseSiteConditions(given, mistakes),
  };
}

function readName(value: unknown, mistakes: string[]): string {
  if (value === undefined) return 'Pimbuzz';
  if (isFilled(value) && /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(value)) return value;
  mistakes.push(`"name" must be a name of letters, digits and spaces such as 'Look Loox', not ${show(value)}`);
  return 'Pimbuzz';
}

function readUsers(value: unknown, mistakes: string[]): User[] {
  if (!Array.isArray(value)) {
    mistakes.push(`"people" must be an array of people, not ${show(value)}`);
    return [];
  }
  const users = new Map<string, User>();
  const usernames = new Set<string>();
  for (const [index, input] of value.entries()) {
    try {
      const user = parseUser(input, String(index + 2));
      if (users.has(user.id)) throw new TypeError(`the id ${user.id} is there twice`);
      if (usernames.has(user.username)) throw new TypeError(`the user name ${user.username} is there twice`);
      users.set(user.id, user);
      usernames.add(user.username);
    } catch (error) {
      mistakes.push(`"people[${index}]": ${errorText(error)}`);
    }
  }
  return [...users.values()];
}

function oneOf<T extends string>(
  given: Record<string, unknown>,
  name: string,
  values: readonly T[],
  fallback: T,
  mistakes: string[],
): T {
  const value = given[name];
  if (value === undefined) return fallback;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) {
    mistakes.push(`"${name}" must be ${values.map((each) => `'${each}'`).join(' or ')}, not ${show(value)}`);
  }
  return found ?? fallback;
}

function checked<T>(
  given: Record<string, unknown>,
  name: string,
  check: (value: unknown) => value is T,
  expected: string,
  mistakes: string[],
): T | undefined {
  const value = given[name];
  if (value === undefined || check(value)) return value;
  mistakes.push(`"${name}" must be ${expected}, not ${show(value)}`);
  return undefined;
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isClock(value: unknown): value is () => number {
  return typeof value === 'function';
}

function isWebURL(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
}

function isOrigin(value: unknown): value is string {
  return isWebURL(value) && new URL(value).pathname === '/' && !/[?#]/.test(value);
}

function areLabels(value: unknown): value is Partial<GenderLabels> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([key, label]) => ['male', 'female', 'other'].includes(key) && isFilled(label))
  );
}

function withoutSlash(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, '');
}

function show(value: unknown): string {
  return typeof value === 'function' ? 'a function' : JSON.stringify(value);
}
