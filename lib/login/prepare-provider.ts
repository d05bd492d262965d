import type { LoginWithClient } from '../client/client.js';
import { LoginWithError } from '../errors.js';
import type { Provider } from '../types.js';

/** Base URLs of sites that this process has asked for their own. */
const askedSites = new Set<string>();

/** Opens a connection for the callback. The first time, a call goes over it that tells whether a callback will come. */
export function prepareProvider(client: LoginWithClient, { baseURL }: Provider): void {
  if (askedSites.has(baseURL)) {
    client.warmUp();
    return;
  }
  askedSites.add(baseURL);
  client.checkBaseURL().catch((error: unknown) => {
    // Other failures may have passed when the user comes back; that callback reports them.
    if (!(error instanceof LoginWithError) || error.code !== 'provider_redirected') return;
    process.emitWarning(`${error.message}. ${error.hint ?? ''}`, {
      type: 'LoginWithWarning',
      code: 'LOGINWITH_BASE_URL',
    });
  });
}
