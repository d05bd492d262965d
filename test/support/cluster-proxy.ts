import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RoundRobin {
  readonly port: number;
  /** The ports of the processes behind it. */
  readonly backends: number[];
  /** Called with each request that has just been sent on, and with the position of its backend. */
  onSent: (backend: number, path: string) => void;
  close(): Promise<void>;
}

const backendTimeout = 20_000;

/**
 * A plain proxy: each request goes to the next backend, whoever sent it, but not to the one that it names in
 * `X-Not-Served-By`. It tells the backend about the browser in `X-Forwarded-*`, as if it had ended TLS, and the browser
 * in `X-Served-By` which backend answered. It goes on to the next backend when one refuses the connection, and answers
 * 502 when a request was sent and its response did not come whole.
 */
export async function startRoundRobin(): Promise<RoundRobin> {
  const backends: number[] = [];
  let turns = 0;
  const server = createServer((req, res) => {
    readBody(req).then(
      (body) => forward({ req, res, body }, turns++, backends.length),
      () => res.destroy(),
    );
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: RoundRobin = {
    // Bound to a port, so the address is an object.
    port: (server.address() as AddressInfo).port,
    backends,
    onSent: () => undefined,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  function forward(visit: { req: IncomingMessage; res: ServerResponse; body: Buffer }, turn: number, left: number) {
    const { req, res, body } = visit;
    const backend = turn % backends.length;
    if (req.headers['x-not-served-by'] === String(backend) && left > 1) {
      forward(visit, turn + 1, left - 1);
      return;
    }
    const fail = (status: number) => {
      if (!res.headersSent) res.writeHead(status, { 'X-Served-By': backend }).end('the proxy got no answer');
    };
    const onward = request({
      host: '127.0.0.1',
      port: backends[backend],
      method: req.method,
      path: req.url,
      headers: {
        ...req.headers,
        // As if each visitor came from an address of their own, which they tell.
        'x-forwarded-for': req.headers['x-forwarded-for'] ?? req.socket.remoteAddress,
        'x-forwarded-host': req.headers.host,
        'x-forwarded-proto': 'https',
      },
      // No connection is used twice, so that only a refused one can fail, and then nothing was sent.
      agent: false,
      timeout: backendTimeout,
    });
    onward.on('response', (response) => {
      // Nothing is passed on before all of it is here: a response that is cut off becomes a 502.
      readBody(response).then(
        (received) => {
          res.writeHead(response.statusCode ?? 500, [...response.rawHeaders, 'X-Served-By', String(backend)]);
          res.end(received);
        },
        () => fail(502),
      );
    });
    onward.on('timeout', () => {
      fail(504);
      onward.destroy();
    });
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && left > 1) forward(visit, turn + 1, left - 1);
      else fail(502);
    });
    onward.end(body, () => proxy.onSent(backend, req.url ?? ''));
  }
  return proxy;
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // Without an encoding it yields buffers.
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
