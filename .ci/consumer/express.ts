import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { loginWith, type LoginWith } from 'passport-loginwith/express';

// For the compiler alone: an app with `loginWith()` and with Express's typings.

interface User {
  key: string;
}

const providers = [{ name: 'pimbuzz', provider: 'https://social.example', appId: '1', appSecret: 'x' }];
const app = express();
app.use(session({ secret: 'x', resave: false, saveUninitialized: false }));

const auth: LoginWith<User> = loginWith<User>({
  providers,
  cookieSecret: 'x',
  verify: (_accessToken, _refreshToken, { id }) => ({ key: id }),
  serialize: (user, req) => [user.key, req.url],
  deserialize: (key: string) => Promise.resolve({ key }),
  onLogin: (req: express.Request, res, next) => (req.loginWith?.returnTo === '/' ? next() : res.end(req.ip)),
  onLink: async (_req, { user, profile }) => Promise.resolve(user.key + profile.id),
  onError: (error, _req, _res, next) => next(error),
});
app.use(auth);
app.get('/me', auth.requireLogin(), (req, res) => {
  const user: User | undefined = auth.user(req);
  res.json(user ?? req.user);
});
app.get('/fresh', auth.requireAccessToken('pimbuzz'), async (req, res) => {
  res.json(await req.loginWith?.getUserInfo());
});
app.use(auth.handleErrors());
app.use('/shop', loginWith({ providers, passport, verify: () => false }));

// @ts-expect-error -- another type of user
loginWith<User>({ providers, verify: () => ({ name: 'x' }) });
