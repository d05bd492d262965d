import type { FaultEffect } from './faults.js';
import { integerOf } from '../server/php-parameters.js';
import { badRequest, jsonReply, type Call, type Reply } from '../api/response.js';
import type { Site } from '../store/store.js';

/** What a fault does to the call's key or token before the script runs; a reply when the script does not get to run. */
export function applyBefore(site: Site, call: Call, effect: FaultEffect | undefined): Reply | undefined {
  if (effect === undefined) return undefined;
  if (effect === 'wrong_secret') return badRequest('invalid app_secret');
  const given = site.settings.authorizeMethod === 'POST' ? call.form : call.query;
  const appId = given.get('app_id');
  const authKey = given.get('auth_key');
  if (effect === 'used_key' && typeof appId === 'string' && typeof authKey === 'string') {
    const approval = site.approvals.findByKey(integerOf(appId), authKey);
    if (approval !== undefined) site.approvals.issueKey(approval);
  }
  const token = call.query.get('access_token');
  if (typeof token === 'string') spoilToken(site, token, effect);
  return undefined;
}

/** What a fault does to the answer, or to the token in it. */
export function applyAfter(site: Site, reply: Reply, effect: FaultEffect | undefined): Reply {
  if (effect === undefined) return reply;
  if (effect === 'deleted_user') return reply.body.startsWith('{"user_info"') ? jsonReply([]) : reply;
  const token = /^\{"access_token":"([0-9a-f]+)"\}$/.exec(reply.body)?.[1];
  if (token !== undefined) spoilToken(site, token, effect);
  return reply;
}

function spoilToken(site: Site, token: string, effect: FaultEffect): void {
  if (effect === 'expired_token') site.approvals.expireToken(token, site.second());
  if (effect === 'dead_token') site.approvals.replaceToken(token, site.second());
}
