import { digest } from '../internal/digest.js';
import { loadOnce } from '../internal/load-once.js';
import type { RateLimits } from '../options.js';

/** Where a request comes from. */
export interface ClientAddress {
  /** The client's IP address. Clients without one, or with none in it, are one client, with the overall limit. */
  address: string | undefined;
  /** Address of the connection, if the client can make up {@link address}: all behind it share the overall limit. */
  connection?: string | undefined;
}

/** A count that limits a client. */
export interface Bucket {
  key: string;
  limit(isOverallReached: boolean): number;
}

/** Counts the wrong keys of all clients. */
export const overallKey = 'loginwith overall';
/** Enough for a user whose first key was replaced by a second tab or device. */
const reducedLimit = 2;

/** The counts that limit a client. The app's store gets no address, and no text of any length that a client made up. */
export function bucketsOf({ address, connection }: ClientAddress, { limit, overallLimit }: RateLimits): Bucket[] {
  const shared = (key: string): Bucket => ({ key, limit: () => overallLimit });
  if (address === undefined || address === '') return [shared('loginwith client unknown')];
  const own: Bucket = {
    key: `loginwith client ${digest(networkOf(address))}`,
    limit: (isOverallReached) => (isOverallReached ? Math.min(limit, reducedLimit) : limit),
  };
  return connection === undefined ? [own] : [shared(`loginwith connection ${digest(networkOf(connection))}`), own];
}

/**
 * Returns one text per IPv4 address and one per IPv6 /56 network, because an internet customer usually has a whole /56.
 * Some proxies, as those of Azure, write the client's port behind the address: it is another one on each connection.
 */
function networkOf(address: string): string {
  const ipaddr = loadIPAddress();
  const bare = address.replace(/^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2');
  if (!ipaddr.isValid(bare)) return address;
  const parsed = ipaddr.process(bare);
  return parsed instanceof ipaddr.IPv4 ? parsed.toString() : parsed.toByteArray().slice(0, 7).join('.');
}

/** Loads ipaddr.js with the first exchange that is limited, so that the app starts faster. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadIPAddress = loadOnce(() => require('ipaddr.js') as typeof import('ipaddr.js'));
