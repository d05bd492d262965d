import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { EnvProxy } from './env-proxy.js';
import { loadUndici } from './undici.js';

/** Opens a connection; what it returns ends the attempt. */
export type Connector = (options: buildConnector.Options, callback: buildConnector.Callback) => { destroy(): unknown };

/** Why a proxy gave no tunnel. Nothing was sent to the provider. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** Undefined if it is that of a dispatcher of the app. */
  readonly proxy: EnvProxy | undefined;
  /** The proxy's answer, if there was one. */
  readonly status: number | undefined;

  constructor(proxy: EnvProxy | undefined, details: { status?: number; cause?: unknown }) {
    super('the proxy gave no tunnel', { cause: details.cause });
    this.proxy = proxy;
    this.status = details.status;
  }

  /** Whether the proxy may give a tunnel in a moment. It is not asked again with a wrong password. */
  get isWorthRepeating(): boolean {
    return this.status === undefined ? this.proxy?.url !== undefined : this.status >= 500;
  }
}

/** How long a proxy may take to answer, in milliseconds; as long as undici waits for a connection. */
const longestWait = 10_000;

/**
 * Connects through a proxy, which is asked for a tunnel: it sees the host, and with https nothing else.
 *
 * @param connectOver makes TLS of a tunnel.
 */
export function buildTunnelConnector(proxy: EnvProxy, connectOver: Connector): Connector {
  const { Client, buildConnector } = loadUndici();
  // Kept, because it has the TLS session with the proxy.
  const connectToProxy = buildConnector({});
  return (options, callback) => {
    const { url } = proxy;
    if (url === undefined) {
      queueMicrotask(() => callback(new ProxyError(proxy, {}), null));
      return { destroy: () => undefined };
    }
    let socket: Socket | null = null;
    const connect: buildConnector.connector = (toProxy, done) =>
      // undici takes the name in `Host` for that of the certificate; here it is the site's.
      connectToProxy({ ...toProxy, servername: '' }, (...result) => {
        socket = result[1];
        done(...result);
      });
    const client = new Client(url.origin, { connect, headersTimeout: longestWait });
    let attempt: ReturnType<Connector> = client;
    const isTLS = options.protocol === 'https:';
    const target = options.host ?? options.hostname;
    const path = options.port === '' ? `${target}:${isTLS ? 443 : 80}` : target;
    client.connect({ path, headers: { host: path, ...authorizationOf(url) } }, (error: Error | null, data) => {
      // It has let go of the tunnel.
      void client.destroy();
      if (error !== null || socket === null) {
        callback(new ProxyError(proxy, { cause: error }), null);
      } else if (data.statusCode < 200 || data.statusCode > 299) {
        socket.on('error', () => undefined).destroy();
        callback(new ProxyError(proxy, { status: data.statusCode }), null);
      } else if (isTLS) {
        attempt = connectOver({ ...options, httpSocket: socket }, callback);
      } else {
        callback(null, socket);
      }
    });
    return { destroy: () => attempt.destroy() };
  };
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const text = [username, password].map(decodeComponent).join(':');
  return { 'proxy-authorization': `Basic ${Buffer.from(text).toString('base64')}` };
}

/** A `%` that escapes nothing is meant as it is. */
function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
