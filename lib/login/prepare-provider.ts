import type { LoginWithClient } from '../client/client.js';
import { hasCode, type LoginErrorCode } from '../errors.js';
import { toSentences } from '../internal/sentences.js';
import { emitWarning, isDevelopment } from '../internal/warning.js';
import { isLoopback } from '../providers.js';
import type { Provider } from '../types.js';

/** Base URLs of sites that this process has asked for their own. */
const askedSites = new Set<string>();

/** Failures with which no callback comes. Others may have passed when the user comes back; that callback tells them. */
const lastingFailures: readonly LoginErrorCode[] = [
  'connection_refused',
  'host_not_found',
  'tls_failed',
  'response_html',
  'response_not_json',
  'response_unexpected',
  'app_id_invalid',
  'app_secret_invalid',
  'module_disabled',
];

/** Opens a connection for the callback. The first time, calls go over it that tell whether a callback will come. */
export function prepareProvider(client: LoginWithClient, provider: Provider): void {
  if (askedSites.has(provider.baseURL)) {
    client.warmUp();
    return;
  }
  askedSites.add(provider.baseURL);
  checkProvider(client, provider).catch((error: unknown) => {
    if (hasCode(error, 'provider_redirected')) emitWarning('LOGINWITH_BASE_URL', toSentences(error));
    else if (hasCode(error, ...lastingFailures) && process.env.NODE_ENV !== 'test')
      emitWarning('LOGINWITH_PROVIDER', `No login will come back from the provider. ${toSentences(error)}`, error.code);
  });
}

/**
 * Asks for the site's own address. In development a real site is also asked whether it knows the app: if not, its
 * page says so to the user, who does not come back. Local providers say so in their own terminal.
 */
async function checkProvider(client: LoginWithClient, { baseURL }: Provider): Promise<void> {
  await client.checkBaseURL();
  if (isDevelopment() && !isLoopback(new URL(baseURL).hostname)) await client.checkCredentials();
}
