/** What each check looks at, by its name. Scripts read the names in `--json`: they stay. */
const subjects = {
  node: "Node's version",
  'env-file': 'The file of variables',
  variables: 'The variables',
  'cookie-secret': 'cookieSecret',
  'tls-verification': 'Checking of certificates',
  'app-id': 'The app id',
  'app-secret': 'The app secret',
  'base-url': 'The base URL',
  dns: 'The address of the host',
  tls: 'The certificate',
  proxy: 'The way to the site',
  site: 'The API of the site',
  'site-address': 'The scheme and host of the site',
  dialect: 'Where the site reads parameters',
  'script-version': "The version of the site's script",
  language: 'The language of the site',
  credentials: 'App id and secret at the site',
  clock: 'The clock of this machine',
  'redirect-url': 'The redirect URL',
  'redirect-url-app': 'The redirect URL and the app',
  callback: 'The callback route',
  app: 'The app',
  'app-tls': "The app's certificate",
  start: 'The start of a login',
  'start-provider': 'Where the start leads',
  'form-action': 'The form of the login',
  'attempt-cookie': 'The cookie of the login',
  cache: 'Two starts at once',
  'proxy-scheme': 'The scheme that the app sees',
  'proxy-host': 'The host that the app sees',
  'session-cookie': "The app's session cookie",
  'app-clock': "The clock of the app's machine",
} as const;

export type CheckId = keyof typeof subjects;

/** `not_checked`: something else must be mended or given first. */
export type Status = 'ok' | 'warning' | 'problem' | 'not_checked';

/** The result of one check. */
export interface Finding {
  readonly id: CheckId;
  readonly status: Status;
  /** What was looked at. */
  readonly checked: string;
  readonly found: string;
  /** What to do. */
  readonly advice?: string;
}

/** The findings on this machine, or on one provider. */
export interface Section {
  /** `machine`, or the name of the provider. */
  readonly subject: string;
  readonly title: string;
  readonly findings: readonly Finding[];
}

export function ok(id: CheckId, found: string): Finding {
  return { id, status: 'ok', checked: subjects[id], found };
}

/** A login may work nevertheless. */
export function warning(id: CheckId, found: string, advice: string): Finding {
  return { id, status: 'warning', checked: subjects[id], found, advice };
}

/** Nobody, or not everybody, can log in, or not safely. */
export function problem(id: CheckId, found: string, advice: string): Finding {
  return { id, status: 'problem', checked: subjects[id], found, advice };
}

export function notChecked(id: CheckId, why: string, advice?: string): Finding {
  return { id, status: 'not_checked', checked: subjects[id], found: why, ...(advice === undefined ? {} : { advice }) };
}
