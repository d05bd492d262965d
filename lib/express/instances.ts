import type { IncomingMessage } from 'node:http';
import { createRateLimiter, createRateLimiters } from '../login/rate-limit.js';
import { createTenants } from '../login/tenants.js';
import { createInstance, type Instance, type SharedState } from './instance.js';
import type { Settings } from './options.js';
import { asWebRequest } from './request.js';
import { createWarnings } from './warnings.js';

/** The instances of one `loginWith()`: one, or one per list of providers that the app chooses. */
export interface Instances {
  shared: SharedState;
  /** Finds the instance of a request, the same one each time; rejects with what the app's function throws. */
  find(req: IncomingMessage): Promise<Instance | undefined>;
  /** The instance that {@link find} found for a request. */
  found(req: IncomingMessage): Instance | undefined;
  all(): Instance[];
}

export function createInstances(settings: Settings): Instances {
  const shared: SharedState = {
    keepsTokens: settings.keepAccessToken === true,
    handlesErrors: false,
    warn: createWarnings(() => settings.onError !== undefined || shared.handlesErrors),
    confirmations: new Map(),
    mountPaths: new WeakMap(),
    routes: new WeakMap(),
  };
  const { providersOf, limits } = settings;
  if (providersOf === undefined) {
    const only = createInstance(settings, shared, createRateLimiter(limits));
    return { shared, find: () => Promise.resolve(only), found: () => only, all: () => [only] };
  }
  const createLimiter = createRateLimiters(limits);
  const tenants = createTenants(
    providersOf.cookieSecret(),
    (list, tenant) => {
      const providers = providersOf.parse(list);
      return createInstance({ ...settings, providers, tenant }, shared, createLimiter(tenant));
    },
    // It waits for the calls that are under way.
    ({ providers }) => providers.forEach(({ client }) => void client.close()),
  );
  const byRequest = new WeakMap<IncomingMessage, Promise<Instance | undefined>>();
  const known = new WeakMap<IncomingMessage, Instance>();
  const choose = async (req: IncomingMessage) => {
    const list = await providersOf.choose(asWebRequest(req));
    if (list === undefined || list === null) return undefined;
    const instance = tenants.get(list);
    known.set(req, instance);
    return instance;
  };
  return {
    shared,
    find(req) {
      const chosen = byRequest.get(req) ?? choose(req);
      byRequest.set(req, chosen);
      return chosen;
    },
    found: (req) => known.get(req),
    all: () => tenants.all(),
  };
}
