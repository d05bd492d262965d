import { randomInt } from 'node:crypto';
import { omitUndefined } from '../../internal/omit-undefined.js';
import { categories, isWebURL, type AppInput, type RegisteredApp } from './app-form.js';
import { isRedirectURL, redirectURLRule } from './redirect-url.js';
import { newSecret } from './secret.js';

/**
 * What {@link ProviderControls.createApp} takes. Id and secret can be given, to match what an app is configured with.
 */
export interface NewApp extends Partial<AppInput> {
  redirectURL: string;
  /** Digits. Default: a random id as the real site gives out. */
  appId?: string;
  /** 32 lower-case hex characters. Default: random. */
  appSecret?: string;
  /** Id of the user on whose dashboard the app is. Default: the first user. */
  ownerId?: string;
}

/** An app, or its id. */
export type AppReference = string | { readonly appId: string };

/** The registered apps, in the order of their registration. */
export interface Apps {
  list(): RegisteredApp[];
  ownedBy(ownerId: string): RegisteredApp[];
  find(appId: string): RegisteredApp | undefined;
  /** @throws TypeError when there is no such app. */
  get(reference: AppReference): RegisteredApp;
  /** Adds an app, or replaces the one with its id. */
  set(app: RegisteredApp): RegisteredApp;
  remove(appId: string): void;
}

export function createApps(): Apps {
  const byId = new Map<string, RegisteredApp>();
  return {
    list: () => [...byId.values()],
    ownedBy: (ownerId) => [...byId.values()].filter((app) => app.ownerId === ownerId),
    find: (appId) => byId.get(appId),
    get(reference) {
      const appId = typeof reference === 'string' ? reference : reference.appId;
      const app = byId.get(appId);
      if (app === undefined) throw new TypeError(`there is no app ${JSON.stringify(appId)} here`);
      return app;
    },
    set(app) {
      byId.set(app.appId, app);
      return app;
    },
    remove(appId) {
      byId.delete(appId);
    },
  };
}

interface NewAppContext {
  ownerId: string;
  isTaken: (appId: string) => boolean;
  /** The app was registered before and comes from a state file, when any http(s) URL was a redirect URL. */
  isSaved?: boolean;
}

/** @throws TypeError that names the wrong field. */
export function parseNewApp(input: NewApp, { ownerId, isTaken, isSaved = false }: NewAppContext): RegisteredApp {
  const app = {
    appId: newAppId(isTaken),
    appSecret: newSecret(),
    ownerId,
    name: 'My app',
    domain: '',
    description: '',
    category: 'other',
    iconURL: '',
    ...omitUndefined(input),
  };
  checkApp(app, { isSaved });
  if (!/^[1-9]\d{0,17}$/.test(app.appId)) throw new TypeError('"appId" must be digits in a text');
  if (isTaken(app.appId)) throw new TypeError(`there is an app ${app.appId} already`);
  if (!/^[0-9a-f]{32}$/.test(app.appSecret)) throw new TypeError('"appSecret" must be 32 lower-case hex characters');
  return app;
}

/** @throws TypeError that names the wrong field. */
export function parseAppChanges(app: RegisteredApp, changes: Partial<AppInput>): RegisteredApp {
  const changed = { ...app, ...omitUndefined(changes) };
  checkApp(changed, { isSaved: changed.redirectURL === app.redirectURL });
  return { ...changed, appId: app.appId, appSecret: app.appSecret, ownerId: app.ownerId };
}

const fieldNames = [
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

function checkApp(app: object, { isSaved }: { isSaved: boolean }): asserts app is RegisteredApp {
  for (const [field, value] of Object.entries(app)) {
    if (!fieldNames.includes(field)) {
      throw new TypeError(`"${field}" is not a field of an app; the fields are ${fieldNames.join(', ')}`);
    }
    if (typeof value !== 'string') throw new TypeError(`"${field}" of an app must be a text`);
  }
  const { redirectURL, category }: { redirectURL?: unknown; category?: unknown } = app;
  if (!isRedirectURL(redirectURL) && !(isSaved && isWebURL(redirectURL))) {
    throw new TypeError(`"redirectURL" of an app must be ${redirectURLRule}, not ${JSON.stringify(redirectURL)}`);
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
