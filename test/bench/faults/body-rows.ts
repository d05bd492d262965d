import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { answers, type Part } from './responses';
import type { FaultRow } from './row';

const unexpected = 'response_unexpected 502';
const notJSON = 'response_not_json 502';
const tooLarge = 'response_too_large 502';

const limit = 256 * 1024;
const padded =
  (length: number): ((json: string) => string) =>
  (json) =>
    json.padEnd(length);
const bomb = Buffer.alloc(10 * 1024 * 1024, ' ');
const encoded = (encoding: string, body: Part): ReturnType<typeof answers> =>
  answers(body, { 'Content-Encoding': encoding });
const typed = (type: string): ReturnType<typeof answers> => answers((json) => json, { 'Content-Type': type });
/** Adds a property in front of the others. */
const withProperty =
  (property: string): ((json: string) => string) =>
  (json) =>
    json.replace('{', `{${property},`);

/** What stands around the JSON. */
export const encodingRows: FaultRow[] = [
  { name: 'JSON as text/plain', fault: typed('text/plain'), both: 'user' },
  { name: 'JSON as text/html', fault: typed('text/html; charset=UTF-8'), both: 'user' },
  { name: 'JSON as application/octet-stream', fault: typed('application/octet-stream'), both: 'user' },
  { name: 'JSON as something unheard-of', fault: typed(';;;'), both: 'user' },
  { name: 'JSON without Content-Type', fault: typed(''), both: 'user' },
  { name: 'gzip', fault: encoded('gzip', gzipSync), both: 'user' },
  { name: 'x-gzip', fault: encoded('x-gzip', gzipSync), both: 'user' },
  { name: 'gzip, written GZIP', fault: encoded(' GZIP ', gzipSync), both: 'user' },
  { name: 'deflate', fault: encoded('deflate', deflateSync), both: 'user' },
  { name: 'br', fault: encoded('br', brotliCompressSync), both: 'user' },
  { name: 'identity', fault: encoded('identity', (json) => json), both: 'user' },
  { name: 'an unknown encoding of plain JSON', fault: encoded('none', (json) => json), both: 'user' },
  { name: 'deflate without its header', fault: encoded('deflate', deflateRawSync), both: notJSON },
  { name: 'gzip twice', fault: encoded('gzip, gzip', (json) => gzipSync(gzipSync(json))), both: notJSON },
  { name: 'gzip that is plain JSON', fault: encoded('gzip', (json) => json), both: notJSON },
  { name: 'gzip that is nothing', fault: encoded('gzip', Buffer.alloc(50, 1)), both: notJSON },
  { name: 'gzip that breaks off', fault: encoded('gzip', (json) => gzipSync(json).subarray(0, -9)), both: notJSON },
  { name: 'deflate that is plain JSON', fault: encoded('deflate', (json) => json), both: notJSON },
  { name: 'br that is plain JSON', fault: encoded('br', (json) => json), both: notJSON },
  {
    name: 'br that breaks off',
    fault: encoded('br', (json) => brotliCompressSync(json).subarray(0, -3)),
    both: notJSON,
  },
  { name: 'gzip that nobody declared', fault: answers(gzipSync), both: notJSON },
  { name: 'an unknown encoding', fault: encoded('zstd', Buffer.alloc(50, 0xb5)), both: notJSON },
  { name: 'gzip, empty', fault: encoded('gzip', ''), both: notJSON },
  { name: 'gzip of 10 MB', fault: encoded('gzip', gzipSync(bomb)), both: tooLarge },
  { name: 'deflate of 10 MB', fault: encoded('deflate', deflateSync(bomb)), both: tooLarge },
  { name: 'br of 10 MB', fault: encoded('br', brotliCompressSync(bomb)), both: tooLarge },
  { name: '256 KiB', fault: answers(padded(limit)), both: 'user' },
  { name: '256 KiB and a byte', fault: answers(padded(limit + 1)), both: tooLarge },
  { name: '256 KiB in gzip', fault: encoded('gzip', (json) => gzipSync(padded(limit)(json))), both: 'user' },
  {
    name: '256 KiB and a byte in gzip',
    fault: encoded('gzip', (json) => gzipSync(padded(limit + 1)(json))),
    both: tooLarge,
  },
  { name: '1 MB', fault: answers(padded(1024 * 1024)), both: tooLarge },
  { name: 'a byte order mark', fault: answers((json) => `\ufeff${json}`), both: 'user' },
  { name: 'UTF-16', fault: answers((json) => Buffer.from(`\ufeff${json}`, 'utf16le')), both: notJSON },
  {
    name: 'invalid UTF-8 in a text',
    fault: answers((json) => Buffer.from(withProperty('"x":"\xff\xfe"')(json), 'latin1')),
    both: 'user',
  },
  { name: 'invalid UTF-8 alone', fault: answers(Buffer.from([0xff, 0xfe, 0xfd])), both: notJSON },
  { name: 'blanks around the JSON', fault: answers((json) => ` \r\n\t${json}\n\n`), both: 'user' },
];

/** Values of JSON that are not those of this API. */
export const jsonRows: FaultRow[] = [
  { name: 'an empty body', fault: answers(''), both: notJSON },
  { name: 'blanks', fault: answers('  \n'), both: notJSON },
  { name: 'JSON without its end', fault: answers((json) => json.slice(0, -1)), both: notJSON },
  { name: 'JSON twice', fault: answers((json) => json + json), both: notJSON },
  { name: 'JSON in single quotes', fault: answers((json) => json.replaceAll('"', "'")), both: notJSON },
  { name: 'a word', fault: answers('OK'), both: notJSON },
  { name: 'a function call around the JSON', fault: answers((json) => `callback(${json})`), both: notJSON },
  { name: 'null', fault: answers('null'), both: unexpected },
  { name: 'true', fault: answers('true'), both: unexpected },
  { name: 'a number', fault: answers('42'), both: unexpected },
  { name: 'a text', fault: answers('"t"'), both: unexpected },
  { name: '[null]', fault: answers('[null]'), both: unexpected },
  { name: '[] at authorize', fault: answers('[]'), authorize: unexpected },
  { name: '[] at get_user_info: the user was deleted', fault: answers('[]'), userInfo: 'user_not_found 403' },
  { name: 'the right object in a list', fault: answers((json) => `[${json}]`), both: unexpected },
  { name: '{}', fault: answers('{}'), both: unexpected },
  { name: 'the right object as __proto__', fault: answers((json) => `{"__proto__":${json}}`), both: unexpected },
  { name: '100,000 lists in each other', fault: answers('['.repeat(100_000) + ']'.repeat(100_000)), both: unexpected },
  {
    name: '100,000 lists in a property of the right object',
    fault: answers(withProperty(`"x":${'['.repeat(100_000)}${']'.repeat(100_000)}`)),
    both: 'user',
  },
  { name: 'unknown properties', fault: answers(withProperty('"constructor":null,"then":1')), both: 'user' },
  { name: 'error: false and the right object', fault: answers(withProperty('"error":false')), both: 'user' },
  {
    name: 'error: true and the right object',
    fault: answers(withProperty('"error":true')),
    both: 'provider_error 502',
  },
];
