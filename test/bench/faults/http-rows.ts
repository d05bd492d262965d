import { answers, chunked, chunkedHead, response, rightBody, sends, sendsAndEnds } from './responses';
import type { FaultRow } from './row';

const unexpected = 'response_unexpected 502';
const notJSON = 'response_not_json 502';
const html = 'response_html 502';
const tooLarge = 'response_too_large 502';
const redirected = 'provider_redirected 502';
const unavailable = 'provider_unavailable 502';
const lost = 'connection_lost 502';

const page = '<!doctype html><title>Site</title><p>Sorry</p>';
const asHTML = { 'Content-Type': 'text/html; charset=UTF-8' };

/** What is no response of HTTP, or no proper one. */
export const framingRows: FaultRow[] = [
  { name: 'not HTTP: the banner of SSH', fault: sends('SSH-2.0-OpenSSH_9.2\r\n'), both: unexpected },
  { name: 'not HTTP: the banner of SMTP', fault: sends('220 mail.example ESMTP\r\n'), both: unexpected },
  { name: 'not HTTP: 64 bytes of anything', fault: sends(Buffer.alloc(64, 0xa5)), both: unexpected },
  { name: 'not HTTP: an alert of TLS', fault: sendsAndEnds(Buffer.from('15030300020246', 'hex')), both: unexpected },
  { name: 'not HTTP: the JSON alone', fault: sendsAndEnds(rightBody), both: unexpected },
  { name: 'the first frame of HTTP/2', fault: sends(Buffer.from('000000040000000000', 'hex')), both: unexpected },
  { name: 'a status of two digits', fault: sends('HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'), both: unexpected },
  { name: 'a status in letters', fault: sends('HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n'), both: unexpected },
  { name: 'a header without a colon', fault: sends('HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}'), both: unexpected },
  { name: 'a NUL in a header', fault: answers(rightBody, { 'X-Nul': 'a\0b' }), both: unexpected },
  { name: 'a chunk whose length is no number', fault: sends(`${chunkedHead}zz\r\n{}\r\n`), both: unexpected },
  { name: 'a chunk longer than it says', fault: sends(`${chunkedHead}1\r\n{"a":1}\r\n0\r\n\r\n`), both: unexpected },
  {
    name: 'Content-Length that is no number',
    fault: answers(rightBody, { 'Content-Length': 'ten' }),
    both: unexpected,
  },
  { name: 'Content-Length below zero', fault: answers(rightBody, { 'Content-Length': '-1' }), both: unexpected },
  {
    name: 'two different Content-Length',
    fault: answers(rightBody, { 'Content-Length': '5\r\nContent-Length: 6' }),
    both: unexpected,
  },
  {
    name: 'Content-Length and chunks',
    fault: sends((json) => chunked(json).replace('\r\n', '\r\nContent-Length: 5\r\n')),
    both: unexpected,
  },
  { name: 'Content-Length of 0 and a body', fault: answers(rightBody, { 'Content-Length': '0' }), both: notJSON },
  {
    name: 'Content-Length too short by 5',
    fault: sends((json) => response(json, { 'Content-Length': String(json.length - 5) })),
    both: notJSON,
  },
  {
    name: 'Content-Length too long by 5, and silence',
    fault: sends((json) => response(json, { 'Content-Length': String(json.length + 5) })),
    both: 'timeout 504',
  },
  {
    name: 'Content-Length too long by 5, and the end',
    fault: sendsAndEnds((json) => response(json, { 'Content-Length': String(json.length + 5) })),
    both: lost,
  },
  { name: 'headers of 15 KB', fault: answers(rightBody, { 'X-Long': 'x'.repeat(15_000) }), both: 'user' },
  { name: 'one header of 40 KB', fault: answers(rightBody, { 'X-Long': 'x'.repeat(40_000) }), both: tooLarge },
  { name: '40 KB of cookies', fault: answers(rightBody, manyCookies()), both: tooLarge },
  {
    name: 'a status line of 40 KB',
    fault: answers(rightBody, { status: `200 ${'O'.repeat(40_000)}` }),
    both: 'user',
  },
  {
    name: 'two answers, the second with another user',
    fault: sends((json) => response(json), response('{"access_token":"evil","user_info":{"user_id":"1"}}')),
    both: 'user',
  },
  { name: 'an answer with bytes behind it', fault: sends((json) => response(json), 'and more'), both: 'user' },
  { name: '103 first', fault: sends('HTTP/1.1 103 Early Hints\r\n\r\n', (json) => response(json)), both: 'user' },
  {
    name: '102 first, twice',
    fault: sends('HTTP/1.1 102 Processing\r\n\r\n'.repeat(2), (json) => response(json)),
    both: 'user',
  },
  // undici ends the connection at a 100 that it did not ask for.
  { name: '100 first', fault: sends('HTTP/1.1 100 Continue\r\n\r\n', (json) => response(json)), both: lost },
  {
    name: '101',
    fault: sends('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    both: lost,
  },
  {
    name: 'chunks with extensions and a trailer',
    fault: sends((json) => chunked(json).replace(/\r\n0\r\n/, '\r\n0;a=b\r\nX-T: 1\r\n')),
    both: 'user',
  },
];

/** Statuses below 400. */
export const statusRows: FaultRow[] = [
  { name: '201 with the JSON', fault: answers(rightBody, { status: '201 Created' }), both: 'user' },
  { name: '202 with the JSON', fault: answers(rightBody, { status: '202 Accepted' }), both: 'user' },
  { name: '204', fault: answers('', { status: '204 No Content', 'Content-Length': '' }), both: notJSON },
  { name: '205', fault: answers('', { status: '205 Reset Content' }), both: notJSON },
  { name: '206 with the JSON', fault: answers(rightBody, { status: '206 Partial Content' }), both: 'user' },
  {
    name: '206 with half the JSON',
    fault: answers((json) => json.slice(0, 9), { status: '206 Partial Content' }),
    both: notJSON,
  },
  { name: '299 with the JSON', fault: answers(rightBody, { status: '299 Own' }), both: 'user' },
  ...[
    '301 Moved Permanently',
    '302 Found',
    '303 See Other',
    '307 Temporary Redirect',
    '308 Permanent Redirect',
  ].flatMap((status): FaultRow[] => [
    {
      name: `${status.slice(0, 3)} with the JSON`,
      fault: answers(rightBody, { status, Location: '/trap' }),
      both: 'user',
    },
    {
      name: `${status.slice(0, 3)} with a page`,
      fault: answers(page, { status, Location: '/trap', ...asHTML }),
      both: redirected,
    },
  ]),
  {
    name: '302 to another host, empty',
    fault: answers('', { status: '302 Found', Location: 'https://evil.invalid/trap' }),
    both: redirected,
  },
  {
    name: '302 to another host, with the JSON',
    fault: answers(rightBody, { status: '302 Found', Location: 'https://www.provider.invalid' }),
    both: 'user',
  },
  { name: '302 without Location, empty', fault: answers('', { status: '302 Found' }), both: redirected },
  { name: '302 without Location, with the JSON', fault: answers(rightBody, { status: '302 Found' }), both: 'user' },
  { name: '302 to no URL', fault: answers('', { status: '302 Found', Location: 'http://[' }), both: redirected },
  { name: '304', fault: answers('', { status: '304 Not Modified', 'Content-Length': '' }), both: redirected },
];

/** Statuses from 400 on, and pages. A web server or a firewall answered 4xx: the script may not have run. */
export const failureRows: FaultRow[] = [
  ...[
    '400 Bad Request',
    '401 Unauthorized',
    '403 Forbidden',
    '404 Not Found',
    '414 URI Too Long',
    '429 Too Many Requests',
    '451 Unavailable',
  ].flatMap((status): FaultRow[] => [
    {
      name: `${status.slice(0, 3)} with a page`,
      fault: answers(page, { status, ...asHTML }),
      both: html,
      reload: 'either',
    },
    {
      name: `${status.slice(0, 3)} with the JSON`,
      fault: answers(rightBody, { status }),
      both: unexpected,
      reload: 'either',
    },
  ]),
  { name: '404, empty', fault: answers('', { status: '404 Not Found' }), both: unexpected, reload: 'either' },
  {
    name: '407',
    fault: answers('', { status: '407 Proxy Authentication Required' }),
    both: unexpected,
    reload: 'either',
  },
  {
    name: '408 and the end',
    fault: sendsAndEnds(response('', { status: '408 Request Timeout', Connection: 'close' })),
    both: unexpected,
    reload: 'either',
  },
  {
    name: '429 with Retry-After',
    fault: answers('', { status: '429 Too Many Requests', 'Retry-After': '60' }),
    both: unexpected,
    reload: 'either',
  },
  { name: '500, empty', fault: answers('', { status: '500 Internal Server Error' }), both: unavailable },
  { name: '500 with the JSON', fault: answers(rightBody, { status: '500 Internal Server Error' }), both: unavailable },
  { name: '502 with a page', fault: answers(page, { status: '502 Bad Gateway', ...asHTML }), both: unavailable },
  {
    name: '503 with a page',
    fault: answers(page, { status: '503 Service Unavailable', ...asHTML, 'Retry-After': '9' }),
    both: unavailable,
  },
  { name: '504 with a page', fault: answers(page, { status: '504 Gateway Timeout', ...asHTML }), both: unavailable },
  { name: '520 with a page', fault: answers(page, { status: '520 Unknown', ...asHTML }), both: unavailable },
  { name: '599, empty', fault: answers('', { status: '599 Own' }), both: unavailable },
  { name: '999, empty', fault: answers('', { status: '999 Own' }), both: unavailable },
  { name: '200 with a page', fault: answers(page, asHTML), both: html, reload: 'user' },
  {
    name: '200 with a page, in chunks',
    fault: sends(chunked(page).replace('application/json', 'text/html')),
    both: html,
    reload: 'user',
  },
  {
    name: '200 with a page of XHTML',
    fault: answers(page, { 'Content-Type': 'application/xhtml+xml' }),
    both: html,
    reload: 'user',
  },
  { name: '200 with an empty page', fault: answers('', asHTML), both: html, reload: 'either' },
  {
    name: 'a page without Content-Type',
    fault: answers(page, { 'Content-Type': '' }),
    both: notJSON,
    reload: 'either',
  },
  { name: 'a page that calls itself JSON', fault: answers(page), both: notJSON, reload: 'either' },
  {
    name: 'warnings before the JSON',
    fault: answers((json) => `<br />\n<b>Warning</b>: x<br />\n${json}`),
    both: notJSON,
  },
];

function manyCookies(): Record<string, string> {
  return {
    'Set-Cookie': Array.from({ length: 400 }, (_, index) => `c${index}=${'x'.repeat(90)}`).join('\r\nSet-Cookie: '),
  };
}
