import type { Socket } from 'node:net';
import {
  chunk,
  chunkedHead,
  drips,
  endAtOnce,
  pours,
  resetAtOnce,
  response,
  sends,
  sendsAndEnds,
  sendsAndResets,
  type Part,
} from './responses';
import type { FaultRow } from './row';

const refused = 'connection_refused 502';
const lost = 'connection_lost 502';
const notFound = 'host_not_found 502';
const tlsFailed = 'tls_failed 502';
const timeout = 'timeout 504';

/** The first bytes of the right response, up to the middle of its head or of its body. */
const upTo =
  (where: 'status' | 'head' | 'body'): Part =>
  (json) => {
    const bytes = response(json);
    const headLength = bytes.indexOf('\r\n\r\n') + 4;
    return bytes.subarray(0, { status: 7, head: headLength - 20, body: headLength + 8 }[where]);
  };
const halfChunk: Part = (json) => chunkedHead + chunk(json).slice(0, -10);
const wholeChunk: Part = (json) => chunkedHead + chunk(json);

function* forever(makePiece: (index: number) => string): Generator<string> {
  for (let index = 0; ; index += 1) yield makePiece(index);
}

/** Until the first bytes have arrived. */
const onFirstBytes = (act: (socket: Socket) => void) => (socket: Socket) => void socket.once('data', () => act(socket));

/** No connection comes about: the key cannot have left, so the page loaded again tries again. */
export const unconnectedRows: FaultRow[] = [
  { name: 'nothing listens on the port', fault: { isDown: true }, both: refused, reload: 'user' },
  { name: 'the name is not found', fault: { lookup: 'ENOTFOUND' }, both: notFound, reload: 'user' },
  { name: 'the name server fails', fault: { lookup: 'EAI_AGAIN' }, both: notFound, reload: 'user' },
  { name: 'the name server is silent', fault: { lookup: 'hangs' }, both: timeout, reload: 'user' },
  { name: 'TLS: nobody signed the certificate', fault: { certificate: 'untrusted' }, both: tlsFailed, reload: 'user' },
  { name: 'TLS: the certificate has expired', fault: { certificate: 'expired' }, both: tlsFailed, reload: 'user' },
  {
    name: 'TLS: the certificate of another host',
    fault: { certificate: 'wrongHost' },
    both: tlsFailed,
    reload: 'user',
  },
  {
    name: 'TLS: http on the port of https',
    fault: { accept: onFirstBytes((socket) => socket.end(response('', { status: '400 Bad Request' }))) },
    both: tlsFailed,
    reload: 'user',
  },
  {
    name: 'TLS: the handshake hangs',
    fault: { accept: (socket) => void socket.resume() },
    both: timeout,
    reload: 'user',
  },
  { name: 'TLS: ended in the handshake', fault: { accept: onFirstBytes(endAtOnce) }, both: lost, reload: 'user' },
  { name: 'TLS: reset in the handshake', fault: { accept: onFirstBytes(resetAtOnce) }, both: lost, reload: 'user' },
];

/** A connection that fails before there is a response: whether the key has arrived, nobody knows. */
export const connectionRows: FaultRow[] = [
  { name: 'accepts and is silent', fault: { accept: (socket) => void socket.resume() }, both: timeout },
  { name: 'accepts and reads nothing', fault: { accept: (socket) => void socket.pause() }, both: timeout },
  { name: 'ends each connection at once', fault: { accept: endAtOnce }, both: lost },
  { name: 'resets each connection at once', fault: { accept: resetAtOnce }, both: lost },
  { name: 'ends at the first bytes', fault: { accept: onFirstBytes(endAtOnce) }, both: lost },
  { name: 'resets at the first bytes', fault: { accept: onFirstBytes(resetAtOnce) }, both: lost },
  { name: 'reads the request and is silent', fault: sends(''), both: timeout },
];

/** A response that breaks off. */
export const brokenOffRows: FaultRow[] = [
  { name: 'reads the request and ends', fault: sendsAndEnds(), both: lost },
  { name: 'reads the request and resets', fault: sendsAndResets(), both: lost },
  { name: 'ends in the status line', fault: sendsAndEnds(upTo('status')), both: lost },
  { name: 'resets in the status line', fault: sendsAndResets(upTo('status')), both: lost },
  { name: 'ends in the headers', fault: sendsAndEnds(upTo('head')), both: lost },
  { name: 'resets in the headers', fault: sendsAndResets(upTo('head')), both: lost },
  { name: 'ends in the body, with Content-Length', fault: sendsAndEnds(upTo('body')), both: lost },
  { name: 'resets in the body, with Content-Length', fault: sendsAndResets(upTo('body')), both: lost },
  { name: 'ends in a chunk', fault: sendsAndEnds(halfChunk), both: lost },
  { name: 'resets in a chunk', fault: sendsAndResets(halfChunk), both: lost },
  { name: 'ends before the last chunk', fault: sendsAndEnds(wholeChunk), both: lost },
  {
    // The end of the connection is the end of the body, and what came is whole JSON.
    name: 'resets a body without any length, behind its end',
    fault: sendsAndResets((json) => response(json, { 'Content-Length': '' })),
    both: 'user',
  },
];

/** A response that does not come to its end. */
export const slowRows: FaultRow[] = [
  { name: 'falls silent in the status line', fault: sends(upTo('status')), both: timeout },
  { name: 'falls silent in the headers', fault: sends(upTo('head')), both: timeout },
  { name: 'falls silent in the body, with Content-Length', fault: sends(upTo('body')), both: timeout },
  { name: 'falls silent in a chunk', fault: sends(halfChunk), both: timeout },
  { name: 'never sends the last chunk', fault: sends(wholeChunk), both: timeout },
  {
    name: 'one byte each 100 ms',
    fault: drips('', (json) => response(json).toString('latin1'), 100),
    both: timeout,
  },
  {
    name: 'a header each 20 ms, without an end',
    fault: drips('HTTP/1.1 200 OK\r\n', () => forever((index) => `X-${index}: x\r\n`), 20),
    both: timeout,
  },
  {
    name: 'a chunk of one blank each 20 ms, without an end',
    fault: drips(chunkedHead, () => forever(() => chunk(' ')), 20),
    both: timeout,
  },
  {
    name: 'a body that takes 100 ms',
    fault: drips(
      (json) => response(json).subarray(0, -10),
      (json) => json.slice(-10),
      10,
    ),
    both: 'user',
  },
  {
    name: 'headers as fast as they go, without an end',
    fault: pours('HTTP/1.1 200 OK\r\n', Buffer.from('X-More: and more\r\n'.repeat(500))),
    both: 'response_too_large 502',
  },
  {
    name: 'chunks as fast as they go, without an end',
    fault: pours(chunkedHead, Buffer.from(chunk(' '.repeat(8192)))),
    both: 'response_too_large 502',
  },
  {
    name: 'a body without any length and without an end',
    fault: pours('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n', Buffer.alloc(8192, ' ')),
    both: 'response_too_large 502',
  },
  {
    name: 'a Content-Length of 1 GB, as fast as it goes',
    fault: pours('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n', Buffer.alloc(8192, ' ')),
    both: 'response_too_large 502',
  },
  {
    name: 'a body that ends with the connection',
    fault: sendsAndEnds((json) => response(json, { 'Content-Length': '' })),
    both: 'user',
  },
  {
    name: 'HTTP/1.0 with Content-Length',
    fault: sendsAndEnds((json) => response(json, { version: 'HTTP/1.0' })),
    both: 'user',
  },
  {
    name: 'HTTP/1.0, a body that ends with the connection',
    fault: sendsAndEnds((json) => response(json, { version: 'HTTP/1.0', 'Content-Length': '' })),
    both: 'user',
  },
  { name: 'ends the connection behind the response', fault: sendsAndEnds((json) => response(json)), both: 'user' },
  { name: 'Connection: close', fault: sendsAndEnds((json) => response(json, { Connection: 'close' })), both: 'user' },
  {
    name: 'keeps the connection for a second',
    fault: sends((json) => response(json, { 'Keep-Alive': 'timeout=1' })),
    both: 'user',
  },
  {
    name: 'chunks of one byte',
    fault: sends((json) => chunkedHead + [...json].map(chunk).join('') + '0\r\n\r\n'),
    both: 'user',
  },
  {
    name: 'half of it, and the rest 50 ms later',
    fault: drips(
      (json) => response(json).subarray(0, 40),
      (json) => [response(json).subarray(40).toString()],
      50,
    ),
    both: 'user',
  },
];
