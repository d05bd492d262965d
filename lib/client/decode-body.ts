import { promisify } from 'node:util';
import type { ZlibOptions } from 'node:zlib';
import { LoginWithError, type LoginStage } from '../errors.js';
import { loadOnce } from '../internal/load-once.js';
import { errorCodeOf } from '../internal/unknown-error.js';
import { createBodyTooLargeError, maximumBodyLength } from './send.js';

const decoder = new TextDecoder();

/**
 * Reads a body as text, decompressed.
 *
 * @throws LoginWithError `response_not_json`; what `createBodyTooLargeError` returns.
 */
export function decodeBody(
  body: Buffer,
  encoding: string,
  toMessage: (what: string) => string,
  stage: LoginStage,
): string | Promise<string> {
  const decompress = loadDecompressors().get(encoding.trim().toLowerCase());
  if (decompress === undefined || body.length === 0) return decoder.decode(body);
  const decompressed = decompress(body, { maxOutputLength: maximumBodyLength });
  return decompressed
    .then((bytes) => decoder.decode(bytes))
    .catch((error: unknown) => {
      if (errorCodeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw createBodyTooLargeError();
      throw new LoginWithError(toMessage(`answered with broken ${encoding}`), {
        code: 'response_not_json',
        stage,
        hint: 'The response was damaged on its way. Start the login again.',
        retryable: true,
      });
    });
}

type Decompress = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

/**
 * Version 2.8 of the script compresses its responses; a proxy in front of a site may do so without being asked. Loaded
 * with the first response, so that the app starts faster.
 */
const loadDecompressors = loadOnce(() => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { brotliDecompress, gunzip, inflate } = require('node:zlib') as typeof import('node:zlib');
  return new Map<string, Decompress>([
    ['gzip', promisify(gunzip)],
    ['x-gzip', promisify(gunzip)],
    ['deflate', promisify(inflate)],
    ['br', promisify(brotliDecompress)],
  ]);
});
