import { parseURL } from '../../internal/urls.js';
import { isRedirectURL } from './redirect-url.js';

/** The fields of an app in the dashboard's form. */
export interface AppInput {
  /** The name that users read on the consent page. */
  name: string;
  /** Host name or address of the app's site, as typed. */
  domain: string;
  /** As typed; the API encodes it when it redirects back to the app. */
  redirectURL: string;
  /** A sentence for the consent page. */
  description: string;
  /** Default: `other`. */
  category: Category;
  /** Address of a picture, `http(s):` or `data:`; empty for none. */
  iconURL: string;
}

/** An app as the dashboard shows it. */
export interface RegisteredApp extends AppInput {
  /** Digits. */
  appId: string;
  /** 32 hex characters, which the app must keep to itself. */
  appSecret: string;
  /** Id of the user on whose dashboard the app is. */
  ownerId: string;
}

export const categories = [
  'business',
  'education',
  'entertainment',
  'games',
  'health',
  'lifestyle',
  'news',
  'shopping',
  'tools',
  'other',
] as const;
/** The categories of the dashboard's form. */
export type Category = Extract<(typeof categories)[number], string>;

export type AppField = keyof AppInput;
/** What was typed, right or wrong, to show it again. */
export type AppFormValues = Record<AppField, string>;
export type AppMistake =
  | 'nameMissing'
  | 'nameTooLong'
  | 'domainMissing'
  | 'domainInvalid'
  | 'redirectURLMissing'
  | 'redirectURLInvalid'
  | 'descriptionMissing'
  | 'descriptionTooLong'
  | 'categoryMissing'
  | 'iconURLInvalid';
export type AppMistakes = Partial<Record<AppField, AppMistake>>;

export const limits = { name: 64, description: 200, redirectURL: 2000, iconURL: 65_536 };

export const emptyAppForm: AppFormValues = {
  name: '',
  domain: '',
  redirectURL: '',
  description: '',
  category: '',
  iconURL: '',
};

type CheckedAppForm = { ok: true; input: AppInput } | { ok: false; values: AppFormValues; mistakes: AppMistakes };

/** Checks a submitted form and reports all mistakes at once, by field. */
export function checkAppForm(body: unknown): CheckedAppForm {
  const values: AppFormValues = {
    name: readField(body, 'name'),
    domain: readField(body, 'domain'),
    redirectURL: readField(body, 'redirectURL'),
    description: readField(body, 'description'),
    category: readField(body, 'category'),
    iconURL: readField(body, 'iconURL'),
  };
  const category = categories.find((known) => known === values.category);
  const mistakes = withoutBlanks({
    name: checkName(values.name),
    domain: checkDomain(values.domain),
    redirectURL: checkRedirectURL(values.redirectURL),
    description: checkDescription(values.description),
    category: category === undefined ? 'categoryMissing' : undefined,
    iconURL: checkIconURL(values.iconURL),
  });
  if (category === undefined || Object.keys(mistakes).length > 0) return { ok: false, values, mistakes };
  return { ok: true, input: { ...values, category } };
}

/** Parts of a redirect URL that do not survive the plain concatenation `REDIRECT_URL?auth_key=…`. */
export function redirectURLTraps(redirectURL: string): { query: boolean; fragment: boolean } {
  const [beforeFragment = '', ...fragment] = redirectURL.split('#');
  return { query: beforeFragment.includes('?'), fragment: fragment.length > 0 };
}

export function isWebURL(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && parseURL(value) !== undefined;
}

/** A field that was sent twice or as an array counts as not filled in. */
function readField(body: unknown, field: AppField): string {
  if (typeof body !== 'object' || body === null) return '';
  const value: unknown = Object.getOwnPropertyDescriptor(body, field)?.value;
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : '';
}

function withoutBlanks(found: Record<AppField, AppMistake | undefined>): AppMistakes {
  return Object.fromEntries(Object.entries(found).filter(([, mistake]) => mistake !== undefined));
}

function checkName(name: string): AppMistake | undefined {
  if (name === '') return 'nameMissing';
  return countCharacters(name) > limits.name ? 'nameTooLong' : undefined;
}

function checkDomain(domain: string): AppMistake | undefined {
  if (domain === '') return 'domainMissing';
  const url = parseHttpURL(/^https?:\/\//i.test(domain) ? domain : `http://${domain}`);
  const isSite =
    url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return isSite ? undefined : 'domainInvalid';
}

function checkRedirectURL(redirectURL: string): AppMistake | undefined {
  if (redirectURL === '') return 'redirectURLMissing';
  const fits = redirectURL.length <= limits.redirectURL;
  return fits && isRedirectURL(redirectURL) ? undefined : 'redirectURLInvalid';
}

function checkDescription(description: string): AppMistake | undefined {
  if (description === '') return 'descriptionMissing';
  return countCharacters(description) > limits.description ? 'descriptionTooLong' : undefined;
}

function checkIconURL(iconURL: string): AppMistake | undefined {
  if (iconURL === '' || (iconURL.length <= limits.iconURL && isPicture(iconURL))) return undefined;
  return 'iconURLInvalid';
}

function isPicture(url: string): boolean {
  return /^data:image\/[a-z+.-]+;base64,[A-Za-z0-9+/]+=*$/.test(url) || parseHttpURL(url) !== undefined;
}

/** `URL` drops blanks and control characters silently; the return address would still contain them. */
function parseHttpURL(text: string): URL | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\s\u0000-\u001f\u007f\\]/.test(text)) return undefined;
  const url = parseURL(text);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** Characters as a reader counts them, so that an emoji does not cost two. */
function countCharacters(text: string): number {
  return Array.from(text).length;
}
