import { doctorAdvice } from '../internal/doctor-advice.js';
import { trimSlashes } from '../internal/urls.js';
import { emitWarning } from '../internal/warning.js';
import { hasCode, LoginWithError, redactText, type LoginStage } from '../errors.js';
import type { Dispatcher, Provider } from '../types.js';
import { createCircuitBreaker } from './circuit-breaker.js';
import type { Deadline } from './deadline.js';
import { decodeBody } from './decode-body.js';
import { explainConnectionFailure, markNeverSent, wasNeverSent } from './network-errors.js';
import { openPool, type WarmPool } from './pool.js';
import { originOf, readResponse, type APIResponse } from './response.js';
import { sendThrough, type WireRequest } from './send.js';

/** One call to the provider's API. */
export interface APICall {
  stage: LoginStage;
  method: 'GET' | 'POST';
  /** `authorize` or `get_user_info`. */
  endpoint: string;
  parameters: Record<string, string>;
  deadline: Deadline;
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
const english = new URLSearchParams(englishQuery).toString();
const commonHeaders = { accept: 'application/json', 'user-agent': 'passport-loginwith' };

/** Sends calls through the given dispatcher, or through a pool of its own, which is opened when it is first needed. */
export function createTransport(provider: Provider, given: Dispatcher | undefined): Transport {
  const base = new URL(provider.baseURL);
  let pool: WarmPool | undefined;
  let hasWarned = false;
  const breaker = createCircuitBreaker();
  /** Calls that are under way, and who waits until there is none. */
  let running = 0;
  const waiting: (() => void)[] = [];
  const getPool = () => (pool ??= openPool(base));

  return {
    async call(call) {
      const { stage, deadline } = call;
      const began = performance.now();
      const toMessage = (what: string) =>
        `${stage}: ${provider.name} ${what} after ${Math.round(performance.now() - began)} ms`;
      // Once a key is used, its token must be used too.
      if (stage === 'authorize' && !(await breaker.admit())) throw createSilentError(stage, provider);
      // Of a dispatcher of the app it is not known.
      const hadConnection = given === undefined ? getPool().watch() : undefined;
      const end = breaker.begin();
      running += 1;
      try {
        if (deadline.reason !== undefined) throw deadline.reason;
        const request = toWireRequest(base, call);
        const sending = given === undefined ? getPool().send(request, deadline) : sendThrough(given, request, deadline);
        const { status, headers, body } = await sending;
        const text = await decodeBody(body, String(headers['content-encoding'] ?? ''), toMessage, stage);
        const type = String(headers['content-type'] ?? '');
        const raw = { status, type, location: String(headers.location ?? ''), text };
        end('answered');
        const response = readResponse(raw, provider, stage, toMessage);
        if (response.otherSite !== undefined && !hasWarned) {
          hasWarned = true;
          // The path may hold the secrets of the call.
          const isHarmless = Object.keys(call.parameters).length === 0;
          const shown = isHarmless ? response.otherSite.baseURL : originOf(raw.location);
          emitWarning('LOGINWITH_BASE_URL', explainOtherAddress(provider, shown ?? "the site's own address"));
        }
        return response;
      } catch (error) {
        if (error instanceof LoginWithError) {
          end('answered');
          throw error;
        }
        // Which way a dispatcher of the app goes is not known.
        const proxy = given === undefined ? getPool().proxy : undefined;
        const target = { host: base.host, proxy };
        const failure = explainConnectionFailure(error, target, deadline.reason !== undefined, stage, toMessage);
        const isAnswered = hasCode(failure, 'response_too_large', 'response_unexpected');
        end(isAnswered ? 'answered' : hasCode(failure, 'timeout') ? 'silent' : 'failed');
        if (hadConnection?.() === false && !wasNeverSent(failure)) markNeverSent(failure, false);
        throw failure;
      } finally {
        running -= 1;
        if (running === 0) waiting.splice(0).forEach((resolve) => resolve());
      }
    },
    warmUp() {
      if (given === undefined) getPool().warmUp();
    },
    async close() {
      if (running > 0) await new Promise<void>((resolve) => waiting.push(resolve));
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

function toWireRequest(base: URL, { method, endpoint, parameters }: APICall): WireRequest {
  const isPost = method === 'POST';
  const form = new URLSearchParams(parameters).toString();
  return {
    origin: base.origin,
    path: `${trimSlashes(base.pathname)}/api/${endpoint}?${isPost || form === '' ? english : `${form}&${english}`}`,
    method,
    headers: isPost ? { ...commonHeaders, 'content-type': 'application/x-www-form-urlencoded' } : commonHeaders,
    body: isPost ? form : null,
  };
}
