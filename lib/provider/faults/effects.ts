import { integerOf } from '../api/php-values.js';
import { badRequest, jsonResponse, type ScriptResponse } from '../api/response.js';
import type { ScriptCall } from '../api/script-call.js';
import type { Store } from '../store/store.js';
import type { FaultEffect } from './faults.js';

/**
 * Changes the call's key or token before the script runs. Returns a response when the script is not to run at all.
 */
export function applyBefore(
  store: Store,
  call: ScriptCall,
  effect: FaultEffect | undefined,
): ScriptResponse | undefined {
  if (effect === undefined) return undefined;
  if (effect === 'wrong_secret') return badRequest('invalid app_secret');
  const given = call.settings.authorizeMethod === 'POST' ? call.form : call.query;
  const appId = given.get('app_id');
  const authKey = given.get('auth_key');
  if (effect === 'used_key' && typeof appId === 'string' && typeof authKey === 'string') {
    const grant = store.grants.findByKey(integerOf(appId), authKey);
    if (grant !== undefined) store.grants.issueKey(grant);
  }
  const token = call.query.get('access_token');
  if (typeof token === 'string') spoilToken(store, token, effect);
  return undefined;
}

/** Replaces the script's response, or spoils the token in it. */
export function applyAfter(store: Store, response: ScriptResponse, effect: FaultEffect | undefined): ScriptResponse {
  if (effect === undefined) return response;
  if (effect === 'deleted_user') return response.body.startsWith('{"user_info"') ? jsonResponse([]) : response;
  const token = /^\{"access_token":"([0-9a-f]+)"\}$/.exec(response.body)?.[1];
  if (token !== undefined) spoilToken(store, token, effect);
  return response;
}

function spoilToken(store: Store, token: string, effect: FaultEffect): void {
  if (effect === 'expired_token') store.grants.expireToken(token, store.second());
  if (effect === 'dead_token') store.grants.replaceToken(token, store.second());
}
