import type { IncomingMessage } from 'node:http';
import type { Parameter, Parameters } from '../api/php-values.js';
import { parseParameters } from './php-parameters.js';

/** The parts of a request's URL. */
export interface RequestTarget {
  readonly path: string;
  readonly query: Parameters;
  /** The script's `do`. */
  readonly method: Parameter | undefined;
}

/** Reads a request's path and query; `/api/NAME` becomes `do=NAME`, which a `do` in the query overrides, as there. */
export function readTarget(req: IncomingMessage): RequestTarget {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = parseParameters(mark < 0 ? '' : url.slice(mark + 1));
  const segment = /^\/api\/([^/]+)\/?$/.exec(path)?.[1];
  return { path, query, method: query.get('do') ?? (segment === undefined ? undefined : decodeSegment(segment)) };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
