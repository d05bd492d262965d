import type { Dispatcher as UndiciDispatcher } from 'undici';
import type { Dispatcher } from '../types.js';

/** A request to a provider. */
export interface WireRequest {
  origin: string;
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
}

/** What came back, the body as it was sent. */
export interface WireResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** In bytes, before and after decompression. */
export const maximumBodyLength = 256 * 1024;

/** The code of undici's error for a body above its option `maxResponseSize`. */
export const bodyTooLargeCode = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/**
 * Sends a request through a pool of our own, which has the option `maxResponseSize`. undici's `request` makes a stream
 * of each body; these are short and needed whole.
 */
export function sendThroughPool(pool: UndiciDispatcher, { signal, ...options }: WireRequest): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const response: WireResponse = { status: 0, headers: {}, body: Buffer.alloc(0) };
    const chunks: Buffer[] = [];
    let abort: ((reason: Error) => void) | undefined;
    const giveUp = () => {
      // AbortSignal's types allow any reason; the caller of ours gave an Error.
      const reason = signal.reason as Error;
      abort?.(reason);
      reject(reason);
    };
    signal.addEventListener('abort', giveUp);
    pool.dispatch(options, {
      onRequestStart(controller) {
        abort = (reason) => controller.abort(reason);
        if (signal.aborted) giveUp();
      },
      onResponseStart(_controller, status, headers) {
        Object.assign(response, { status, headers });
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        signal.removeEventListener('abort', giveUp);
        resolve({ ...response, body: Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        signal.removeEventListener('abort', giveUp);
        reject(error);
      },
    });
  });
}

/** Sends a request through the app's dispatcher, which may be of any undici, and may ignore the signal. */
export async function sendThrough(dispatcher: Dispatcher, request: WireRequest): Promise<WireResponse> {
  const { signal } = request;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  const send = async () => {
    const { statusCode, headers, body } = await dispatcher.request(request);
    return { status: statusCode, headers, body: await readBody(body) };
  };
  try {
    return await Promise.race([send(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** @throws what {@link createBodyTooLargeError} returns, and what the body throws. */
export async function readBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maximumBodyLength) throw createBodyTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The same as undici's own. */
export function createBodyTooLargeError(): Error {
  return Object.assign(new Error('the body is too large'), { code: bodyTooLargeCode });
}
