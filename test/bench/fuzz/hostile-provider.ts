import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { isAddressCall } from '../../support/address-call';
import type { HostileResponse, Plan } from './hostile-responses';

/** What the app knows and nobody else must see. A hostile provider repeats it wherever it can. */
export interface Secrets {
  appSecret: string;
  authKey: string;
  token: string;
}

export interface HostileProvider {
  url: string;
  /** Answers as the plan says from now on; the bodies have placeholders for the secrets. */
  play(plan: Plan, secrets: Secrets): void;
  /** The calls since then, such as `GET authorize`. */
  calls: string[];
  close(): Promise<void>;
}

/** Starts a provider that does everything that no provider should. */
export async function startHostileProvider(): Promise<HostileProvider> {
  let answer: (req: IncomingMessage, res: ServerResponse) => void = (_req, res) => res.end();
  const server = createServer((req, res) => {
    req.resume();
    answer(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider: HostileProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    play(plan, secrets) {
      provider.calls = [];
      const turns = { authorize: 0, userInfo: 0 };
      answer = (req, res) => {
        const last = plan.userInfo.at(-1);
        if (isAddressCall(req) && last !== undefined) {
          // The first start of the process asks, and no login waits for it. It tells no secret.
          send(res, last, { appSecret: '', authKey: '', token: '' });
          return;
        }
        const endpoint = req.url?.includes('/api/authorize') === true ? 'authorize' : 'userInfo';
        provider.calls.push(`${req.method} ${endpoint}`);
        const responses = plan[endpoint];
        const response = responses[Math.min(turns[endpoint]++, responses.length - 1)];
        if (response !== undefined) send(res, response, secrets);
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return provider;
}

/** Puts the secrets in the place of their names. */
function fillIn(text: string, { appSecret, authKey, token }: Secrets): string {
  return text.replaceAll('<secret>', appSecret).replaceAll('<key>', authKey).replaceAll('<token>', token);
}

function send(res: ServerResponse, { status, headers, encoding, body, wire }: HostileResponse, secrets: Secrets): void {
  const text = Buffer.from(fillIn(body, secrets));
  const { socket } = res;
  if (wire === 'hang') return;
  if (wire === 'reset') {
    socket?.destroy();
    return;
  }
  if (wire === 'raw') {
    socket?.end(text);
    return;
  }
  const bytes = compress(text, encoding);
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, fillIn(value, secrets));
  if (encoding !== 'none') res.setHeader('Content-Encoding', encoding === 'wrong' ? 'gzip' : encoding);
  if (wire === 'cut') res.setHeader('Content-Length', bytes.length + 10);
  res.writeHead(status);
  if (wire === 'cut') res.write(bytes, () => socket?.destroy());
  else res.end(bytes);
  // An answer that nobody asked for yet.
  if (wire === 'extra')
    socket?.write('HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n{"user_info":{"user_id":"smuggled-in"}}');
}

function compress(bytes: Buffer, encoding: HostileResponse['encoding']): Buffer {
  switch (encoding) {
    case 'gzip':
      return gzipSync(bytes, { level: 1 });
    case 'deflate':
      return deflateSync(bytes, { level: 1 });
    case 'br':
      return brotliCompressSync(bytes);
    default:
      return bytes;
  }
}
