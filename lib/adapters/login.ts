import { createClient } from '../client/client.js';
import { isFunction } from '../internal/option-readers.js';
import { exchangeWithPermit } from '../login/permitted-exchange.js';
import { createRateLimiter } from '../login/rate-limit.js';
import { parseOptionsWithClient, readLimits } from '../options.js';
import { isBare, isName, renameProvider } from '../providers.js';
import type { ClientOptions, LimitOptions, Profile } from '../types.js';

/** Options of a provider in another login library. */
export interface AdapterOptions extends ClientOptions {
  /**
   * Names the provider in this app: the callback's path ends with `/callback/NAME`. The provider's name if absent;
   * required for a bare base URL.
   */
  name?: string | undefined;
  /** Limits failed exchanges, because keys are guessable. */
  limits?: LimitOptions | undefined;
  /**
   * Tells the client's IP address, for the limits: from a header that your proxy or platform sets and no client can.
   * Without it all clients are counted as one, with the overall limit.
   */
  clientAddress?: ((request: Request) => string | null | undefined) | undefined;
}

/** One provider, for a library that binds a callback to its browser by itself. */
export interface AdapterLogin {
  readonly name: string;
  readonly displayName: string;
  readonly baseURL: string;
  readonly appId: string;
  readonly authorizeURL: string;
  /** Tells the client's address, for `exchange`. */
  clientAddress(request: Request): string | undefined;
  /**
   * Exchanges a key within the limits.
   *
   * @throws LoginWithError with the codes of `LoginWithClient.exchange`, `too_many_failures` and `limits_failed`.
   */
  exchange(authKey: string, address: string | undefined): Promise<Profile>;
}

/** @throws TypeError that lists every mistake in the options at once. */
export function createAdapterLogin(caller: string, options: AdapterOptions): AdapterLogin {
  const settings = parseOptionsWithClient(caller, ['name', 'limits', 'clientAddress'], options, (reader, client) => {
    const name = reader.read('name', isName, 'letters, digits, ".", "_" or "-", because it is a part of a path');
    if (name === undefined && isBare(client.provider))
      reader.reject('"name" is missing; of this provider only the base URL is known');
    return {
      ...client,
      provider: name === undefined ? client.provider : renameProvider(client.provider, name),
      limits: readLimits(reader),
      clientAddress: reader.read('clientAddress', isClientAddress, 'a function of the request'),
    };
  });
  const { provider, appId } = settings;
  const client = createClient(settings);
  const limiter = createRateLimiter(settings.limits);
  return {
    name: provider.name,
    displayName: provider.displayName,
    baseURL: provider.baseURL,
    appId,
    authorizeURL: client.authorizeURL(),
    clientAddress: (request) => settings.clientAddress?.(request) ?? undefined,
    async exchange(authKey, address) {
      const permit = await limiter.acquire({ address }, { id: '' });
      const { profile } = await exchangeWithPermit(client, authKey, permit, false);
      return profile;
    },
  };
}

function isClientAddress(value: unknown): value is NonNullable<AdapterOptions['clientAddress']> {
  return isFunction(value);
}
