import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { readPath } from './request-target.js';
import type { WireResponse } from './wire-response.js';

/** Longest line of a request's head that Apache reads: the request line, and each header. */
const longestLine = 8190;

/**
 * What the web server in front of the script (Apache, with its usual settings) answers by itself: to requests that it
 * does not understand, and to `TRACE`. Undefined for requests that it hands on.
 */
export function webServerResponse(req: IncomingMessage): WireResponse | undefined {
  const status = refusedStatus(req);
  if (status !== undefined) return errorPage(status);
  if (req.method !== 'TRACE') return undefined;
  const hasBody = (req.headers['content-length'] ?? '0') !== '0' || req.headers['transfer-encoding'] !== undefined;
  return hasBody ? errorPage(413) : echo(req);
}

/** A page of the web server's own: no cookie, no cache headers, and Latin-1. */
export function errorPage(status: keyof typeof reasons, headers: Record<string, string> = {}): WireResponse {
  const title = `${status} ${reasons[status]}`;
  const body = Buffer.from(
    `<!DOCTYPE HTML><html><head>\n<title>${title}</title>\n</head><body>\n<h1>${title}</h1>\n</body></html>\n`,
  );
  const contentType = 'text/html; charset=iso-8859-1';
  return { status, headers: { ...headers, 'content-type': contentType, 'content-length': body.length }, body };
}

/** Ends a connection on which something came that Node could not read. */
export function refuseConnection(socket: Duplex): void {
  if (!socket.writable) return;
  const { status, headers, body } = errorPage(400);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reasons[400]}\r\n${lines.join('')}connection: close\r\n\r\n${body.toString()}`);
}

const reasons = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  416: 'Requested Range Not Satisfiable',
} as const;

function refusedStatus(req: IncomingMessage): 400 | 403 | 404 | 414 | undefined {
  const { url = '/', method = 'GET', httpVersion, rawHeaders, headers } = req;
  if (`${method} ${url} HTTP/${httpVersion}`.length > longestLine) return 414;
  if (headers.host === undefined && httpVersion !== '1.0') return 400;
  if (rawHeaders.some((name, index) => index % 2 === 0 && isTooLong(name, rawHeaders[index + 1]))) return 400;
  if (url.includes('#')) return 400;
  const path = readPath(url);
  return typeof path === 'number' ? path : undefined;
}

function isTooLong(name: string, value = ''): boolean {
  return `${name}: ${value}`.length > longestLine;
}

function echo({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): WireResponse {
  const lines = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
  const body = Buffer.from(`${method} ${url} HTTP/${httpVersion}\r\n${lines.join('')}\r\n`, 'latin1');
  return { status: 200, headers: { 'content-type': 'message/http', 'content-length': body.length }, body };
}
