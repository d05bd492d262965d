import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificates } from './certificates';
import { response } from './responses';

/** The calls of a login, as the provider sees them. */
export type Call = 'GET authorize' | 'POST authorize' | 'get_user_info';

/** What goes wrong; each property takes the place of what a provider does otherwise. */
export interface Fault {
  /** Answers the call; `json` is the right body. */
  respond?: (socket: Socket, json: string) => void;
  /** Receives each connection before anything was read from it. */
  accept?: (socket: Socket) => void;
  /** The server shows this certificate. */
  certificate?: keyof Certificates;
  /** What the name of the host resolves to. */
  lookup?: 'ENOTFOUND' | 'EAI_AGAIN' | 'hangs';
  /** Nothing listens on the port. */
  isDown?: boolean;
}

/**
 * A provider of which each byte can be wrong. Its keys are 32 hexadecimal digits of which the first eight are the id of
 * the user; each of them can be exchanged once.
 */
export interface FakeProvider {
  readonly baseURL: string;
  readonly host: string;
  readonly port: number;
  /** How often it received each key; by method and key, such as `GET 0123…`. */
  readonly received: ReadonlyMap<string, number>;
  /** Paths that no client may ask for. */
  readonly strayRequests: readonly string[];
  /** The open connections, oldest first. */
  readonly connections: ReadonlySet<Socket>;
  /** How many there have been. */
  readonly connectionCount: number;
  /** Resolves when the app has asked for the site's address, as at the first start; that connection is not counted. */
  readonly askedForAddress: Promise<unknown>;
  /** Breaks one of the calls from now on; what is wrong with the connection itself begins before this call. */
  breakCall(call: Call, fault: Fault): Promise<void>;
  /** Works again, on the same address. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export interface FakeProviderOptions {
  /** Where `authorize` reads its parameters. */
  method: 'GET' | 'POST';
  /** With certificates it speaks https on `host`; else http on 127.0.0.1. */
  secure?: { certificates: Certificates; host: string; lookups: Map<string, Fault['lookup']> } | undefined;
}

export async function openFakeProvider({ method, secure }: FakeProviderOptions): Promise<FakeProvider> {
  const received = new Map<string, number>();
  const exchanged = new Set<string>();
  const strayRequests: string[] = [];
  const connections = new Set<Socket>();
  const addressCalls = new EventEmitter();
  const askedForAddress = once(addressCalls, 'call');
  let connectionCount = 0;
  let broken: { call: Call; fault: Fault } | undefined;
  /** The part of the fault that concerns connections. */
  let linkFault: Fault = {};

  const server: Server = createServer((socket) => {
    connectionCount += 1;
    connections.add(socket);
    socket.on('close', () => connections.delete(socket)).on('error', () => undefined);
    if (linkFault.accept !== undefined) linkFault.accept(socket);
    else if (secure === undefined) serve(socket);
    else {
      const context = createSecureContext(secure.certificates[linkFault.certificate ?? 'right']);
      serve(new TLSSocket(socket, { isServer: true, secureContext: context }).on('error', () => undefined));
    }
  });

  const applyLinkFault = async (fault: Fault): Promise<void> => {
    linkFault = fault;
    secure?.lookups.set(secure.host, fault.lookup);
    if (fault.isDown === true) await stopListening(server);
  };

  /** Reads the requests of one connection, and counts a key as soon as it is there. */
  const serve = (socket: Socket): void => {
    let bytes = '';
    let isCounted = false;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
      const key = /auth_key=([0-9a-f]{32})/.exec(bytes)?.[1];
      if (key !== undefined && !isCounted) {
        isCounted = true;
        const id = `${/^[A-Z]+/.exec(bytes)?.[0] ?? ''} ${key}`;
        received.set(id, (received.get(id) ?? 0) + 1);
      }
      const head = /^([A-Z]+) (\S+) [^]*?\r\n\r\n/.exec(bytes);
      if (head === null) return;
      const bodyLength = Number(/content-length: (\d+)/i.exec(head[0])?.[1] ?? 0);
      if (bytes.length < head[0].length + bodyLength) return;
      const request = { method: head[1]!, url: head[2]!, body: bytes.slice(head[0].length) };
      bytes = '';
      isCounted = false;
      void answer(socket, request);
    });
  };

  const answer = async (socket: Socket, request: FakeRequest): Promise<void> => {
    const { pathname } = new URL(request.url, 'http://provider.invalid');
    const parameters = new URLSearchParams(request.method === 'POST' ? request.body : request.url.split('?')[1]);
    if (pathname === '/api/authorize') {
      const json = request.method === method ? exchange(parameters.get('auth_key') ?? '') : invalid('app_id');
      const isNextBroken = broken?.call === 'get_user_info' && broken.fault.respond === undefined;
      if (isNextBroken) await applyLinkFault(broken!.fault);
      if (broken?.call === `${request.method} authorize` && broken.fault.respond !== undefined)
        broken.fault.respond(socket, json);
      else if (isNextBroken) socket.end(response(json, { Connection: 'close' }));
      else socket.write(response(json));
    } else if (pathname === '/api/get_user_info' && !parameters.has('access_token')) {
      socket.end(response(invalid('access_token'), { Connection: 'close' }));
      connectionCount -= 1;
      addressCalls.emit('call');
    } else if (pathname === '/api/get_user_info') {
      const json = userInfo(parameters.get('access_token') ?? '');
      if (broken?.call === 'get_user_info' && broken.fault.respond !== undefined) broken.fault.respond(socket, json);
      else socket.write(response(json));
    } else {
      strayRequests.push(pathname);
      socket.end(response('{}', { status: '404 Not Found' }));
    }
  };

  const exchange = (key: string): string => {
    if (exchanged.has(key)) return invalid('auth_key');
    // A fault that answers for the site has not looked at the key.
    if (broken === undefined || broken.call === 'get_user_info') exchanged.add(key);
    return JSON.stringify({ access_token: tokenOf(key) });
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = secure?.host ?? '127.0.0.1';
  return {
    baseURL: `${secure === undefined ? 'http' : 'https'}://${host}:${port}`,
    host,
    port,
    received,
    strayRequests,
    connections,
    askedForAddress,
    get connectionCount() {
      return connectionCount;
    },
    async breakCall(call, fault) {
      broken = { call, fault };
      if (call !== 'get_user_info') await applyLinkFault(fault);
    },
    async mend() {
      broken = undefined;
      await applyLinkFault({});
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async close() {
      for (const socket of connections) socket.destroy();
      await stopListening(server);
    },
  };
}

/** The token for a key. */
export function tokenOf(key: string): string {
  return `t${key}`;
}

/** The id of the user to whom a key belongs. */
export function userIdOf(key: string): string {
  return String(parseInt(key.slice(0, 8), 16));
}

interface FakeRequest {
  method: string;
  url: string;
  body: string;
}

function userInfo(token: string): string {
  const key = /^t([0-9a-f]{32})/.exec(token)?.[1];
  if (key === undefined) return invalid('access_token');
  return JSON.stringify({ user_info: { user_id: userIdOf(key), user_name: 'renee', user_firstname: 'Ren&eacute;e' } });
}

function invalid(what: string): string {
  return JSON.stringify({ error: true, message: `Bad Request, invalid ${what}` });
}

/** Open connections stay: they are closed by whoever has them. */
async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  // The port is free at once; `close` would wait for the connections.
  await new Promise((resolve) => setImmediate(resolve));
}
