import { parseURL } from '../internal/urls.js';

/** The proxy that environment variables name for a site. */
export interface EnvProxy {
  /** The variable that names it, such as `HTTPS_PROXY`. */
  variable: string;
  /** Undefined if the variable holds no URL of a proxy. */
  url: URL | undefined;
  /** Whether calls go through it; else the variable is there for other programs. */
  isUsed: boolean;
}

/** What to do about a proxy that is not used. */
export const envProxyAdvice = 'start the app with NODE_USE_ENV_PROXY=1';

/**
 * Finds the proxy for a site, as Node's `fetch` does with `NODE_USE_ENV_PROXY=1`: the lower-case name before the other,
 * the proxy for http also for https if that has none, and none for hosts in `NO_PROXY`. Also on versions of Node that
 * do not know the variable.
 *
 * @param find reads a variable.
 */
export function findEnvProxy(site: URL, find: (name: string) => string | undefined): EnvProxy | undefined {
  const read = (...names: string[]) => {
    const variable = names.find((name) => find(name) !== undefined);
    const text = variable === undefined ? '' : (find(variable) ?? '');
    return variable === undefined || text === '' ? undefined : { variable, text };
  };
  const forHTTPS = site.protocol === 'https:' ? read('https_proxy', 'HTTPS_PROXY') : undefined;
  const named = forHTTPS ?? read('http_proxy', 'HTTP_PROXY');
  if (named === undefined || isExcepted(site, read('no_proxy', 'NO_PROXY')?.text ?? '')) return undefined;
  const url = parseURL(named.text);
  const isWeb = url !== undefined && /^https?:$/.test(url.protocol);
  return { variable: named.variable, url: isWeb ? url : undefined, isUsed: isSwitchedOn(find) };
}

/** As in Node, an option of the command line counts before `NODE_OPTIONS`, and both before the variable. */
function isSwitchedOn(find: (name: string) => string | undefined): boolean {
  const options = [...(find('NODE_OPTIONS') ?? '').split(/\s+/), ...process.execArgv];
  const last = options.findLast((option) => /^--(?:no-)?use-env-proxy$/.test(option));
  return last === undefined ? find('NODE_USE_ENV_PROXY') === '1' : last === '--use-env-proxy';
}

/** Whether `NO_PROXY` names a site: `*`, a host, a suffix, each also with a port, or a range of addresses. */
function isExcepted({ protocol, hostname, port }: URL, noProxy: string): boolean {
  const sitePort = port || (protocol === 'https:' ? '443' : '80');
  const isNamed = (entry: string) => {
    const [, host = entry, onlyPort] = /^(.*[^:]):(\d+)$/.exec(entry) ?? [];
    if (onlyPort !== undefined && onlyPort !== sitePort) return false;
    const name = host.replace(/^\*?\./, '');
    return hostname.replace(/[[\]]/g, '') === name.replace(/[[\]]/g, '') || hostname.endsWith(`.${name}`);
  };
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .some((entry) => entry !== '' && (entry === '*' || isNamed(entry) || isInRange(hostname, entry)));
}

function isInRange(hostname: string, range: string): boolean {
  const [from, to] = range.split('-').map(readIPv4);
  const at = readIPv4(hostname);
  return from !== undefined && to !== undefined && at !== undefined && from <= at && at <= to;
}

/** Reads an address as a number. By hand, because `node:net` takes long to load. */
function readIPv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}
