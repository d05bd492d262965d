import { connect } from 'node:net';
import { parseWebURL } from '../../internal/urls.js';
import { isLoopback } from '../../providers.js';
import type { LocalProvider, LoggedRequest } from '../../provider/index.js';

/** Why an app on this machine will not get the key that a redirect brings; undefined if it will, or was told. */
export type RedirectHints = (entry: Pick<LoggedRequest, 'location' | 'fault'>) => Promise<string | undefined>;

/** Creates hints that are given once for each address. */
export function createRedirectHints({ url }: Pick<LocalProvider, 'url'>): RedirectHints {
  const told = new Set<string>();
  return async ({ location = '', fault }) => {
    const target = parseWebURL(location);
    if (fault !== undefined || target === undefined || !location.includes('auth_key=')) return undefined;
    const address = target.origin + target.pathname;
    if (told.has(address) || told.size >= mostHints) return undefined;
    const problem = target.hash === '' ? await findNobody(target) : hiddenKey;
    if (problem === undefined) return undefined;
    told.add(address);
    return `the redirect URL ${address} ${problem}: register the address of the app's callback on ${url}/developers/apps`;
  };
}

const mostHints = 100;
const hiddenKey = 'has a "#", behind which the key never reaches the app';

/** Whether nobody listens at an address of this machine. Nothing is sent there. */
async function findNobody({ hostname, port, protocol }: URL): Promise<string | undefined> {
  if (!isLoopback(hostname)) return undefined;
  const isRefused = await new Promise<boolean>((resolve) => {
    const socket = connect(Number(port) || (protocol === 'https:' ? 443 : 80), hostname.replace(/^\[|\]$/g, ''));
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
  return isRefused ? 'is where nobody listens, so the browser cannot reach it (is the app running?)' : undefined;
}
