import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import type { LocalProvider } from '../../lib/provider/index';

type Target = Pick<LocalProvider, 'apps' | 'authorizeMethod'> & { url: string };

/** An app that logs users in without any library, and sends the API's last response, errors included. */
export function plainApp(provider: Target, start = '/auth/pimbuzz'): Express {
  const app = express();
  app.get(start, (_req, res) => {
    res.cookie('attempt', 'yes').redirect(`${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`);
  });
  app.get(`${start}/callback`, async (req, res) => {
    if (!req.headers.cookie?.includes('attempt=yes')) {
      res.status(403).send('no cookie');
      return;
    }
    const response = await exchange(provider, typeof req.query.auth_key === 'string' ? req.query.auth_key : '');
    if (!('access_token' in response)) {
      res.json(response);
      return;
    }
    res.json(await userInfo(provider, response.access_token));
  });
  return app;
}

export async function exchange(provider: Target, authKey: string): Promise<Record<string, string>> {
  return (await sendKey(provider, authKey)).json() as Promise<Record<string, string>>;
}

export function sendKey(
  { url, apps, authorizeMethod }: Target,
  authKey: string,
  init: RequestInit = {},
): Promise<Response> {
  const { appId, appSecret } = apps[0]!;
  const parameters = new URLSearchParams({ app_id: appId, app_secret: appSecret, auth_key: authKey });
  return authorizeMethod === 'POST'
    ? fetch(`${url}/api/authorize`, { method: 'POST', body: parameters, ...init })
    : fetch(`${url}/api/authorize?${parameters.toString()}`, init);
}

export async function userInfo({ url }: Target, token: string): Promise<unknown> {
  return (await fetch(`${url}/api/get_user_info?access_token=${token}`)).json();
}

/** Serves an app on a free port while `use` runs. */
export async function serving<T>(app: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
