import express from 'express';
import passport from 'passport';
import { LoginWithStrategy } from 'passport-loginwith';

// For the compiler alone: an app whose other strategies say more of the same properties than we do.

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface AuthInfo {
      accessToken: string;
      scope?: string | string[];
    }
    interface User {
      id: string;
    }
  }
}

declare module 'passport' {
  interface AuthenticateOptions {
    returnTo?: string;
    audience?: string;
  }
}

const app = express();
passport.use(
  new LoginWithStrategy({ provider: 'pimbuzz', appId: '1', appSecret: 'x' }, (_token, _refresh, { id }) => ({ id })),
);
app.get('/auth/other', passport.authenticate('other', { returnTo: '/', audience: 'all' }));
app.get('/me', (req, res) => res.json([req.user?.id, req.authInfo?.scope, req.authInfo?.accessToken.length]));
app.get('/page', (req, res) => res.redirect(req.authInfo?.returnTo ?? '/'));
