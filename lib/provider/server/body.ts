import type { IncomingMessage } from 'node:http';
import type { Parameter, Parameters } from '../api/php-values.js';
import { addParameter, decodeBytes, noParameters, parseParameters } from './php-parameters.js';

/** A request whose body may have been read by an app that this provider is mounted in. */
export type FormRequest = IncomingMessage & { body?: unknown };

/** The form of a POST request, urlencoded or multipart; of any other request there is none, as in PHP's `$_POST`. */
export async function readForm(req: FormRequest): Promise<Parameters> {
  const contentType = req.headers['content-type'] ?? '';
  // PHP's type ends at the first of these characters, whatever follows.
  const type = contentType.split(/[;, ]/, 1)[0]?.toLowerCase();
  const isMultipart = type === 'multipart/form-data';
  if (req.method !== 'POST' || !(isMultipart || type === 'application/x-www-form-urlencoded')) return noParameters;
  if (typeof req.body === 'object' && req.body !== null) return parametersOf(req.body);
  const body = await readBody(req);
  return isMultipart ? parseMultipart(body, contentType) : parseParameters(body);
}

/** Larger bodies than this are read to their end, but count as empty, as with PHP's `post_max_size`. */
const largestBody = 1024 * 1024;

/** The body byte by byte, as Latin-1. */
async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    // An IncomingMessage without an encoding yields buffers.
    const buffer = chunk as Buffer;
    size += buffer.length;
    if (size <= largestBody) chunks.push(buffer);
  }
  return size <= largestBody ? Buffer.concat(chunks).toString('latin1') : '';
}

/** The form as the outer app's body parser left it. */
function parametersOf(body: object): Parameters {
  const parameters = new Map<string, Parameter>();
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') addParameter(parameters, name, value);
    else addParameter(parameters, `${name}[]`, '');
  }
  return parameters;
}

/** Text fields only: an uploaded file is no parameter. A last part that no boundary ends counts too, as in PHP. */
function parseMultipart(body: string, contentType: string): Parameters {
  const boundary = /boundary[^=]*=(?:"([^"]*)"|([^,;]*))/i.exec(contentType);
  const marker = boundary?.[1] ?? boundary?.[2];
  const parameters = new Map<string, Parameter>();
  if (marker === undefined) return parameters;
  for (const part of `\n${body}`.split(`\n--${marker}`).slice(1)) {
    if (!/^\r?\n/.test(part)) break;
    const blankLine = /\r?\n\r?\n/.exec(part);
    if (blankLine === null) continue;
    const head = part.slice(0, blankLine.index);
    const value = withoutBoundaryStart(part.slice(blankLine.index + blankLine[0].length), `\n--${marker}`);
    const [, quoted, bare] = /;\s*name=(?:"([^"]*)"|([^\s;]+))/i.exec(head) ?? [];
    const name = quoted ?? bare;
    if (name === undefined || /;\s*filename\*?=/i.test(head)) continue;
    addParameter(parameters, decodeBytes(name), decodeBytes(value));
  }
  return parameters;
}

/** PHP takes the start of a boundary at the very end of a body for the boundary, and the line break before it too. */
function withoutBoundaryStart(value: string, boundary: string): string {
  let length = Math.min(value.length, boundary.length);
  while (!value.endsWith(boundary.slice(0, length))) length -= 1;
  return value.slice(0, value.length - length).replace(/\r$/, '');
}
