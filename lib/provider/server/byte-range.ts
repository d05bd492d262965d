import type { IncomingMessage } from 'node:http';
import { errorPage } from './web-server.js';
import type { WireResponse } from './wire-response.js';

/**
 * Cuts a response to the range of bytes that was asked for, as the web server does with every 200, also the script's.
 * Several ranges at once are not cut: no client of the API asks for them.
 */
export function applyRange(req: IncomingMessage, response: WireResponse): WireResponse {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(req.headers.range ?? '') ?? [];
  const { status, headers, body } = response;
  if (status !== 200 || (first === '' && last === '')) return response;
  const start = first === '' ? Math.max(0, body.length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? body.length - 1 : Math.min(Number(last), body.length - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return response;
  if (start > end) return errorPage(416, { 'content-range': `bytes */${body.length}` });
  const part = body.subarray(start, end + 1);
  const contentRange = `bytes ${start}-${end}/${body.length}`;
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange, 'content-length': part.length },
    body: part,
  };
}
