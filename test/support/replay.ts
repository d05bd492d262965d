import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProvider, type LocalProvider, type StartOptions, type Version } from '../../lib/provider/index';
import { appFor, isAppSecret, recordedAppIds, recordedUsers } from './replay-world';
import { sendRaw, type RawRequest, type RawResponse } from './raw-request';

/** One exchange with a real server, as recorded. */
export interface Exchange {
  engine: '2.8' | '4.0.3' | '4.2.1';
  authorizeMethod: 'GET' | 'POST';
  endpoint: string;
  scenario: string;
  note: string | null;
  request: { method: string; path: string; headers: Record<string, string>; signedIn: boolean; body: string };
  response: { status: number; headers: Record<string, string>; body: string; bodyIsAbridgedHtml: boolean };
}

export const exchanges = readRecorded('exchanges.json');
/** Odd requests to the same three servers; each note says what became of the key that was pending. */
export const requests = readRecorded('requests.json');

function readRecorded(file: string): readonly Exchange[] {
  return JSON.parse(readFileSync(join(__dirname, '../fixtures', file), 'utf8')) as readonly Exchange[];
}

/** The site's URL in the recordings. */
const siteURL = 'http://provider.test';

/** A provider in the state that an exchange needs, and the ways to get there: over HTTP, as an app and a browser. */
export interface ReplayWorld {
  readonly exchange: Exchange;
  readonly provider: LocalProvider;
  /** The app of the recorded request, from query or body. */
  readonly appId: string | undefined;
  send(path: string, request?: RawRequest): Promise<RawResponse>;
  /** The cookie of a browser on which this user is signed in. */
  cookieOf(userId: string): Promise<string>;
  /** A new key for a user who has accepted the app. */
  startLogin(userId: string, appId: string): Promise<string>;
  exchangeKey(appId: string, authKey: string): Promise<string>;
  logIn(userId: string, appId: string): Promise<string>;
  /** Sends the recorded request, with this provider's key and token in the place of the recorded ones. */
  replay(current: { authKey?: string; token?: string; userId?: string }): Promise<RawResponse>;
  close(): Promise<void>;
}

export async function startReplay(exchange: Exchange, options: StartOptions = {}): Promise<ReplayWorld> {
  // The recordings call the version of the site's script its engine.
  const version = exchange.engine.slice(0, 3) as Version;
  const provider = await startProvider({ version, siteURL, name: 'Sngine', users: recordedUsers, ...options });
  const cookies = new Map<string, string>();

  const send: ReplayWorld['send'] = (path, request = {}) =>
    sendRaw(provider.port, path, { ...request, headers: { host: 'provider.test', ...request.headers } });
  const cookieOf: ReplayWorld['cookieOf'] = async (userId) => {
    const known = cookies.get(userId);
    if (known !== undefined) return known;
    const response = await send('/signin', {
      method: 'POST',
      headers: formType,
      body: `user_id=${userId}&return_to=%2F`,
    });
    const cookie = (response.headers['set-cookie'] ?? '').replaceAll(/;.*$/gm, '').replaceAll('\n', '; ');
    cookies.set(userId, cookie);
    return cookie;
  };
  const startLogin: ReplayWorld['startLogin'] = async (userId, appId) => {
    provider.approve(userId, appId);
    const response = await send(`/api/oauth?app_id=${appId}`, { headers: { cookie: await cookieOf(userId) } });
    const key = /auth_key=([0-9a-f]{32})$/.exec(response.headers.location ?? '')?.[1];
    if (key === undefined) throw new Error(`no key: ${String(response.status)} ${response.body.toString()}`);
    return key;
  };
  const exchangeKey: ReplayWorld['exchangeKey'] = async (appId, authKey) => {
    const parameters = `app_id=${appId}&app_secret=${appFor(appId).appSecret}&auth_key=${authKey}`;
    const response =
      provider.version === '4.2'
        ? await send('/api/authorize', { method: 'POST', headers: formType, body: parameters })
        : await send(`/api/authorize?${parameters}`);
    const token = /"access_token":"([0-9a-f]{32})"/.exec(response.body.toString())?.[1];
    if (token === undefined) throw new Error(`no token: ${response.body.toString()}`);
    return token;
  };
  for (const each of recordedAppIds) provider.createApp(appFor(each));
  const appId = appIdIn(exchange.request);

  return {
    exchange,
    provider,
    appId,
    send,
    cookieOf,
    startLogin,
    exchangeKey,
    logIn: async (userId, app) => exchangeKey(app, await startLogin(userId, app)),
    async replay(current) {
      const { method, path, headers, signedIn, body } = exchange.request;
      const { userId } = current;
      const cookie = signedIn ? { cookie: await cookieOf(userId ?? signedInUser(exchange)) } : {};
      const replaced = (text: string): string =>
        replaceSecrets(text, /user_info/i.test(path) ? current.token : current.authKey);
      const httpVersion = exchange.scenario === 'HTTP/1.0' ? '1.0' : '1.1';
      const sent = { method, headers: { ...headers, ...cookie }, body: replaced(body), httpVersion };
      // The recorded headers are all that was sent: one request has no host.
      return sendRaw(provider.port, replaced(path), sent);
    },
    close: () => provider.close(),
  };
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' };

function appIdIn({ path, body }: Exchange['request']): string | undefined {
  const text = `${path.replace(/^[^?]*\??/, '')}&${body.replaceAll(/name="(\w+)"\s+(\w+)/g, '&$1=$2&')}`;
  const json = /"app_id": "(\d+)"/.exec(body)?.[1];
  return /^\d{6,}/.exec(new URLSearchParams(text).get('app_id') ?? json ?? '')?.[0];
}

/** Puts this provider's key or token where the recorded one was, in the case in which it was sent. */
function replaceSecrets(text: string, current: string | undefined): string {
  // A percent-encoded byte before it is not a part of it.
  return text.replace(/((?:%[0-9a-f]{2})?)([0-9a-f]{32})/gi, (all, byte: string, secret: string) => {
    if (current === undefined || isAppSecret(secret)) return all;
    return byte + (secret === secret.toLowerCase() ? current : current.toUpperCase());
  });
}

function signedInUser({ scenario }: Exchange): string {
  return scenario === 'user e-mail not activated' ? '11' : '2';
}
