import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Passport } from 'passport';
import { LoginWithStrategy, type Profile } from 'passport-loginwith';
import { Deadline } from '../../../lib/client/deadline';

/** Of the exchange, in milliseconds. */
export const timeout = 1000;
const cookieSecret = 'as-random-as-32-characters-can-be';

export interface Login {
  outcome: { user: Profile } | { error: unknown };
  /** How many callbacks there were: the app may send a login round once more. */
  callbacks: number;
  /** What the browser received, without the cookie, which is sealed. */
  shown: string[];
}

export interface LoginApp {
  /** Logs in as a browser without cookies does. */
  logIn(authKey: string): Promise<Login>;
  close(): Promise<void>;
}

/** An Express app with the strategy, and Express's own page for errors, with their stacks. */
export async function openLoginApp(providerURL: string, appSecret: string): Promise<LoginApp> {
  skipPauses();
  let outcomes: Login['outcome'][] = [];
  const createStrategy = () =>
    new LoginWithStrategy(
      { provider: providerURL, appId: '1', appSecret, cookieSecret, timeout },
      (_accessToken, _refreshToken, profile) => profile,
    );
  let strategy = createStrategy();
  const passport = new Passport();
  let count = 0;
  const app = express();
  app.get(['/auth', '/callback'], (req, res, next) => {
    const finish = (error: unknown, user: Profile | false, info: unknown) => {
      outcomes.push(user ? { user } : { error: error ?? info });
      if (user) res.json({ id: user.id });
      else next(error ?? info);
    };
    (passport.authenticate(strategy, { session: false }, finish) as express.RequestHandler)(req, res, next);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });

  return {
    async logIn(authKey) {
      outcomes = [];
      count += 1;
      // A strategy warns once; the others use the connections that earlier logins have left.
      if (count % 4 === 0) {
        await strategy.client.close();
        strategy = createStrategy();
      }
      let res = await get(port, agent, '/auth', '');
      const shown: string[] = [];
      let callbacks = 0;
      // The second time with a key of its own, as the provider would issue it.
      while (res.status === 302 && callbacks < 3) {
        callbacks += 1;
        res = await get(port, agent, `/callback?auth_key=${authKey}${'b'.repeat(callbacks - 1)}`, res.cookie);
        shown.push(res.shown);
      }
      // Express prints an error one turn of the event loop later.
      await new Promise((resolve) => setImmediate(resolve));
      const [outcome] = outcomes;
      if (outcome === undefined || outcomes.length > 1)
        throw new Error(`${outcomes.length} outcomes: ${shown.join('\n')}`);
      return { outcome, callbacks, shown };
    },
    async close() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await strategy.client.close();
    },
  };
}

async function get(port: number, agent: Agent, path: string, cookie: string) {
  const req = request({
    port,
    host: '127.0.0.1',
    path,
    agent,
    headers: { cookie, accept: 'text/html', 'sec-fetch-site': 'none' },
  });
  req.end();
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of res.setEncoding('utf8')) body += String(chunk);
  const { 'set-cookie': cookies = [], ...headers } = res.headers;
  const shown = `${res.statusCode} ${JSON.stringify(headers)}\n${body}`;
  return { status: res.statusCode, cookie: cookies[0]?.split(';')[0] ?? '', shown };
}

/** Ends the pauses between the client's tries at once. */
function skipPauses(): void {
  Deadline.prototype.pause = () => Promise.resolve();
}
