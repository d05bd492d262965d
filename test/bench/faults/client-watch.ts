import { subscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fake-provider';

/** Sees what the client in this process does on the network, and decides what names resolve to. */
export interface ClientWatch {
  /** What becomes of a name below `.invalid`; without an entry it is 127.0.0.1. */
  readonly lookups: Map<string, Fault['lookup']>;
  /** How often the client wrote a request with this key; by method and key, such as `GET 0123…`. */
  timesSent(id: string): number;
  /** The sockets that were opened to a port, and are not closed. */
  openSockets(port: number): Socket[];
  /** Waits until the newest socket to a port is connected or has failed, but not for one that hangs. */
  newestReady(port: number): Promise<void>;
}

/** Milliseconds after which a connection is taken for one that hangs. */
const hangsAfter = 60;

export function watchClient(): ClientWatch {
  const sockets = new Map<number, Socket[]>();
  const ready = new WeakMap<Socket, Promise<unknown>>();
  const sent = new Map<string, number>();
  const lookups: ClientWatch['lookups'] = new Map();
  replaceLookup(lookups);

  // Both `net.connect` and `tls.connect` come through here; a channel of Node's has only the first.
  const connect = Reflect.get(Socket.prototype, 'connect') as (...parameters: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]): Socket {
    const [options] = parameters.flat() as { port?: unknown }[];
    const port = Number(options?.port);
    sockets.set(port, [...(sockets.get(port) ?? []), this]);
    const connected = this instanceof TLSSocket ? 'secureConnect' : 'connect';
    ready.set(this, new Promise((resolve) => this.once(connected, resolve).once('close', resolve)));
    return connect.apply(this, parameters);
  };

  subscribe('undici:client:sendHeaders', (message) => {
    const { method, path, body } = (message as { request: { method: string; path: string; body: unknown } }).request;
    if (!path.startsWith('/api/')) return;
    const key = /auth_key=([0-9a-f]{32})/.exec(`${path} ${String(body)}`)?.[1];
    if (key !== undefined) sent.set(`${method} ${key}`, (sent.get(`${method} ${key}`) ?? 0) + 1);
  });

  return {
    lookups,
    timesSent: (id) => sent.get(id) ?? 0,
    openSockets: (port) => (sockets.get(port) ?? []).filter(({ destroyed }) => !destroyed),
    async newestReady(port) {
      const socket = sockets.get(port)?.at(-1);
      if (socket === undefined) return;
      const timer = new AbortController();
      const hangs = delay(hangsAfter, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([ready.get(socket), hangs]);
      timer.abort();
    },
  };
}

type LookupCallback = (error: Error | null, address?: unknown, family?: number) => void;

function replaceLookup(lookups: ClientWatch['lookups']): void {
  const lookup = dns.lookup as (...parameters: unknown[]) => unknown;
  const replacement = (hostname: string, options: { all?: boolean }, callback: LookupCallback): unknown => {
    if (!hostname.endsWith('.invalid')) return lookup(hostname, options, callback);
    const result = lookups.get(hostname);
    if (result === 'hangs') return undefined;
    if (result !== undefined) {
      const error = Object.assign(new Error(`getaddrinfo ${result} ${hostname}`), { code: result, hostname });
      return void setImmediate(callback, error);
    }
    const address = '127.0.0.1';
    return void setImmediate(() =>
      options.all === true ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4),
    );
  };
  Object.assign(dns, { lookup: replacement });
}
