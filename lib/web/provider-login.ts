import { createClient, type LoginWithClient } from '../client/client.js';
import { createFailureCookie, type FailureCookie } from '../login/failure-cookie.js';
import { createLoginHandler, type LoginHandler } from '../login/login.js';
import { createRateLimiter, createRateLimiters, type RateLimiter } from '../login/rate-limit.js';
import { createTenants } from '../login/tenants.js';
import type { LoginSettings } from '../options.js';
import { parseProviderOptions, type WebSettings } from './options.js';

/** The parts of a login with one provider. */
export interface ProviderLogin {
  settings: LoginSettings;
  client: LoginWithClient;
  login: LoginHandler;
  failureCookie: FailureCookie;
}

/** The providers of one `createLogin()`. */
export interface ProviderLogins {
  /** Finds the provider to which a request belongs; rejects with what the app's `providers` throws. */
  find(request: Request): Promise<ProviderLogin | undefined>;
  all(): ProviderLogin[];
}

export function createProviderLogins(settings: WebSettings): ProviderLogins {
  if ('provider' in settings) {
    const only = createProviderLogin(settings.provider, createRateLimiter(settings.limits));
    return { find: () => Promise.resolve(only), all: () => [only] };
  }
  const createLimiter = createRateLimiters(settings.limits);
  const tenants = createTenants(
    settings.common.cookieSecret,
    (options, key) => createProviderLogin(parseProviderOptions(options, settings.common), createLimiter(key)),
    // It waits for the calls that are under way.
    ({ client }) => void client.close(),
  );
  return {
    async find(request) {
      const options = await settings.providers(request);
      return options ? tenants.get(options) : undefined;
    },
    all: () => tenants.all(),
  };
}

function createProviderLogin(settings: LoginSettings, limiter: RateLimiter): ProviderLogin {
  const client = createClient(settings);
  const login = createLoginHandler(settings, client, limiter);
  return { settings, client, login, failureCookie: createFailureCookie(settings) };
}
