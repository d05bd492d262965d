import { createServer, get } from 'node:http';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import { Passport, type PassportStatic } from 'passport';
import request from 'supertest';
import { LoginWithClient, LoginWithStrategy, type StrategyOptions } from 'passport-loginwith';
import { addLoginAccess } from '../lib/login/login-access';
import {
  callsTo,
  closeAll,
  cookieSecret,
  cookiesOf,
  createApp,
  createStrategy,
  issueKey,
  openProvider,
  openServer,
  optionsFor,
  withResolvers,
} from './support/strategy-app';

afterEach(closeAll);

/** An app as the README has it: sessions, a start, a callback with two redirects, a page for each. */
function createSite(strategy: LoginWithStrategy, authenticate?: (passport: PassportStatic) => RequestHandler) {
  const passport = new Passport() as PassportStatic;
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  const app = express();
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false }), passport.session() as RequestHandler);
  app.get('/auth', passport.authenticate(strategy.name) as RequestHandler);
  const options = { successRedirect: '/', failureRedirect: '/login', failureMessage: true };
  app.get('/callback', authenticate?.(passport) ?? (passport.authenticate(strategy.name, options) as RequestHandler));
  app.get('/', (req, res) => void res.json(req.user ?? null));
  app.get('/login', (req, res) => void res.json((req.session as { messages?: string[] }).messages));
  return app;
}

test('a user who logs in stays logged in, by a session that nothing was written to before', async () => {
  const provider = await openProvider();
  const agent = request.agent(createSite(createStrategy(optionsFor(provider))));
  const start = await agent.get('/auth').expect(302);
  expect(start.headers['set-cookie']).toHaveLength(1);
  const response = await provider.signIn(agent, undefined, { start: '/auth' });
  expect(response.headers.location).toBe('/');
  expect((await agent.get('/')).body.id).toBe(provider.users[0]!.id);
});

test('a login that fails goes where the app says, with the reason', async () => {
  const provider = await openProvider();
  const agent = request.agent(createSite(createStrategy(optionsFor(provider))));
  const response = await agent.get('/callback?auth_key=k').expect(302);
  expect(response.headers.location).toBe('/login');
  expect((await agent.get('/login')).body).toEqual(['callback: this browser has not started a login here']);
});

/** A provider that holds each `authorize` until the test ends it. Key, token and user id are the same text. */
async function openHeldProvider() {
  const held = new Map<string, () => void>();
  const arrivals = new Map<string, ReturnType<typeof withResolvers<void>>>();
  const arrivalOf = (key: string) => {
    const arrival = arrivals.get(key) ?? withResolvers();
    arrivals.set(key, arrival);
    return arrival;
  };
  const { url } = await openServer((req, res) => {
    const parameters = new URL(req.url!, 'http://x').searchParams;
    const key = parameters.get('auth_key');
    if (key === null) {
      res.end(JSON.stringify({ user_info: { user_id: parameters.get('access_token') } }));
      return;
    }
    held.set(key, () => res.end(JSON.stringify({ access_token: key })));
    arrivalOf(key).resolve();
  });
  return { url, arrival: (key: string) => arrivalOf(key).promise, end: (key: string) => held.get(key)!() };
}

test.each(['name', 'instance'])('logins that overlap stay apart when the strategy is used by %s', async (by) => {
  const { url, arrival, end } = await openHeldProvider();
  const strategy = createStrategy({ provider: url, appId: '1', appSecret: 's' });
  const app = createSite(
    strategy,
    (passport) =>
      passport.authenticate(by === 'name' ? strategy.name : strategy, { successRedirect: '/' }) as RequestHandler,
  );
  const users = ['1', '2', '3'];
  const agents = users.map(() => request.agent(app));
  for (const agent of agents) await agent.get('/auth');
  const logins = users.map((user, i) => agents[i]!.get(`/callback?auth_key=${user}`).expect('Location', '/'));
  const done = Promise.all(logins);
  await Promise.all(users.map(arrival));
  for (const user of users.toReversed()) end(user);
  await done;
  for (const [i, user] of users.entries()) expect((await agents[i]!.get('/')).body.id).toBe(user);
});

test('failures and successes that overlap on one instance reach the right request', async () => {
  const { url, arrival, end } = await openHeldProvider();
  const strategy = createStrategy({ provider: url, appId: '1', appSecret: 's' });
  const app = createSite(
    strategy,
    (passport) =>
      passport.authenticate(strategy, { successRedirect: '/', failureRedirect: '/login' }) as RequestHandler,
  );
  const cookie = cookiesOf(await request(app).get('/auth'));
  const good = request(app).get('/callback?auth_key=7').set('Cookie', cookie).expect('Location', '/');
  const done = Promise.resolve(good);
  await arrival('7');
  await request(app).get('/callback?auth_key=k').expect('Location', '/login');
  end('7');
  await done;
});

test('a start may say where to return to', async () => {
  const provider = await openProvider();
  const strategy = createStrategy(optionsFor(provider));
  const app = createApp(strategy, (before) => {
    const passport = new Passport();
    passport.use(strategy);
    before.get(
      '/special',
      passport.authenticate(strategy.name, { returnTo: '/from-the-app' } as object) as RequestHandler,
    );
  });
  const response = await provider.signIn(request.agent(app), undefined, { start: '/special?returnTo=/from-the-query' });
  expect(response.body.loginWith.returnTo).toBe('/from-the-app');
});

test('a start works as a form, too', async () => {
  const provider = await openProvider();
  const strategy = createStrategy(optionsFor(provider));
  const app = createApp(strategy, (before) => {
    const passport = new Passport();
    passport.use(strategy);
    before.post('/auth', passport.authenticate(strategy.name) as RequestHandler);
  });
  const response = await request(app).post('/auth').expect(302);
  expect(response.headers.location).toContain('/api/oauth');
});

test('req.loginWith can fetch the profile again, and does not show that when it is printed or copied', async () => {
  const provider = await openProvider({ authorizeMethod: 'GET' });
  const strategy = createStrategy(optionsFor(provider));
  const passport = new Passport();
  passport.use(strategy);
  const app = express();
  const authenticate = passport.authenticate(strategy.name, { session: false }) as RequestHandler;
  app.get('/auth', authenticate);
  app.get('/callback', authenticate, async (req, res) => {
    const { loginWith } = req;
    res.json({ again: await loginWith!.getUserInfo(), keys: Object.keys(loginWith!), copy: { ...loginWith } });
  });
  const response = await provider.signIn(request.agent(app), undefined, { start: '/auth' });
  expect(response.body.again.id).toBe(provider.users[0]!.id);
  expect((response.body.keys as string[]).sort()).toEqual(['accessToken', 'expiresAt', 'provider', 'returnTo']);
  expect(response.body.copy).not.toHaveProperty('getUserInfo');
  expect(callsTo(provider)).toEqual(['GET authorize', 'GET get_user_info', 'GET get_user_info']);
});

test('an app’s test can put its own function in place of req.loginWith.getUserInfo', async () => {
  const info = { provider: 'x', accessToken: 't', expiresAt: new Date(), returnTo: '/' };
  const access = addLoginAccess(info, new LoginWithClient({ provider: 'pimbuzz', appId: '1', appSecret: 's' }));
  access.getUserInfo = () => Promise.reject(new Error('assigned'));
  await expect(access.getUserInfo()).rejects.toThrow('assigned');
  Object.defineProperty(access, 'getUserInfo', { value: () => Promise.reject(new Error('defined')) });
  await expect(access.getUserInfo()).rejects.toThrow('defined');
  // As libraries for tests do, to put it back.
  expect(Reflect.deleteProperty(access, 'getUserInfo')).toBe(true);
});

test('a response that was sent already is left alone', async () => {
  const strategy = createStrategy({ provider: 'pimbuzz', appId: '1', appSecret: 's' });
  const { url } = await openServer((req, res) => {
    res.write('sent, ');
    const finish = (outcome: unknown) => res.end(String(outcome));
    const each = Object.assign(Object.create(strategy) as LoginWithStrategy, {
      redirect: (location: string) => finish(`then ${location.replace(/\?.*/, '')}`),
      success: finish,
      fail: finish,
      error: finish,
    });
    each.authenticate(Object.assign(req, { res }));
  });
  expect(await (await fetch(`${url}/auth`)).text()).toBe('sent, then https://pimbuzz.com/api/oauth');
});

test('outside Express, without a response on the request, it says what is missing', async () => {
  const strategy = createStrategy({ provider: 'pimbuzz', appId: '1', appSecret: 's' });
  const error = await new Promise((resolve) => {
    const request = Object.assign(Object.create(strategy) as LoginWithStrategy, {
      error: resolve,
      success: resolve,
      fail: resolve,
      redirect: resolve,
    });
    request.authenticate({ headers: {}, socket: {} } as never);
  });
  expect(error).toMatchObject({ code: 'response_missing', hint: expect.stringContaining('req.res') });
});

test('on a bare Node server with the response put onto the request it works', async () => {
  const provider = await openProvider();
  const strategy = createStrategy(optionsFor(provider));
  const { url } = await openServer((req, res) => {
    const each = Object.create(strategy) as LoginWithStrategy;
    each.redirect = (location) => void res.writeHead(302, { Location: location }).end();
    each.fail = (error) => void res.writeHead(403).end(JSON.stringify(error));
    each.error = (error) => void res.writeHead(500).end(JSON.stringify(error));
    each.success = (user) => void res.end(JSON.stringify(user));
    each.authenticate(Object.assign(req, { res }));
  });
  const start = await fetch(`${url}/auth`, { redirect: 'manual' });
  const cookie = start.headers.getSetCookie()[0]!.split(';')[0]!;
  const response = await fetch(`${url}/callback?auth_key=${await issueKey(provider)}`, { headers: { cookie } });
  expect(await response.json()).toMatchObject({ id: provider.users[0]!.id });
});

test("an error in the app's own handler reaches the app's error handler", async () => {
  const provider = await openProvider();
  const strategy = createStrategy(optionsFor(provider));
  const passport = new Passport();
  passport.use(strategy);
  const app = express();
  let calls = 0;
  app.get('/callback', (req, res, next) => {
    const finish = (error: unknown) => {
      calls++;
      if (error) next(error);
      else throw new Error('of the app');
    };
    (passport.authenticate(strategy.name, finish) as RequestHandler)(req, res, next);
  });
  app.use(
    ((error, _req, res, _next) => void res.status(500).send((error as Error).message)) as express.ErrorRequestHandler,
  );
  const response = await request(createServer(app)).get('/callback?auth_key=k').expect(500);
  expect(response.text).toBe('of the app');
  expect(calls).toBe(2);
});

describe('a login of somebody else', () => {
  const html = { Accept: 'text/html,*/*;q=0.8' };

  /** An app whose strategy an attacker knows, and a key of the attacker's own account. */
  async function attack(options: Partial<StrategyOptions> = {}) {
    const provider = await openProvider();
    const strategy = createStrategy({ ...optionsFor(provider), ...options } as ReturnType<typeof optionsFor>);
    const app = createApp(strategy);
    return {
      provider,
      strategy,
      app,
      agent: request.agent(app),
      link: `/callback?auth_key=${await issueKey(provider)}`,
    };
  }

  test.each<[string, Record<string, string>]>([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling host', { 'Sec-Fetch-Site': 'same-site' }],
    ['nobody knows whom, over plain http', {}],
    ['another site, over plain http', { Referer: 'http://evil.example/' }],
  ])('is not started by a link of %s, but by the click on a page', async (_name, headers) => {
    const { agent, link } = await attack();
    const page = await agent.get('/auth?returnTo=/x').set({ ...html, ...headers });
    expect([page.status, page.headers['set-cookie']]).toEqual([200, undefined]);
    expect(page.text).toContain('href="?returnTo=/x"');
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(page.headers['cache-control']).toBe('no-store');
    await agent.get(link).set(html).expect(403);
    const clicked = await agent.get('/auth?returnTo=/x').set({ ...html, 'Sec-Fetch-Site': 'same-origin' });
    expect(clicked.status).toBe(302);
  });

  test('is not started by a form of another site', async () => {
    const { strategy } = await attack();
    const passport = new Passport();
    passport.use(strategy);
    const app = express().post('/auth', passport.authenticate(strategy.name, { session: false }) as RequestHandler);
    await request(app)
      .post('/auth')
      .set({ ...html, Origin: 'https://evil.example' })
      .expect(403);
    await request(app)
      .post('/auth')
      .set({ ...html, 'Sec-Fetch-Site': 'cross-site', Origin: 'null' })
      .expect(403);
    await request(app).post('/auth').expect(302);
  });

  test('may be started by a link of an origin that the app trusts', async () => {
    const { agent } = await attack({ trustedOrigins: ['https://shop.example'] });
    const headers = { ...html, 'Sec-Fetch-Site': 'cross-site', Referer: 'https://shop.example/' };
    await agent.get('/auth').set(headers).expect(302);
  });

  test('has no link to another host on its page, whatever the path is', async () => {
    const { strategy } = await attack();
    const passport = new Passport();
    passport.use(strategy);
    const app = express().use(passport.authenticate(strategy.name, { session: false }) as RequestHandler);
    const { url } = await openServer(app);
    for (const path of ['//evil.example/', '/\\\\evil.example/']) {
      const page = await rawGet(url, path, { ...html, 'Sec-Fetch-Site': 'cross-site' });
      expect(page).toContain('<a class="button primary" href="">');
    }
  });

  test.each(['image', 'iframe', 'script', 'empty'])(
    'is not finished by an element of a page: %s',
    async (destination) => {
      const { agent, link, provider } = await attack();
      await agent.get('/auth').expect(302);
      const response = await agent.get(link).set('Sec-Fetch-Dest', destination).expect(403);
      expect(response.body.failed.code).toBe('foreign_request');
      expect(callsTo(provider)).toEqual([]);
      await agent.get('/auth').set('Sec-Fetch-Dest', destination).expect(403);
    },
  );

  test('is not finished by a picture over plain http, where browsers do not say what they want', async () => {
    const { agent, link, provider } = await attack();
    await agent.get('/auth').expect(302);
    await agent.get(link).set({ 'User-Agent': 'Mozilla/5.0', Accept: 'image/avif,*/*;q=0.8' }).expect(403);
    expect(callsTo(provider)).toEqual([]);
  });

  test('is not made by the old callback page after a logout, if the app says that there was one', async () => {
    const { app, strategy, agent, link, provider } = await attack();
    app.post('/logout', (req, res, next) => {
      strategy.forgetAttempts(req, res).then(() => res.end(), next);
    });
    const started = cookiesOf(await agent.get('/auth'));
    const before = await agent.get(link).expect(200);
    await agent.post('/logout').expect(200);
    await agent.get(link).expect(403);
    // Not with a copy of the cookie either.
    const calls = callsTo(provider).length;
    const copied = await request(app).get(link).set('Cookie', cookiesOf(before, started));
    expect(copied.body.user).toBeUndefined();
    expect(callsTo(provider)).toHaveLength(calls);
    await agent.post('/logout').expect(200);
  });

  test('is not finished with the cookie of the attacker’s own browser beside the user’s', async () => {
    const { app, agent, link } = await attack();
    const mine = cookiesOf(await agent.get('/auth'));
    const theirs = cookiesOf(await request(app).get('/auth'));
    const response = await request(app).get(link).set('Cookie', `${theirs}; ${mine}`).expect(403);
    expect(response.body.failed.hint).toContain('two cookies');
    const garbage = `${mine.split('=')[0]}=x`;
    await request(app).get(link).set('Cookie', `${mine}; ${garbage}`).expect(200);
  });
});

test('with "limits", made-up keys of one address are limited', async () => {
  const provider = await openProvider({ authorizeMethod: 'GET' });
  const app = createApp(createStrategy({ ...optionsFor(provider), limits: { limit: 2 } }));
  const statuses: number[] = [];
  for (let guess = 0; guess < 5; guess++) {
    const cookie = cookiesOf(await request(app).get('/auth'));
    statuses.push((await request(app).get(`/callback?auth_key=guess${guess}`).set('Cookie', cookie)).status);
  }
  expect(statuses).toEqual([302, 302, 429, 429, 429]);
  expect(callsTo(provider)).toHaveLength(2);
});

test('a verify that responds itself and never calls done does not keep the page from being loaded again', async () => {
  const provider = await openProvider();
  const strategy = new LoginWithStrategy({ ...optionsFor(provider), cookieSecret, passReqToCallback: true }, (req) => {
    (req as unknown as { res: express.Response }).res.status(418).end();
    return new Promise(() => undefined);
  });
  const app = createApp(strategy);
  const cookie = cookiesOf(await request(app).get('/auth'));
  const url = `/callback?auth_key=${await issueKey(provider)}`;
  await request(app).get(url).set('Cookie', cookie).expect(418);
  await request(app).get(url).set('Cookie', cookie).expect(418);
  await strategy.client.close();
});

/** The response to a path that clients mend before they send it. */
function rawGet(url: string, path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    get({ hostname, port, path, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => (text += part));
      res.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
