import type { Fault } from '../../../lib/provider/index';

/** Something that goes wrong in a login, and in what the login is to end: the user, or the code of an error. */
export interface SoakFault {
  name: string;
  at: 'authorize' | 'get_user_info';
  fault: Fault;
  expected: string;
}

/** The faults of the local provider, in the order in which logins get them. */
export const soakFaults: readonly SoakFault[] = [
  { name: '503', at: 'authorize', fault: { status: 503 }, expected: 'provider_unavailable' },
  { name: 'reset', at: 'authorize', fault: 'reset', expected: 'connection_lost' },
  { name: 'reset before the script ran', at: 'authorize', fault: { reset: 'before' }, expected: 'connection_lost' },
  { name: 'truncated', at: 'authorize', fault: 'truncated', expected: 'connection_lost' },
  { name: 'hang', at: 'authorize', fault: 'hang', expected: 'timeout' },
  { name: 'too large', at: 'authorize', fault: 'too_large', expected: 'response_too_large' },
  { name: 'html', at: 'authorize', fault: 'html', expected: 'response_html' },
  { name: 'maintenance', at: 'authorize', fault: 'maintenance', expected: 'response_html' },
  { name: 'module disabled', at: 'authorize', fault: 'module_disabled', expected: 'module_disabled' },
  { name: 'SQL error', at: 'authorize', fault: 'sql_error', expected: 'provider_error' },
  { name: 'wrong secret', at: 'authorize', fault: 'wrong_secret', expected: 'app_secret_invalid' },
  // The login goes back to the start by itself.
  { name: 'used key', at: 'authorize', fault: 'used_key', expected: 'user' },
  { name: 'wrong host', at: 'authorize', fault: 'wrong_host', expected: 'user' },
  { name: '200 ms late', at: 'authorize', fault: { delay: 200 }, expected: 'user' },
  // The call is made again.
  { name: 'reset', at: 'get_user_info', fault: 'reset', expected: 'user' },
  { name: '502', at: 'get_user_info', fault: { status: 502 }, expected: 'user' },
  { name: 'expired token', at: 'get_user_info', fault: 'expired_token', expected: 'user' },
  { name: 'dead token', at: 'get_user_info', fault: 'dead_token', expected: 'user' },
  { name: 'html', at: 'get_user_info', fault: 'html', expected: 'response_html' },
  { name: 'module disabled', at: 'get_user_info', fault: 'module_disabled', expected: 'module_disabled' },
  { name: 'deleted user', at: 'get_user_info', fault: 'deleted_user', expected: 'user_not_found' },
];
