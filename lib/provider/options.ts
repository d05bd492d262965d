import { isFunction, isObject, parseOptions, type OptionReader } from '../internal/option-readers.js';
import { errorText } from '../internal/unknown-error.js';
import { trimSlashes } from '../internal/urls.js';
import { conditionNames, isFilledText, readSiteConditions, type SiteConditions } from './conditions.js';
import { isWebURL } from './store/app-form.js';
import { defaultUsers } from './store/default-users.js';
import { isRedirectURL, redirectURLRule } from './store/redirect-url.js';
import { parseUser, type User, type UserInput } from './store/users.js';

export { conditionNames, readSiteConditions, type SiteConditions } from './conditions.js';

/** Which version of the server script to be like. */
export type Version = '2.8' | '4.0' | '4.2';

/** Where `authorize` reads its parameters: from the query (`GET`, as documented) or from a form body (`POST`). */
export type AuthorizeMethod = 'GET' | 'POST';

/** The site's labels for the three genders that come with it; the real site's admin can edit them. */
export type GenderLabels = Readonly<Record<'male' | 'female' | 'other', string>>;

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
   * with the normal JSON in it. A provider with a name other than localhost must be told so here: it does not show its
   * pages under a name that may be another site's. Default: where the provider listens.
   */
  siteURL?: string;
  /**
   * The labels that versions 4.x send as `user_gender`. "Other" is translated ("Autre", "Andere"); a label of the
   * site's own is the same in all languages.
   */
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
  readonly genderLabels: GenderLabels;
  readonly state: string | undefined;
  readonly now: () => number;
  readonly conditions: SiteConditions;
}

/** @throws TypeError that lists all mistakes at once, each with the option's name. */
export function parseProviderOptions(options: unknown): ProviderSettings {
  return parseOptions(
    { caller: 'createProvider', names: providerOptionNames, example: "{ version: '4.2' }" },
    options,
    readProviderSettings,
  );
}

export const providerOptionNames: readonly (keyof ProviderOptions)[] = [
  'version',
  'authorizeMethod',
  'name',
  'users',
  'redirectURL',
  'siteURL',
  'genderLabels',
  'state',
  'now',
  ...conditionNames,
];

export function readProviderSettings(reader: OptionReader): ProviderSettings {
  const { given, read } = reader;
  const version = read('version', isVersion, "'2.8', '4.0' or '4.2'") ?? '4.2';
  const name = read('name', isSiteName, "a name of letters, digits and spaces such as 'Look Loox'") ?? 'Pimbuzz';
  const siteURL = read('siteURL', isOrigin, 'an http(s) URL without a path');
  return {
    version,
    authorizeMethod: read('authorizeMethod', isMethod, "'GET' or 'POST'") ?? (version === '4.2' ? 'POST' : 'GET'),
    name,
    slug: name.toLowerCase().replaceAll(/\s+/g, ''),
    users: readUsers(reader),
    areUsersGiven: given.users !== undefined,
    redirectURL: read('redirectURL', isRedirectURL, redirectURLRule),
    siteURL: siteURL && trimSlashes(siteURL),
    genderLabels: {
      male: 'Male',
      female: 'Female',
      other: 'Other',
      ...read('genderLabels', areLabels, 'an object with texts for male, female and other'),
    },
    state: read('state', isFilledText, 'the path of a file'),
    now: read('now', isClock, 'a function that returns milliseconds') ?? Date.now,
    conditions: readSiteConditions(reader),
  };
}

function readUsers({ given, reject }: OptionReader): User[] {
  const { users: inputs = defaultUsers } = given;
  if (!Array.isArray(inputs)) {
    reject('"users" must be an array of users');
    return [];
  }
  const users = new Map<string, User>();
  const usernames = new Set<string>();
  for (const [index, input] of inputs.entries()) {
    try {
      const user = parseUser(input, String(index + 2));
      if (users.has(user.id)) throw new TypeError(`the id ${user.id} is there twice`);
      if (usernames.has(user.username)) throw new TypeError(`the user name ${user.username} is there twice`);
      users.set(user.id, user);
      usernames.add(user.username);
    } catch (error) {
      reject(`"users[${index}]": ${errorText(error)}`);
    }
  }
  return [...users.values()];
}

function isVersion(value: unknown): value is Version {
  return value === '2.8' || value === '4.0' || value === '4.2';
}

function isMethod(value: unknown): value is AuthorizeMethod {
  return value === 'GET' || value === 'POST';
}

function isSiteName(value: unknown): value is string {
  return typeof value === 'string' && /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(value);
}

function isOrigin(value: unknown): value is string {
  return isWebURL(value) && new URL(value).pathname === '/' && !/[?#]/.test(value);
}

function isClock(value: unknown): value is () => number {
  return isFunction(value);
}

function areLabels(value: unknown): value is Partial<GenderLabels> {
  return (
    isObject(value) &&
    Object.entries(value).every(([key, label]) => ['male', 'female', 'other'].includes(key) && isFilledText(label))
  );
}
