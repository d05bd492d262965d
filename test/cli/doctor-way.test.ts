import express from 'express';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { request } from 'node:http';
import { diagnose, envFor } from '../support/doctor';
import { closeSites, openSite, serve, sessions } from '../support/express-site';
import { closeAll, createApp, createStrategy, openProvider, openServer, optionsFor } from '../support/strategy-app';

afterEach(async () => {
  await Promise.all([closeSites(), closeAll()]);
});

type Change = (req: IncomingMessage, headers: NodeJS.Dict<string | string[]>) => void;

/** Puts a proxy before a server, which changes requests and the headers of responses. */
function openProxy(url: string, change: { request?: Change; response?: Change }): Promise<string> {
  return serve((req, res) => {
    change.request?.(req, req.headers);
    const onward = request(url + req.url!, { method: req.method!, headers: defined(req.headers) }, (response) => {
      change.response?.(req, response.headers);
      res.writeHead(response.statusCode!, response.headers);
      response.pipe(res);
    });
    req.pipe(onward);
  });
}

const defined = (headers: NodeJS.Dict<string | string[]>) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));

/** Diagnoses the app of the README, behind a proxy. */
async function diagnoseBehind(change: Parameters<typeof openProxy>[1]) {
  const provider = await openProvider();
  const strategy = createStrategy({ ...optionsFor(provider), name: 'pimbuzz' });
  const url = await openProxy(await serve(createApp(strategy)), change);
  const args = ['--app', url, '--start', '/auth', '--redirect-url', `${url}/callback`];
  return diagnose({ env: envFor(provider), args });
}

describe('a proxy or a CDN on the way to the app', () => {
  test('that changes nothing is no problem', async () => {
    expect(await diagnoseBehind({})).toMatchObject({ code: 0, bad: [] });
  });

  test('that takes the query off is a problem', async () => {
    const { find, code } = await diagnoseBehind({ request: (req) => (req.url = req.url!.replace(/\?.*/, '')) });
    expect(find('callback')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('takes the query off'),
    });
    expect(code).toBe(1);
  });

  test('that takes all cookies off is a problem', async () => {
    const { find } = await diagnoseBehind({ response: (_req, headers) => delete headers['set-cookie'] });
    expect(find('attempt-cookie')).toMatchObject({ status: 'problem', advice: expect.stringContaining('Set-Cookie') });
  });

  test('that keeps every Sec- header and the referrer back makes the app ask for a click', async () => {
    const { find, code } = await diagnoseBehind({
      request: (_req, headers) => {
        for (const name of ['dest', 'mode', 'site'].map((each) => `sec-fetch-${each}`)) headers[name] = undefined;
        headers['sec-purpose'] = headers.referer = undefined;
      },
    });
    expect(find('start')).toMatchObject({ status: 'warning', advice: expect.stringContaining('Sec-Fetch-Site') });
    expect(find('callback')?.status).toBe('ok');
    expect(code).toBe(0);
  });
});

describe('what answers in place of the app', () => {
  const diagnoseListener = async (listener: RequestListener, ...more: string[]) => {
    const provider = await openProvider();
    const { url } = await openServer(listener);
    const args = ['--app', url, '--redirect-url', `${url}/auth/pimbuzz/callback`, ...more];
    return { provider, ...(await diagnose({ env: envFor(provider), args })) };
  };

  test('a limit of requests is told as one', async () => {
    const { find } = await diagnoseListener((_req, res) => res.writeHead(429).end('slow down'));
    for (const id of ['start', 'callback'])
      expect(find(id)).toMatchObject({ status: 'problem', found: expect.stringContaining('limits the requests') });
  });

  test('nothing at all gets advice on the app, and not on the provider', async () => {
    const { find } = await diagnoseListener(() => undefined, '--timeout', '300');
    expect(find('app')?.advice).toMatch(/^Look whether the app, .*--timeout/);
  });

  test('another program is named by its port', async () => {
    const { find } = await diagnoseListener((req: IncomingMessage, _res: ServerResponse) => req.socket.destroy());
    expect(find('app')?.advice).toMatch(/^Look which program listens at 127\.0\.0\.1:\d+, and whether it speaks http/);
  });

  test('a redirect to the same route with a slash names the right start', async () => {
    const { find } = await diagnoseListener((req, res) => res.writeHead(301, { location: `${req.url!}/` }).end());
    expect(find('start')).toMatchObject({
      found: '/auth/pimbuzz redirects to /auth/pimbuzz/ first',
      advice: expect.stringContaining('--start /auth/pimbuzz/.'),
    });
  });

  test('an app at another site has one problem, and not two', async () => {
    const location = 'https://lookloox.com/api/oauth?app_id=1';
    const { find } = await diagnoseListener((_req, res) => res.writeHead(302, { location }).end());
    expect(find('start-provider')?.status).toBe('problem');
    expect(find('callback')?.found).not.toContain('belongs to the provider');
  });
});

describe('what is no problem', () => {
  test.each([
    ['theme=dark', 'of a theme'],
    ['_csrf=1; HttpOnly; SameSite=Strict', 'against forged requests'],
    ['XSRF-TOKEN=1; SameSite=Strict', 'for scripts'],
  ])('a cookie %s', async (cookie) => {
    const provider = await openProvider();
    const strategy = createStrategy({ ...optionsFor(provider), name: 'pimbuzz' });
    const app = express()
      .use((_req, res, next) => {
        res.append('Set-Cookie', cookie);
        next();
      })
      .use(createApp(strategy));
    const { code, bad } = await diagnose({
      env: envFor(provider),
      args: ['--app', await serve(app), '--start', '/auth'],
    });
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
  });

  test('a callback elsewhere, as long as nobody has told where', async () => {
    const provider = await openProvider();
    const url = await serve(createApp(createStrategy({ ...optionsFor(provider), name: 'pimbuzz' })));
    const { code, find } = await diagnose({ env: envFor(provider), args: ['--app', url, '--start', '/auth'] });
    expect({ code, status: find('callback')?.status }).toEqual({ code: 0, status: 'not_checked' });
    expect(find('redirect-url')?.advice).toContain('--redirect-url');
  });

  test('a session secret that only the running app knows', async () => {
    const site = await openSite();
    const env = { ...envFor(site.provider), SESSION_SECRET: undefined };
    const { code, find } = await diagnose({ env, args: ['--app', site.url] });
    expect({ code, status: find('cookie-secret')?.status }).toEqual({ code: 0, status: 'not_checked' });
    expect((await diagnose({ env })).find('cookie-secret')?.status).toBe('problem');
  });

  test('a start with a slash at the end', async () => {
    const site = await openSite();
    const { find } = await diagnose({
      env: envFor(site.provider),
      args: ['--app', site.url, '--start', '/auth/pimbuzz/'],
    });
    expect(find('callback')?.status).toBe('ok');
  });
});

test.each([
  ["form-action 'self'", 'problem'],
  ["default-src 'self'", undefined],
  ["form-action 'self' PROVIDER", undefined],
  ["form-action 'self' http:", undefined],
])('a form that posts to the start, under the policy %s', async (policy, status) => {
  const provider = await openProvider();
  const strategy = createStrategy({ ...optionsFor(provider), name: 'pimbuzz' });
  const app = express()
    .get('/', (_req, res) => {
      res.set('Content-Security-Policy', policy.replace('PROVIDER', provider.url));
      res.send('<form class="login" method="post" action="/auth"><button>Log in</button></form>');
    })
    .use(createApp(strategy));
  const args = ['--app', await serve(app), '--start', '/auth'];
  const { find } = await diagnose({ env: envFor(provider), args });
  expect(find('form-action')?.status).toBe(status);
  if (status !== undefined) expect(find('form-action')?.advice).toContain(`add ${provider.url} to form-action`);
});

test('a session by another name is known by its signed value', async () => {
  const site = await openSite({
    before: (app) => void app.use(sessions({ name: 'shop', saveUninitialized: true, cookie: { httpOnly: false } })),
  });
  const { find } = await diagnose({ env: envFor(site.provider), args: ['--app', site.url] });
  expect(find('session-cookie')).toMatchObject({ status: 'warning', found: 'the cookie shop is not HttpOnly' });
});
