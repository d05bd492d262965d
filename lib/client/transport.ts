import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { readResponse, type APIResponse, type RawResponse } from './response.js';
import { doctorAdvice } from '../internal/doctor-advice.js';
import { trimSlashes } from '../internal/urls.js';
import { errorCodeOf } from '../internal/unknown-error.js';
import { createCircuitBreaker } from './circuit-breaker.js';
import { explainConnectionFailure, markNeverSent, wasNeverSent } from './network-errors.js';
import { loadUndici, openPool, type WarmPool } from './pool.js';
import { hasCode, LoginWithError, redactText, type LoginStage } from '../errors.js';
import type { Provider } from '../types.js';

/** One call to the provider's API. */
interface APICall {
  stage: LoginStage;
  method: 'GET' | 'POST';
  /** `authorize` or `get_user_info`. */
  endpoint: string;
  parameters: Record<string, string>;
  signal: AbortSignal;
}

/** Sends calls to one provider. */
export interface Transport {
  /**
   * Sends one call, once.
   *
   * @throws LoginWithError what `readResponse` and `explainConnectionFailure` make of everything but JSON with a status
   *   below 400; `response_too_large`.
   */
  call(call: APICall): Promise<APIResponse>;
  /** Opens a connection for the first call; sends nothing and never fails. */
  warmUp(): void;
  /** Waits for the calls that are under way and closes its own pool; a dispatcher of the app stays open. */
  close(): Promise<void>;
}

/**
 * Asks for messages and labels in English, which every site has, also where English is switched off: `Accept-Language`
 * does not get it there (PROTOCOL.md, `authorize`).
 */
export const englishQuery = { lang: 'en_us' };
/** In bytes, before and after decompression. */
const maximumBodyLength = 256 * 1024;

/** Version 2.8 of the script compresses its responses; a proxy in front of a site may do so without being asked. */
const decompressors: Record<string, (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Sends calls through the given dispatcher, or through a pool of its own, which is opened when it is first needed. */
export function createTransport(provider: Provider, given: Dispatcher | undefined): Transport {
  const base = new URL(provider.baseURL);
  let pool: WarmPool | undefined;
  let hasWarned = false;
  const breaker = createCircuitBreaker();
  /** Calls that are under way. */
  const running = new Set<Promise<RawResponse>>();
  const open = () => openPool(base, () => running.size > 0);

  return {
    async call(call) {
      const { stage, signal } = call;
      const began = performance.now();
      const toMessage = (what: string) =>
        `${stage}: ${provider.name} ${what} after ${Math.round(performance.now() - began)} ms`;
      // Once a key is used, its token must be used too.
      if (stage === 'authorize' && !(await breaker.admit())) throw createSilentError(stage, provider);
      const end = breaker.begin();
      const dispatcher = given ?? (pool ??= open()).dispatcher;
      // Of a dispatcher of the app it is not known.
      const hadConnection = pool?.watch();
      try {
        signal.throwIfAborted();
        // Later, because the pool asks at once whether a call is running.
        const sending = Promise.resolve().then(() => untilAborted(signal, send(base, call, dispatcher, toMessage)));
        running.add(sending);
        const raw = await sending.finally(() => running.delete(sending));
        end('answered');
        const response = readResponse(raw, provider, stage, toMessage);
        if (response.otherSite !== undefined && !hasWarned) {
          hasWarned = true;
          process.emitWarning(explainOtherAddress(provider, response.otherSite.baseURL ?? "the site's own address"), {
            type: 'LoginWithWarning',
            code: 'LOGINWITH_BASE_URL',
          });
        }
        return response;
      } catch (error) {
        if (error instanceof LoginWithError) {
          end('answered');
          throw error;
        }
        const failure = explainConnectionFailure(error, base.host, signal.aborted, stage, toMessage);
        end(hasCode(failure, 'timeout') ? 'silent' : 'failed');
        if (hadConnection?.() === false && !wasNeverSent(failure)) markNeverSent(failure, false);
        throw failure;
      }
    },
    warmUp() {
      if (given !== undefined) return;
      pool ??= open();
      pool.warmUp();
    },
    async close() {
      await Promise.allSettled(running);
      await pool?.close();
      pool = undefined;
    },
  };
}

function explainOtherAddress({ name, baseURL }: Provider, siteURL: string): string {
  return (
    `${name} is configured for another address than ${baseURL}, so nobody is ever signed in there, and a login that ` +
    `starts there does not come back: set the provider's base URL to ${redactText(siteURL)}. ${doctorAdvice}`
  );
}

/** The error of a call that is not sent, so that its key stays unused. */
function createSilentError(stage: LoginStage, { name }: Provider): LoginWithError {
  const error = new LoginWithError(`${stage}: ${name} answers no calls at present`, {
    code: 'provider_unavailable',
    stage,
    hint: 'The site has answered none of many calls, so nothing was sent. Load the page again in a moment.',
    retryable: true,
  });
  markNeverSent(error, false);
  return error;
}

async function send(
  base: URL,
  { stage, method, endpoint, parameters, signal }: APICall,
  dispatcher: Dispatcher,
  toMessage: (what: string) => string,
): Promise<RawResponse> {
  const encoded = new URLSearchParams(parameters).toString();
  const query = new URLSearchParams({ ...(method === 'GET' ? parameters : {}), ...englishQuery }).toString();
  const url = `${trimSlashes(base.href)}/api/${endpoint}?${query}`;
  const { statusCode, headers, body } = await loadUndici().request(url, {
    dispatcher,
    method,
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': 'passport-loginwith',
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(method === 'POST' ? { body: encoded } : {}),
  });
  const text = await readText(body, String(headers['content-encoding'] ?? ''), toMessage, stage);
  // undici frees the connection one turn of the event loop later. Until then the next call would open another one.
  await new Promise((resolve) => setImmediate(resolve));
  return {
    status: statusCode,
    type: String(headers['content-type'] ?? ''),
    location: String(headers.location ?? ''),
    text,
  };
}

/** Ends the wait by itself: a dispatcher of the app may ignore the signal. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Reads a body as text, decompressed.
 *
 * @throws LoginWithError `response_too_large`, `response_not_json`; and what the body throws.
 */
export async function readText(
  body: AsyncIterable<unknown>,
  encoding: string,
  toMessage: (what: string) => string,
  stage: LoginStage,
): Promise<string> {
  const createTooLargeError = () =>
    new LoginWithError(toMessage(`answered with more than ${maximumBodyLength / 1024} KiB`), {
      code: 'response_too_large',
      stage,
      hint: 'No response of this API is that long. Check the base URL.',
    });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    // A response body yields buffers unless an encoding is set on it.
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > maximumBodyLength) throw createTooLargeError();
    chunks.push(bytes);
  }
  const decompress = decompressors[encoding.trim().toLowerCase()];
  const bytes = Buffer.concat(chunks);
  if (decompress === undefined || bytes.length === 0) return new TextDecoder().decode(bytes);
  try {
    return new TextDecoder().decode(await decompress(bytes, { maxOutputLength: maximumBodyLength }));
  } catch (error) {
    if (errorCodeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw createTooLargeError();
    throw new LoginWithError(toMessage(`answered with broken ${encoding}`), {
      code: 'response_not_json',
      stage,
      hint: 'The response was damaged on its way. Start the login again.',
      retryable: true,
    });
  }
}
