import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import passport from 'passport';
import { LoginWithStrategy, defineProvider, type Profile } from 'passport-loginwith';

export interface TinyApp {
  url: string;
  redirectURL: string;
  /** Puts the id and secret of a registered app in, as a developer would. */
  configure(credentials: { appId: string; appSecret: string }): void;
  close(): Promise<void>;
}

/** The smallest site with a "Log in with Pimbuzz" button. */
export async function startTinyApp(providerURL: string): Promise<TinyApp> {
  const app = express();
  const authenticator = new passport.Passport();
  app.get('/', (_req, res) => void res.send('<a href="/auth/pimbuzz">Log in with Pimbuzz</a>'));
  app.get('/favicon.ico', (_req, res) => void res.status(204).end());
  app.get('/auth/pimbuzz', authenticator.authenticate('pimbuzz', { session: false }));
  app.get(
    '/auth/pimbuzz/callback',
    authenticator.authenticate('pimbuzz', { session: false, failureRedirect: '/failed' }),
    (req, res) => void res.type('text').send(`Hello ${(req.user as Profile).displayName ?? ''}`),
  );
  const server = createServer(app).listen(0, 'localhost');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    redirectURL: `${url}/auth/pimbuzz/callback`,
    configure({ appId, appSecret }) {
      const provider = defineProvider({ name: 'pimbuzz', baseURL: providerURL });
      authenticator.use(new LoginWithStrategy({ provider, appId, appSecret }, (_token, _refresh, user) => user));
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
