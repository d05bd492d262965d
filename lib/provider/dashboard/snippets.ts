import type { RegisteredApp } from '../store/app-form.js';

interface Snippets {
  /** Contents of `.env`; the only one of the three with the secret in it. */
  env: string;
  typeScript: string;
  javaScript: string;
  /** Where a login begins once the program runs. */
  startURL: string;
}

/** The code to paste for an app: a whole Express app that logs in here, with the routes of the app's redirect URL. */
export function snippetsFor(app: RegisteredApp, site: { name: string; url: string }): Snippets {
  const name = slugOf(site.name);
  const prefix = name.toUpperCase();
  const redirect = new URL(app.redirectURL);
  const routes = routesOf(redirect.pathname, name);
  const shared = {
    credentials: `${prefix}_APP_ID: appId = '', ${prefix}_APP_SECRET: appSecret = ''`,
    definition: `name: ${quote(name)}, baseURL: ${quote(site.url)}`,
    authenticate: `passport.authenticate(${quote(name)}, { session: false })`,
    start: quote(routes.start),
    callback: quote(routes.callback),
    port: redirect.port === '' ? '3000' : redirect.port,
  };
  return {
    env: `${prefix}_APP_ID=${app.appId}\n${prefix}_APP_SECRET=${app.appSecret}\n`,
    typeScript: program(
      [
        "import express from 'express';",
        "import passport from 'passport';",
        "import { LoginWithStrategy, defineProvider } from 'passport-loginwith';",
      ],
      shared,
    ),
    javaScript: program(
      [
        "const express = require('express');",
        "const passport = require('passport');",
        "const { LoginWithStrategy, defineProvider } = require('passport-loginwith');",
      ],
      shared,
    ),
    startURL: new URL(routes.startPath, redirect).href,
  };
}

type Shared = Record<'credentials' | 'definition' | 'authenticate' | 'start' | 'callback' | 'port', string>;

function program(imports: readonly string[], shared: Shared): string {
  return `${imports.join('\n')}

const { ${shared.credentials} } = process.env;
const provider = defineProvider({ ${shared.definition} });
passport.use(
  new LoginWithStrategy({ provider, appId, appSecret }, async (_token, _refreshToken, profile) => profile),
);

const app = express();
app.get(${shared.start}, ${shared.authenticate});
app.get(${shared.callback}, ${shared.authenticate}, (req, res) => {
  res.json(req.user);
});
app.listen(${shared.port});
`;
}

/** The start is next to a callback named `…/callback`, and never the callback itself. */
function routesOf(callbackPath: string, name: string): { startPath: string; start: string; callback: string } {
  const beside = /^(.+)\/callback\/?$/.exec(callbackPath)?.[1];
  const usual = beside ?? `/auth/${name}`;
  const startPath = usual === callbackPath ? '/login' : usual;
  return { startPath, start: escapeRoute(startPath), callback: escapeRoute(callbackPath) };
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
