import { randomBytes } from 'node:crypto';
import { startDebugOutput } from '../diagnostics/debug.js';
import { publishCall } from '../diagnostics/events.js';
import { hasCode, LoginWithError } from '../errors.js';
import { parseClientOptions, type ClientSettings } from '../options.js';
import type { AccessToken, AuthorizeMethod, ClientOptions, Profile } from '../types.js';
import { Deadline } from './deadline.js';
import { isWorthRepeating } from './network-errors.js';
import { toProfile } from './profile.js';
import { explainRefusal, foundNoParameters } from './refusals.js';
import type { APIResponse } from './response.js';
import { createTransport, type APICall, type Transport } from './transport.js';

/** The documented lifetime of a token, in milliseconds; an upper bound. */
const documentedLifetime = 60 * 60_000;
/** Pauses before a call is sent again, in milliseconds. */
const retryPauses = [150, 600];

/**
 * Talks to a provider without Passport and without Express, for apps with a framework of their own. To log a user in,
 * send the browser to {@link authorizeURL}, take `auth_key` from the query of the registered redirect URL, and call
 * {@link exchange}. The app itself must make sure that this browser started the login: the protocol has no `state`.
 *
 * @example
 * const client = new LoginWithClient({ provider: 'pimbuzz', appId, appSecret });
 * const { profile, accessToken } = await client.exchange(authKey);
 */
export class LoginWithClient {
  private readonly settings: ClientSettings;
  private readonly transport: Transport;
  private readonly startURL: string;
  private authorizeMethod: AuthorizeMethod;

  /** @throws TypeError that lists every mistake in the options at once. */
  constructor(options: ClientOptions) {
    this.settings = parseClientOptions(options);
    const { provider, appId, dispatcher } = this.settings;
    this.startURL = `${provider.baseURL}/api/oauth?${new URLSearchParams({ app_id: appId }).toString()}`;
    this.transport = createTransport(provider, dispatcher);
    this.authorizeMethod = provider.authorizeMethod === 'auto' ? 'GET' : provider.authorizeMethod;
    startDebugOutput();
  }

  /**
   * Returns the URL to send the browser to. The provider reads only `app_id` there, and nothing else that is added
   * comes back (PROTOCOL.md, the start and the return).
   */
  authorizeURL(): string {
    return this.startURL;
  }

  /**
   * Exchanges a key for an access token. Call {@link getUserInfo} at once afterwards, because the token may end within
   * a minute. The key is sent once. It is sent again only if no connection was made, or with the other method if the
   * provider could not read the parameters, which does not use the key up (PROTOCOL.md, `authorize`). While the
   * provider has answered none of many calls, most fail at once with `provider_unavailable`, and send no key.
   *
   * @param authKey the value of `auth_key` at the redirect URL.
   * @param signal ends the wait, after five minutes at the latest; the key may be used up nevertheless. The option
   *   `timeout` if absent.
   * @throws LoginWithError `auth_key_invalid`, `app_id_invalid`, `app_secret_invalid`, `module_disabled`,
   *   `provider_error`, `provider_unavailable`, `provider_redirected`, `response_html`, `response_not_json`,
   *   `response_unexpected`, `response_too_large`, `connection_refused`, `connection_lost`, `host_not_found`,
   *   `tls_failed`, `timeout`.
   */
  authorize(authKey: string, signal?: AbortSignal): Promise<AccessToken> {
    return this.within(signal, (deadline) => this.authorizeKey(authKey, deadline));
  }

  /**
   * Fetches the profile of the user who owns a token, again if the response is lost. Pass only a token that this app
   * got from {@link authorize} itself: the provider accepts the tokens of all apps, so any other token proves nothing.
   *
   * @param accessToken from {@link authorize}.
   * @param signal ends the wait, after five minutes at the latest. The option `timeout` if absent.
   * @throws LoginWithError `token_expired`, `user_not_found`, and the codes of {@link authorize} but for those about
   *   the key, the app id and the secret.
   */
  getUserInfo(accessToken: string, signal?: AbortSignal): Promise<Profile> {
    return this.within(signal, (deadline) => this.readProfile(accessToken, deadline));
  }

  /**
   * Exchanges a key for an access token and its user's profile, both calls within one `timeout`.
   *
   * @param authKey the value of `auth_key` at the redirect URL.
   * @throws LoginWithError with the codes of {@link authorize} and {@link getUserInfo}.
   */
  exchange(authKey: string): Promise<AccessToken & { profile: Profile }> {
    return this.within(undefined, async (deadline) => {
      const { accessToken, expiresAt } = await this.authorizeKey(authKey, deadline);
      return { accessToken, expiresAt, profile: await this.readProfile(accessToken, deadline) };
    });
  }

  /**
   * Checks the app id and the secret with a made-up key. No user is needed, because the provider checks the key last.
   *
   * @returns the method with which the provider reads the parameters.
   * @throws LoginWithError with the codes of {@link authorize} but for `auth_key_invalid`, which means that both are
   *   right.
   */
  async checkCredentials(): Promise<{ authorizeMethod: AuthorizeMethod }> {
    try {
      // Not a login's, so nobody hears of it.
      await this.within(undefined, (deadline) => this.exchangeKey(randomBytes(16).toString('hex'), deadline));
    } catch (error) {
      if (!hasCode(error, 'auth_key_invalid')) throw error;
    }
    return { authorizeMethod: this.authorizeMethod };
  }

  /**
   * Asks the site for the base URL that it is configured for, without a key or a secret. On another one, nobody is ever
   * signed in there: the start leads nowhere and no callback comes (PROTOCOL.md, the start and the return). The first
   * start of a process calls this by itself; a warning with the code `LOGINWITH_BASE_URL` names the right one.
   *
   * @returns the site's own base URL; the configured one if that is right, or if the site does not tell.
   * @throws LoginWithError with the codes of {@link authorize} but for those about the key, the app id and the secret.
   */
  async checkBaseURL(): Promise<{ baseURL: string }> {
    const { baseURL } = this.settings.provider;
    const call = { stage: 'user_info', method: 'GET', endpoint: 'get_user_info', parameters: {} } as const;
    const { otherSite } = await this.within(undefined, (deadline) => this.transport.call({ ...call, deadline }));
    return { baseURL: otherSite?.baseURL ?? baseURL };
  }

  /** Opens the connection while the browser is at the provider; sends nothing and never fails. */
  warmUp(): void {
    this.transport.warmUp();
  }

  /** Closes the connections. A dispatcher that was given stays open. */
  close(): Promise<void> {
    return this.transport.close();
  }

  private authorizeKey(authKey: string, deadline: Deadline): Promise<AccessToken> {
    const { name } = this.settings.provider;
    return publishCall('passport-loginwith:exchange', name, () => this.exchangeKey(authKey, deadline));
  }

  private readProfile(accessToken: string, deadline: Deadline): Promise<Profile> {
    const { name } = this.settings.provider;
    return publishCall('passport-loginwith:profile', name, () => this.fetchProfile(accessToken, deadline));
  }

  private async exchangeKey(authKey: string, deadline: Deadline): Promise<AccessToken> {
    const { provider, appId, appSecret } = this.settings;
    const parameters = { app_id: appId, app_secret: appSecret(), auth_key: authKey };
    const send = (method: AuthorizeMethod) =>
      this.call({ stage: 'authorize', method, endpoint: 'authorize', parameters, deadline }, isWorthRepeating);
    // Read once: another login may find out the method while this one waits.
    const method = this.authorizeMethod;
    let { json } = await send(method);
    if (provider.authorizeMethod === 'auto' && foundNoParameters(json)) {
      const otherMethod = method === 'GET' ? 'POST' : 'GET';
      ({ json } = await send(otherMethod));
      if (!foundNoParameters(json)) this.authorizeMethod = otherMethod;
    }
    const refusal = explainRefusal(json, provider.name, 'authorize');
    if (refusal !== undefined) throw refusal;
    return { accessToken: readToken(json, provider), expiresAt: new Date(Date.now() + documentedLifetime) };
  }

  private async fetchProfile(accessToken: string, deadline: Deadline): Promise<Profile> {
    const { provider } = this.settings;
    const parameters = { access_token: accessToken };
    const { json, text } = await this.call(
      { stage: 'user_info', method: 'GET', endpoint: 'get_user_info', parameters, deadline },
      mayReadAgain,
    );
    const refusal = explainRefusal(json, provider.name, 'user_info');
    if (refusal !== undefined) throw refusal;
    if (Array.isArray(json) && json.length === 0) {
      throw new LoginWithError(`user_info: ${provider.name} no longer has this user`, {
        code: 'user_not_found',
        stage: 'user_info',
        hint: 'The user deleted the account there. Another account can log in.',
      });
    }
    return toProfile(json, provider, text);
  }

  /** Sends a call up to three times, with pauses, as long as the error allows it. */
  private async call(call: APICall, mayRepeat: (error: unknown) => boolean): Promise<APIResponse> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.transport.call(call);
      } catch (error) {
        const pause = retryPauses[tries];
        if (pause === undefined || call.deadline.reason !== undefined || !mayRepeat(error)) throw error;
        // If the deadline ends the pause, the next try fails with `timeout`.
        await call.deadline.pause(pause);
      }
    }
  }

  /** Ends the work with the signal, or after the option `timeout` if there is none. */
  private async within<T>(signal: AbortSignal | undefined, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const deadline = new Deadline(signal ?? this.settings.timeout);
    try {
      return await work(deadline);
    } finally {
      deadline.clear();
    }
  }
}

/** Creates the client of checked options. */
export function createClient({ provider, appId, appSecret, timeout, dispatcher }: ClientSettings): LoginWithClient {
  return new LoginWithClient({ provider, appId, appSecret: appSecret(), timeout, dispatcher });
}

/** Whether a call that changes nothing at the provider may succeed the next time. */
function mayReadAgain(error: unknown): boolean {
  return isWorthRepeating(error) || hasCode(error, 'connection_lost', 'provider_unavailable');
}

function readToken(json: unknown, { name, baseURL }: ClientSettings['provider']): string {
  const token = typeof json === 'object' && json !== null && 'access_token' in json ? json.access_token : undefined;
  if (typeof token === 'string' && /^[\x21-\x7e]{1,512}$/.test(token)) return token;
  throw new LoginWithError(`authorize: ${name} answered without a usable access_token`, {
    code: 'response_unexpected',
    stage: 'authorize',
    hint: `Check that ${baseURL} is the right base URL.`,
  });
}
