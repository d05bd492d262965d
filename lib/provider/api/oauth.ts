import type { RegisteredApp } from '../store/app-form.js';
import { encodeEntities } from './html-entities.js';
import { moduleDisabled, sqlError } from './messages.js';
import { consentPage, messagePage, signInPage, type ConsentContent, type UserChoice } from '../pages/index.js';
import { displayNameOf, type User } from '../store/users.js';
import { integerOf, isEmpty } from '../server/php-parameters.js';
import { messageReply, pageReply, redirectReply, type Call, type Reply } from './response.js';
import type { Site } from '../store/store.js';

/** Where the consent page's form goes. The real page posts to a script of its own too, outside `/api`. */
export const CONSENT_PATH = '/oauth/accept';

/** `/api/oauth`: the sign-in page, the consent page, or for who accepted before straight back to the app. */
export function startLogin(site: Site, call: Call): Reply {
  if (call.user === null) return signInReply(site, call);
  const stopped = stoppedReply(site, call, call.user);
  if (stopped !== undefined) return stopped;
  const appId = call.query.get('app_id');
  if (isEmpty(appId)) return messageReply(call.page, 'not_found', 404);
  const found = findApp(site, call, String(appId));
  if ('status' in found) return found;
  const approval = site.approvals.find(found.appId, call.user.id);
  if (approval !== undefined) return redirectReply(returnURL(found, site.approvals.issueKey(approval)));
  return pageReply(consentPage(call.page, consentContent(found, call)));
}

/** The consent page's *Continue*: the app is accepted from now on, and the browser returns to it with a key. */
export function acceptApp(site: Site, call: Call, user: User): Reply {
  const stopped = stoppedReply(site, call, user);
  if (stopped !== undefined) return stopped;
  const appId = call.form.get('app_id');
  const found = findApp(site, call, typeof appId === 'string' ? appId : '');
  if ('status' in found) return found;
  site.approve(user, found);
  const approval = site.approvals.approve(found.appId, user.id, site.now());
  return { ...redirectReply(returnURL(found, site.approvals.issueKey(approval))), status: 303 };
}

/** The page on which somebody says who they are, to come back to where they wanted to go. */
export function signInReply(site: Site, call: Call, unknownUserName?: string): Reply {
  const appId = call.query.get('app_id');
  const app = typeof appId === 'string' ? site.apps.find(integerOf(appId)) : undefined;
  const users = site.users().map((user) => userChoice(user, call.uploadsURL));
  const content = {
    users,
    returnTo: call.path,
    ...(app === undefined ? {} : { appName: app.name }),
    ...(unknownUserName === undefined ? {} : { unknownUserName }),
  };
  return pageReply(signInPage(call.page, content));
}

/**
 * The return to the app. The stored URL is entity-encoded and the key is appended without a look at what is there:
 * `…?x=1&y=2` becomes `…?x=1&amp;y=2?auth_key=…` (PROTOCOL.md: the start and the return).
 */
function returnURL(app: RegisteredApp, authKey: string): string {
  return `${encodeEntities(app.redirectURL)}?auth_key=${authKey}`;
}

function stoppedReply(site: Site, { page, siteURL }: Call, user: User): Reply | undefined {
  if (user.banned) return messageReply(page, 'banned_user');
  if (!user.activated && site.settings.version !== '2.8') return messageReply(page, 'activation');
  if (!user.started) return redirectReply(`${siteURL}/started`);
  return undefined;
}

function findApp(site: Site, call: Call, appId: string): RegisteredApp | Reply {
  const { page, conditions, language } = call;
  if (!conditions.moduleEnabled) return errorPage(call, moduleDisabled(site.settings.version, language));
  const app = site.apps.find(integerOf(appId));
  if (app === undefined) return messageReply(page, 'unknown_app');
  return conditions.sqlError === false ? app : errorPage(call, sqlError(site.settings, conditions.sqlError));
}

function errorPage({ page }: Call, message: string): Reply {
  return pageReply(messagePage(page, { title: 'Error', message }));
}

function consentContent(app: RegisteredApp, { siteURL }: Call): ConsentContent {
  const { appId, name, description, domain, iconURL } = app;
  const shown = Object.fromEntries(Object.entries({ description, domain, iconURL }).filter(([, text]) => text !== ''));
  return {
    app: { name, ...shown },
    action: CONSENT_PATH,
    fields: { app_id: appId },
    cancelURL: `${siteURL}/`,
  };
}

function userChoice(user: User, uploadsURL: string): UserChoice {
  const { id, username, picture } = user;
  const pictureURL = picture ? { pictureURL: `${uploadsURL}/${encodeURI(picture)}` } : {};
  return { id, username, displayName: displayNameOf(user), ...pictureURL };
}
