import { encodingRows, jsonRows } from './body-rows';
import type { FaultCase } from './case';
import type { Call } from './fake-provider';
import { failureRows, framingRows, statusRows } from './http-rows';
import { createIdleCases } from './idle-cases';
import { brokenOffRows, connectionRows, slowRows, unconnectedRows } from './network-rows';
import type { FaultRow, Outcome } from './row';
import { refusalRows, tokenRows, userRows } from './value-rows';

/** Milliseconds for both calls; enough for a call that is made three times, with pauses of 150 and 600 ms. */
const timeout = 2000;
/** For the cases that wait for it. */
const shortTimeout = 500;

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
  return {
    name,
    fault,
    ...(row.reload === undefined ? {} : { reload: row.reload }),
    call,
    expected,
    timeout: expected === 'timeout 504' ? shortTimeout : timeout,
    isSecure,
    method: call === 'POST authorize' ? 'POST' : 'GET',
    // The app finds out that it must POST only from a provider whose connections work.
    isMethodKnown: fault.respond === undefined,
  };
}
