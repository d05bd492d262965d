import express from 'express';
import passport from 'passport';
import {
  LoginWithError,
  LoginWithStrategy,
  Strategy,
  type LoginWithAuthenticateOptions,
  type StrategyOptions,
  type Verify,
  type VerifyWithRequest,
} from 'passport-loginwith';

// For the compiler alone: an app with the strategy and with Passport's and Express's typings.

interface User {
  id: string;
  never?: undefined;
}

const options: StrategyOptions = { provider: 'pimbuzz', appId: '1', appSecret: 'x' };
const findUser: Verify = (_accessToken, _refreshToken, { provider, id }, done) => done(null, { id: provider + id });
const findUserOf: VerifyWithRequest = (req, _accessToken, _refreshToken, { id }) => ({ ip: req.user, id });

const strategy = new LoginWithStrategy({ ...options, passReqToCallback: false }, findUser);
passport.use(strategy).use('second', new Strategy({ ...options, passReqToCallback: true }, findUserOf));
passport.use(
  new LoginWithStrategy(
    { provider: 'lookloox', appId: '1', appSecret: 'x', cookieSecret: ['new', 'old'], callbackURL: undefined },
    async (accessToken, refreshToken, profile): Promise<User | false> => {
      const never: undefined = refreshToken;
      return Promise.resolve(profile.emails[0]?.value === accessToken ? { id: profile.id, never } : false);
    },
  ),
);
passport.use(
  new LoginWithStrategy(
    { ...options, passReqToCallback: true },
    (req: express.Request, _accessToken, _refreshToken, profile, done) => {
      setImmediate(done, null, req.query.invited === undefined ? false : { id: profile.id }, {
        message: 'invited only',
      });
    },
  ),
);
// @ts-expect-error -- without passReqToCallback there is no request
new LoginWithStrategy(options, (req: express.Request) => ({ id: req.path }));
// @ts-expect-error -- not an option
new LoginWithStrategy({ ...options, clientID: '1' }, findUser);
// @ts-expect-error -- the secret is missing
new LoginWithStrategy({ provider: 'pimbuzz', appId: '1' }, findUser);

const app = express();
const toWelcome = { returnTo: '/welcome' } satisfies LoginWithAuthenticateOptions;
app.get('/auth/pimbuzz', passport.authenticate('pimbuzz', { returnTo: '/welcome', session: false }));
app.get('/auth/pimbuzz', passport.authenticate(strategy, toWelcome));
// @ts-expect-error -- it is a path
app.get('/auth/pimbuzz', passport.authenticate('pimbuzz', { returnTo: 1 }));

app.get('/auth/pimbuzz/callback', passport.authenticate('pimbuzz', { failureRedirect: '/' }), (req, res) => {
  const target: string | undefined = req.authInfo?.returnTo;
  const expiresAt: Date | undefined = req.loginWith?.expiresAt;
  // @ts-expect-error -- other strategies set none
  const certain: string = req.authInfo?.returnTo;
  res.redirect(target ?? (expiresAt === undefined ? certain : '/'));
});

app.get('/callback', (req, res, next) => {
  const finish = (error: unknown, user?: Express.User | false | null, failure?: unknown) => {
    if (failure instanceof LoginWithError && failure.code === 'attempt_missing') res.status(failure.status).end();
    else if (user) res.redirect(req.loginWith?.returnTo ?? '/');
    else next(error);
  };
  (passport.authenticate('pimbuzz', finish) as express.RequestHandler)(req, res, next);
});

app.post('/logout', async (req, res, next) => {
  await strategy.forgetAttempts(req, res);
  req.logout((error) => (error ? next(error) : res.redirect('/')));
});
