import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { Deadline } from './deadline.js';
import { findEnvProxy, type EnvProxy } from './env-proxy.js';
import { markNeverSent } from './network-errors.js';
import { maximumBodyLength, sendThroughPool, type WireRequest, type WireResponse } from './send.js';
import { buildTunnelConnector, type Connector } from './tunnel.js';
import { loadUndici } from './undici.js';

/** How long an unused connection of `warmUp` is kept, in milliseconds. */
const spareLifetime = 10_000;
/** A request does not wait longer for the connection of `warmUp` than this, in milliseconds, but opens its own. */
const longestWait = 500;

/** Connections to one provider. */
export interface WarmPool {
  /** The proxy that the environment names for the provider. */
  readonly proxy: EnvProxy | undefined;
  send(request: WireRequest, deadline: Deadline): Promise<WireResponse>;
  /** Opens a connection for the first call; sends nothing and never fails. */
  warmUp(): void;
  /** Tells later whether there was a connection in the meantime, over which a call may have been sent. */
  watch(): () => boolean;
  /** Closes all connections, also those of calls that are under way. */
  close(): Promise<void>;
}

/** Opens a pool that can be given a connection before there is a request for it. */
export function openPool(base: URL): WarmPool {
  const { Pool, buildConnector } = loadUndici();
  // Typed as returning nothing, undici's connector returns the socket.
  const openSocket = buildConnector({}) as (...parameters: Parameters<Connector>) => Socket;
  const connectDirectly: Connector = (options, callback) =>
    openSocket(options, callback).on('session', (newest: Buffer) => (session.newest = newest));
  const proxy = findEnvProxy(base, (name) => process.env[name]);
  const connectAnew = proxy?.isUsed === true ? buildTunnelConnector(proxy, connectDirectly) : connectDirectly;
  const target = {
    hostname: base.hostname.replace(/[[\]]/g, ''),
    host: base.host,
    protocol: base.protocol,
    port: base.port,
  };
  /** Connections that are being opened. undici would keep them until its own time limit. */
  const connecting = new Set<ReturnType<Connector>>();
  /** undici forgets a TLS session at the next garbage collection; after an idle time nothing would be resumed. */
  const session: { newest?: Buffer } = {};
  /** Connections so far, and those that are open. */
  let established = 0;
  let open = 0;
  let spare: Socket | undefined;
  /** Whether a spare is being opened, and its end, until a request waits for it. */
  let isOpening = false;
  let opened: Promise<void> | undefined;
  /** Requests that are under way. */
  let running = 0;

  const takeSpare = (): Socket | undefined => {
    const socket = spare;
    spare = undefined;
    return socket?.destroyed === false && socket.writable ? socket : undefined;
  };
  const connect = (options: buildConnector.Options, callback: buildConnector.Callback) => {
    const attempt = connectAnew(options, (...result) => {
      connecting.delete(attempt);
      const [error, socket] = result;
      if (error === null) {
        established += 1;
        open += 1;
        socket.once('close', () => (open -= 1));
        // That of a tunnel has written the request for it.
        const { bytesWritten } = socket;
        socket.prependOnceListener('error', (cause: Error) => {
          // undici fails the next request with the error of a connection on which nothing was written yet.
          if (socket.bytesWritten === bytesWritten) markNeverSent(cause, true);
        });
      }
      callback(...result);
    });
    connecting.add(attempt);
  };
  const dispatcher = new Pool(base.origin, {
    // The circuit breaker limits the calls, so that none waits behind others that have no answer.
    connections: null,
    maxResponseSize: maximumBodyLength,
    // Each call has a deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(options: buildConnector.Options, callback: buildConnector.Callback) {
      const provide = () => {
        // After a request was given up, undici connects again, although nothing is to be sent: the next request would
        // get a connection that was opened while the provider was silent.
        if (running === 0) {
          callback(new Error('nothing is to be sent'), null);
          return;
        }
        const socket = takeSpare();
        if (socket === undefined) connect(options, callback);
        else callback(null, socket.ref());
      };
      if (spare === undefined && opened === undefined) {
        provide();
        return;
      }
      const ready = opened ?? Promise.resolve();
      opened = undefined;
      // Later, because undici never sends its request if it gets the connection while it is asking for one; and after
      // Node has looked for news of the socket, because the server may just have closed it.
      void ready.then(() => setImmediate(() => setImmediate(provide)));
    },
  });
  return {
    proxy,
    send(request, deadline) {
      running += 1;
      return sendThroughPool(dispatcher, request, deadline, () => (running -= 1));
    },
    warmUp() {
      if (spare !== undefined || isOpening || open > running) return;
      isOpening = true;
      opened = new Promise((resolve) => {
        setTimeout(resolve, longestWait).unref();
        connect(target, (error, socket) => {
          isOpening = false;
          opened = undefined;
          resolve();
          if (error !== null) return;
          spare = socket.unref();
          const discard = () => {
            if (spare === socket) takeSpare()?.destroy();
          };
          const timer = setTimeout(discard, spareLifetime).unref();
          socket.once('close', () => {
            clearTimeout(timer);
            discard();
          });
        });
      });
    },
    watch() {
      const before = established;
      const isConnected = open > 0;
      return () => isConnected || established > before;
    },
    async close() {
      takeSpare()?.destroy();
      for (const attempt of connecting) attempt.destroy();
      await dispatcher.destroy();
    },
  };
}
