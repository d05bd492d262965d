import { createAdapterLogin, type AdapterOptions } from '../adapters/login.js';
import { LoginWithError } from '../errors.js';
import type { Profile } from '../types.js';
import { runningCallback } from './accept-auth-key.js';

/** Options of {@link loginWithProvider}. */
export interface AuthJsOptions extends AdapterOptions {
  /** The symbol of that name from `next-auth` or `@auth/core`: by it Auth.js lets a provider make its own calls. */
  customFetch: symbol;
}

/** A provider of Auth.js, typed by its shape. Auth.js calls its members; an app does not. */
export interface AuthJsProvider {
  id: string;
  name: string;
  type: 'oauth';
  clientId: string;
  client: { token_endpoint_auth_method: 'none' };
  authorization: { url: string; params: { scope: string } };
  token: string;
  userinfo: { url: string; request: () => Promise<Profile | undefined> };
  profile: (profile: Profile) => { id: string; name: string | null; email: null; image: string | null };
  account: () => Record<string, never>;
  checks: 'pkce'[];
  allowDangerousEmailAccountLinking: false;
}

/**
 * A provider for the option `providers` of Auth.js. The browser is bound by Auth.js's PKCE cookie. The route for GET
 * must be wrapped in `acceptAuthKey`, and the redirect URL to register ends with `/callback/NAME`.
 *
 * The user gets no e-mail address: nothing says that it was ever confirmed, and Auth.js finds users by it, as do
 * its e-mail links. The whole {@link Profile} is in the callbacks `signIn` and `jwt`. Auth.js gets neither secret nor
 * key nor token, so its logs have none.
 *
 * @param options of the provider, and the symbol `customFetch`.
 * @throws TypeError that lists every mistake in the options at once.
 * @example
 * NextAuth({ providers: [loginWithProvider({ provider: 'pimbuzz', appId, appSecret, customFetch })] });
 */
export function loginWithProvider({ customFetch, ...options }: AuthJsOptions): AuthJsProvider {
  if (typeof customFetch !== 'symbol')
    throw new TypeError('loginWithProvider: "customFetch" is missing; import it from next-auth or @auth/core');
  const login = createAdapterLogin('loginWithProvider', options);
  /** Answers instead of the token endpoint. */
  const exchange = async () => {
    const callback = runningCallback.getStore();
    if (callback === undefined) throw createUnwrappedError();
    try {
      callback.profile = await login.exchange(callback.authKey, login.clientAddress(callback.request));
    } catch (error) {
      if (error instanceof LoginWithError) callback.error = error.code;
      throw error;
    }
    return Response.json({ access_token: 'not kept', token_type: 'bearer' });
  };
  return {
    id: login.name,
    name: login.displayName,
    type: 'oauth',
    clientId: login.appId,
    client: { token_endpoint_auth_method: 'none' },
    authorization: { url: login.authorizeURL, params: { scope: '' } },
    token: `${login.baseURL}/api/authorize`,
    userinfo: {
      url: `${login.baseURL}/api/get_user_info`,
      request: () => Promise.resolve(runningCallback.getStore()?.profile),
    },
    profile: ({ id, displayName, photos: [photo] }) => ({
      id,
      name: displayName ?? null,
      email: null,
      image: photo?.value ?? null,
    }),
    account: () => ({}),
    checks: ['pkce'],
    allowDangerousEmailAccountLinking: false,
    ...{ [customFetch]: exchange },
  };
}

function createUnwrappedError(): LoginWithError {
  return new LoginWithError('callback: Auth.js got a code, which this protocol does not have', {
    code: 'auth_key_missing',
    stage: 'callback',
    hint: 'Export acceptAuthKey(handlers.GET) as the route for GET.',
  });
}
