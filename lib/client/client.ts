import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { APIAnswer } from './response.js';
import { hasCode, LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import { wasNeverSent } from './network-errors.js';
import { createTransport, type Transport } from './transport.js';
import { parseClientOptions, type ClientSettings } from '../options.js';
import { toProfile } from './profile.js';
import type { AccessToken, AuthorizeMethod, ClientOptions, Profile } from '../types.js';

/** The documented lifetime of a token, in milliseconds; an upper bound. */
const documentedLifetime = 60 * 60_000;
/** Pauses before a call is tried again, in milliseconds. */
const retryPauses = [150, 600];

/**
 * Talks to a provider without Passport and without Express, for apps with a framework of their own. A login is: send the browser to
 * {@link authorizeURL}; take `auth_key` from the query of the registered redirect URL; {@link authorize}; {@link getUserInfo}.
 * Whether the key belongs to a login that this browser started, the app must make sure itself: the protocol has no `state`.
 *
 * @example
 * const client = new LoginWithClient({ provider: 'pimbuzz', appId, appSecret });
 * const { accessToken } = await client.authorize(authKey);
 * const profile = await client.getUserInfo(accessToken);
 */
export class LoginWithClient {
  private readonly settings: ClientSettings;
  private readonly transport: Transport;
  private authorizeMethod: AuthorizeMethod;

  /** @throws TypeError that lists every mistake in the options at once. */
  constructor(options: ClientOptions) {
    this.settings = parseClientOptions(options);
    const { provider, dispatcher } = this.settings;
    this.transport = createTransport(provider, dispatcher);
    this.authorizeMethod = provider.authorizeMethod === 'auto' ? 'GET' : provider.authorizeMethod;
  }

  /** Where to send the browser. Only `app_id` is read there; nothing else that is added ever comes back (PROTOCOL.md, the start). */
  authorizeURL(): string {
    return `${this.settings.provider.baseURL}/api/oauth?${new URLSearchParams({ app_id: this.settings.appId }).toString()}`;
  }

  /**
   * Exchanges a key for a token; call {@link getUserInfo} at once afterwards, because the token may end within a minute. A key is
   * sent once: again only with the other method when the provider could not read the parameters, or when no connection was made.
   *
   * @param authKey the value of `auth_key` at the redirect URL.
   * @param signal gives up early; the key may be used up nevertheless.
   * @throws LoginWithError `auth_key_invalid`, `app_id_invalid`, `app_secret_invalid`, `module_disabled`, `provider_error`, and the
   *   codes of the transport: `provider_unavailable`, `provider_redirected`, `response_*`, `connection_*`, `host_not_found`, `tls_failed`, `timeout`.
   */
  async authorize(authKey: string, signal = this.startDeadline()): Promise<AccessToken> {
    const { provider, appId, appSecret } = this.settings;
    const parameters = { app_id: appId, app_secret: appSecret(), auth_key: authKey };
    const send = async (method: AuthorizeMethod) => {
      const answer = await retry(
        () => this.transport.call({ stage: 'authorize', method, endpoint: 'authorize', parameters, signal }),
        wasNeverSent,
        signal,
      );
      return { method, answer };
    };
    let { method, answer } = await send(this.authorizeMethod);
    if (provider.authorizeMethod === 'auto' && messageOf(answer.json) === invalidAppId) {
      // The parameters were not where this version looks for them, and the key is not used up.
      ({ method, answer } = await send(method === 'GET' ? 'POST' : 'GET'));
      if (messageOf(answer.json) !== invalidAppId) this.authorizeMethod = method;
    }
    const failure = this.readFailure('authorize', answer);
    if (failure !== undefined) throw failure;
    const token =
      typeof answer.json === 'object' && answer.json !== null && 'access_token' in answer.json
        ? answer.json.access_token
        : undefined;
    if (typeof token !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(token)) {
      throw new LoginWithError(`authorize: ${provider.name} answered without a usable access_token`, {
        code: 'response_unexpected',
        stage: 'authorize',
        hint: `Is ${provider.baseURL} the right base URL?`,
      });
    }
    return { accessToken: token, expiresAt: new Date(Date.now() + documentedLifetime) };
  }

  /**
   * Fetches the person behind a token, again if the answer is lost on its way. A token proves nothing unless this app got it from
   * {@link authorize} itself: the provider accepts any app's token.
   *
   * @throws LoginWithError `token_expired`, `user_not_found`, `module_disabled`, `provider_error`, `response_unexpected`, and the codes of the transport.
   */
  async getUserInfo(accessToken: string, signal = this.startDeadline()): Promise<Profile> {
    const parameters = { access_token: accessToken };
    const answer = await retry(
      () => this.transport.call({ stage: 'user_info', method: 'GET', endpoint: 'get_user_info', parameters, signal }),
      (error) => wasNeverSent(error) || hasCode(error, 'connection_lost', 'provider_unavailable'),
      signal,
    );
    const failure = this.readFailure('user_info', answer);
    if (failure !== undefined) throw failure;
    if (Array.isArray(answer.json) && answer.json.length === 0) {
      throw new LoginWithError(`user_info: ${this.settings.provider.name} no longer has this person`, {
        code: 'user_not_found',
        stage: 'user_info',
        hint: 'The account was deleted there.',
      });
    }
    return toProfile(answer.json, this.settings.provider, answer.text);
  }

  /** Both calls within one `timeout`. @throws what {@link authorize} and {@link getUserInfo} throw. */
  async exchange(authKey: string): Promise<AccessToken & { profile: Profile }> {
    const signal = this.startDeadline();
    const token = await this.authorize(authKey, signal);
    return { ...token, profile: await this.getUserInfo(token.accessToken, signal) };
  }

  /**
   * Tells whether id and secret are right, with a made-up key and without a person: the provider checks the key last.
   *
   * @returns the method with which the provider reads the parameters.
   * @throws LoginWithError as {@link authorize}, but for `auth_key_invalid`, which is the answer to hope for.
   */
  async checkCredentials(): Promise<{ authorizeMethod: AuthorizeMethod }> {
    try {
      await this.authorize(randomBytes(16).toString('hex'));
    } catch (error) {
      if (!hasCode(error, 'auth_key_invalid')) throw error;
    }
    return { authorizeMethod: this.authorizeMethod };
  }

  /** Opens the connection while the browser is away; sends nothing and never fails. */
  warmUp(): void {
    this.transport.warmUp();
  }

  /** Closes the connections; a dispatcher that was given stays open. */
  close(): Promise<void> {
    return this.transport.close();
  }

  private startDeadline(): AbortSignal {
    return AbortSignal.timeout(this.settings.timeout);
  }

  private readFailure(stage: LoginStage, { json }: APIAnswer): LoginWithError | undefined {
    const message = messageOf(json);
    if (message === undefined) return undefined;
    const { name } = this.settings.provider;
    const known = knownFailures.get(message);
    if (known !== undefined) return new LoginWithError(`${stage}: ${name} ${known.what}`, { ...known, stage });
    // Its own words stay out: they come in any language, and can hold raw SQL with values in it.
    return new LoginWithError(`${stage}: ${name} refused with a message of its own`, {
      code: 'provider_error',
      stage,
      hint: 'Does the app still exist on the dashboard, and has the site its "Log in With" switched on? Sites answer so, too, when their database fails.',
      retryable: true,
    });
  }
}

const invalidAppId = 'Bad Request, invalid app_id';

interface KnownFailure {
  code: LoginErrorCode;
  what: string;
  hint: string;
  retryable?: boolean;
}

const unknownApp: KnownFailure = {
  code: 'app_id_invalid',
  what: 'does not know the app',
  hint: 'Compare appId with the dashboard; the app may have been deleted there.',
};
const disabledModule: KnownFailure = {
  code: 'module_disabled',
  what: 'has switched "Log in With" off',
  hint: "Only the site's administrator can switch it on again.",
};

/** The provider's fixed English, and the English of what differs by version (PROTOCOL.md, `authorize` and `get_user_info`). */
const knownFailures = new Map<string, KnownFailure>([
  [
    invalidAppId,
    { code: 'app_id_invalid', what: 'does not accept the appId', hint: 'Compare appId with the dashboard.' },
  ],
  [
    'Bad Request, invalid app_secret',
    {
      code: 'app_secret_invalid',
      what: 'does not accept the appSecret',
      hint: 'Compare appSecret with the dashboard; upper and lower case matter.',
    },
  ],
  [
    'Bad Request, invalid auth_key',
    {
      code: 'auth_key_invalid',
      what: 'does not accept the auth_key',
      hint: 'It was used already, or a newer start of the same person replaced it.',
      retryable: true,
    },
  ],
  [
    'Bad Request, invalid access_token',
    {
      code: 'token_expired',
      what: 'does not know the access token any more',
      hint: 'A newer login replaced it, or the person removed the app; start the login again.',
      retryable: true,
    },
  ],
  [
    'Bad Request, expired access_token',
    {
      code: 'token_expired',
      what: 'says that the access token has expired',
      hint: 'Tokens live about a minute; start the login again.',
      retryable: true,
    },
  ],
  ["We're sorry, but the application you're trying to use doesn't exist or has been disabled", unknownApp],
  ['This feature has been disabled by the admin', disabledModule],
  ['The developers module has been disabled by the admin', disabledModule],
]);

function messageOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('error' in json) || json.error === false) return undefined;
  return 'message' in json && typeof json.message === 'string' ? json.message : '';
}

async function retry<T>(
  send: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (const pause of retryPauses) {
    try {
      return await send();
    } catch (error) {
      if (signal.aborted || !mayRepeat(error)) throw error;
      // A deadline that ends the pause shows in the next try, as the error that it is.
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }
  return send();
}
