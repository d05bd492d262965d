import request from 'supertest';
import { isAddressCall } from '../support/address-call';
import {
  respondWell,
  callsTo,
  closeAll,
  cookiesOf,
  countConnections,
  createApp,
  createStrategy,
  issueKey,
  moveTime,
  openProvider,
  openServer,
  optionsFor,
  skipPauses,
  withResolvers,
} from '../support/strategy-app';

afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await closeAll();
});

describe.each(['GET', 'POST'] as const)('a provider that reads authorize from %s', (authorizeMethod) => {
  test('logs a user in, and the second login needs no second try', async () => {
    const provider = await openProvider({ authorizeMethod });
    const agent = request.agent(createApp(createStrategy(optionsFor(provider))));

    const first = await provider.signIn(agent, undefined, { start: '/auth' });
    expect(first.status).toBe(200);
    expect(first.body.user.id).toBe(provider.users[0]!.id);
    provider.advance(61_000);
    const second = await provider.signIn(agent, undefined, { start: '/auth' });
    expect(second.body.user.id).toBe(provider.users[0]!.id);

    const tries = authorizeMethod === 'GET' ? ['GET authorize'] : ['GET authorize', 'POST authorize'];
    expect(callsTo(provider)).toEqual([
      ...tries,
      'GET get_user_info',
      `${authorizeMethod} authorize`,
      'GET get_user_info',
    ]);
  });
});

describe('the start', () => {
  test('redirects to the provider with nothing but the app id, and is never cached', async () => {
    const provider = await openProvider();
    const strategy = createStrategy(optionsFor(provider));
    const response = await request(createApp(strategy)).get('/auth').expect(302);
    expect(response.headers.location).toBe(`${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`);
    expect(response.headers['cache-control']).toBe('no-store');
  });

  test('sets one cookie that scripts cannot read and that other sites do not send along', async () => {
    const provider = await openProvider();
    const app = createApp(createStrategy(optionsFor(provider)));
    const response = await request(app).get('/auth');
    expect(response.headers['set-cookie']).toHaveLength(1);
    expect(response.headers['set-cookie']![0]).toMatch(
      /^loginwith-127\.0\.0\.1%3A\d+=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  test('makes the cookie secure and bound to the host on https', async () => {
    const provider = await openProvider();
    const app = createApp(createStrategy(optionsFor(provider)), (app) => app.set('trust proxy', true));
    const response = await request(app).get('/auth').set('X-Forwarded-Proto', 'https');
    expect(response.headers['set-cookie']![0]).toMatch(
      /^__Host-loginwith-127\.0\.0\.1%3A\d+=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test.each([
    ['a prefetch', 'get', { 'Sec-Purpose': 'prefetch;prerender' }],
    ['an old prefetch', 'get', { Purpose: 'prefetch' }],
    ['HEAD', 'head', {}],
  ] as const)('does nothing for %s', async (_name, method, headers) => {
    const provider = await openProvider();
    const site = request(createApp(createStrategy(optionsFor(provider))));
    const response = await site[method]('/auth').set(headers);
    expect(response.status).toBe(204);
    expect(response.headers['set-cookie']).toBeUndefined();
  });

  test('opens the connection that the callback uses', async () => {
    const isAnswered = withResolvers();
    const { url, server } = await openServer((req, res) => {
      respondWell(req, res.on('finish', isAnswered.resolve));
    });
    const connections = countConnections(server);
    const app = createApp(createStrategy({ provider: url, appId: '1', appSecret: 's' }));
    const cookie = cookiesOf(await request(app).get('/auth'));
    // The call of the first start.
    await isAnswered.promise;
    await request(app).get('/callback?auth_key=k').set('Cookie', cookie).expect(200);
    expect(connections()).toBe(1);
  });

  test('the ninth start within half a minute fails as a loop, and later ones work again', async () => {
    const provider = await openProvider();
    const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
    moveTime(0);
    for (let i = 0; i < 8; i++) await agent.get('/auth').expect(302);
    moveTime(29_999);
    const ninth = await agent.get('/auth').expect(429);
    expect(ninth.body.failed).toMatchObject({
      code: 'login_loop',
      stage: 'start',
      message: 'start: this browser started more than 8 logins within 30 seconds',
    });
    moveTime(1);
    await agent.get('/auth').expect(302);
  });
});

describe('the callback', () => {
  test('uses nothing up for a prefetch or HEAD', async () => {
    const provider = await openProvider();
    const app = createApp(createStrategy(optionsFor(provider)));
    const cookie = cookiesOf(await request(app).get('/auth'));
    const url = `/callback?auth_key=${await issueKey(provider)}`;
    await request(app).head(url).set('Cookie', cookie).expect(204);
    await request(app).get(url).set({ Cookie: cookie, 'Sec-Purpose': 'prefetch' }).expect(204);
    expect(callsTo(provider)).toEqual([]);
    await request(app).get(url).set('Cookie', cookie).expect(200);
  });

  test.each(['auth_key=a&auth_key=b', 'auth_key[]=a', 'auth_key=', 'auth_key=a%00b'])(
    'refuses the key in %s and does not send it',
    async (query) => {
      const provider = await openProvider();
      const app = createApp(createStrategy(optionsFor(provider)));
      const cookie = cookiesOf(await request(app).get('/auth'));
      const response = await request(app).get(`/callback?${query}`).set('Cookie', cookie).expect(400);
      expect(response.body.failed).toMatchObject({ code: 'auth_key_malformed', stage: 'callback' });
      expect(response.body.failed.message).toMatch(/^callback: the auth_key (?:is|has) /);
      expect(callsTo(provider)).toEqual([]);
    },
  );

  test.each(['x=1?auth_key=KEY', 'x=1&amp;y=2?auth_key=KEY'])('finds the key in %s', async (query) => {
    const provider = await openProvider();
    const app = createApp(createStrategy(optionsFor(provider)));
    const cookie = cookiesOf(await request(app).get('/auth'));
    const url = `/callback?${query.replace('KEY', await issueKey(provider))}`;
    const response = await request(app).get(url).set('Cookie', cookie).expect(200);
    expect(response.body.user.id).toBe(provider.users[0]!.id);
  });

  test.each(['error=access_denied', 'denied=1'])('fails with access_denied for %s', async (query) => {
    const provider = await openProvider();
    const response = await request(createApp(createStrategy(optionsFor(provider))))
      .get(`/callback?${query}`)
      .expect(401);
    expect(response.body.failed.code).toBe('access_denied');
  });

  test('without a key on the route of callbackURL it fails and names the usual cause', async () => {
    const provider = await openProvider();
    const strategy = createStrategy({ ...optionsFor(provider), callbackURL: 'https://app.example/callback' });
    const app = createApp(strategy);
    const response = await request(app).get('/callback').expect(400);
    expect(response.body.failed.code).toBe('auth_key_missing');
    expect(response.body.failed.hint).toContain('"#"');
    expect(response.body.failed.hint).toContain('Register exactly https://app.example/callback.');
    await request(app).get('/auth').expect(302);
  });

  test('without a key and without callbackURL it starts a login', async () => {
    const provider = await openProvider();
    await request(createApp(createStrategy(optionsFor(provider))))
      .get('/callback')
      .expect(302);
  });
});

describe('a refused key or token', () => {
  test('goes back to the start once by itself, keeps returnTo, and the second login succeeds', async () => {
    const provider = await openProvider({ authorizeMethod: 'GET' });
    const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
    provider.once('authorize', 'used_key');
    const response = await provider.signIn(agent, undefined, { start: '/auth?returnTo=/there' });
    expect(response.status).toBe(200);
    expect(response.body.loginWith.returnTo).toBe('/there');
  });

  test.each([
    ['authorize', 'used_key', 'auth_key_invalid'],
    ['get_user_info', 'expired_token', 'token_expired'],
    ['get_user_info', 'dead_token', 'token_expired'],
  ] as const)('twice in one login: %s with %s fails with %s', async (endpoint, fault, code) => {
    const provider = await openProvider({ authorizeMethod: 'GET' });
    const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
    provider.once(endpoint, fault).once(endpoint, fault);
    const response = await provider.signIn(agent, undefined, { start: '/auth' });
    expect(response.status).toBe(403);
    expect(response.body.failed.code).toBe(code);
  });

  test('a login shortly after another gets the token that is about to end, and recovers by itself', async () => {
    const provider = await openProvider();
    const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
    await provider.signIn(agent, undefined, { start: '/auth' });
    provider.advance(60_000).once('get_user_info', 'expired_token');
    const response = await provider.signIn(agent, undefined, { start: '/auth' });
    expect(response.status).toBe(200);
  });

  test('a user whom the provider has deleted fails with user_not_found', async () => {
    const provider = await openProvider();
    const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
    provider.once('get_user_info', 'deleted_user');
    const response = await provider.signIn(agent, undefined, { start: '/auth' });
    expect(response.status).toBe(403);
    expect(response.body.failed.code).toBe('user_not_found');
  });
});

describe('the same page loaded again', () => {
  async function arrive() {
    const provider = await openProvider();
    const app = createApp(createStrategy(optionsFor(provider)));
    const started = cookiesOf(await request(app).get('/auth?returnTo=/there'));
    return { provider, app, started, url: `/callback?auth_key=${await issueKey(provider)}` };
  }

  test('while the first exchange runs, all requests get the user and there is one exchange', async () => {
    const allAreHere = withResolvers();
    const calls: (string | undefined)[] = [];
    const { url } = await openServer((req, res) => {
      if (!isAddressCall(req)) calls.push(req.url?.replace(/\?.*/, ''));
      void allAreHere.promise.then(() => respondWell(req, res));
    });
    let requests = 0;
    const app = createApp(createStrategy({ provider: url, appId: '1', appSecret: 's' }), (before) =>
      before.get('/callback', (_req, _res, next) => {
        next();
        if (++requests === 3) allAreHere.resolve();
      }),
    );
    const started = cookiesOf(await request(app).get('/auth'));
    const responses = await Promise.all(
      [1, 2, 3].map(() => request(app).get('/callback?auth_key=k').set('Cookie', started)),
    );
    expect(responses.map(({ body }) => body.user?.id)).toEqual(['7', '7', '7']);
    expect(calls).toEqual(['/api/authorize', '/api/get_user_info']);
  });

  test('right after it, shares the outcome', async () => {
    const { provider, app, started, url } = await arrive();
    const first = await request(app).get(url).set('Cookie', started).expect(200);
    const calls = callsTo(provider).length;
    const again = await request(app).get(url).set('Cookie', cookiesOf(first, started)).expect(200);
    expect(again.body.loginWith).toEqual(first.body.loginWith);
    expect(callsTo(provider)).toHaveLength(calls);
  });

  test('shares a failure too', async () => {
    const { provider, app, started, url } = await arrive();
    provider.once('authorize', { status: 500 });
    const first = await request(app).get(url).set('Cookie', started).expect(502);
    await request(app).get(url).set('Cookie', cookiesOf(first, started)).expect(502);
    expect(callsTo(provider)).toHaveLength(1);
  });

  test.each(['maintenance', 'module_disabled', 'wrong_secret'] as const)(
    'tries again if the provider has not looked at the key: %s',
    async (fault) => {
      const provider = await openProvider({ authorizeMethod: 'GET' });
      const app = createApp(createStrategy(optionsFor(provider)));
      const started = cookiesOf(await request(app).get('/auth'));
      const url = `/callback?auth_key=${await issueKey(provider)}`;
      provider.once('authorize', fault);
      const first = await request(app).get(url).set('Cookie', started);
      expect(first.status).toBeGreaterThanOrEqual(500);
      expect(first.headers['set-cookie']).toBeUndefined();
      await request(app).get(url).set('Cookie', started).expect(200);
    },
  );

  test('on another instance, never sends the key again and starts over instead', async () => {
    const { provider, app, started, url } = await arrive();
    const first = await request(app).get(url).set('Cookie', started).expect(200);
    const other = createApp(createStrategy(optionsFor(provider)));
    const calls = callsTo(provider).length;
    const again = await request(other).get(url).set('Cookie', cookiesOf(first, started)).expect(302);
    expect(again.headers.location).toContain('/api/oauth');
    expect(callsTo(provider)).toHaveLength(calls);
  });

  test.each(['first', 'last'])(
    'on two instances at once, logs in on both, if the restart comes back %s',
    async (order) => {
      const { provider, app, started, url } = await arrive();
      const other = createApp(createStrategy(optionsFor(provider)));
      const loggedIn = await request(app).get(url).set('Cookie', started).expect(200);
      const restarted = await request(other).get(url).set('Cookie', started).expect(302);
      const responses = order === 'first' ? [restarted, loggedIn] : [loggedIn, restarted];
      const cookie = responses.reduce((before, response) => cookiesOf(response, before), started);
      const again = `/callback?auth_key=${await issueKey(provider)}`;
      const arrived = await request(other).get(again).set('Cookie', cookie).expect(200);
      expect(arrived.body.loginWith.returnTo).toBe('/there');
      // One start has logged in twice now, and not a third time.
      const third = `/callback?auth_key=${await issueKey(provider)}`;
      await request(app).get(third).set('Cookie', cookiesOf(arrived, cookie)).expect(403);
    },
  );

  test('on another instance, after the login went back to the start once, fails and says why', async () => {
    const provider = await openProvider({ authorizeMethod: 'GET' });
    const app = createApp(createStrategy(optionsFor(provider)));
    provider.once('authorize', 'used_key');
    const started = cookiesOf(await request(app).get('/auth'));
    const back = await request(app).get('/callback?auth_key=first').set('Cookie', started).expect(302);
    const restarted = cookiesOf(back, started);
    const url = `/callback?auth_key=${await issueKey(provider)}`;
    const first = await request(app).get(url).set('Cookie', restarted).expect(200);
    const other = createApp(createStrategy(optionsFor(provider)));
    const again = await request(other).get(url).set('Cookie', cookiesOf(first, restarted)).expect(403);
    expect(again.body.failed).toMatchObject({
      code: 'auth_key_invalid',
      stage: 'callback',
      message: 'callback: this auth_key was used before',
      retryable: true,
    });
  });

  test('never sends a key again that was refused when there was no way back to the start', async () => {
    const provider = await openProvider({ authorizeMethod: 'GET' });
    const app = createApp(createStrategy(optionsFor(provider)));
    let cookie = '';
    for (let i = 0; i < 8; i++) cookie = cookiesOf(await request(app).get('/auth').set('Cookie', cookie).expect(302));
    const stopped = await request(app).get('/callback?auth_key=made-up').set('Cookie', cookie).expect(429);
    const other = createApp(createStrategy(optionsFor(provider)));
    await request(other).get('/callback?auth_key=made-up').set('Cookie', cookiesOf(stopped, cookie)).expect(429);
    expect(callsTo(provider)).toEqual(['GET authorize']);
  });

  test('does not let another key into the same attempt', async () => {
    const { provider, app, started, url } = await arrive();
    const first = await request(app).get(url).set('Cookie', started).expect(200);
    const other = `/callback?auth_key=${await issueKey(provider)}`;
    const response = await request(app).get(other).set('Cookie', cookiesOf(first, started)).expect(403);
    expect(response.body.failed).toMatchObject({
      code: 'attempt_missing',
      hint: expect.stringContaining('came back before, with another key'),
    });
  });

  test('tries again when the provider was never reached', async () => {
    skipPauses();
    const { url: baseURL, server } = await openServer(respondWell);
    await new Promise((resolve) => server.close(resolve));
    const app = createApp(createStrategy({ provider: baseURL, appId: '1', appSecret: 's' }));
    const started = cookiesOf(await request(app).get('/auth'));
    const down = await request(app).get('/callback?auth_key=k').set('Cookie', started).expect(502);
    expect(down.body.error.code).toBe('connection_refused');
    expect(down.headers['set-cookie']).toBeUndefined();

    await new Promise<void>((resolve) => server.listen(Number(new URL(baseURL).port), '127.0.0.1', resolve));
    const again = await request(app).get('/callback?auth_key=k').set('Cookie', started).expect(200);
    expect(again.body.user.id).toBe('7');
  });

  test('does not try again when the key was sent and only the profile was out of reach', async () => {
    skipPauses();
    let calls = 0;
    const { url: baseURL, server } = await openServer((req, res) => {
      if (isAddressCall(req)) {
        respondWell(req, res);
        return;
      }
      calls++;
      res.setHeader('Connection', 'close').end('{"access_token":"t"}');
      server.close();
    });
    const app = createApp(createStrategy({ provider: baseURL, appId: '1', appSecret: 's' }));
    const started = cookiesOf(await request(app).get('/auth'));
    const down = await request(app).get('/callback?auth_key=k').set('Cookie', started).expect(502);
    expect(down.body.error).toMatchObject({ code: 'connection_refused', stage: 'user_info' });
    await new Promise<void>((resolve) => server.listen(Number(new URL(baseURL).port), '127.0.0.1', resolve));
    await request(app).get('/callback?auth_key=k').set('Cookie', started).expect(502);
    expect(calls).toBe(1);
  });
});
