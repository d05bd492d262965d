import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { AppInput, RegisteredApp } from './store/app-form.js';
import type { NewApp } from './store/apps.js';
import { changeSiteConditions, type SiteConditions } from './faults/site-conditions.js';
import { dashboardRouter } from './dashboard/dashboard.js';
import { Engine, readTarget } from './server/script-runner.js';
import { dashboardDeps } from './dashboard/dashboard-deps.js';
import type { Endpoint, Fault } from './faults/faults.js';
import type { LoggedRequest } from './server/request-log.js';
import {
  parseOptions,
  type AuthorizeMethod,
  type ProviderOptions,
  type ProviderSettings,
  type Version,
} from './options.js';
import type { User, UserInput, UserReference } from './store/users.js';
import { route, sendNotFound } from './server/router.js';
import { signIn, type AgentResponse, type FetchAgent, type SignInOptions, type TestAgent } from './testing/sign-in.js';
import { SignedIn } from './server/session-cookie.js';
import { Site, type AppReference } from './store/store.js';
import { loadState, saveState } from './store/state-file.js';

/** What a test or a script can do with a provider. */
export interface ProviderControls {
  /** The site's name, such as `Pimbuzz`. */
  readonly name: string;
  readonly version: Version;
  /** Where `authorize` reads its parameters: from the query (`GET`) or from a form body (`POST`). */
  readonly authorizeMethod: AuthorizeMethod;
  /** The registered apps, oldest first. One is there from the start. */
  readonly apps: readonly RegisteredApp[];
  readonly users: readonly User[];
  /** The last 1000 requests for the start, the consent and the API, oldest first; secrets, keys and tokens masked. */
  readonly requests: readonly LoggedRequest[];
  /** Registers an app. @throws TypeError that names the wrong field. */
  createApp(input: NewApp): RegisteredApp;
  updateApp(app: AppReference, changes: Partial<AppInput>): RegisteredApp;
  /** Takes an app away, with everybody's approval of it. */
  deleteApp(app: AppReference): void;
  addUser(input: UserInput): User;
  updateUser(user: UserReference, changes: Partial<User>): User;
  /** Takes a person away; their tokens answer `[]` from then on, as on the real site. */
  deleteUser(user: UserReference): void;
  /** As if the person had clicked *Continue* once: the next login goes through without a click. */
  approve(user: UserReference, app: AppReference): void;
  /** As if the person had removed the app: its key and its token are void, and the next login asks again. */
  revoke(user: UserReference, app: AppReference): void;
  /** Lets the next call of an endpoint go wrong. Faults of one endpoint queue up, first in, first out. */
  once<E extends Endpoint>(endpoint: E, fault: Fault<E>): this;
  /** Changes the condition of the whole site until it is changed again. */
  configure(changes: Partial<SiteConditions>): this;
  /** Moves the provider's clock forward: tokens age, and no test sleeps. */
  advance(ms: number): this;
  /**
   * Logs a person in at the app through the real flow: the app's start, sign-in and consent here, the app's callback.
   * Resolves to the app's answer to the callback; cookies stay with the agent.
   * @param agent a supertest agent, or a `fetch` with a cookie jar
   * @param person default: the first one
   * @throws Error when the app does not redirect to this provider, or the provider does not send the browser back
   */
  signIn<R extends AgentResponse>(
    agent: TestAgent<R> | FetchAgent<R>,
    user?: UserReference,
    options?: SignInOptions,
  ): Promise<R>;
}

/** A provider to mount, or to hand to supertest: an Express app that can be controlled. */
export type ProviderApp = Omit<Express, keyof ProviderControls> &
  ((request: IncomingMessage, response: ServerResponse, next?: NextFunction) => void) &
  ProviderControls;

/**
 * Makes a local provider that is an Express app: for supertest, for `listen`, or to mount at the root of a host of its
 * own. `startProvider` makes one that listens already.
 * @throws TypeError that lists all wrong options; Error when the state file cannot be used.
 */
export function createProvider(options: ProviderOptions = {}): ProviderApp {
  const { app, controls } = buildProvider(parseOptions('createProvider', options));
  Object.defineProperties(app, Object.getOwnPropertyDescriptors(controls));
  // Express apps have a `once` and a `name` of their own; neither is used by Express, and both are replaced above.
  return app as unknown as ProviderApp;
}

export interface BuiltProvider {
  app: Express;
  engine: Engine;
  controls: ProviderControls;
}

export function buildProvider(settings: ProviderSettings): BuiltProvider {
  const site = new Site(settings);
  const engine = new Engine(site, new SignedIn({ secret: restoreSite(site), slug: settings.slug }));
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use((request: Request, response: Response, next: NextFunction) => {
    route(engine, request, response).then((done) => {
      if (!done) next();
    }, next);
  });
  app.use(dashboardRouter(dashboardDeps(engine)));
  app.use((request: Request, response: Response) => {
    sendNotFound(engine, request, response, readTarget(request));
  });
  return { app, engine, controls: buildControls(engine) };
}

/** Brings back what the state file has, makes sure that there is an app, and keeps the file up to date from now on. */
function restoreSite(site: Site): string {
  const { state, redirectURL, slug } = site.settings;
  const saved = state === undefined ? undefined : loadState(site, state);
  const secret = saved ?? randomBytes(32).toString('hex');
  const [first] = site.apps.list();
  if (first === undefined) {
    site.createApp({ redirectURL: redirectURL ?? `http://localhost:3000/auth/${encodeURIComponent(slug)}/callback` });
  } else if (redirectURL !== undefined) {
    site.updateApp(first, { redirectURL });
  }
  if (state !== undefined) {
    site.changed = () => {
      saveState(site, state, secret);
    };
    site.changed();
  }
  return secret;
}

function buildControls(engine: Engine): ProviderControls {
  const { site } = engine;
  const { name, version, authorizeMethod, slug } = site.settings;
  return {
    name,
    version,
    authorizeMethod,
    get apps() {
      return site.apps.list();
    },
    get users() {
      return site.users();
    },
    get requests() {
      return engine.journal.list();
    },
    createApp: (input) => site.createApp(input),
    updateApp: (app, changes) => site.updateApp(app, changes),
    deleteApp: (app) => site.deleteApp(app),
    addUser: (input) => site.addUser(input),
    updateUser: (user, changes) => site.updateUser(user, changes),
    deleteUser: (user) => site.deleteUser(user),
    approve: (user, app) => site.approve(user, app),
    revoke: (user, app) => site.revoke(user, app),
    once(endpoint, fault) {
      engine.faults.add(endpoint, fault);
      return this;
    },
    configure(changes) {
      site.conditions = changeSiteConditions(site.conditions, changes);
      return this;
    },
    advance(ms) {
      site.advance(ms);
      return this;
    },
    async signIn(agent, user, { start = `/auth/${slug}` } = {}) {
      const [first] = site.users();
      if (first === undefined) throw new Error('signIn: this provider has no people');
      return signIn(agent, {
        user: user === undefined ? first : site.user(user),
        start,
        appURL: site.apps.list()[0]?.redirectURL ?? 'http://localhost',
        listeningURL: engine.listeningURL,
        isOAuthURL: (url) => isOAuthURL(engine, url),
      });
    },
  };
}

/** Whether a URL is the start of a login here; only a provider that listens knows its own address. */
function isOAuthURL({ site, listeningURL }: Engine, url: URL): boolean {
  const isStart = /^\/api\/oauth\/?$/.test(url.pathname) || url.pathname === '/api.php';
  const ours = site.settings.siteURL ?? listeningURL;
  return isStart && (ours === undefined || new URL(ours).port === url.port);
}
