import { setImmediate as nextTurn } from 'node:timers/promises';
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
 *
 * @param onEnd called once, when the request has ended or was given up.
 * @returns the response, as soon as its connection is free for the next request.
 */
export function sendThroughPool(
  pool: UndiciDispatcher,
  { signal, ...options }: WireRequest,
  onEnd: () => void,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: WireResponse['headers'] = {};
    let abort: ((reason: Error) => void) | undefined;
    let isEnded = false;
    const end = () => {
      if (isEnded) return;
      isEnded = true;
      signal.removeEventListener('abort', giveUp);
      onEnd();
    };
    const giveUp = () => {
      // The types allow any reason; the caller of ours gives an Error.
      const reason = signal.reason as Error;
      end();
      reject(reason);
      abort?.(reason);
    };
    signal.addEventListener('abort', giveUp);
    pool.dispatch(options, {
      onRequestStart(controller) {
        if (isEnded) controller.abort(signal.reason as Error);
        else abort = (reason) => controller.abort(reason);
      },
      onResponseStart(_controller, statusCode, responseHeaders) {
        status = statusCode;
        headers = responseHeaders;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        end();
        const response = { status, headers, body: Buffer.concat(chunks) };
        // When this function has returned, undici frees the connection one turn of the event loop later. Until then the
        // next request would open another.
        queueMicrotask(() => setImmediate(resolve, response));
      },
      onResponseError(_controller, error) {
        end();
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
    const bytes = await readBody(body);
    await nextTurn();
    return { status: statusCode, headers, body: bytes };
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
