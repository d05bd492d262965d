import { connect } from 'node:net';
import { parseWebURL } from '../../internal/urls.js';
import { isLoopback } from '../../providers.js';
import type { LocalProvider, LoggedRequest } from '../../provider/index.js';

/** Why an app on this machine will not get the key that a redirect brings; undefined if it will, or was told. */
export type RedirectHints = (entry: Pick<LoggedRequest, 'location' | 'fault'>) => Promise<string | undefined>;

/** Creates hints that are given once for each address. */
export function createRedirectHints({ url }: Pick<LocalProvider, 'url'>): RedirectHints {
  const told = new Set<string>();
  const found = new Set<string>();

  const findProblem = async (target: URL, address: string): Promise<string | undefined> => {
    if (target.hash !== '') return `the redirect URL ${address} has a "#", behind which the key never reaches the app`;
    if (!isLoopback(target.hostname)) return undefined;
    if (!(await isListening(target)))
      return `nobody listens at the redirect URL ${address}, so the browser cannot reach it (is the app running?)`;
    if (found.has(address)) return undefined;
    if (await isMissing(target)) return `the app has no route at the redirect URL ${address} (404)`;
    if (found.size < mostHints) found.add(address);
    return undefined;
  };

  return async ({ location = '', fault }) => {
    const target = parseWebURL(location);
    if (fault !== undefined || target === undefined || !location.includes('auth_key=')) return undefined;
    const address = target.origin + target.pathname;
    if (told.has(address) || told.size >= mostHints) return undefined;
    const problem = await findProblem(target, address);
    // Another login may have told it in the meantime.
    if (problem === undefined || told.has(address)) return undefined;
    told.add(address);
    return `${problem}: register the address of the app's callback on ${url}/developers/apps`;
  };
}

const mostHints = 100;

/** Whether anybody listens at an address of this machine. Nothing is sent there. */
function isListening({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port) || (protocol === 'https:' ? 443 : 80), hostname.replace(/^\[|\]$/g, ''));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Whether an app of this machine has no route there. It gets no key, and the question is that of a prefetch. */
async function isMissing({ origin, pathname, search }: URL): Promise<boolean> {
  const url = origin + pathname + search.replace(/[?&]auth_key=.*/, '');
  try {
    const signal = AbortSignal.timeout(longestWait);
    const response = await fetch(url, { redirect: 'manual', headers: { 'sec-purpose': 'prefetch' }, signal });
    await response.body?.cancel();
    return response.status === 404;
  } catch {
    return false;
  }
}

const longestWait = 5000;
