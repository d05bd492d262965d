import type { IncomingMessage } from 'node:http';
import type { Parameter, Parameters } from '../api/php-values.js';
import { decodeBytes, decodePercent, parseParameters } from './php-parameters.js';

/** The parts of a request's URL. */
export interface RequestTarget {
  /** As the web server maps it: decoded, without empty and dot segments. */
  readonly path: string;
  readonly query: Parameters;
  /** The script's `do`. */
  readonly method: Parameter | undefined;
  /** Whether the API's script runs: `/api/NAME`, with a slash at its end or not, or `/api.php`. */
  readonly isAPI: boolean;
}

/**
 * Reads a request's path and query. `/api/NAME` becomes `do=NAME`, put before the query as it is, so `/api/a%26do=b`
 * means what it says there; a `do` in the query overrides it, as there.
 */
export function readTarget(req: IncomingMessage): RequestTarget {
  const { path: rawPath, query } = splitTarget(req.url ?? '/');
  const readable = readPath(req.url ?? '/');
  const path = typeof readable === 'number' ? rawPath : readable;
  const name = /^\/api\/([^/]+)\/?$/.exec(path)?.[1];
  const parameters = parseParameters(name === undefined ? query : `do=${name}&${query}`);
  const isAPI = name !== undefined || /^\/api\.php(?:\/|$)/.test(path);
  return { path: decodeBytes(path), query: parameters, method: parameters.get('do'), isAPI };
}

/**
 * The path of a request as Apache reads it, byte by byte (Latin-1), or the status with which it refuses the request:
 * 400 for a broken `%`, 404 for an encoded slash or null byte, 403 for an encoded `?`, blank or control character in an
 * API name.
 */
export function readPath(url: string): string | 400 | 403 | 404 {
  const { path } = splitTarget(url);
  if (/%(?![\da-f]{2})/i.test(path)) return 400;
  if (/%(?:2f|00)/i.test(path)) return 404;
  const decoded = decodePercent(path);
  const segments: string[] = [];
  const given = decoded.split('/').slice(1);
  for (const segment of given) {
    if (segment === '..' && segments.pop() === undefined) return 400;
    if (segment !== '' && segment !== '.' && segment !== '..') segments.push(segment);
  }
  const isFolder = segments.length > 0 && /(?:^|\/)\.{0,2}$/.test(decoded);
  const normal = `/${segments.join('/')}${isFolder ? '/' : ''}`;
  // The rewriting puts the name into a query string, where the server has refused blanks and control characters since
  // 2.4.56, and an encoded `?` since 2.4.60.
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  return /^\/api\/[^/]*[\u0000-\u0020?\u007f]/.test(normal) ? 403 : normal;
}

/** Path and query; a target in absolute form loses its scheme and host. */
function splitTarget(url: string): { path: string; query: string } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}
