import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { startProvider, type LocalProvider, type StartOptions, type Version } from '../../lib/provider/index';
import { appFor, PEOPLE } from './replay-world';

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

export const EXCHANGES = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/exchanges.json'), 'utf8'),
) as readonly Exchange[];

/** Host names that stand in the recordings. */
export const SITE_URL = 'http://provider.test';

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

/** A provider in the state that an exchange needs, and the way to get it there: over HTTP, as an app and a browser. */
export class ReplayWorld {
  readonly exchange: Exchange;
  provider: LocalProvider;
  private readonly cookies = new Map<string, string>();

  private constructor(exchange: Exchange, provider: LocalProvider) {
    this.exchange = exchange;
    this.provider = provider;
  }

  static async start(exchange: Exchange, options: StartOptions = {}): Promise<ReplayWorld> {
    const version = exchange.engine.slice(0, 3) as Version;
    const provider = await startProvider({ version, siteURL: SITE_URL, users: PEOPLE, ...options });
    const world = new ReplayWorld(exchange, provider);
    const { appId } = world.given();
    for (const app of [appFor('122414611439820'), appFor('65786161901840')]) provider.createApp(app);
    if (appId !== undefined && !provider.apps.some((app) => app.appId === appId)) provider.createApp(appFor(appId));
    return world;
  }

  /** The parameters of the recorded request, from query or body. */
  given(): { appId?: string; authKey?: string; token?: string } {
    const { path, body } = this.exchange.request;
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

  async send(path: string, { method = 'GET', headers = {}, body = '' }: RawRequest = {}): Promise<RawResponse> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = { host: 'provider.test', ...headers, 'content-length': String(Buffer.byteLength(body)) };
      httpRequest({ host: '127.0.0.1', port: this.provider.port, path, method, headers: sent, agent: false }, resolve)
        .on('error', reject)
        .end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
  }

  /** The cookie of a browser on which this person is signed in, for whichever host the request names. */
  async cookieOf(userId: string, host = 'provider.test'): Promise<string> {
    const known = this.cookies.get(userId + host);
    if (known !== undefined) return known;
    const response = await this.send('/signin', {
      method: 'POST',
      headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
      body: `user_id=${userId}&return_to=%2F`,
    });
    const cookie = (response.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ');
    this.cookies.set(userId + host, cookie);
    return cookie;
  }

  /** A new key for a person who has accepted the app. */
  async startLogin(userId: string, appId: string): Promise<string> {
    this.provider.approve(userId, appId);
    const response = await this.send(`/api/oauth?app_id=${appId}`, {
      headers: { cookie: await this.cookieOf(userId) },
    });
    const key = /auth_key=([0-9a-f]{32})$/.exec(response.headers.location ?? '')?.[1];
    if (key === undefined) throw new Error(`no key: ${String(response.status)} ${response.body.toString()}`);
    return key;
  }

  async exchangeKey(appId: string, authKey: string): Promise<string> {
    const parameters = `app_id=${appId}&app_secret=${appFor(appId).appSecret}&auth_key=${authKey}`;
    const response =
      this.provider.version === '4.2'
        ? await this.send('/api/authorize', {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: parameters,
          })
        : await this.send(`/api/authorize?${parameters}`);
    const token = /"access_token":"([0-9a-f]{32})"/.exec(response.body.toString())?.[1];
    if (token === undefined) throw new Error(`no token: ${response.body.toString()}`);
    return token;
  }

  async logIn(userId: string, appId: string): Promise<string> {
    return this.exchangeKey(appId, await this.startLogin(userId, appId));
  }

  /** Sends the recorded request, with this provider's key and token in the place of the recorded ones. */
  async replay({ authKey, token }: { authKey?: string; token?: string }): Promise<RawResponse> {
    const { method, path, headers, signedIn, body } = this.exchange.request;
    const recorded = this.given();
    const replaced = (text: string): string => {
      let result = text;
      if (recorded.authKey && authKey) result = result.replaceAll(recorded.authKey, authKey);
      if (recorded.token && token) {
        const isUpper = recorded.token === recorded.token.toUpperCase();
        result = result.replaceAll(recorded.token, isUpper ? token.toUpperCase() : token);
      }
      return result;
    };
    const cookie = signedIn ? { cookie: await this.cookieOf(this.signedInAs(), headers.host) } : {};
    return this.send(replaced(path), { method, headers: { ...headers, ...cookie }, body: replaced(body) });
  }

  close(): Promise<void> {
    return this.provider.close();
  }

  private signedInAs(): string {
    return this.exchange.scenario === 'user e-mail not activated' ? '11' : '2';
  }
}
