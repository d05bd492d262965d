import type { Grant } from '../store/grants.js';
import type { Store } from '../store/store.js';
import { moduleDisabled, sqlError, unknownApp } from './messages.js';
import { startLogin } from './oauth.js';
import { arrayParameter, integerOf, isEmpty, ScriptCrash } from './php-values.js';
import {
  badRequest,
  crashResponse,
  errorResponse,
  jsonResponse,
  messageResponse,
  type ScriptResponse,
} from './response.js';
import type { ScriptCall } from './script-call.js';
import { userInfo } from './user-info.js';

/** Runs one call of `/api/NAME`, with its side effects; the order of the checks is the real one. */
export function runCall(store: Store, call: ScriptCall): ScriptResponse {
  const closed = closedResponse(call);
  if (closed !== undefined) return closed;
  try {
    // Compared as the script does: an array is none of the names, and `AUTHORIZE` is not `authorize`.
    if (call.method === 'oauth') return startLogin(store, call);
    if (call.method === 'authorize') return authorize(store, call);
    if (call.method === 'get_user_info') return getUserInfo(store, call);
    return badRequest('invalid parameters');
  } catch (error) {
    if (error instanceof ScriptCrash) return crashResponse;
    throw error;
  }
}

/** The response to everything while the whole site is closed to this caller; undefined while it is open. */
export function closedResponse({ settings, conditions, page, user, query }: ScriptCall): ScriptResponse | undefined {
  const isOld = settings.version === '2.8';
  if (conditions.databaseDown) return isOld ? crashResponse : messageResponse(page, 'database');
  // The languages are looked up by it.
  if (query.get('lang') === arrayParameter) return crashResponse;
  if (conditions.callerBanned) return isOld ? crashResponse : messageResponse(page, 'banned_caller');
  if (conditions.maintenance && user?.admin !== true) return messageResponse(page, 'maintenance');
  return undefined;
}

function authorize(store: Store, call: ScriptCall): ScriptResponse {
  const given = call.settings.authorizeMethod === 'POST' ? call.form : call.query;
  const appId = given.get('app_id');
  if (isEmpty(appId)) return badRequest('invalid app_id');
  const appSecret = given.get('app_secret');
  if (isEmpty(appSecret)) return badRequest('invalid app_secret');
  const authKey = given.get('auth_key');
  if (isEmpty(authKey)) return badRequest('invalid auth_key');
  if (!call.conditions.moduleEnabled) return moduleDisabledResponse(call);
  const app = store.apps.find(integerOf(String(appId)));
  if (app === undefined) return errorResponse(unknownApp(call.settings.version, call.language));
  if (app.appSecret !== appSecret) return badRequest('invalid app_secret');
  if (call.conditions.sqlError !== false) return sqlErrorResponse(call);
  const grant = store.grants.findByKey(app.appId, String(authKey));
  if (grant === undefined) return badRequest('invalid auth_key');
  return jsonResponse({ access_token: store.grants.exchangeKey(grant, store.second()) });
}

function getUserInfo(store: Store, call: ScriptCall): ScriptResponse {
  const token = call.query.get('access_token');
  if (isEmpty(token)) return badRequest('invalid access_token');
  if (!call.conditions.moduleEnabled) return moduleDisabledResponse(call);
  if (call.conditions.sqlError !== false) return sqlErrorResponse(call);
  const state = store.grants.findToken(String(token), store.second());
  switch (state.type) {
    case 'unknown':
      return badRequest('invalid access_token');
    case 'expired':
      return badRequest('expired access_token');
    case 'valid':
      return userInfoResponse(store, call, state.grant);
  }
}

/** A deleted user's grant is still there, and the response is an empty array: the script serializes an empty result. */
function userInfoResponse(store: Store, call: ScriptCall, { userId }: Grant): ScriptResponse {
  const user = store.users.findById(userId);
  return user === undefined ? jsonResponse([]) : jsonResponse({ user_info: userInfo(user, call) });
}

function moduleDisabledResponse({ settings, language }: ScriptCall): ScriptResponse {
  return errorResponse(moduleDisabled(settings.version, language));
}

function sqlErrorResponse({ settings, conditions }: ScriptCall): ScriptResponse {
  return errorResponse(sqlError(settings, conditions.sqlError));
}
