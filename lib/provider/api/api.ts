import type { Approval } from '../store/grants.js';
import { moduleDisabled, sqlError, UNKNOWN_APP } from './messages.js';
import { startLogin } from './oauth.js';
import { integerOf, isEmpty, ScriptCrash } from '../server/php-parameters.js';
import { badRequest, CRASH, errorReply, jsonReply, messageReply, type Call, type Reply } from './response.js';
import type { Site } from '../store/store.js';
import { userInfo } from './user-info.js';

/** Runs one call of `/api/NAME`, with its side effects; the order of the checks is the real one. */
export function answerCall(site: Site, call: Call): Reply {
  const closed = closedReply(site, call);
  if (closed !== undefined) return closed;
  try {
    // Compared as the script does: an array is none of the names, and `AUTHORIZE` is not `authorize`.
    if (call.method === 'oauth') return startLogin(site, call);
    if (call.method === 'authorize') return authorize(site, call);
    if (call.method === 'get_user_info') return getUserInfo(site, call);
    return badRequest('invalid parameters');
  } catch (error) {
    if (error instanceof ScriptCrash) return CRASH;
    throw error;
  }
}

/** The answer to everything while the site as a whole is closed to this caller. */
export function closedReply(site: Site, { conditions, page, user }: Call): Reply | undefined {
  const isOld = site.settings.version === '2.8';
  if (conditions.databaseDown) return isOld ? CRASH : messageReply(page, 'database');
  if (conditions.callerBanned) return isOld ? CRASH : messageReply(page, 'banned_caller');
  if (conditions.maintenance && user?.admin !== true) return messageReply(page, 'maintenance');
  return undefined;
}

function authorize(site: Site, call: Call): Reply {
  const given = site.settings.authorizeMethod === 'POST' ? call.form : call.query;
  const appId = given.get('app_id');
  if (isEmpty(appId)) return badRequest('invalid app_id');
  const appSecret = given.get('app_secret');
  if (isEmpty(appSecret)) return badRequest('invalid app_secret');
  const authKey = given.get('auth_key');
  if (isEmpty(authKey)) return badRequest('invalid auth_key');
  if (!call.conditions.moduleEnabled) return moduleDisabledReply(site, call);
  const app = site.apps.find(integerOf(String(appId)));
  if (app === undefined) return errorReply(UNKNOWN_APP);
  if (app.appSecret !== appSecret) return badRequest('invalid app_secret');
  if (call.conditions.sqlError !== false) return sqlErrorReply(site, call);
  const approval = site.approvals.findByKey(app.appId, String(authKey));
  if (approval === undefined) return badRequest('invalid auth_key');
  return jsonReply({ access_token: site.approvals.exchangeKey(approval, site.second()) });
}

function getUserInfo(site: Site, call: Call): Reply {
  const token = call.query.get('access_token');
  if (isEmpty(token)) return badRequest('invalid access_token');
  if (!call.conditions.moduleEnabled) return moduleDisabledReply(site, call);
  if (call.conditions.sqlError !== false) return sqlErrorReply(site, call);
  const state = site.approvals.lookUpToken(String(token), site.second());
  switch (state.type) {
    case 'unknown':
      return badRequest('invalid access_token');
    case 'expired':
      return badRequest('expired access_token');
    case 'valid':
      return userInfoReply(site, call, state.approval);
  }
}

/** A deleted person's row is still there, and the answer is an empty array: the script serializes an empty result. */
function userInfoReply(site: Site, call: Call, { userId }: Approval): Reply {
  const user = site.findUserById(userId);
  if (user === undefined) return jsonReply([]);
  const { version, genderLabels } = site.settings;
  const { siteURL, uploadsURL, language } = call;
  return jsonReply({ user_info: userInfo(user, { version, genderLabels, siteURL, uploadsURL, language }) });
}

function moduleDisabledReply(site: Site, call: Call): Reply {
  return errorReply(moduleDisabled(site.settings.version, call.language));
}

function sqlErrorReply(site: Site, call: Call): Reply {
  return errorReply(sqlError(site.settings, call.conditions.sqlError));
}
