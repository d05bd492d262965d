import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { startProvider, type LocalProvider, type StartOptions, type Version } from '../../lib/provider/index';
import { appFor, recordedUsers } from './replay-world';

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

export const exchanges = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/exchanges.json'), 'utf8'),
) as readonly Exchange[];

/** The site's URL in the recordings. */
const siteURL = 'http://provider.test';

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A provider in the state that an exchange needs, and the ways to get there: over HTTP, as an app and a browser. */
export interface ReplayWorld {
  readonly exchange: Exchange;
  readonly provider: LocalProvider;
  /** The parameters of the recorded request, from query or body. */
  given(): { appId?: string; authKey?: string; token?: string };
  send(path: string, request?: RawRequest): Promise<RawResponse>;
  /** The cookie of a browser on which this user is signed in. */
  cookieOf(userId: string): Promise<string>;
  /** A new key for a user who has accepted the app. */
  startLogin(userId: string, appId: string): Promise<string>;
  exchangeKey(appId: string, authKey: string): Promise<string>;
  logIn(userId: string, appId: string): Promise<string>;
  /** Sends the recorded request, with this provider's key and token in the place of the recorded ones. */
  replay(current: { authKey?: string; token?: string }): Promise<RawResponse>;
  close(): Promise<void>;
}

export async function startReplay(exchange: Exchange, options: StartOptions = {}): Promise<ReplayWorld> {
  // The recordings call the version of the site's script its engine.
  const version = exchange.engine.slice(0, 3) as Version;
  const provider = await startProvider({ version, siteURL, users: recordedUsers, ...options });
  const cookies = new Map<string, string>();

  const send: ReplayWorld['send'] = async (path, { method = 'GET', headers = {}, body = '' } = {}) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = { host: 'provider.test', ...headers, 'content-length': String(Buffer.byteLength(body)) };
      httpRequest({ host: '127.0.0.1', port: provider.port, path, method, headers: sent, agent: false }, resolve)
        .on('error', reject)
        .end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
  };
  const cookieOf: ReplayWorld['cookieOf'] = async (userId) => {
    const known = cookies.get(userId);
    if (known !== undefined) return known;
    const response = await send('/signin', {
      method: 'POST',
      headers: formType,
      body: `user_id=${userId}&return_to=%2F`,
    });
    const cookie = (response.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ');
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
  const given = (): ReturnType<ReplayWorld['given']> => givenIn(exchange.request);

  for (const app of [appFor('122414611439820'), appFor('65786161901840')]) provider.createApp(app);
  const { appId } = given();
  if (appId !== undefined && !provider.apps.some((app) => app.appId === appId)) provider.createApp(appFor(appId));

  return {
    exchange,
    provider,
    given,
    send,
    cookieOf,
    startLogin,
    exchangeKey,
    logIn: async (userId, app) => exchangeKey(app, await startLogin(userId, app)),
    async replay(current) {
      const { method, path, headers, signedIn, body } = exchange.request;
      const cookie = signedIn ? { cookie: await cookieOf(signedInUser(exchange)) } : {};
      const replaced = (text: string): string => replaceSecrets(text, given(), current);
      return send(replaced(path), { method, headers: { ...headers, ...cookie }, body: replaced(body) });
    },
    close: () => provider.close(),
  };
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' };

function givenIn({ path, body }: Exchange['request']): ReturnType<ReplayWorld['given']> {
  const text = `${path.replace(/^[^?]*\??/, '')}&${body.replaceAll(/name="(\w+)"\s+(\w+)/g, '&$1=$2&')}`;
  const parameters = new URLSearchParams(text);
  const json = /"app_id": "(\d+)"/.exec(body)?.[1];
  const appId = /^\d{6,}/.exec(parameters.get('app_id') ?? json ?? '')?.[0];
  const authKey = /\b[0-9a-f]{32}\b/.exec(
    parameters.get('auth_key') ?? /"auth_key": "(\w+)"/.exec(body)?.[1] ?? '',
  )?.[0];
  const token = /^[0-9a-f]{32}$/i.exec(parameters.get('access_token') ?? '')?.[0];
  return { ...(appId && { appId }), ...(authKey && { authKey }), ...(token && { token }) };
}

function replaceSecrets(
  text: string,
  recorded: { authKey?: string; token?: string },
  current: { authKey?: string; token?: string },
): string {
  let result = text;
  if (recorded.authKey && current.authKey) result = result.replaceAll(recorded.authKey, current.authKey);
  if (recorded.token && current.token) {
    const isUpper = recorded.token === recorded.token.toUpperCase();
    result = result.replaceAll(recorded.token, isUpper ? current.token.toUpperCase() : current.token);
  }
  return result;
}

function signedInUser({ scenario }: Exchange): string {
  return scenario === 'user e-mail not activated' ? '11' : '2';
}
