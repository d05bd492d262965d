import type { EnvProxy } from '../../client/env-proxy.js';
import { explainConnectionFailure } from '../../client/network-errors.js';
import { readBody } from '../../client/send.js';
import { decodeBody } from '../../client/decode-body.js';
import { buildTunnelConnector, type Connector } from '../../client/tunnel.js';
import { loadUndici } from '../../client/undici.js';
import { LoginWithError } from '../../errors.js';
import { errorCodeOf } from '../../internal/unknown-error.js';

/** A request of the doctor. Redirects are not followed. */
export interface DoctorRequest {
  url: string;
  headers?: Record<string, string>;
  /** Sent by POST, as a form. */
  form?: Record<string, string>;
}

export interface DoctorResponse {
  status: number;
  /** `Content-Type`, or an empty string. */
  type: string;
  /** `Location`, or an empty string. */
  location: string;
  cacheControl: string;
  /** The values of `Content-Security-Policy`. */
  policies: readonly string[];
  /** The values of `Set-Cookie`. */
  cookies: readonly string[];
  text: string;
  /** How far the clock of this machine is ahead of the server's, in milliseconds, if the server tells its own. */
  clockLead: number | undefined;
}

/** A response, or why there is none. */
export type Reply =
  | ({ isResponse: true } & DoctorResponse)
  | { isResponse: false; error: LoginWithError; systemCode: string | undefined };

/** Sends requests that end after a time limit. */
export interface Sender {
  send(request: DoctorRequest): Promise<Reply>;
  close(): Promise<void>;
}

/**
 * @param timeout of each request, in milliseconds.
 * @param proxy goes through this proxy; directly if absent.
 */
export function createSender(timeout: number, proxy?: EnvProxy): Sender {
  const { Agent, buildConnector, request: sendRequest } = loadUndici();
  // Typed as returning nothing, undici's connector returns the socket.
  const connectDirectly = buildConnector({}) as Connector;
  const dispatcher = new Agent({
    connect: proxy === undefined ? connectDirectly : buildTunnelConnector(proxy, connectDirectly),
  });
  const toMessage = (what: string) => what;

  async function send({ url, headers = {}, form }: DoctorRequest, signal: AbortSignal): Promise<DoctorResponse> {
    const began = Date.now();
    const response = await sendRequest(url, {
      dispatcher,
      method: form === undefined ? 'GET' : 'POST',
      signal,
      headers: {
        'user-agent': 'passport-loginwith doctor',
        'accept-encoding': 'identity',
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
    });
    const middle = (began + Date.now()) / 2;
    const header = (name: string) => [response.headers[name] ?? []].flat();
    const date = Date.parse(String(header('date')[0]));
    return {
      status: response.statusCode,
      type: header('content-type')[0] ?? '',
      location: header('location')[0] ?? '',
      cacheControl: header('cache-control').join(', '),
      policies: header('content-security-policy').flatMap((value) => value.split(',')),
      cookies: header('set-cookie'),
      text: await decodeBody(await readBody(response.body), header('content-encoding')[0] ?? '', toMessage, 'start'),
      // The header has whole seconds.
      clockLead: Number.isNaN(date) ? undefined : middle - date - 500,
    };
  }

  return {
    async send(request) {
      const signal = AbortSignal.timeout(timeout);
      try {
        return { isResponse: true, ...(await send(request, signal)) };
      } catch (error) {
        if (error instanceof LoginWithError) return { isResponse: false, error, systemCode: undefined };
        const { host } = new URL(request.url);
        return {
          isResponse: false,
          error: explainConnectionFailure(error, { host }, signal.aborted, 'start', toMessage),
          systemCode: errorCodeOf(error),
        };
      }
    },
    close: () => dispatcher.destroy(),
  };
}
