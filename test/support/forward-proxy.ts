import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTLSServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate } from '../bench/faults/certificates';

/** A status to answer with instead of opening a tunnel, or to break off, or never to answer. */
export type Refusal = number | 'reset' | 'silence' | undefined;

export interface ForwardProxyOptions {
  /** Of this machine; every tunnel leads there, whatever host it is asked for. */
  port: number;
  /** `Proxy-Authorization` that it asks for. */
  authorization?: string;
  refusal?: Refusal;
  /** Called when it is asked for a tunnel. */
  onAsked?: () => void;
  /** Speaks TLS to its clients. */
  certificate?: Certificate;
}

export interface ForwardProxy {
  /** Without a name and a password. */
  url: string;
  host: string;
  /** The hosts that tunnels were asked for. */
  hosts: string[];
  /** Read whenever it is asked. */
  refusal: Refusal;
  close: () => Promise<unknown>;
}

/** A proxy that opens tunnels, as companies have them. */
export async function openForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const { port, authorization, certificate } = options;
  const hosts: string[] = [];
  const sockets = new Set<Duplex>();
  const server: Server = certificate === undefined ? createServer() : createTLSServer(certificate);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', (req, client: Duplex, head: Buffer) => {
    hosts.push(req.url!);
    options.onAsked?.();
    const isWrong = authorization !== undefined && req.headers['proxy-authorization'] !== authorization;
    const status = isWrong ? 407 : proxy.refusal;
    client.on('error', () => undefined);
    if (status === 'silence') return;
    if (status === 'reset') {
      client.destroy();
    } else if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    } else {
      const onward = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.write(head);
        onward.pipe(client).pipe(onward);
      });
      client.on('close', () => onward.destroy());
      onward.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `${certificate === undefined ? '127.0.0.1' : 'localhost'}:${(server.address() as AddressInfo).port}`;
  const proxy: ForwardProxy = {
    url: `${certificate === undefined ? 'http' : 'https'}://${host}`,
    host,
    hosts,
    refusal: options.refusal,
    close: () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
  return proxy;
}
