import type { IncomingMessage } from 'node:http';
import type { Parameter, Parameters } from '../api/php-values.js';
import { addParameter, noParameters, parseParameters } from './php-parameters.js';

/** A request whose body may have been read by an app that this provider is mounted in. */
export type FormRequest = IncomingMessage & { body?: unknown };

/** The form of a POST request, urlencoded or multipart; of any other request there is none, as in PHP's `$_POST`. */
export async function readForm(req: FormRequest): Promise<Parameters> {
  const contentType = req.headers['content-type'] ?? '';
  const isMultipart = /^multipart\/form-data\s*;/i.test(contentType);
  const isForm = isMultipart || /^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType);
  if (req.method !== 'POST' || !isForm) return noParameters;
  if (typeof req.body === 'object' && req.body !== null) return parametersOf(req.body);
  const body = await readBody(req);
  return isMultipart ? parseMultipart(body, contentType) : parseParameters(body);
}

/** Larger bodies than this are read to their end, but count as empty, as with PHP's `post_max_size`. */
const largestBody = 1024 * 1024;

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    // An IncomingMessage without an encoding yields buffers.
    const buffer = chunk as Buffer;
    size += buffer.length;
    if (size <= largestBody) chunks.push(buffer);
  }
  return size <= largestBody ? Buffer.concat(chunks).toString('utf8') : '';
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

/** Text fields only: an uploaded file is no parameter. */
function parseMultipart(body: string, contentType: string): Parameters {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const marker = boundary?.[1] ?? boundary?.[2];
  const parameters = new Map<string, Parameter>();
  if (marker === undefined) return parameters;
  for (const part of `\n${body}`.split(`\n--${marker}`).slice(1)) {
    const blankLine = /\r?\n\r?\n/.exec(part);
    if (blankLine === null) continue;
    const head = part.slice(0, blankLine.index);
    const value = part.slice(blankLine.index + blankLine[0].length).replace(/\r$/, '');
    const name = /;\s*name="([^"]*)"/i.exec(head)?.[1];
    if (name !== undefined && !/;\s*filename\*?=/i.test(head)) addParameter(parameters, name, value);
  }
  return parameters;
}
