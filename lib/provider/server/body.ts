import type { IncomingMessage } from 'node:http';
import { addParameter, NO_PARAMETERS, parseParameters, type Parameter, type Parameters } from './php-parameters.js';

/** Larger bodies than this are read to their end, but count as empty, as with PHP's `post_max_size`. */
const LARGEST_BODY = 1024 * 1024;

/** A request whose body an app that this provider is mounted in may have read already. */
export type BodyRequest = IncomingMessage & { body?: unknown };

/** The form of a POST request, urlencoded or multipart; of any other request there is none, as in PHP's `$_POST`. */
export async function readForm(request: BodyRequest): Promise<Parameters> {
  const contentType = request.headers['content-type'] ?? '';
  const isMultipart = /^multipart\/form-data\s*;/i.test(contentType);
  const isForm = isMultipart || /^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType);
  if (request.method !== 'POST' || !isForm) return NO_PARAMETERS;
  if (typeof request.body === 'object' && request.body !== null) return parsedForm(request.body);
  const body = await readBody(request);
  return isMultipart ? parseMultipart(body, contentType) : parseParameters(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // An IncomingMessage without an encoding yields buffers.
    const buffer = chunk as Buffer;
    size += buffer.length;
    if (size <= LARGEST_BODY) chunks.push(buffer);
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks).toString('utf8') : '';
}

/** What a body parser of the outer app made of the form. */
function parsedForm(body: object): Parameters {
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
    const [, head = '', value = ''] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*?)\r?$/.exec(part) ?? [];
    const name = /;\s*name="([^"]*)"/i.exec(head)?.[1];
    if (name !== undefined && !/;\s*filename\*?=/i.test(head)) addParameter(parameters, name, value);
  }
  return parameters;
}
