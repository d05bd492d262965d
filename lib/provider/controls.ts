import { signIn, type AgentResponse, type FetchAgent, type SignInOptions, type TestAgent } from './testing/sign-in.js';
import type { FaultQueues } from './faults/fault-queues.js';
import type { Endpoint, Fault } from './faults/faults.js';
import type { CurrentConditions } from './faults/site-conditions.js';
import type { AuthorizeMethod, ProviderSettings, SiteConditions, Version } from './options.js';
import type { LoggedRequest, RequestLog } from './server/request-log.js';
import type { SiteAddress } from './server/urls.js';
import type { AppInput, RegisteredApp } from './store/app-form.js';
import type { AppReference, NewApp } from './store/apps.js';
import type { Store } from './store/store.js';
import type { User, UserInput, UserReference } from './store/users.js';

/** What a test or a script can do with a provider. */
export interface ProviderControls {
  /** The site's name, such as `Pimbuzz`. */
  readonly name: string;
  /** The version of the script that it is like. */
  readonly version: Version;
  /** Where `authorize` reads its parameters: from the query (`GET`) or from a form body (`POST`). */
  readonly authorizeMethod: AuthorizeMethod;
  /** The registered apps, oldest first. One is there from the start. */
  readonly apps: readonly RegisteredApp[];
  /** The site's users, in the order in which they were added. */
  readonly users: readonly User[];
  /** The last 1000 requests for the start, the consent and the API, oldest first; secrets, keys and tokens masked. */
  readonly requests: readonly LoggedRequest[];
  /** Registers an app. @throws TypeError that names the wrong field. */
  createApp(input: NewApp): RegisteredApp;
  /** Changes fields of an app. @throws TypeError that names the wrong field, or when there is no such app. */
  updateApp(app: AppReference, changes: Partial<AppInput>): RegisteredApp;
  /** Deletes an app with all its grants. */
  deleteApp(app: AppReference): void;
  /** Adds a user. @throws TypeError when the id or the user name is taken, or a field is wrong. */
  addUser(input: UserInput): User;
  /** Changes fields of a user. @throws TypeError when a field is wrong, or there is no such user. */
  updateUser(user: UserReference, changes: Partial<User>): User;
  /** Deletes a user. For the user's tokens, `get_user_info` sends `[]` from then on, as on the real site. */
  deleteUser(user: UserReference): void;
  /** Grants an app access, as the user does with *Continue*: the next login goes through without a click. */
  approve(user: UserReference, app: AppReference): void;
  /** Revokes the grant, as the user does with *Remove*: key and token become invalid, and the next login asks again. */
  revoke(user: UserReference, app: AppReference): void;
  /**
   * Applies a fault to the next call of an endpoint. Faults of one endpoint queue up, first in, first out.
   *
   * @example
   * provider.once('authorize', 'used_key').once('get_user_info', { status: 503 });
   */
  once<E extends Endpoint>(endpoint: E, fault: Fault<E>): this;
  /**
   * Changes the condition of the whole site until it is changed again.
   *
   * @example
   * provider.configure({ maintenance: true });
   */
  configure(changes: Partial<SiteConditions>): this;
  /** Moves the provider's clock forward: tokens age, and no test sleeps. */
  advance(milliseconds: number): this;
  /**
   * Logs a user in at the app through the real flow: the app's start, sign-in and consent here, the app's callback.
   * Resolves to the app's response to the callback, or to the page that shows why the login has failed; cookies stay
   * with the agent.
   *
   * @param agent a supertest agent, or a `fetch` that keeps cookies
   * @param user default: the first one
   * @throws Error when the app does not redirect to this provider, or the provider does not send the browser back
   * @example
   * import request from 'supertest';
   *
   * const agent = request.agent(app);
   * await provider.signIn(agent, 'sam');
   * await agent.get('/me').expect(200);
   */
  signIn<R extends AgentResponse>(
    agent: TestAgent<R> | FetchAgent<R>,
    user?: UserReference,
    options?: SignInOptions,
  ): Promise<R>;
}

interface ControlsDeps {
  settings: ProviderSettings;
  store: Store;
  conditions: CurrentConditions;
  faults: FaultQueues;
  requestLog: RequestLog;
  address: SiteAddress;
}

export function createControls({
  settings,
  store,
  conditions,
  faults,
  requestLog,
  address,
}: ControlsDeps): ProviderControls {
  const { name, version, authorizeMethod, slug } = settings;
  return {
    name,
    version,
    authorizeMethod,
    get apps() {
      return store.apps.list();
    },
    get users() {
      return store.users.list();
    },
    get requests() {
      return requestLog.list();
    },
    createApp: (input) => store.createApp(input),
    updateApp: (app, changes) => store.updateApp(app, changes),
    deleteApp: (app) => store.deleteApp(app),
    addUser: (input) => store.addUser(input),
    updateUser: (user, changes) => store.updateUser(user, changes),
    deleteUser: (user) => store.deleteUser(user),
    approve: (user, app) => void store.grant(user, app),
    revoke: (user, app) => store.revoke(user, app),
    once(endpoint, fault) {
      faults.add(endpoint, fault);
      return this;
    },
    configure(changes) {
      conditions.change(changes);
      return this;
    },
    advance(ms) {
      store.advance(ms);
      return this;
    },
    async signIn(agent, user, { start = `/auth/${slug}` } = {}) {
      const [first] = store.users.list();
      if (first === undefined) throw new Error('signIn: this provider has no users');
      return signIn(agent, {
        user: user === undefined ? first : store.users.get(user),
        start,
        appURL: store.apps.list()[0]?.redirectURL ?? 'http://localhost',
        listeningURL: address.listeningURL,
        isStartURL: (url) => isStartURL(url, address.ownURL()),
      });
    },
  };
}

/** Whether a URL starts a login here. A provider that is mounted in an app does not know its own address. */
function isStartURL(url: URL, ownURL: string | undefined): boolean {
  const isStart = /^\/api\/oauth\/?$/.test(url.pathname) || url.pathname === '/api.php';
  return isStart && (ownURL === undefined || new URL(ownURL).port === url.port);
}
