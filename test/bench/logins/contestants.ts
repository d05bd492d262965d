import type { Express, NextFunction, Request, Response } from 'express';
import { decodeHTMLStrict } from 'entities/decode';
import { Passport } from 'passport';
import { request } from 'undici';
import type { Profile } from 'passport-loginwith';
import type { Identity, ScriptUser } from './provider';

/** The provider, and the app that it knows. */
export interface Site {
  url: string;
  appId: string;
  appSecret: string;
  callbackURL: string;
}

/**
 * Adds the routes `/auth/site` and `/auth/site/callback`. All contestants run in Express behind the same session
 * middleware, make the same user of what the provider sends, and store it in a new session before they redirect to `/`.
 */
export type Contestant = (app: Express, site: Site) => Promise<void> | void;

export type ContestantName = keyof typeof contestants;

const cookieSecret = 'of the measurement, and long enough for it';

/** By the names that the tables have. */
export const contestants = {
  floor: mountFloor,
  'bare strategy': mountBareStrategy,
  LoginWithStrategy: mountStrategy,
  'loginWith()': mountLoginWith,
  'passport-oauth2': mountPassportOAuth2,
  'openid-client': mountOpenIDClient,
  grant: mountGrant,
} satisfies Record<string, Contestant>;

/** Two calls by hand: no state, no timeout, no check of what comes back. */
function mountFloor(app: Express, site: Site): void {
  app.get('/auth/site', (_req, res) => res.redirect(startURL(site)));
  app.get('/auth/site/callback', (req, res, next) => {
    fetchIdentity(site, req.query.auth_key as string).then((user) => signIn(req, res, next, user), next);
  });
}

/** The same two calls in a Passport strategy of twenty lines. */
async function mountBareStrategy(app: Express, site: Site): Promise<void> {
  const { Strategy } = await import('passport-strategy');
  class BareStrategy extends Strategy {
    readonly name = 'site';
    override authenticate(req: Request): void {
      if (req.query.auth_key === undefined) this.redirect(startURL(site));
      else
        fetchIdentity(site, req.query.auth_key as string).then(
          (user) => this.success(user),
          (error: unknown) => this.error(error as Error),
        );
    }
  }
  mountPassport(app, (passport) => passport.use(new BareStrategy()));
}

async function mountStrategy(app: Express, { url, appId, appSecret }: Site): Promise<void> {
  const { LoginWithStrategy } = await import('passport-loginwith');
  mountPassport(app, (passport) =>
    passport.use(
      new LoginWithStrategy(
        { name: 'site', provider: url, appId, appSecret, cookieSecret },
        (_token, _refresh, profile) => toIdentity(profile),
      ),
    ),
  );
}

async function mountLoginWith(app: Express, { url, appId, appSecret }: Site): Promise<void> {
  const { loginWith } = await import('passport-loginwith/express');
  app.use(loginWith({ providers: [{ name: 'site', provider: url, appId, appSecret }], cookieSecret }));
}

/** OAuth 2 with `state` in the session; its own `http` client. */
async function mountPassportOAuth2(app: Express, site: Site): Promise<void> {
  const { Strategy } = await import('passport-oauth2');
  class SiteStrategy extends Strategy {
    override userProfile(accessToken: string, done: (error?: unknown, profile?: unknown) => void): void {
      this._oauth2.useAuthorizationHeaderforGET(true);
      this._oauth2.get(`${site.url}/oauth/userinfo`, accessToken, (error, body) => {
        done(error, body === undefined ? undefined : JSON.parse(String(body)));
      });
    }
  }
  const options = {
    authorizationURL: `${site.url}/oauth/authorize`,
    tokenURL: `${site.url}/oauth/token`,
    clientID: site.appId,
    clientSecret: site.appSecret,
    callbackURL: site.callbackURL,
    state: true,
  };
  const verify = (_token: string, _refresh: string, profile: Identity, done: (error: null, user: Identity) => void) =>
    done(null, profile);
  mountPassport(app, (passport) => passport.use('site', new SiteStrategy(options, verify)));
}

/** OAuth 2 with PKCE in the session; the runtime's `fetch`. */
async function mountOpenIDClient(app: Express, site: Site): Promise<void> {
  const client = await import('openid-client');
  const { Strategy } = await import('openid-client/passport');
  const config = new client.Configuration(
    {
      issuer: site.url,
      authorization_endpoint: `${site.url}/oauth/authorize`,
      token_endpoint: `${site.url}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
    },
    site.appId,
    site.appSecret,
  );
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out; this is loopback.
  client.allowInsecureRequests(config);
  const userInfoURL = new URL(`${site.url}/oauth/userinfo`);
  const strategy = new Strategy({ name: 'site', config, callbackURL: site.callbackURL }, (tokens, done) => {
    client
      .fetchProtectedResource(config, tokens.access_token, userInfoURL, 'GET')
      .then((response) => response.json())
      .then((user) => done(null, user as Identity), done);
  });
  mountPassport(app, (passport) => passport.use(strategy));
}

/** OAuth 2 with `state` in the session; no new session at the login, so the app begins one. */
async function mountGrant(app: Express, site: Site): Promise<void> {
  const { default: grant } = await import('grant');
  app.use(
    grant.default.express({
      defaults: { origin: new URL(site.callbackURL).origin, prefix: '/auth', transport: 'state', state: true },
      site: {
        authorize_url: `${site.url}/oauth/authorize`,
        access_url: `${site.url}/oauth/token`,
        profile_url: `${site.url}/oauth/userinfo`,
        oauth: 2,
        key: site.appId,
        secret: site.appSecret,
        response: ['tokens', 'profile'],
      },
    }),
  );
  app.get('/auth/site/callback', (req, res, next) => {
    const { response } = res.locals.grant as { response: { profile: Identity } };
    signIn(req, res, next, response.profile);
  });
}

function mountPassport(app: Express, use: (passport: InstanceType<typeof Passport>) => unknown): void {
  const passport = new Passport();
  use(passport);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  app.use(passport.session());
  app.get('/auth/site', passport.authenticate('site') as Express);
  app.get('/auth/site/callback', passport.authenticate('site', { successRedirect: '/' }) as Express);
}

function startURL({ url, appId }: Site): string {
  return `${url}/api/oauth?app_id=${appId}`;
}

async function fetchIdentity({ url, appId, appSecret }: Site, authKey: string): Promise<Identity> {
  const query = new URLSearchParams({ app_id: appId, app_secret: appSecret, auth_key: authKey });
  const authorized = await request(`${url}/api/authorize?${query.toString()}`);
  const { access_token: token } = (await authorized.body.json()) as { access_token: string };
  const parameters = new URLSearchParams({ access_token: token });
  const response = await request(`${url}/api/get_user_info?${parameters.toString()}`);
  const { user_info: info } = (await response.body.json()) as { user_info: ScriptUser };
  const givenName = decodeHTMLStrict(info.user_firstname);
  const familyName = decodeHTMLStrict(info.user_lastname);
  const username = decodeHTMLStrict(info.user_name);
  return {
    provider: 'site',
    id: info.user_id,
    username,
    displayName: `${givenName} ${familyName}`,
    name: { familyName, givenName },
    emails: [{ value: decodeHTMLStrict(info.user_email) }],
    photos: [{ value: `${url}/content/uploads/${info.user_picture}` }],
    profileUrl: `${url}/${username}`,
  };
}

/** As Passport does it: a new session, stored before the redirect. */
function signIn(req: Request, res: Response, next: NextFunction, user: Identity): void {
  req.session.regenerate((error) => {
    if (error) {
      next(error);
      return;
    }
    Object.assign(req.session, { user });
    req.session.save((failure) => (failure ? next(failure) : res.redirect('/')));
  });
}

function toIdentity({ provider, id, username, displayName, name, emails, photos, profileUrl }: Profile): Identity {
  return { provider, id, username, displayName, name, emails, photos, profileUrl } as Identity;
}
