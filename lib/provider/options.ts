import { errorText } from '../internal/unknown-error.js';
import { isLanguage, type Language } from './i18n.js';
import {
  isFilledText,
  isOrigin,
  isWebURL,
  readChecked,
  readFlag,
  readOneOf,
  showValue,
  type Given,
} from './option-readers.js';
import { isRedirectURL } from './store/app-form.js';
import { defaultUsers } from './store/default-users.js';
import { parseUser, type User, type UserInput } from './store/users.js';

/** Which version of the server script to be like. */
export type Version = '2.8' | '4.0' | '4.2';

/** Where `authorize` reads its parameters: from the query (`GET`, as documented) or from a form body (`POST`). */
export type AuthorizeMethod = 'GET' | 'POST';

/** The site's labels for the three genders that come with it; the real site's admin can edit them. */
export type GenderLabels = Readonly<Record<'male' | 'female' | 'other', string>>;

/** States of the whole site that an app can meet. By default, everything works. */
export interface SiteConditions {
  /** The site is in maintenance: only its admins get through, everybody else gets a page (200, HTML). */
  maintenance: boolean;
  /** `false`: the site's admin switched the developers' module off. */
  moduleEnabled: boolean;
  /**
   * The site prints its warnings. Only 2.8 has any: before the JSON, with the content type of JSON, or with
   * `'unbuffered'` that of HTML.
   */
  debugging: boolean | 'unbuffered';
  /** The site's database cannot be reached: a page on 4.x (200, HTML), 500 with an empty body on 2.8. */
  databaseDown: boolean;
  /** The table of the grants is broken; a text is the database's own message, which 4.x passes on. */
  sqlError: boolean | string;
  /** The callers' addresses are blocked. */
  callerBanned: boolean;
}

/** Options of {@link createProvider}; {@link startProvider} has `port` and `host` besides. */
export interface ProviderOptions extends Partial<SiteConditions> {
  /** Default: `'4.2'`, the newest. */
  version?: Version;
  /** Default: as in that version, `'POST'` for 4.2 and `'GET'` before. */
  authorizeMethod?: AuthorizeMethod;
  /** The site's name. Default: `'Pimbuzz'`. */
  name?: string;
  /** The site's users. Default: five, who show what surprises apps. */
  users?: readonly UserInput[];
  /** Redirect URL of the app that is there from the start. Default: `http://localhost:3000/auth/NAME/callback`. */
  redirectURL?: string;
  /**
   * The site's configured URL. Calls to another host or scheme get what the real site sends then: a 302 to this URL
   * with the normal JSON in it. Default: where the provider listens.
   */
  siteURL?: string;
  /** URL of the uploads folder, for a site with a CDN. Default: `SITE_URL/content/uploads`. */
  uploadsURL?: string;
  /** The site's language, for callers who ask for none of its languages. Default: `'en'`. */
  language?: Language;
  /** The labels that versions 4.x send as `user_gender`. */
  genderLabels?: Partial<GenderLabels>;
  /** Path of a JSON file that keeps apps, users and grants over a restart. Default: nothing is kept. */
  state?: string;
  /** The provider's clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
}

/** The checked options, with the defaults filled in. */
export interface ProviderSettings {
  readonly version: Version;
  readonly authorizeMethod: AuthorizeMethod;
  readonly name: string;
  /** The name as used in paths and cookie names. */
  readonly slug: string;
  readonly users: readonly User[];
  /** Whether `users` was given, and so replaces the users of the state file. */
  readonly areUsersGiven: boolean;
  readonly redirectURL: string | undefined;
  readonly siteURL: string | undefined;
  readonly uploadsURL: string | undefined;
  readonly language: Language;
  readonly genderLabels: GenderLabels;
  readonly state: string | undefined;
  readonly now: () => number;
  readonly conditions: SiteConditions;
}

/** @throws TypeError that lists all mistakes at once, each with the option's name. */
export function parseOptions(who: string, options: unknown, extraNames: readonly string[] = []): ProviderSettings {
  if (typeof options !== 'object' || options === null) throw new TypeError(`${who}: options must be an object`);
  const given: Given = { ...options };
  const known = [...optionNames, ...conditionNames, ...extraNames];
  const mistakes = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `"${name}" is not an option; the options are ${known.join(', ')}`);
  const settings = readSettings(given, mistakes);
  if (mistakes.length > 0) throw new TypeError(`${who}: ${mistakes.join('; ')}`);
  return Object.freeze(settings);
}

/** Reads the conditions among the given options; each mistake is added to the list. */
export function readSiteConditions(given: Given, mistakes: string[]): SiteConditions {
  const { debugging, sqlError } = given;
  return {
    maintenance: readFlag(given, 'maintenance', false, mistakes),
    moduleEnabled: readFlag(given, 'moduleEnabled', true, mistakes),
    debugging: debugging === 'unbuffered' ? debugging : readFlag(given, 'debugging', false, mistakes),
    databaseDown: readFlag(given, 'databaseDown', false, mistakes),
    sqlError: isFilledText(sqlError) ? sqlError : readFlag(given, 'sqlError', false, mistakes),
    callerBanned: readFlag(given, 'callerBanned', false, mistakes),
  };
}

export const conditionNames = [
  'maintenance',
  'moduleEnabled',
  'debugging',
  'databaseDown',
  'sqlError',
  'callerBanned',
] as const satisfies readonly (keyof SiteConditions)[];

const optionNames = [
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
] as const satisfies readonly (keyof ProviderOptions)[];

const versions: readonly Version[] = ['2.8', '4.0', '4.2'];

function readSettings(given: Given, mistakes: string[]): ProviderSettings {
  const version = readOneOf(given, 'version', versions, '4.2', mistakes);
  const name = readName(given.name, mistakes);
  return {
    version,
    authorizeMethod: readOneOf(given, 'authorizeMethod', ['GET', 'POST'], version === '4.2' ? 'POST' : 'GET', mistakes),
    name,
    slug: name.toLowerCase().replaceAll(/\s+/g, ''),
    users: readUsers(given.users ?? defaultUsers, mistakes),
    areUsersGiven: given.users !== undefined,
    redirectURL: readChecked(given, 'redirectURL', isRedirectURL, 'an http(s) URL', mistakes),
    siteURL: withoutSlash(readChecked(given, 'siteURL', isOrigin, 'an http(s) URL without a path', mistakes)),
    uploadsURL: withoutSlash(readChecked(given, 'uploadsURL', isWebURL, 'an http(s) URL', mistakes)),
    language: readChecked(given, 'language', isLanguage, "'en', 'fr' or 'de'", mistakes) ?? 'en',
    genderLabels: {
      male: 'Male',
      female: 'Female',
      other: 'Other',
      ...readChecked(given, 'genderLabels', areLabels, 'an object with texts for male, female and other', mistakes),
    },
    state: readChecked(given, 'state', isFilledText, 'the path of a file', mistakes),
    now: readChecked(given, 'now', isClock, 'a function that returns milliseconds', mistakes) ?? Date.now,
    conditions: readSiteConditions(given, mistakes),
  };
}

function readName(value: unknown, mistakes: string[]): string {
  if (value === undefined) return 'Pimbuzz';
  if (isFilledText(value) && /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(value)) return value;
  mistakes.push(`"name" must be a name of letters, digits and spaces such as 'Look Loox', not ${showValue(value)}`);
  return 'Pimbuzz';
}

function readUsers(value: unknown, mistakes: string[]): User[] {
  if (!Array.isArray(value)) {
    mistakes.push(`"users" must be an array of users, not ${showValue(value)}`);
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
      mistakes.push(`"users[${index}]": ${errorText(error)}`);
    }
  }
  return [...users.values()];
}

function isClock(value: unknown): value is () => number {
  return typeof value === 'function';
}

function areLabels(value: unknown): value is Partial<GenderLabels> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([key, label]) => ['male', 'female', 'other'].includes(key) && isFilledText(label))
  );
}

function withoutSlash(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, '');
}
