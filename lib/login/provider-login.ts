import { createClient, type LoginWithClient } from '../client/client.js';
import { LoginWithError } from '../errors.js';
import type { LoginSettings } from '../options.js';
import { createFailureCookie, type FailureCookie } from './failure-cookie.js';
import { createLoginHandler, type LoginHandler } from './login.js';
import type { RateLimiter } from './rate-limit.js';

/** The parts of a login with one provider that has a page for its failures. */
export interface ProviderLogin {
  settings: LoginSettings;
  client: LoginWithClient;
  login: LoginHandler;
  failureCookie: FailureCookie;
}

export function createProviderLogin(settings: LoginSettings, limiter: RateLimiter): ProviderLogin {
  const client = createClient(settings);
  const login = createLoginHandler(settings, client, limiter);
  return { settings, client, login, failureCookie: createFailureCookie(settings) };
}

/** The error of a request for which the app has chosen no provider. */
export function createUnknownProviderError(): LoginWithError {
  return new LoginWithError('start: there is no provider for this request', {
    code: 'provider_unknown',
    stage: 'start',
    hint: 'The function in the option "providers" returned nothing for it.',
  });
}
