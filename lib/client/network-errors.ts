import { isLoopback } from '../providers.js';
import { doctorAdvice } from '../internal/doctor-advice.js';
import { LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import { errorCodeOf, errorText, isError } from '../internal/unknown-error.js';
import { envProxyAdvice, type EnvProxy } from './env-proxy.js';
import { bodyTooLargeCode, maximumBodyLength } from './send.js';
import { ProxyError } from './tunnel.js';

interface ConnectionFailure {
  /** Whether this is the failure that has an error code of Node, OpenSSL or undici. */
  matches: (systemCode: string) => boolean;
  code: LoginErrorCode;
  what: (host: string, systemCode: string) => string;
  hint: string | ((host: string) => string);
}

const notResolved = ['ENOTFOUND', 'EAI_AGAIN'];
const notConnected = ['ECONNREFUSED', 'EADDRNOTAVAIL'];
const notReachable = ['EHOSTUNREACH', 'ENETUNREACH'];
const badCertificate = /^(?:ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

const timeout: ConnectionFailure = {
  matches: (systemCode) => /TIMED?OUT/.test(systemCode),
  code: 'timeout',
  what: () => 'did not answer in time',
  hint: 'Raise the option "timeout" if the site is slow, or start the login again later.',
};
const failures: readonly ConnectionFailure[] = [
  timeout,
  {
    matches: (systemCode) => notConnected.includes(systemCode) || notReachable.includes(systemCode),
    code: 'connection_refused',
    what: (host) => `could not be reached at ${host}`,
    hint: (host) =>
      isLoopback(host.replace(/:\d+$/, ''))
        ? 'Nothing listens there. Start the local provider with "npx passport-loginwith provider", and set ' +
          `"provider" to the URL that it prints (such as PIMBUZZ_URL). ${doctorAdvice}`
        : 'The site is down, or a firewall blocks this server. If it needs a proxy, set HTTPS_PROXY and ' +
          `NODE_USE_ENV_PROXY=1, or the option "dispatcher". ${doctorAdvice}`,
  },
  {
    matches: (systemCode) => notResolved.includes(systemCode),
    code: 'host_not_found',
    what: (host) => `could not be found: no address for ${host}`,
    hint:
      'Check the base URL and the DNS settings of this server. For a local provider, set "provider" to the URL that ' +
      `it prints (such as PIMBUZZ_URL). ${doctorAdvice}`,
  },
  {
    matches: (systemCode) => badCertificate.test(systemCode) || /^(?:ERR_TLS_|ERR_SSL_|EPROTO)/.test(systemCode),
    code: 'tls_failed',
    what: (_host, systemCode) => `could not be trusted: TLS failed (${systemCode})`,
    hint: `For a private certificate authority, set the option "dispatcher" or NODE_EXTRA_CA_CERTS. ${doctorAdvice}`,
  },
  {
    matches: (systemCode) => /^(?:UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW)$/.test(systemCode),
    code: 'response_too_large',
    what: () => 'answered with more than 16 KiB of headers',
    hint: 'No response of this API has such headers. Check the base URL.',
  },
  {
    matches: (systemCode) => systemCode === bodyTooLargeCode,
    code: 'response_too_large',
    what: () => `answered with more than ${maximumBodyLength / 1024} KiB`,
    hint: 'No response of this API is that long. Check the base URL.',
  },
  {
    matches: (systemCode) => /^(?:HTTPParserError$|HPE_|UND_ERR_RES_CONTENT_LENGTH_MISMATCH$)/.test(systemCode),
    code: 'response_unexpected',
    what: () => 'answered with something other than HTTP',
    hint: 'Check the base URL and its port.',
  },
];
const lost: Omit<ConnectionFailure, 'matches'> = {
  code: 'connection_lost',
  what: () => 'broke off the connection',
  hint: 'Start the login again.',
};

/** Where a call went. */
export interface CallTarget {
  host: string;
  /** The proxy that the environment names for the host; undefined if the call cannot have gone through it. */
  proxy?: EnvProxy | undefined;
}

/** Failures of a server that reaches the internet through a proxy alone. */
const likelyWithoutProxy: readonly LoginErrorCode[] = [
  'connection_refused',
  'host_not_found',
  'connection_lost',
  'timeout',
];

/**
 * Turns the error of a call without a response into one of this package, with one constant message for each kind. Pure.
 *
 * @param isOverdue whether the call was aborted; `error` is only a consequence then.
 * @param toMessage adds the stage, the provider's name and the time that passed to what happened.
 * @returns an error with `timeout`, `connection_refused`, `host_not_found`, `tls_failed`, `response_too_large`,
 *   `response_unexpected` or `connection_lost`.
 */
export function explainConnectionFailure(
  error: unknown,
  { host, proxy }: CallTarget,
  isOverdue: boolean,
  stage: LoginStage,
  toMessage: (what: string) => string,
): LoginWithError {
  const ofProxy = isOverdue ? undefined : toProxyError(error);
  const { code, what, hint } = ofProxy ? explainProxyError(ofProxy, host) : explainCode(error, host, isOverdue);
  const explained = new LoginWithError(toMessage(what), {
    code,
    stage,
    hint: ofProxy === undefined ? addProxyAdvice(hint, code, proxy) : hint,
    retryable: code !== 'tls_failed' && !code.startsWith('response_'),
    cause: ofProxy?.cause ?? error,
  });
  if (ofProxy !== undefined) markNeverSent(explained, ofProxy.isWorthRepeating && code !== 'tls_failed');
  else if (!isOverdue && (wasNeverSent(error) || cannotHaveBeenSent(error))) markNeverSent(explained, true);
  return explained;
}

interface Explanation {
  code: LoginErrorCode;
  what: string;
  hint: string;
}

function explainCode(error: unknown, host: string, isOverdue: boolean): Explanation {
  const systemCode = systemCodeOf(error);
  const failure = isOverdue ? timeout : (failures.find(({ matches }) => matches(systemCode)) ?? lost);
  const { code, what, hint } = failure;
  return { code, what: what(host, systemCode), hint: typeof hint === 'string' ? hint : hint(host) };
}

/** A `ProxyAgent` of the app tells in its message alone that there is no tunnel. */
function toProxyError(error: unknown): ProxyError | undefined {
  if (error instanceof ProxyError) return error;
  const [, status] = /^Proxy response \((\d+)\) !== 200/.exec(errorText(error)) ?? [];
  return status === undefined ? undefined : new ProxyError(undefined, { status: Number(status), cause: error });
}

function explainProxyError({ proxy, status, cause }: ProxyError, host: string): Explanation {
  if (proxy !== undefined && proxy.url === undefined) {
    return {
      code: 'connection_refused',
      what: `could not be reached: ${proxy.variable} holds no URL of a proxy`,
      hint: `Write ${proxy.variable} as http://host:port.`,
    };
  }
  const name = proxy?.url === undefined ? 'the proxy of the option "dispatcher"' : `the proxy ${proxy.url.host}`;
  const setting = proxy?.variable ?? 'its URL';
  const wayOut = proxy === undefined ? '' : ' NO_PROXY names hosts that are reached without it.';
  if (status !== undefined) {
    const advice =
      status === 407
        ? `The proxy wants a name and a password: write ${setting} as http://name:password@host:port, percent-encoded.`
        : `Check ${setting}: that proxy does not let this server reach ${host}, or cannot reach it itself.`;
    return {
      code: 'connection_refused',
      what: `could not be reached: ${name} answered ${status}`,
      hint: advice + wayOut,
    };
  }
  const { code, what } = explainCode(cause, proxy?.url?.host ?? '', false);
  return {
    code: code.startsWith('response_') ? 'connection_refused' : code,
    what: `could not be reached: the proxy ${what}`,
    hint: `Check ${setting} and ${name}.${wayOut}`,
  };
}

function addProxyAdvice(hint: string, code: LoginErrorCode, proxy: EnvProxy | undefined): string {
  if (proxy === undefined || !likelyWithoutProxy.includes(code)) return hint;
  const { variable, url, isUsed } = proxy;
  return isUsed
    ? `The call went through the proxy ${url?.host ?? ''} (${variable}). ${hint}`
    : `${variable} is set, and not used: if this server needs that proxy, ${envProxyAdvice}. ${hint}`;
}

/** The code of Node, OpenSSL or undici; undici's parser error has only a name. */
function systemCodeOf(error: unknown): string {
  return errorCodeOf(error) ?? (isError(error) ? error.name : '');
}

/** Errors of calls, and of connections, on which nothing was sent; whether to try again at once. */
const neverSent = new WeakMap<object, boolean>();

/** Whether a call that failed with this error cannot have reached the provider. False if in doubt. */
export function wasNeverSent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && neverSent.has(error);
}

/** Whether such a call is worth another try at once. */
export function isWorthRepeating(error: unknown): boolean {
  return wasNeverSent(error) && neverSent.get(error as object) === true;
}

export function markNeverSent(error: object, worthRepeating: boolean): void {
  neverSent.set(error, worthRepeating);
}

/** An open connection can fail with `ERR_SSL_…`, `EPROTO` or `EHOSTUNREACH` too. */
function cannotHaveBeenSent(error: unknown): boolean {
  const systemCode = systemCodeOf(error);
  if (notReachable.includes(systemCode)) return !/^(?:read|write) /.test(errorText(error));
  return notResolved.includes(systemCode) || notConnected.includes(systemCode) || badCertificate.test(systemCode);
}
