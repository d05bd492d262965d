import { randomBytes, randomInt } from 'node:crypto';
import { categories, type AppInput, type RegisteredApp } from './app-form.js';
import { isRedirectURL } from '../options.js';

/** What {@link ProviderControls.createApp} takes. Id and secret can be given, to match what an app is configured with. */
export interface NewApp extends Partial<AppInput> {
  redirectURL: string;
  /** Digits. Default: a random id as the real site gives out. */
  appId?: string;
  /** 32 lower-case hex characters. Default: random. */
  appSecret?: string;
  /** Id of the person on whose dashboard the app is. Default: the first person. */
  ownerId?: string;
}

/** The registered apps, in the order of their registration. */
export class Apps {
  private readonly byId = new Map<string, RegisteredApp>();

  find(appId: string): RegisteredApp | undefined {
    return this.byId.get(appId);
  }

  list(): RegisteredApp[] {
    return [...this.byId.values()];
  }

  ownedBy(ownerId: string): RegisteredApp[] {
    return this.list().filter((app) => app.ownerId === ownerId);
  }

  add(app: RegisteredApp): RegisteredApp {
    this.byId.set(app.appId, app);
    return app;
  }

  remove(appId: string): boolean {
    return this.byId.delete(appId);
  }
}

/** @throws TypeError that names the wrong field. */
export function parseNewApp(
  input: NewApp,
  { ownerId, isTaken }: { ownerId: string; isTaken: (appId: string) => boolean },
): RegisteredApp {
  const app = {
    appId: newAppId(isTaken),
    appSecret: newSecret(),
    ownerId,
    name: 'My app',
    domain: '',
    description: '',
    category: 'other',
    iconURL: '',
    ...withoutUndefined(input),
  };
  checkApp(app);
  if (!/^[1-9]\d{0,17}$/.test(app.appId)) throw new TypeError('"appId" must be digits in a text');
  if (isTaken(app.appId)) throw new TypeError(`there is an app ${app.appId} already`);
  if (!/^[0-9a-f]{32}$/.test(app.appSecret)) throw new TypeError('"appSecret" must be 32 lower-case hex characters');
  return app;
}

/** @throws TypeError that names the wrong field. */
export function parseAppChanges(app: RegisteredApp, changes: Partial<AppInput>): RegisteredApp {
  const changed = { ...app, ...withoutUndefined(changes) };
  checkApp(changed);
  return { ...changed, appId: app.appId, appSecret: app.appSecret, ownerId: app.ownerId };
}

const APP_FIELDS = [
  'appId',
  'appSecret',
  'ownerId',
  'name',
  'domain',
  'redirectURL',
  'description',
  'category',
  'iconURL',
];

function checkApp(app: object): asserts app is RegisteredApp {
  for (const [field, value] of Object.entries(app)) {
    if (!APP_FIELDS.includes(field)) {
      throw new TypeError(`"${field}" is not a field of an app; the fields are ${APP_FIELDS.join(', ')}`);
    }
    if (typeof value !== 'string') throw new TypeError(`"${field}" of an app must be a text`);
  }
  const { redirectURL, category }: { redirectURL?: unknown; category?: unknown } = app;
  if (!isRedirectURL(redirectURL)) {
    throw new TypeError(`"redirectURL" of an app must be an http(s) URL, not ${JSON.stringify(redirectURL)}`);
  }
  if (!categories.some((known) => known === category)) {
    throw new TypeError(`"category" of an app must be one of ${categories.join(', ')}`);
  }
}

/** 15 digits, as the real site's ids. */
function newAppId(isTaken: (appId: string) => boolean): string {
  const appId = `${randomInt(100, 1000)}${String(randomInt(1e12)).padStart(12, '0')}`;
  return isTaken(appId) ? newAppId(isTaken) : appId;
}

/**
 * 32 lower-case hex characters, the form of the real site's secrets, keys and tokens. Theirs are an MD5 of the time
 * and can be guessed; that is the one thing that this provider does not copy.
 */
export function newSecret(): string {
  return randomBytes(16).toString('hex');
}

function withoutUndefined<T extends object>(given: T): T {
  // Taking undefined entries away leaves the type as it is: an optional field may be missing.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
