import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { createProvider } from '../../../lib/provider/index';
import type { AppSettings, Kind } from './app';
import type { SoakFault } from './faults';

/** The local provider, which sees whose key is in a call. */
export interface SoakProvider {
  readonly url: string;
  readonly userIds: readonly string[];
  /** Keys that were in more than one call that could use them up. */
  readonly exchangedTwice: number;
  /** How many keys were in such a call. */
  readonly exchanged: number;
  /** Registers the apps for the three kinds of login, and lets every user accept them. */
  registerApps(appURL: string, callbackPaths: Record<Kind, string>): AppSettings['apps'];
  /** What the provider answers to the start of a login: the callback's URL with the key. */
  startLogin(startURL: string, userId: string): Promise<string>;
  /** Lets the login with this key meet a fault. */
  breakLogin(key: string, fault: SoakFault): void;
  close(): Promise<void>;
}

export async function openSoakProvider(userCount: number): Promise<SoakProvider> {
  const users = Array.from({ length: userCount }, (_, index) => ({ username: `user${index}` }));
  const provider = createProvider({ users });
  const exchanges = new Map<string, number>();
  const faultByKey = new Map<string, SoakFault>();
  const faultByToken = new Map<string, SoakFault>();
  const cookies = new Map<string, string>();

  const handle = async (req: IncomingMessage & { body?: unknown }, res: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://provider.invalid');
    if (req.method === 'POST') req.body = Object.fromEntries(new URLSearchParams(await text(req)));
    if (pathname === '/api/authorize' && req.method === provider.authorizeMethod) {
      const { auth_key: key } = req.body as { auth_key: string };
      exchanges.set(key, (exchanges.get(key) ?? 0) + 1);
      const fault = faultByKey.get(key);
      faultByKey.delete(key);
      // Nothing else comes between this line and the call that is handled in the next one.
      if (fault?.at === 'authorize') provider.once('authorize', fault.fault as 'reset');
      else if (fault !== undefined) onToken(res, (token) => faultByToken.set(token, fault));
    } else if (pathname === '/api/get_user_info') {
      const token = searchParams.get('access_token') ?? '';
      const fault = faultByToken.get(token);
      faultByToken.delete(token);
      if (fault !== undefined) provider.once('get_user_info', fault.fault as 'reset');
    }
    provider(req, res);
  };

  const server = createServer((req, res) => void handle(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** The cookie of a user who is signed in. */
  const signIn = async (userId: string): Promise<string> => {
    const body = new URLSearchParams({ user_id: userId, return_to: '/' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { headers: received, body: page } = await request(`${url}/signin`, { method: 'POST', headers, body });
    await page.dump();
    const [cookie = ''] = [received['set-cookie'] ?? []].flat();
    return cookie.split(';')[0] ?? '';
  };

  return {
    url,
    userIds: provider.users.map(({ id }) => id),
    get exchangedTwice() {
      return [...exchanges.values()].filter((count) => count > 1).length;
    },
    get exchanged() {
      return exchanges.size;
    },
    registerApps(appURL, callbackPaths) {
      const register = (kind: Kind): { appId: string; appSecret: string } => {
        const app = provider.createApp({ redirectURL: appURL + callbackPaths[kind] });
        for (const user of provider.users) provider.approve(user, app);
        return { appId: app.appId, appSecret: app.appSecret };
      };
      return { name: register('name'), instance: register('instance'), loginWith: register('loginWith') };
    },
    async startLogin(startURL, userId) {
      const cookie = cookies.get(userId) ?? (await signIn(userId));
      cookies.set(userId, cookie);
      const { headers, body } = await request(startURL, { headers: { cookie } });
      await body.dump();
      return String(headers.location);
    },
    breakLogin: (key, fault) => void faultByKey.set(key, fault),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Reads the token of the response as it is sent. */
function onToken(res: ServerResponse, use: (token: string) => void): void {
  const end = res.end.bind(res) as (body: unknown) => ServerResponse;
  res.end = ((body: unknown) => {
    const token = /"access_token":"([^"]+)"/.exec(String(body))?.[1];
    if (token !== undefined) use(token);
    return end(body);
  }) as typeof res.end;
}
