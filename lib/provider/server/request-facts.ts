import { closedResponse } from '../api/api.js';
import { arrayParameter, integerOf, type Parameter, type Parameters } from '../api/php-values.js';
import type { ScriptResponse } from '../api/response.js';
import { isAddressCall, type ScriptCall } from '../api/script-call.js';
import type { Endpoint, FaultPlan } from '../faults/faults.js';
import type { CurrentConditions } from '../faults/site-conditions.js';
import type { SiteConditions } from '../options.js';
import { redirectURLTraps, type RegisteredApp } from '../store/app-form.js';
import { tokenSeconds } from '../store/grants.js';
import type { Store } from '../store/store.js';
import { userFlags, type User } from '../store/users.js';
import { createIssuedSecrets, type IssuedSecrets } from './issued-secrets.js';

/** What the site did with a request, found by looking at its table before and after. Ages are in seconds. */
export type RequestFact =
  | { readonly type: 'site_state'; readonly names: readonly (keyof SiteConditions)[] }
  | { readonly type: 'wrong_host'; readonly siteURL: string }
  | { readonly type: 'unknown_method' }
  | { readonly type: 'app'; readonly appId: string; readonly name: string }
  | {
      readonly type: 'unknown_app';
      readonly appId: string;
      readonly known: readonly Pick<RegisteredApp, 'appId' | 'name'>[];
    }
  | { readonly type: 'parameter_missing' | 'parameter_is_array'; readonly name: string }
  /** The parameters came where this version does not look; it reads the one that is named. */
  | { readonly type: 'wrong_place'; readonly reads: 'form' | 'query' }
  | {
      readonly type:
        'module_disabled' | 'not_looked_at' | 'wrong_secret' | 'sign_in_asked' | 'consent_asked' | 'address_asked';
    }
  /** No key was issued, and these fields of the account stand against it. */
  | { readonly type: 'account_state'; readonly flags: readonly string[] }
  | { readonly type: 'key_issued'; readonly userId: string; readonly isFirst: boolean; readonly replacesKey: boolean }
  | { readonly type: 'redirect_url_has_fragment' | 'redirect_url_has_query' }
  | { readonly type: 'key_used_up'; readonly userId: string }
  | { readonly type: 'key_used_before'; readonly ago: number }
  | {
      readonly type:
        'key_still_valid' | 'key_spoiled' | 'key_replaced' | 'key_revoked' | 'key_of_other_app' | 'key_unknown';
    }
  | { readonly type: 'token_issued' | 'token_issued_again'; readonly age: number; readonly lives: number }
  | { readonly type: 'token_spoiled' | 'token_replaced' | 'token_revoked' | 'token_unknown' }
  | { readonly type: 'token_valid' | 'token_expired'; readonly age: number; readonly lives: number }
  | { readonly type: 'profile_sent' | 'user_deleted' | 'other_user'; readonly userId: string };

/** How a call went. */
interface CallEnd {
  readonly response: ScriptResponse;
  readonly plan: FaultPlan;
}

type FinishedCall = CallEnd & { readonly isLookedAt: boolean };

/** Looks at the store again, after the call. */
type FindFacts<End = CallEnd> = (end: End) => RequestFact[];

/** Looks at the store before a call, and returns what looks at it afterwards. */
export type WatchCall = (call: ScriptCall, endpoint: Endpoint | undefined) => FindFacts;

export function createCallWatch(store: Store, conditions: CurrentConditions): WatchCall {
  const context: Context = { store, keys: createIssuedSecrets(), tokens: createIssuedSecrets() };
  return (call, endpoint) => {
    const names = conditions.listUnusual();
    const states: RequestFact[] = names.length === 0 ? [] : [{ type: 'site_state', names }];
    const findFacts = watchFor(endpoint)(context, call);
    return (end) => [...states, ...findFacts({ ...end, isLookedAt: isLookedAt(call, end.plan) })];
  };
}

interface Context {
  store: Store;
  keys: IssuedSecrets;
  tokens: IssuedSecrets;
}

function watchFor(endpoint: Endpoint | undefined): (context: Context, call: ScriptCall) => FindFacts<FinishedCall> {
  switch (endpoint) {
    case 'oauth':
      return (context, call) => watchStart(context, call, call.query);
    case 'consent':
      return (context, call) => watchStart(context, call, call.form);
    case 'authorize':
      return watchAuthorize;
    case 'get_user_info':
      return watchUserInfo;
    case undefined:
      return () => () => [{ type: 'unknown_method' }];
  }
}

function watchStart({ store, keys }: Context, call: ScriptCall, given: Parameters): FindFacts<FinishedCall> {
  const { user } = call;
  const found = findApp(store, given.get('app_id'));
  const { app } = found;
  const grantOf = () => (app === undefined || user === null ? undefined : store.grants.find(app.appId, user.id));
  const isFirst = grantOf() === undefined;
  const keyBefore = grantOf()?.authKey ?? null;
  return ({ response, plan, isLookedAt }) => {
    if (!isLookedAt) return [...appFacts(app), { type: 'not_looked_at' }];
    if (user === null) return [...found.facts, { type: 'sign_in_asked' }];
    const key = grantOf()?.authKey ?? null;
    if (app !== undefined && key !== null && key !== keyBefore) {
      keys.add(key, { appId: app.appId, userId: user.id });
      const traps = redirectURLTraps(app.redirectURL);
      return [
        ...appFacts(app),
        { type: 'key_issued', userId: user.id, isFirst, replacesKey: keyBefore !== null },
        ...(traps.fragment ? [{ type: 'redirect_url_has_fragment' as const }] : []),
        ...(traps.query ? [{ type: 'redirect_url_has_query' as const }] : []),
      ];
    }
    const flags = unusualFlags(user);
    if (flags.length > 0) return [...appFacts(app), { type: 'account_state', flags }];
    if (!isModuleEnabled(call, plan)) return [...appFacts(app), { type: 'module_disabled' }];
    if (app === undefined) return found.facts;
    return [...appFacts(app), ...(response.status === 200 && isFirst ? [{ type: 'consent_asked' as const }] : [])];
  };
}

/** The badge stops nobody, and admins least of all. */
function unusualFlags(user: User): string[] {
  return Object.entries(userFlags).flatMap(([name, usual]) => {
    const value: unknown = Object.getOwnPropertyDescriptor(user, name)?.value;
    return name === 'verified' || name === 'admin' || value === usual ? [] : [name];
  });
}

function watchAuthorize({ store, keys, tokens }: Context, call: ScriptCall): FindFacts<FinishedCall> {
  const place = call.settings.authorizeMethod === 'POST' ? 'form' : 'query';
  const given = call[place];
  const { app, facts: appIsKnown } = findApp(store, given.get('app_id'));
  const authKey = textOf(given.get('auth_key'));
  const findPending = () => (app === undefined ? undefined : store.grants.findByKey(app.appId, authKey));
  const pending = findPending();

  const keyFacts = (plan: FaultPlan): RequestFact[] => {
    if (pending === undefined) return [];
    if (findPending() !== undefined) return [{ type: 'key_still_valid' }];
    if (plan.effect === 'used_key') return [{ type: 'key_spoiled' }];
    keys.use(authKey, store.second());
    return [{ type: 'key_used_up', userId: pending.userId }];
  };
  const refusal = (isModuleOn: boolean): RequestFact[] => {
    const missing = missingFacts(call, place, ['app_id', 'app_secret', 'auth_key']);
    if (missing.length > 0) return missing;
    if (!isModuleOn) return [{ type: 'module_disabled' }];
    if (app === undefined) return appIsKnown;
    if (given.get('app_secret') !== app.appSecret) return [...appIsKnown, { type: 'wrong_secret' }];
    return pending === undefined ? [...appIsKnown, keyFate({ store, keys }, app.appId, authKey)] : appIsKnown;
  };
  return ({ response, plan, isLookedAt }) => {
    if (!isLookedAt) return [...appFacts(app), { type: 'not_looked_at' }, ...keyFacts(plan)];
    const token = /^\{"access_token":"([0-9a-f]+)"\}$/.exec(response.body)?.[1];
    if (token === undefined || app === undefined || pending === undefined) {
      return [...refusal(isModuleEnabled(call, plan)), ...keyFacts(plan)];
    }
    const isAgain = tokens.find(token) !== undefined;
    tokens.add(token, { appId: app.appId, userId: pending.userId });
    const state = store.grants.findToken(token, store.second());
    const issued: RequestFact =
      state.type === 'valid'
        ? { type: isAgain ? 'token_issued_again' : 'token_issued', age: state.age, lives: tokenSeconds }
        : { type: 'token_spoiled' };
    return [...appFacts(app), ...keyFacts(plan), issued];
  };
}

/** What became of a key that is not pending. */
function keyFate({ store, keys }: Pick<Context, 'store' | 'keys'>, appId: string, authKey: string): RequestFact {
  const issued = keys.find(authKey);
  if (issued === undefined) return { type: 'key_unknown' };
  if (issued.appId !== appId) return { type: 'key_of_other_app' };
  if (issued.usedAt !== null) return { type: 'key_used_before', ago: store.second() - issued.usedAt };
  return { type: store.grants.find(appId, issued.userId) === undefined ? 'key_revoked' : 'key_replaced' };
}

function watchUserInfo({ store, tokens }: Context, call: ScriptCall): FindFacts<FinishedCall> {
  const token = textOf(call.query.get('access_token'));
  const state = store.grants.findToken(token, store.second());
  const issued = tokens.find(token);
  const app = state.type === 'unknown' ? undefined : store.apps.find(state.grant.appId);
  return ({ response, plan, isLookedAt }) => {
    if (!isLookedAt) return [...appFacts(app), { type: 'not_looked_at' }];
    if (isAddressCall(call)) return [{ type: 'address_asked' }];
    const missing = missingFacts(call, 'query', ['access_token']);
    if (missing.length > 0) return missing;
    if (!isModuleEnabled(call, plan)) return [...appFacts(app), { type: 'module_disabled' }];
    if (plan.effect === 'expired_token' || plan.effect === 'dead_token') return [{ type: 'token_spoiled' }];
    if (state.type === 'unknown') {
      if (issued === undefined) return [{ type: 'token_unknown' }];
      const isGranted = store.grants.find(issued.appId, issued.userId) !== undefined;
      return [...appFacts(store.apps.find(issued.appId)), { type: isGranted ? 'token_replaced' : 'token_revoked' }];
    }
    const { type, age, grant } = state;
    const aged: RequestFact = { type: `token_${type}`, age, lives: tokenSeconds };
    if (type === 'expired') return [...appFacts(app), aged];
    return [...appFacts(app), aged, ...profileFacts(response, grant.userId, issued?.userId)];
  };
}

function profileFacts({ body }: ScriptResponse, userId: string, loggedIn: string | undefined): RequestFact[] {
  if (body === '[]') return [{ type: 'user_deleted', userId }];
  if (!body.startsWith('{"user_info"')) return [];
  const isOther = loggedIn !== undefined && loggedIn !== userId;
  return [{ type: isOther ? 'other_user' : 'profile_sent', userId }];
}

/** Whether the script came to look at the parameters. */
function isLookedAt(call: ScriptCall, { runsScript, conditions }: FaultPlan): boolean {
  return runsScript && closedResponse({ ...call, conditions: { ...call.conditions, ...conditions } }) === undefined;
}

function isModuleEnabled({ conditions }: ScriptCall, plan: FaultPlan): boolean {
  return { ...conditions, ...plan.conditions }.moduleEnabled;
}

function findApp(store: Store, given: Parameter | undefined): { app?: RegisteredApp; facts: RequestFact[] } {
  if (given === arrayParameter) return { facts: [{ type: 'parameter_is_array', name: 'app_id' }] };
  const appId = textOf(given);
  if (appId === '') return { facts: [{ type: 'parameter_missing', name: 'app_id' }] };
  const app = store.apps.find(integerOf(appId));
  if (app !== undefined) return { app, facts: appFacts(app) };
  const known = store.apps.list().slice(0, mostApps);
  return { facts: [{ type: 'unknown_app', appId, known: known.map(({ appId, name }) => ({ appId, name })) }] };
}

/** With more of them, nobody reads the list. */
const mostApps = 5;

function appFacts(app: RegisteredApp | undefined): RequestFact[] {
  return app === undefined ? [] : [{ type: 'app', appId: app.appId, name: app.name }];
}

function missingFacts(call: ScriptCall, place: 'form' | 'query', names: readonly string[]): RequestFact[] {
  const other = call[place === 'form' ? 'query' : 'form'];
  const missing = names.filter(
    (name) => call[place].get(name) !== arrayParameter && textOf(call[place].get(name)) === '',
  );
  if (missing.some((name) => other.has(name))) return [{ type: 'wrong_place', reads: place }];
  const arrays = names.filter((name) => call[place].get(name) === arrayParameter);
  return [
    ...missing.map((name) => ({ type: 'parameter_missing' as const, name })),
    ...arrays.map((name) => ({ type: 'parameter_is_array' as const, name })),
  ];
}

/** Blanks count as nothing, as for the script. */
function textOf(value: Parameter | undefined): string {
  return typeof value === 'string' && /[^ \t\n\r\0\v\u00a0]/.test(value) ? value : '';
}
