import type { Socket } from 'node:net';
import type { Fault } from './fake-provider';

/** Bytes to send, or what makes them of the right body. */
export type Part = string | Buffer | ((json: string) => string | Buffer);

type Responder = NonNullable<Fault['respond']>;

/**
 * The bytes of a response. `headers` may replace `Content-Type` and `Content-Length`, or leave one out with `''`, and
 * has the `status` and the `version` of HTTP.
 */
export function response(body: string | Buffer, headers: Record<string, string> = {}): Buffer {
  const { status = '200 OK', version = 'HTTP/1.1', ...given } = headers;
  const bytes = Buffer.from(body);
  const all = { 'Content-Type': 'application/json', 'Content-Length': String(bytes.length), ...given };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}\r\n`]));
  return Buffer.concat([Buffer.from(`${version} ${status}\r\n${lines.join('')}\r\n`), bytes]);
}

/** A response in chunks, with the last one. */
export function chunked(...chunks: (string | Buffer)[]): string {
  return `${chunkedHead}${chunks.map(chunk).join('')}0\r\n\r\n`;
}

/** The head of a response in chunks. */
export const chunkedHead = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';

/** One of the chunks. */
export function chunk(body: string | Buffer): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${String(body)}\r\n`;
}

/** Answers with these bytes, and keeps the connection. */
export function sends(...parts: Part[]): Fault {
  return { respond: (socket, json) => void socket.write(join(parts, json)) };
}

/** Answers with a body and these headers. */
export function answers(body: Part, headers: Record<string, string> = {}): Fault {
  return sends((json) => response(join([body], json), headers));
}

/** Answers with these bytes, and ends the connection. */
export function sendsAndEnds(...parts: Part[]): Fault {
  return { respond: (socket, json) => void socket.end(join(parts, json)) };
}

/** Answers with these bytes, and resets the connection. */
export function sendsAndResets(...parts: Part[]): Fault {
  const respond: Responder = (socket, json) => {
    const bytes = join(parts, json);
    if (bytes.length === 0) socket.resetAndDestroy();
    else socket.write(bytes, () => socket.resetAndDestroy());
  };
  return { respond };
}

/** Sends a head, and then the same bytes again and again, as long as the client takes them. */
export function pours(head: string, bytes: Buffer): Fault {
  const respond: Responder = (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on('drain', pour);
    socket.write(head);
    pour();
  };
  return { respond };
}

/** Sends a head, and then one piece after the other, with a pause between them. */
export function drips(head: Part, pieces: (json: string) => Iterable<string>, pause: number): Fault {
  const respond: Responder = (socket, json) => {
    const all = pieces(json)[Symbol.iterator]();
    socket.write(join([head], json));
    const timer = setInterval(() => {
      const { value, done } = all.next();
      if (done === true) clearInterval(timer);
      else socket.write(value);
    }, pause);
    socket.on('close', () => clearInterval(timer));
  };
  return { respond };
}

/** The right body, as a {@link Part}. */
export const rightBody = (json: string): string => json;

function join(parts: Part[], json: string): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'function' ? part(json) : part)));
}

/** Ends the connection at once. */
export const endAtOnce = (socket: Socket): void => void socket.end();

/** Resets the connection at once. */
export const resetAtOnce = (socket: Socket): void => void socket.resetAndDestroy();
