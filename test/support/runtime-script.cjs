/* What an app does with the package, on whatever runs this file; the outcomes are printed as JSON. */
const { once } = require('node:events');
const { createServer } = require('node:http');
const express = require('express');
const session = require('express-session');
const { Passport } = require('passport');
const { Agent } = require('undici/index.js');
const { LoginWithClient, LoginWithError, LoginWithStrategy } = require('passport-loginwith');
const { loginWith } = require('passport-loginwith/express');

const { calls, account, keys = [] } = JSON.parse(process.argv[2]);
const credentials = { appId: '1', appSecret: 'secret' };
const warnings = [];
process.on('warning', ({ name, code }) => warnings.push(`${name} ${code}`));

async function run() {
  const outcomes = {};
  for (const call of calls) outcomes[call.name] = await outcomeOf(call);
  const logins =
    keys.length === 0
      ? {}
      : { user: await logIn(), strategy: await logInByStrategy(), loginWith: await logInByLoginWith() };
  console.log(JSON.stringify({ outcomes, ...logins, warnings }));
}

/** Makes one login with a client of its own. */
async function outcomeOf({ provider, timeout = 10_000, isWarm = false, isAborted = false, hasDispatcher = false }) {
  const dispatcher = hasDispatcher ? new Agent() : undefined;
  const client = new LoginWithClient({ provider, ...credentials, timeout, dispatcher });
  try {
    if (isWarm) client.warmUp();
    if (!isAborted) return (await client.exchange('key')).profile.id;
    const leaving = new AbortController();
    const login = client.authorize('key', leaving.signal);
    setImmediate(() => leaving.abort(new Error('gone')));
    return await login;
  } catch (error) {
    return error instanceof LoginWithError ? error.code : String(error.stack);
  } finally {
    await Promise.all([client.close(), dispatcher?.close()]);
  }
}

async function logIn() {
  const client = new LoginWithClient(account);
  const { profile } = await client.exchange(keys.shift());
  await client.close();
  return profile.id;
}

/** Logs in twice, the second time with a wrong key. */
async function logInByStrategy() {
  const passport = new Passport();
  passport.use(new LoginWithStrategy(account, async (_accessToken, _refreshToken, { id }) => ({ id })));
  const app = express();
  app.get('/auth', passport.authenticate('loginwith', { session: false }));
  app.get('/callback', passport.authenticate('loginwith', { session: false }), (req, res) => res.json(req.user));
  return visit(app, async (url) => {
    const { cookies } = await get(`${url}/auth`);
    const { text } = await get(`${url}/callback?auth_key=${keys.shift()}`, cookies);
    const failed = await get(`${url}/callback?auth_key=wrong`, (await get(`${url}/auth`)).cookies);
    return [text, failed.status];
  });
}

async function logInByLoginWith() {
  const app = express();
  app.use(session({ secret: 'of the test', resave: false, saveUninitialized: false }));
  const auth = loginWith({ providers: [{ ...account, name: 'local' }] });
  app.use(auth);
  app.get('/me', auth.requireLogin(), (req, res) => res.json(req.user.id));
  app.use(auth.handleErrors());
  return visit(app, async (url) => {
    const { cookies } = await get(`${url}/auth/local`);
    const done = await get(`${url}/auth/local/callback?auth_key=${keys.shift()}`, cookies);
    return (await get(`${url}/me`, done.cookies)).text;
  });
}

async function visit(app, work) {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function get(url, cookie = '') {
  const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
  const cookies = response.headers.getSetCookie().map((each) => each.split(';')[0]);
  return { status: response.status, text: await response.text(), cookies: cookies.join('; ') };
}

void run();
