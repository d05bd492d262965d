import { encodingRows, jsonRows } from './body-rows';
import type { FaultCase } from './case';
import type { Call } from './fake-provider';
import { failureRows, framingRows, statusRows } from './http-rows';
import { createIdleCases } from './idle-cases';
import { brokenOffRows, connectionRows, slowRows, unconnectedRows } from './network-rows';
import type { FaultRow, Outcome } from './row';
import { refusalRows, tokenRows, userRows } from './value-rows';

/** Milliseconds for both calls. */
const timeout = 600;
/** For the calls that the client tries three times, with pauses of 150 and 600 ms. */
const timeoutWithRetries = 1500;

/** Codes after which a call is made again. */
const retriedCodes: Record<'authorize' | 'get_user_info', string[]> = {
  authorize: ['connection_refused', 'host_not_found', 'tls_failed'],
  get_user_info: ['connection_refused', 'host_not_found', 'tls_failed', 'connection_lost', 'provider_unavailable'],
};

/** All cases of a run. */
export function createCases(isShort: boolean): FaultCase[] {
  const networkRows = [...connectionRows, ...brokenOffRows, ...slowRows];
  const responseRows = [
    ...[...framingRows, ...statusRows, ...failureRows],
    ...[...encodingRows, ...jsonRows, ...refusalRows, ...tokenRows, ...userRows],
  ];
  const toCases = (rows: FaultRow[], calls: Call[], isSecure = false): FaultCase[] =>
    calls.flatMap((call) => rows.flatMap((row) => toCase(row, call, isSecure) ?? []));
  return [
    ...createIdleCases(timeout),
    ...toCases(unconnectedRows, ['GET authorize', 'get_user_info'], true),
    ...toCases(networkRows, ['GET authorize', 'POST authorize', 'get_user_info']),
    ...toCases(responseRows, ['GET authorize', ...(isShort ? [] : (['POST authorize'] as const)), 'get_user_info']),
  ];
}

function toCase(row: FaultRow, call: Call, isSecure: boolean): FaultCase | undefined {
  const { name, fault, both, authorize = both, userInfo = both } = row;
  const expected: Outcome | undefined = call === 'get_user_info' ? userInfo : authorize;
  if (expected === undefined) return undefined;
  const retried = retriedCodes[call === 'get_user_info' ? call : 'authorize'];
  return {
    name,
    fault,
    ...(row.reload === undefined ? {} : { reload: row.reload }),
    call,
    expected,
    timeout: retried.some((code) => expected.startsWith(code)) ? timeoutWithRetries : timeout,
    isSecure,
    method: call === 'POST authorize' ? 'POST' : 'GET',
    // The app finds out that it must POST only from a provider whose connections work.
    isMethodKnown: fault.respond === undefined,
  };
}
