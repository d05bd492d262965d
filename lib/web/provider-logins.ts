import { createProviderLogin, type ProviderLogin } from '../login/provider-login.js';
import { createRateLimiter, createRateLimiters } from '../login/rate-limit.js';
import { createTenants } from '../login/tenants.js';
import { parseProviderOptions, type WebSettings } from './options.js';

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
    (options, tenant) => createProviderLogin(parseProviderOptions(options, settings.common), createLimiter(tenant)),
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
