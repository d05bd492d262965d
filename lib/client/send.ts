import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dispatcher as UndiciDispatcher } from 'undici';
import type { Dispatcher } from '../types.js';
import type { Deadline, Waiter } from './deadline.js';

/** A request to a provider. */
export interface WireRequest {
  origin: string;
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
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
  request: WireRequest,
  deadline: Deadline,
  onEnd: () => void,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    pool.dispatch(request, new ResponseCollector(deadline, resolve, reject, onEnd));
  });
}

type Controller = UndiciDispatcher.DispatchController;

/** Collects one response, until the deadline ends the wait for it. */
class ResponseCollector implements UndiciDispatcher.DispatchHandler, Waiter {
  private readonly chunks: Buffer[] = [];
  private status = 0;
  private headers: WireResponse['headers'] = {};
  private controller: Controller | undefined;
  private isEnded = false;
  private readonly deadline: Deadline;
  private readonly resolve: (response: WireResponse) => void;
  private readonly reject: (error: Error) => void;
  private readonly onEnd: () => void;

  /** @param onEnd called once, before `resolve` and `reject` or without them. */
  constructor(
    deadline: Deadline,
    resolve: (response: WireResponse) => void,
    reject: (error: Error) => void,
    onEnd: () => void,
  ) {
    this.deadline = deadline;
    this.resolve = resolve;
    this.reject = reject;
    this.onEnd = onEnd;
    deadline.waiter = this;
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller;
    if (this.deadline.reason !== undefined) controller.abort(this.deadline.reason);
  }

  onResponseStart(_controller: Controller, status: number, headers: WireResponse['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.end();
    const response = { status: this.status, headers: this.headers, body: Buffer.concat(this.chunks) };
    // When this method has returned, undici frees the connection one turn of the event loop later. Until then the next
    // request would open another.
    queueMicrotask(() => setImmediate(this.resolve, response));
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.end();
    this.reject(error);
  }

  giveUp(reason: Error): void {
    this.end();
    this.reject(reason);
    this.controller?.abort(reason);
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.deadline.waiter = undefined;
    this.onEnd();
  }
}

/** Sends a request through the app's dispatcher, which may be of any undici, and may ignore the signal. */
export function sendThrough(dispatcher: Dispatcher, request: WireRequest, deadline: Deadline): Promise<WireResponse> {
  const controller = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (reason: Error) => {
      reject(reason);
      controller.abort(reason);
    };
    deadline.waiter = { giveUp };
  });
  const send = async () => {
    const { statusCode, headers, body } = await dispatcher.request({ ...request, signal: controller.signal });
    const bytes = await readBody(body);
    await nextTurn();
    return { status: statusCode, headers, body: bytes };
  };
  return Promise.race([send(), aborted]);
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
