import type { Socket } from 'node:net';
import type { buildConnector, Dispatcher } from 'undici';
import { markNeverSent } from './network-errors.js';

/** How long an unused connection of `warmUp` is kept, in milliseconds. */
const spareLifetime = 10_000;

/** Connections to one provider. */
export interface WarmPool {
  dispatcher: Dispatcher;
  /** Opens a connection for the first call; sends nothing and never fails. */
  warmUp(): void;
  /** Tells later whether there was a connection in the meantime, over which a call may have been sent. */
  watch(): () => boolean;
  /** Closes all connections, also those of calls that are under way. */
  close(): Promise<void>;
}

type Connector = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket;

/**
 * Opens a pool that can be given a connection before there is a request for it.
 *
 * @param isNeeded whether a call waits. After a call was given up, undici connects again, although nothing is to be
 *   sent: the next call would get a connection that was opened while the provider was silent.
 */
export function openPool(base: URL, isNeeded: () => boolean): WarmPool {
  const { Pool, buildConnector } = loadUndici();
  // Typed as returning nothing, undici's connector returns the socket.
  const connectAnew = buildConnector({}) as Connector;
  const target = {
    hostname: base.hostname.replace(/[[\]]/g, ''),
    host: base.host,
    protocol: base.protocol,
    port: base.port,
  };
  /** Sockets that are being connected. undici would keep them until its own time limit. */
  const connecting = new Set<Socket>();
  let established = 0;
  let spare: Socket | undefined;
  let isOpening = false;

  const takeSpare = (): Socket | undefined => {
    const socket = spare;
    spare = undefined;
    return socket?.destroyed === false && socket.writable ? socket : undefined;
  };
  const connect = (options: buildConnector.Options, callback: buildConnector.Callback) => {
    const socket = connectAnew(options, (...result) => {
      connecting.delete(socket);
      const [error] = result;
      if (error === null) {
        established += 1;
        socket.prependOnceListener('error', (cause) => {
          // undici fails the next request with the error of a connection on which nothing was written yet.
          if (socket.bytesWritten === 0) markNeverSent(cause, true);
        });
      }
      callback(...result);
    });
    connecting.add(socket);
  };
  const dispatcher = new Pool(base.origin, {
    // The circuit breaker limits the calls, so that none waits behind others that have no answer.
    connections: null,
    connect(options: buildConnector.Options, callback: buildConnector.Callback) {
      if (!isNeeded()) {
        callback(new Error('nothing is to be sent'), null);
        return;
      }
      if (spare === undefined) {
        connect(options, callback);
        return;
      }
      // Later, because undici never sends its request if it gets the connection while it is asking for one; and after
      // Node has looked for news of the socket, because the server may just have closed it.
      setImmediate(() =>
        setImmediate(() => {
          const socket = takeSpare();
          if (socket === undefined) connect(options, callback);
          else callback(null, socket.ref());
        }),
      );
    },
  });
  return {
    dispatcher,
    warmUp() {
      if (spare !== undefined || isOpening || dispatcher.stats.free > 0) return;
      isOpening = true;
      connect(target, (error, socket) => {
        isOpening = false;
        if (error !== null) return;
        spare = socket.unref();
        const discard = () => {
          if (spare === socket) takeSpare()?.destroy();
        };
        socket.once('close', discard);
        setTimeout(discard, spareLifetime).unref();
      });
    },
    watch() {
      const before = established;
      const isConnected = spare !== undefined || dispatcher.stats.connected > 0;
      return () => isConnected || established > before;
    },
    async close() {
      takeSpare()?.destroy();
      for (const socket of connecting) socket.destroy();
      await dispatcher.destroy();
    },
  };
}

/** Loads undici when it is first needed, because it takes longer to load than the rest of the package. */
export function loadUndici(): typeof import('undici') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('undici') as typeof import('undici');
}
