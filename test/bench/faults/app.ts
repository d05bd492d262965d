import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import express from 'express';
import { Passport } from 'passport';
import type { LoginWithError, LoginWithStrategy } from '../../../lib/index';

/** What the app answers to a callback: the user's id, or the error. */
export interface AppResponse {
  user?: string;
  failure?: { code: string; stage: string; status: number; shown: string };
}

/** An app with one strategy: `/auth` starts a login, and `/callback` finishes it. */
export async function openApp(strategy: LoginWithStrategy): Promise<{ url: string; close(): Promise<void> }> {
  const passport = new Passport();
  passport.use(strategy);
  const app = express();
  app.get(['/auth', '/callback'], (req, res, next) => {
    const finish = (error: unknown, user: unknown, challenge: unknown): void => {
      if (user !== undefined && user !== false) res.json({ user } satisfies object);
      else {
        const failure = (error ?? challenge) as LoginWithError;
        const { code, stage, status } = failure;
        const shown = inspect(failure, { depth: 10, showHidden: true }) + JSON.stringify(failure);
        res.status(status).json({ failure: { code, stage, status, shown } } satisfies AppResponse);
      }
    };
    (passport.authenticate(strategy.name, { session: false }, finish) as express.RequestHandler)(req, res, next);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
