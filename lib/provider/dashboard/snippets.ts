import { isWebURL, type RegisteredApp } from '../store/app-form.js';

interface Snippets {
  /** Contents of `.env`, all that the program needs; the only one of the three with secrets in it. */
  env: string;
  typeScript: string;
  javaScript: string;
  /** Where a login begins once the program runs. */
  startURL: string;
  /** What the names of the variables begin with, such as `LOOKLOOX` for "Look Loox". */
  prefix: string;
}

/** The packages that the programs import. */
export const installCommand = 'npm install passport-loginwith passport express express-session';

/**
 * The code to paste for an app: a whole Express app that logs in here, with the routes of the app's redirect URL.
 * @param site the site's name and URL, and what the app's sessions are to be signed with
 */
export function snippetsFor(app: RegisteredApp, site: { name: string; url: string; sessionSecret: string }): Snippets {
  const name = slugOf(site.name);
  const prefix = name.toUpperCase();
  // An app for phones has a redirect URL that no web server answers; it gets the usual routes.
  const redirect = new URL(isWebURL(app.redirectURL) ? app.redirectURL : `http://localhost:3000/auth/${name}/callback`);
  const routes = routesOf(redirect.pathname, name);
  const port = redirect.port === '' ? '3000' : redirect.port;
  const startURL = new URL(routes.start, redirect).href;
  return {
    env: [
      `${prefix}_URL=${site.url}`,
      `${prefix}_APP_ID=${app.appId}`,
      `${prefix}_APP_SECRET=${app.appSecret}`,
      `SESSION_SECRET=${site.sessionSecret}`,
      '',
    ].join('\n'),
    typeScript: program({ prefix, name, routes, port, startURL, ...typed }),
    javaScript: program({ prefix, name, routes, port, startURL, ...untyped }),
    startURL,
    prefix,
  };
}

interface Routes {
  start: string;
  callback: string;
  /** Where users are after the login; says who is logged in. */
  home: string;
}

interface ProgramParts {
  prefix: string;
  name: string;
  routes: Routes;
  port: string;
  startURL: string;
  /** Default of a variable of the environment, which for TypeScript may be undefined. */
  unset: string;
  userType: string;
}

const typed = { unset: " = ''", userType: ': Express.User' };
const untyped = { unset: '', userType: '' };

/** A small app with the strategy. */
function program({ prefix, name, routes, port, startURL, unset, userType }: ProgramParts): string {
  const start = quote(escapeRoute(routes.start));
  const callback = quote(escapeRoute(routes.callback));
  const home = quote(routes.home);
  return `import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { LoginWithStrategy } from 'passport-loginwith';

const { ${prefix}_URL: provider${unset}, SESSION_SECRET: secret${unset} } = process.env;
const { ${prefix}_APP_ID: appId${unset}, ${prefix}_APP_SECRET: appSecret${unset} } = process.env;

passport.use(
  new LoginWithStrategy(
    { name: ${quote(name)}, provider, appId, appSecret, cookieSecret: secret },
    async (_accessToken, _refreshToken, profile) => ({ id: \`\${profile.provider}:\${profile.id}\`, name: profile.displayName }),
  ),
);
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user${userType}, done) => done(null, user));

const app = express();
app.use(session({ secret, resave: false, saveUninitialized: false }));
app.use(passport.session());
app.get(${start}, passport.authenticate(${quote(name)}));
app.get(${callback}, passport.authenticate(${quote(name)}, { successRedirect: ${home}, failureRedirect: ${home} }));
app.get(${home}, (req, res) => {
  res.json(req.user ?? ${quote(`Nobody is logged in. Go to ${routes.start}`)});
});
app.listen(${port}, (error) => {
  if (error) throw error;
  console.log(${quote(`Open ${startURL}`)});
});
`;
}

/** The start is next to a callback named `…/callback`; no two of the three are the same. */
function routesOf(callback: string, name: string): Routes {
  const beside = /^(.+)\/callback\/?$/.exec(callback)?.[1];
  const usual = beside ?? `/auth/${name}`;
  return { start: usual === callback ? '/login' : usual, callback, home: callback === '/' ? '/me' : '/' };
}

/** Escapes characters that have a meaning in an Express route and none in a URL. */
function escapeRoute(path: string): string {
  return path.replace(/[()[\]{}*:?+!]/g, String.raw`\$&`);
}

function slugOf(siteName: string): string {
  const slug = siteName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');
  return /^[a-z]/.test(slug) ? slug : 'loginwith';
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
