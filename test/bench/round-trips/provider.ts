/** The provider, and before it a proxy that makes the way to it long; in a process of their own. */
import { EventEmitter, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from '../faults/certificates';
import { serve } from './processes';

/** What went over the wire since the link was opened. */
export interface Counts {
  /** Connections over TCP. */
  connections: number;
  /** TLS handshakes, and those that resumed a session. */
  full: number;
  resumed: number;
  requests: number;
  /** Connections that are open, and how many were at most since all were closed. */
  open: number;
  mostOpen: number;
}

export interface LinkOptions extends Certificate {
  /** In milliseconds. The connection over TCP is made at once, and everything on it is delayed. */
  roundTrip: number;
}

export type ProviderCommands = typeof commands;

/** Below this path `authorize` reads only the parameters of a form, as since version 4.0.4 of the script. */
export const formOnlyPath = '/form-only';

interface Link {
  counts: Omit<Counts, 'open'>;
  connections: Set<Connection>;
  /** Tells of each connection that is secure, and of each that is closed. */
  changes: EventEmitter;
}

interface Connection {
  /** From which the proxy connects to the provider. */
  port?: number | undefined;
  /** The provider's end of it, after the handshake. */
  secure?: TLSSocket;
}

const links: Link[] = [];

const commands = {
  /** Opens a provider with a proxy before it. */
  async open({ key, cert, roundTrip }: LinkOptions): Promise<{ link: number; url: string }> {
    const link: Link = {
      counts: { connections: 0, full: 0, resumed: 0, requests: 0, mostOpen: 0 },
      connections: new Set(),
      changes: new EventEmitter(),
    };
    const provider = createServer({ key, cert }, (req, res) => {
      link.counts.requests += 1;
      answer(req, res);
    });
    provider.on('secureConnection', (socket: TLSSocket) => {
      link.counts[socket.isSessionReused() ? 'resumed' : 'full'] += 1;
      for (const each of link.connections) if (each.port === socket.remotePort) each.secure = socket;
      socket.on('error', () => undefined);
      link.changes.emit('change');
    });
    const proxy = openProxy(link, await listen(provider), roundTrip / 2);
    return { link: links.push(link) - 1, url: `https://localhost:${await listen(proxy)}` };
  },
  /** What went over the wire, once each handshake has come to its end. */
  async read(index: number): Promise<Counts> {
    const { counts, connections } = await reach(index, (link) =>
      [...link.connections].every(({ secure }) => secure !== undefined),
    );
    return { ...counts, open: connections.size };
  },
  /** Ends the connections as a server does that keeps them no longer, and waits until the app has closed them too. */
  async closeConnections(index: number): Promise<void> {
    await commands.read(index);
    const { counts, connections } = links[index]!;
    for (const { secure } of connections) secure?.end();
    await commands.untilClosed(index);
    counts.mostOpen = 0;
  },
  async untilClosed(index: number): Promise<void> {
    await reach(index, ({ connections }) => connections.size === 0);
  },
};

if (require.main === module) serve(commands);

async function reach(index: number, isReached: (link: Link) => boolean): Promise<Link> {
  const link = links[index]!;
  while (!isReached(link)) await once(link.changes, 'change');
  return link;
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

function openProxy({ counts, connections, changes }: Link, port: number, delay: number): Server {
  return net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection: Connection = {};
    connections.add(connection);
    counts.connections += 1;
    counts.mostOpen = Math.max(counts.mostOpen, connections.size);
    const upstream = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }, () => {
      connection.port = upstream.localPort;
    });
    client.once('close', () => {
      connections.delete(connection);
      changes.emit('change');
    });
    forward(client, upstream, delay);
    forward(upstream, client, delay);
  });
}

/** Passes on what comes, in order: timers of one length end in the order in which they began. */
function forward(from: Socket, to: Socket, delay: number): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), delay));
  from.on('end', () => setTimeout(() => to.end(), delay));
  from.on('close', () => setTimeout(() => to.destroy(), delay));
  from.on('error', () => undefined);
}

const user = { user_id: '7', user_name: 'ada', user_firstname: 'Ada', user_email: 'ada@example.org' };

/** Answers the script's calls and OAuth's; it grants every key and every code. */
const answer: RequestListener = (req, res) => {
  const { pathname, searchParams } = new URL(req.url ?? '', 'https://localhost');
  const needsForm = pathname.startsWith(`${formOnlyPath}/`) && req.method !== 'POST';
  const respond = (json: unknown): void => {
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(json));
  };
  if (pathname.endsWith('/api/authorize'))
    respond(needsForm ? { error: true, message: 'Bad Request, invalid app_id' } : { access_token: 't' });
  else if (pathname === '/oauth/token') respond({ access_token: 't', token_type: 'Bearer' });
  else if (!searchParams.has('access_token')) respond({ error: true, message: 'Bad Request, invalid access_token' });
  else respond({ user_info: user });
};
