/// <reference types="node" preserve="true" />
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Router from 'router';
import { errorText } from '../internal/unknown-error.js';
import { emitWarning } from '../internal/warning.js';
import { createControls, type ProviderControls } from './controls.js';
import { createConsole } from './console/console.js';
import { createDashboard } from './dashboard/dashboard.js';
import { createFaultQueues } from './faults/fault-queues.js';
import { noFault } from './faults/faults.js';
import { createConditions } from './faults/site-conditions.js';
import { parseProviderOptions, type ProviderOptions, type ProviderSettings } from './options.js';
import { createCallReader } from './server/call-reader.js';
import { createCrossSiteGuard } from './server/cross-site.js';
import { createRequestLog, maskText, type RequestLog } from './server/request-log.js';
import { readTarget } from './server/request-target.js';
import { createSiteRouter } from './server/router.js';
import { createScriptRunner, type ScriptRunner } from './server/script-runner.js';
import { sendResponse } from './server/send-response.js';
import { createSessionCookie } from './server/session-cookie.js';
import { createSiteAddress, type SiteAddress } from './server/urls.js';
import { webServerResponse } from './server/web-server.js';
import { isWebURL } from './store/app-form.js';
import type { AppReference, NewApp } from './store/apps.js';
import { sessionSecretFor } from './store/secret.js';
import { loadState, saveState } from './store/state-file.js';
import { createStore, type Store } from './store/store.js';

type RequestHandler = (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void;

/** A provider as a request handler, with its controls. */
export interface ProviderHandler extends ProviderControls {
  /**
   * Handles a request. Without `next`, an unknown path gets the provider's own 404 page; with `next`, the app that it
   * is mounted in handles the path.
   */
  (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void): void;
}

/**
 * Makes a local provider that is a request handler: for supertest, for `http.createServer`, or for `app.use` in
 * Express or connect, at the root of a host of its own. `startProvider` makes one that listens already.
 *
 * @throws TypeError that lists all wrong options; Error when the state file cannot be used.
 * @example
 * import { createServer } from 'node:http';
 *
 * const provider = createProvider({ redirectURL: 'http://localhost:3000/auth/pimbuzz/callback' });
 * createServer(provider).listen(4000);
 */
export function createProvider(options: ProviderOptions = {}): ProviderHandler {
  const { handle, controls } = buildProvider(parseProviderOptions(options));
  // Defined and not assigned, because a function has a read-only `name` of its own.
  const handler = Object.defineProperties(handle, Object.getOwnPropertyDescriptors(controls));
  // All of the controls' properties were just defined.
  return handler as ProviderHandler;
}

interface BuiltProvider {
  handle: RequestHandler;
  controls: ProviderControls;
  address: SiteAddress;
  requestLog: RequestLog;
  /** What the code to paste for an app signs its sessions with; the same after a restart that keeps the state. */
  sessionSecretOf: (app: AppReference) => string;
}

export function buildProvider(settings: ProviderSettings): BuiltProvider {
  const { slug, users, now, version } = settings;
  const store = createStore({ users, now, sharedToken: version === '2.8' });
  const secret = restoreStore(store, settings);
  const session = createSessionCookie({ secret, slug });
  const sessionSecretOf = (app: AppReference): string => sessionSecretFor(secret, store.apps.get(app).appId);
  const address = createSiteAddress(settings.siteURL);
  const conditions = createConditions(settings.conditions);
  const faults = createFaultQueues();
  const requestLog = createRequestLog();
  const calls = createCallReader({ settings, store, conditions, address, session });
  const runner = createScriptRunner({ settings, store, conditions, faults, requestLog, address, calls });
  const router = new Router();
  const crossSiteGuard = createCrossSiteGuard({ address, calls, runner });
  // Before the pages that a site in maintenance closes.
  router.use(createConsole({ settings, store, conditions, faults, requestLog, address, calls, sessionSecretOf }));
  router.use(createSiteRouter({ store, address, session, calls, runner, conditions, crossSiteGuard }));
  router.use(createDashboard({ slug, store, calls, address, crossSiteGuard, sessionSecretOf }));
  return {
    handle: toRequestHandler(router, runner),
    controls: createControls({ settings, store, conditions, faults, requestLog, address }),
    address,
    requestLog,
    sessionSecretOf,
  };
}

/** Fills the store from the state file, adds an app when there is none, and saves every change from now on. */
function restoreStore(store: Store, { state, areUsersGiven, redirectURL, slug }: ProviderSettings): string {
  const savedSecret = state === undefined ? undefined : loadState(store, state, { keepUsers: areUsersGiven });
  const secret = savedSecret ?? randomBytes(32).toString('hex');
  const [first] = store.apps.list();
  if (first === undefined) {
    store.createApp(firstApp(redirectURL ?? `http://localhost:3000/auth/${encodeURIComponent(slug)}/callback`));
  } else if (redirectURL !== undefined) {
    store.updateApp(first, { redirectURL });
  }
  if (state !== undefined) {
    const save = (): void => saveState(store, state, secret);
    store.onChange(save);
    save();
  }
  return secret;
}

/** With all that the dashboard's form asks for, so that it can be saved after a change of one field. */
function firstApp(redirectURL: string): NewApp {
  const domain = isWebURL(redirectURL) ? new URL(redirectURL).host : 'localhost';
  return { redirectURL, domain, description: 'An app in development.' };
}

function toRequestHandler(router: Router.Router, runner: ScriptRunner): RequestHandler {
  return (req, res, next) => {
    // What is not for the API may be for the outer app, which reads paths in its own way.
    const refused = next === undefined || readTarget(req).isAPI ? webServerResponse(req) : undefined;
    if (refused !== undefined) {
      sendResponse(res, refused, noFault);
      return;
    }
    router(req, res, (error?: unknown) => {
      const isError = error !== undefined && error !== null;
      // The caller broke off in the middle of a form: nothing failed here, and nobody is left to respond to.
      if (isError && req.destroyed && !req.complete) return;
      if (next !== undefined) next(error);
      else if (isError) sendError(res, error);
      else runner.sendMessage(req, res, 'not_found', 404);
    });
  };
}

/** A request that cannot be read (4xx), or a failure of the provider, such as a state file that cannot be written. */
function sendError(res: ServerResponse, error: unknown): void {
  const status = statusOf(error);
  const text = maskText(errorText(error));
  if (status >= 500) emitWarning('LOGINWITH_PROVIDER_FAILED', `the local provider failed: ${text}`);
  if (res.headersSent) res.destroy();
  else res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
