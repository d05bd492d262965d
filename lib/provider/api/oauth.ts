import { consentPage, messagePage, signInPage, type ConsentContent, type UserChoice } from '../pages/index.js';
import type { RegisteredApp } from '../store/app-form.js';
import type { Store } from '../store/store.js';
import { displayNameOf, type User } from '../store/users.js';
import { columnText } from './html-entities.js';
import { errorTitle, moduleDisabled, sqlError, unknownApp } from './messages.js';
import { integerOf, isEmpty } from './php-values.js';
import { messageResponse, pageResponse, redirectResponse, type ScriptResponse } from './response.js';
import type { ScriptCall } from './script-call.js';

/** Where the consent page's form goes. The real page posts to a script of its own too, outside `/api`. */
export const consentPath = '/oauth/accept';

/** Cookie with the login that goes on when the profile is complete. Only 4.0 keeps it. */
export const returnCookieName = 'return_to';

/** `/api/oauth`: the sign-in page, the consent page, or, for a user who accepted before, straight back to the app. */
export function startLogin(store: Store, call: ScriptCall): ScriptResponse {
  if (call.user === null) return signInResponse(store, call);
  const stopped = stoppedResponse(call, call.user);
  if (stopped !== undefined) return stopped;
  const appId = call.query.get('app_id');
  if (isEmpty(appId)) return messageResponse(call.page, 'not_found', 404);
  const found = findApp(store, call, String(appId));
  if ('status' in found) return found;
  const grant = store.grants.find(found.appId, call.user.id);
  if (grant !== undefined) return redirectResponse(callbackURL(found, store.grants.issueKey(grant)));
  return pageResponse(consentPage(call.page, consentContent(found, call)));
}

/** The consent page's *Continue*: the user accepts the app, and the browser returns to it with a key. */
export function acceptApp(store: Store, call: ScriptCall, user: User): ScriptResponse {
  const stopped = stoppedResponse(call, user);
  if (stopped !== undefined) return stopped;
  const appId = call.form.get('app_id');
  const found = findApp(store, call, typeof appId === 'string' ? appId : '');
  if ('status' in found) return found;
  if (!user.activated) return messageResponse(call.page, 'consent_failed');
  return redirectResponse(callbackURL(found, store.grants.issueKey(store.grant(user, found))), 303);
}

/** The page on which users say who they are, before they go on to `call.path`. */
export function signInResponse(store: Store, call: ScriptCall, unknownUserName?: string): ScriptResponse {
  const appId = call.query.get('app_id');
  const app = typeof appId === 'string' ? store.apps.find(integerOf(appId)) : undefined;
  const content = {
    users: store.users.list().map((user) => userChoice(user, call.uploadsURL)),
    returnTo: call.path,
    ...(app === undefined ? {} : { appName: app.name }),
    ...(unknownUserName === undefined ? {} : { unknownUserName }),
  };
  return pageResponse(signInPage(call.page, content));
}

/** A redirect URL as the site keeps it, and appends the key to it. */
export function storedRedirectURL(redirectURL: string): string {
  return columnText(redirectURL, 256);
}

/**
 * The URL of the app's callback. The stored URL is entity-encoded and the key is appended to whatever is there:
 * `…?x=1&y=2` becomes `…?x=1&amp;y=2?auth_key=…` (PROTOCOL.md: the start and the return).
 */
function callbackURL(app: RegisteredApp, authKey: string): string {
  return `${storedRedirectURL(app.redirectURL)}?auth_key=${authKey}`;
}

/** Where a user is stopped on the way, before the script looks at the app; undefined for a user who may go on. */
function stoppedResponse(
  { page, siteURL, settings, conditions, path }: ScriptCall,
  user: User,
): ScriptResponse | undefined {
  const { version } = settings;
  if (user.banned) return messageResponse(page, 'banned_user');
  if (conditions.packageRequired && !user.hasPackage && !user.admin) return redirectResponse(`${siteURL}/packages`);
  if (version !== '2.8') {
    if (conditions.activationRequired && !user.activated) return messageResponse(page, 'activation');
    if (conditions.approvalRequired && !user.approved && !user.admin) return messageResponse(page, 'approval');
  }
  if (user.started) return undefined;
  const started = redirectResponse(`${siteURL}/started`);
  return version === '4.0'
    ? { ...started, cookies: [`${returnCookieName}=${encodeURIComponent(path)}; path=/; httponly; samesite=lax`] }
    : started;
}

function findApp(store: Store, call: ScriptCall, appId: string): RegisteredApp | ScriptResponse {
  const { settings, conditions, language } = call;
  if (!conditions.moduleEnabled) return errorPageResponse(call, moduleDisabled(settings.version, language));
  const app = store.apps.find(integerOf(appId));
  if (app === undefined) return errorPageResponse(call, unknownApp(settings.version, language));
  return conditions.sqlError === false ? app : errorPageResponse(call, sqlError(settings, conditions.sqlError));
}

function errorPageResponse({ page }: ScriptCall, message: string): ScriptResponse {
  return pageResponse(messagePage(page, { title: errorTitle(page.language), message }));
}

function consentContent(app: RegisteredApp, { siteURL }: ScriptCall): ConsentContent {
  const { appId, name, description, domain, iconURL } = app;
  const shown = Object.fromEntries(Object.entries({ description, domain, iconURL }).filter(([, text]) => text !== ''));
  return {
    app: { name, ...shown },
    action: consentPath,
    fields: { app_id: appId },
    cancelURL: `${siteURL}/`,
  };
}

function userChoice(user: User, uploadsURL: string): UserChoice {
  const { id, username, picture } = user;
  const pictureURL = picture ? { pictureURL: `${uploadsURL}/${encodeURI(picture)}` } : {};
  return { id, username, displayName: displayNameOf(user), ...pictureURL };
}
