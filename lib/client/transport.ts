import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import type { buildConnector, Dispatcher } from 'undici';
import { originOf, readAnswer, type APIAnswer, type Received } from './response.js';
import { trimSlashes } from '../internal/urls.js';
import { errorCodeOf } from '../internal/unknown-error.js';
import { explainConnectionFailure } from './network-errors.js';
import { LoginWithError, type LoginStage } from '../errors.js';
import type { Provider } from '../types.js';

/** One call to the provider's API. */
export interface APICall {
  stage: LoginStage;
  method: 'GET' | 'POST';
  /** `authorize` or `get_user_info`. */
  endpoint: string;
  parameters: Record<string, string>;
  signal: AbortSignal;
}

/** The way to one provider. */
export interface Transport {
  /** @throws LoginWithError for everything but JSON with a status below 400. */
  call(call: APICall): Promise<APIAnswer>;
  /** Opens a connection ahead of the first call; never fails, never sends anything. */
  warmUp(): void;
  close(): Promise<void>;
}

const maximumAnswerLength = 256 * 1024;
/** How long a connection that was opened ahead waits for its call, in milliseconds. */
const spareLifetime = 10_000;

/** The version 2.8 of the script compresses; what stands in front of a site may do so unasked. */
const decompressors: Record<string, (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Makes the way to a provider: over the given dispatcher, or over a pool of its own, which is loaded and opened when it is first needed. */
export function createTransport(provider: Provider, given: Dispatcher | undefined): Transport {
  const base = new URL(provider.baseURL);
  let pool: WarmPool | undefined;
  let hasWarned = false;

  return {
    async call(call) {
      const { stage, signal } = call;
      const began = performance.now();
      const describe = (what: string) =>
        `${stage}: ${provider.name} ${what} after ${Math.round(performance.now() - began)} ms`;
      try {
        const dispatcher = given ?? (pool ??= openPool(base)).dispatcher;
        const received = await untilAborted(signal, send(base, call, dispatcher, describe));
        const answer = readAnswer(received, provider, stage, describe);
        if (received.status >= 300 && !hasWarned) {
          hasWarned = true;
          process.emitWarning(
            `${provider.name} answers for another address than ${base.origin}: set the provider's base URL to ${originOf(received.location) ?? "the site's own"}.`,
            { type: 'LoginWithWarning', code: 'LOGINWITH_BASE_URL' },
          );
        }
        return answer;
      } catch (error) {
        if (error instanceof LoginWithError) throw error;
        throw explainConnectionFailure(error, base.host, signal.aborted, stage, describe);
      }
    },
    warmUp() {
      if (given !== undefined) return;
      pool ??= openPool(base);
      pool.warmUp();
    },
    async close() {
      await pool?.close();
      pool = undefined;
    },
  };
}

async function send(
  base: URL,
  { stage, method, endpoint, parameters, signal }: APICall,
  dispatcher: Dispatcher,
  describe: (what: string) => string,
): Promise<Received> {
  const encoded = new URLSearchParams(parameters).toString();
  const url = `${trimSlashes(base.href)}/api/${endpoint}`;
  const { statusCode, headers, body } = await loadUndici().request(method === 'GET' ? `${url}?${encoded}` : url, {
    dispatcher,
    method,
    signal,
    headers: {
      accept: 'application/json',
      // Labels and messages come in the site's language unless one asks; English is the one that every site has.
      'accept-language': 'en-US,en;q=0.9',
      'user-agent': 'passport-loginwith',
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(method === 'POST' ? { body: encoded } : {}),
  });
  return {
    status: statusCode,
    type: String(headers['content-type'] ?? ''),
    location: typeof headers.location === 'string' ? headers.location : '',
    text: await readText(body, String(headers['content-encoding'] ?? ''), describe, stage),
  };
}

/** A dispatcher that is not ours may not heed the signal. */
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

async function readText(
  body: AsyncIterable<unknown>,
  encoding: string,
  describe: (what: string) => string,
  stage: LoginStage,
): Promise<string> {
  const tooLarge = () =>
    new LoginWithError(describe(`answered with more than ${maximumAnswerLength / 1024} KiB`), {
      code: 'response_too_large',
      stage,
      hint: 'No answer of this API is that long; is the base URL right?',
    });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    // A response body yields bytes as long as no encoding is set on it.
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > maximumAnswerLength) throw tooLarge();
    chunks.push(bytes);
  }
  const decompress = decompressors[encoding.trim().toLowerCase()];
  const bytes = Buffer.concat(chunks);
  if (decompress === undefined || bytes.length === 0) return new TextDecoder().decode(bytes);
  try {
    return new TextDecoder().decode(await decompress(bytes, { maxOutputLength: maximumAnswerLength }));
  } catch (error) {
    if (errorCodeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new LoginWithError(describe(`answered with broken ${encoding}`), {
      code: 'response_not_json',
      stage,
      hint: 'The answer was damaged on its way.',
      retryable: true,
    });
  }
}

/** Loaded when it is first needed: it takes longer than all the rest together. */
function loadUndici(): typeof import('undici') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('undici') as typeof import('undici');
}

interface WarmPool {
  dispatcher: Dispatcher;
  warmUp(): void;
  close(): Promise<void>;
}

/** A pool to which a connection can be added before there is a request for it. */
function openPool(base: URL): WarmPool {
  const { Pool, buildConnector } = loadUndici();
  const connect = buildConnector({});
  const target = {
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    host: base.host,
    protocol: base.protocol,
    port: base.port,
  };
  let spare: Socket | undefined;
  let isOpening = false;

  const takeSpare = (): Socket | undefined => {
    const socket = spare;
    spare = undefined;
    return socket?.destroyed === false && socket.writable ? socket : undefined;
  };
  const dispatcher = new Pool(base.origin, {
    connections: 128,
    connect(options: buildConnector.Options, callback: buildConnector.Callback) {
      const socket = takeSpare();
      if (socket === undefined) connect(options, callback);
      // undici is about to send while it asks for the connection, and stops doing so when it has one at once.
      else setImmediate(() => callback(null, socket.ref()));
    },
  });
  return {
    dispatcher,
    warmUp() {
      if (spare !== undefined || isOpening || dispatcher.stats.free > 0) return;
      isOpening = true;
      connect(target, (error, socket) => {
        isOpening = false;
        if (error !== null) return;
        spare = socket.unref();
        const discard = () => {
          if (spare === socket) takeSpare()?.destroy();
        };
        socket.once('error', discard).once('close', discard);
        setTimeout(discard, spareLifetime).unref();
      });
    },
    async close() {
      takeSpare()?.destroy();
      await dispatcher.close();
    },
  };
}
