import { connect } from 'node:net';

/** A request as it goes over the wire: nothing is checked, added or encoded, besides what says where it ends. */
export interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  httpVersion?: string;
}

export interface RawResponse {
  status: number;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** Sends a request on a connection of its own. Characters above U+00FF in its head are cut to a byte, as recorded. */
export async function sendRaw(port: number, path: string, request: RawRequest = {}): Promise<RawResponse> {
  const { method = 'GET', headers = {}, body = '', httpVersion = '1.1' } = request;
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries({ ...headers, ...length, connection: 'close' }).map(
    ([name, value]) => `${name.replace(/^./, (letter) => letter.toUpperCase())}: ${value}\r\n`,
  );
  const head = Buffer.from(`${method} ${path} HTTP/${httpVersion}\r\n${lines.join('')}\r\n`, 'latin1');
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.concat([head, Buffer.from(body)]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return parseResponse(Buffer.concat(chunks));
}

function parseResponse(bytes: Buffer): RawResponse {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers: Record<string, string | undefined> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    const before = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = before === undefined ? value : `${before}\n${value}`;
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: bytes.subarray(end + 4) };
}
