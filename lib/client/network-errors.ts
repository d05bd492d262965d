import { hasCode, LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import { errorCodeOf } from '../internal/unknown-error.js';

interface ConnectionFailure {
  /** Codes of Node, its TLS, and undici. */
  systemCodes: RegExp;
  code: LoginErrorCode;
  what: (host: string, systemCode: string) => string;
  hint: string;
}

const timeout: ConnectionFailure = {
  systemCodes: /TIMEOUT|^ETIMEDOUT$/,
  code: 'timeout',
  what: () => 'did not answer in time',
  hint: 'Raise the option "timeout" if the site is slow; otherwise it is out of order.',
};
const lost: ConnectionFailure = {
  systemCodes: /^/,
  code: 'connection_lost',
  what: () => 'broke off the connection',
  hint: 'The login can be started again.',
};
/** The first that matches. */
const failures: readonly ConnectionFailure[] = [
  timeout,
  {
    systemCodes: /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    code: 'connection_refused',
    what: (host) => `could not be reached at ${host}`,
    hint: 'The site is down, or a firewall or a missing proxy is in the way (option "dispatcher").',
  },
  {
    systemCodes: /^(?:ENOTFOUND|EAI_AGAIN)$/,
    code: 'host_not_found',
    what: (host) => `could not be found: no address for ${host}`,
    hint: 'Check the base URL and the name servers of this machine.',
  },
  {
    systemCodes: /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/,
    code: 'tls_failed',
    what: (_host, systemCode) => `could not be trusted: TLS failed (${systemCode})`,
    hint: 'A private certificate authority goes into the option "dispatcher" (or NODE_EXTRA_CA_CERTS).',
  },
  lost,
];

/**
 * What a call came to that got no answer, in a constant message for each kind. Pure.
 *
 * @param isOverdue whether the call was given up; what the system says then is only a consequence.
 * @param describe puts the stage and the provider's name before a sentence, and the time that passed behind it.
 */
export function explainConnectionFailure(
  error: unknown,
  host: string,
  isOverdue: boolean,
  stage: LoginStage,
  describe: (what: string) => string,
): LoginWithError {
  const systemCode = errorCodeOf(error) ?? '';
  const failure = isOverdue ? timeout : (failures.find(({ systemCodes }) => systemCodes.test(systemCode)) ?? lost);
  const { code, what, hint } = failure;
  return new LoginWithError(describe(what(host, systemCode)), {
    code,
    stage,
    hint,
    retryable: code !== 'tls_failed',
    cause: error,
  });
}

/** Whether the call that failed so cannot have reached the provider. */
export function wasNeverSent(error: unknown): boolean {
  return hasCode(error, 'connection_refused', 'host_not_found', 'tls_failed');
}
