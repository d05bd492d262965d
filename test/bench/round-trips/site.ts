import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser } from '../../support/test-browser';
import { callbackPath, startPath, type AppCommands, type Contestant } from './app';
import { startProcess, type CommandProcess } from './processes';
import type { Counts, ProviderCommands } from './provider';

/** A contestant's app, and the provider that only this app uses. */
export interface Site {
  contestant: Contestant;
  url: string;
  /** Where the app finds the provider. */
  baseURL: string;
  app: CommandProcess<AppCommands>;
  provider: CommandProcess<ProviderCommands>;
  link: number;
  /** The file of the certificate that the app trusts. */
  trusted: string;
}

/** One login as the user notices it, and what it took. */
export interface Login {
  /** From the callback's request to its response, in milliseconds. */
  wait: number;
  /** During the callback. */
  connectionsAtCallback: number;
  /** From the start on. */
  connections: number;
  full: number;
  resumed: number;
  requests: number;
}

/** Starts the process of an app, and the app in it. */
export async function openSite(site: Omit<Site, 'app' | 'url'>): Promise<Site> {
  // For everybody in this way, because the option `dispatcher` would take the place of the package's own connections.
  const app = startProcess<AppCommands>('./app', { NODE_EXTRA_CA_CERTS: site.trusted });
  return { ...site, app, url: await app.call('open', site.contestant, site.baseURL) };
}

/** Opens another app in the same process, with connections of its own. */
export async function openApp(site: Site, baseURL: string): Promise<Site> {
  return { ...site, baseURL, url: await site.app.call('open', site.contestant, baseURL) };
}

export function readCounts({ provider, link }: Site): Promise<Counts> {
  return provider.call('read', link);
}

/** The provider closes every connection, as after an idle time. */
export function closeConnections({ provider, link }: Site): Promise<void> {
  return provider.call('closeConnections', link);
}

/** No connection is left, and what the process held weakly is gone: as after a long idle time, in a moment. */
export async function forgetConnections(site: Site): Promise<Site> {
  await closeConnections(site);
  await site.app.call('collectGarbage');
  return site;
}

/**
 * Logs in with a made-up key.
 *
 * @param pause milliseconds from the start to the callback.
 * @param meanwhile happens at the end of the pause.
 */
export async function logIn(site: Site, pause: number, meanwhile?: (site: Site) => Promise<void>): Promise<Login> {
  const browser = new Browser(site.url);
  const before = await readCounts(site);
  const { status, location } = await browser.get(startPath);
  if (status !== 302 || location?.startsWith(site.baseURL) !== true) throw new Error(`the start answered ${status}`);
  if (pause > 0) await delay(pause);
  await meanwhile?.(site);
  // Without a pause the handshake has only begun, and is not waited for.
  const { connections: connectionsBefore } = pause > 0 ? await readCounts(site) : before;
  const began = performance.now();
  const callback = await browser.get(toCallback(location));
  const wait = performance.now() - began;
  if (callback.status !== 302 || callback.location !== '/') throw new Error(`the callback answered ${callback.status}`);
  const after = await readCounts(site);
  return {
    wait,
    connectionsAtCallback: after.connections - connectionsBefore,
    connections: after.connections - before.connections,
    full: after.full - before.full,
    resumed: after.resumed - before.resumed,
    requests: after.requests - before.requests,
  };
}

/** What the provider would send the browser back to. */
function toCallback(location: string): string {
  const key = randomBytes(16).toString('hex');
  const state = new URL(location).searchParams.get('state');
  return `${callbackPath}?${state === null ? `auth_key=${key}` : `code=${key}&state=${encodeURIComponent(state)}`}`;
}
