import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHTTP2 } from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { Agent, request } from 'undici';
import { adaptFastify, LoginWithStrategy, type Attempt, type StrategyOptions } from 'passport-loginwith';
import { createFastifyApp, createKoaApp, createNodeApp } from './support/passport-frameworks';
import { closeAll, cookieSecret, createStrategy, openProvider, openServer, optionsFor } from './support/strategy-app';
import { Browser } from './support/test-browser';

afterEach(closeAll);

const someSite = { provider: 'pimbuzz', appId: '1', appSecret: 's' };
const cookieName = /^(?:__Host-)?loginwith[^=]*=/;
const namesOf = (cookies: string[]) => cookies.map((cookie) => cookie.replace(cookieName, 'ours=').split('=')[0]);

describe('cookies of the strategy', () => {
  test('do not replace those that Fastify sends, nor are replaced by them', async () => {
    const app = createFastifyApp(createStrategy(someSite), {}, (before) => {
      before.addHook('onSend', (_request, reply, _payload, done) => {
        reply.header('set-cookie', ['one=1', 'two=2']);
        done();
      });
    });
    const { headers } = await new Browser(await app.listen()).get('/auth');
    expect(namesOf(headers.getSetCookie()).sort()).toEqual(['one', 'ours', 'two']);
    await app.close();
  });

  test('do not replace those of Koa', async () => {
    const app = createKoaApp(createStrategy(someSite), (before) =>
      before.use((context, next) => {
        context.cookies.set('one', '1');
        return next().then(() => context.cookies.set('two', '2'));
      }),
    );
    const { url } = await openServer(app.callback());
    const { headers } = await new Browser(url).get('/auth');
    expect(namesOf(headers.getSetCookie()).sort()).toEqual(['one', 'ours', 'two']);
  });

  test('are not replaced by those that an app gives to writeHead', async () => {
    const strategy = createStrategy(someSite);
    const { url } = await openServer((req, res) => {
      const respond = (location: unknown) =>
        res.writeHead(302, { location: String(location), 'set-cookie': 'one=1' }).end();
      const actions = { redirect: respond, success: respond, fail: respond, error: respond };
      Object.assign(Object.create(strategy) as LoginWithStrategy, actions).authenticate(req);
    });
    const { headers } = await new Browser(url).get('/auth');
    expect(namesOf(headers.getSetCookie())).toEqual(['one', 'ours']);
  });

  test('are sent although the app has failed, which makes Koa remove all headers', async () => {
    const provider = await openProvider();
    const strategy = createStrategy(optionsFor(provider), () => {
      throw new Error('of the app');
    });
    const { url } = await openServer(createKoaApp(strategy).callback());
    const browser = new Browser(url);
    const failed = await provider.signIn(browser.fetch, undefined, { start: `${url}/auth` });
    expect([failed.status, namesOf(failed.headers.getSetCookie())]).toEqual([500, ['ours']]);
  });
});

describe('where nothing leads from a request to its response', () => {
  /** Over HTTP/2 there is no socket of the response's. */
  async function getByHTTP2(app: FastifyInstance, path: string, more: Record<string, string> = {}) {
    const session = connectHTTP2(app.listeningOrigin);
    const stream = session.request({ ':path': path, ...more });
    const [headers] = (await once(stream, 'response')) as [Record<string, string | string[] | undefined>];
    const body = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    session.destroy();
    return { status: Number(headers[':status']), headers, cookies: [headers['set-cookie'] ?? []].flat(), body };
  }

  async function openHTTP2(strategy: LoginWithStrategy, prepare?: (app: FastifyInstance) => void) {
    const app = createFastifyApp(strategy, { http2: true }, prepare);
    await app.listen();
    return app;
  }

  test('the error names the plugin that finds it in Fastify', async () => {
    const app = await openHTTP2(createStrategy(someSite));
    const { status, body } = await getByHTTP2(app, '/auth');
    expect([status, JSON.parse(body)]).toEqual([500, expect.objectContaining({ code: 'response_missing' })]);
    await app.close();
  });

  test('in Fastify, HTTP/2 works with the plugin', async () => {
    const app = await openHTTP2(createStrategy(someSite), (before) => void before.register(adaptFastify));
    const { status, cookies } = await getByHTTP2(app, '/auth');
    expect([status, namesOf(cookies)]).toEqual([302, ['ours']]);
    await app.close();
  });

  test('in Fastify, injected requests work with the plugin', async () => {
    const support = join(__dirname, 'support');
    const script = ['-r', join(support, 'ts-hook.cjs'), join(support, 'injected-requests.ts')];
    const { stdout } = await promisify(execFile)(process.execPath, script);
    const { plain, adapted } = JSON.parse(stdout) as Record<'plain' | 'adapted', { status: number; cookies: string[] }>;
    expect([plain.status, plain.cookies]).toEqual([500, []]);
    expect([adapted.status, namesOf(adapted.cookies)]).toEqual([302, ['ours']]);
  }, 20_000);

  test('with an attempt store a login needs no response', async () => {
    const provider = await openProvider();
    let kept: Attempt | undefined;
    const attempts: StrategyOptions['attempts'] = {
      begin: (_req, attempt) => void (kept = attempt),
      take: () => kept,
    };
    const app = await openHTTP2(createStrategy({ ...optionsFor(provider), attempts }));
    const fetch = (url: string) => getByHTTP2(app, new URL(url).pathname + new URL(url).search);
    const response = await provider.signIn(fetch, undefined, { start: '/auth' });
    expect([response.status, JSON.parse(response.body)]).toEqual([
      200,
      expect.objectContaining({ id: provider.users[0]!.id }),
    ]);
    // This response is none of Passport's.
    const prefetch = await getByHTTP2(app, '/auth', { 'sec-purpose': 'prefetch' });
    expect(JSON.parse(prefetch.body)).toMatchObject({ code: 'response_missing' });
    await app.close();
  });

  test('a request that waits for an earlier one of its connection never gets the response to that', async () => {
    const { url } = await openServer(createNodeApp(createStrategy(someSite)));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ask = (path: string, last: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${last}\r\n`;
    socket.write(ask('/auth', '') + ask('/auth', 'Connection: close\r\n'));
    const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
    const responses = text.split(/(?=^HTTP\/1\.1 )/m);
    expect(responses.map((response) => [response.slice(9, 12), response.match(/^set-cookie:/gim)?.length])).toEqual([
      ['302', 1],
      ['500', undefined],
    ]);
    expect(responses[1]).toContain('the response to this request cannot be found');
  });
});

describe('after a response of our own, the connection goes on and the server can close', () => {
  const ours: [string, string, Record<string, string>, number][] = [
    ['204 for a prefetch', '/auth', { 'sec-purpose': 'prefetch' }, 204],
    ['a page for a start of another site', '/auth', { accept: 'text/html', 'sec-fetch-site': 'cross-site' }, 200],
  ];

  test.each(ours)('in Fastify: %s', async (_name, path, headers, status) => {
    const app = createFastifyApp(createStrategy(someSite));
    await expectToGoOn(await app.listen(), path, headers, status, () => app.close());
  });

  test.each(ours)('in Koa: %s', async (_name, path, headers, status) => {
    const { url, server } = await openServer(createKoaApp(createStrategy(someSite)).callback());
    await expectToGoOn(url, path, headers, status, () => new Promise((resolve) => server.close(resolve)));
  });

  /** All requests go over one connection. */
  async function expectToGoOn(
    url: string,
    path: string,
    headers: Record<string, string>,
    status: number,
    close: () => Promise<unknown>,
  ): Promise<void> {
    const dispatcher = new Agent({ connections: 1, pipelining: 1 });
    let connections = 0;
    dispatcher.on('connect', () => connections++);
    for (let count = 0; count < 3; count++) {
      const response = await request(url + path, { headers, dispatcher });
      expect([response.statusCode, response.headers['set-cookie']]).toEqual([status, undefined]);
      await response.body.dump();
    }
    const next = await request(`${url}/auth`, { dispatcher });
    expect([next.statusCode, connections]).toEqual([302, 1]);
    await next.body.dump();
    await close();
    await dispatcher.close();
  }
});

test('a logout that is too late to remove the cookies says so', async () => {
  const strategy = createStrategy(someSite);
  const { url } = await openServer((req, res) => {
    if (req.url === '/auth') createNodeApp(strategy)(req, res);
    else
      strategy.forgetAttempts(req, res.writeHead(200)).then(
        () => res.end(),
        (error: unknown) => res.end(String(error)),
      );
  });
  const browser = new Browser(url);
  await browser.get('/auth');
  expect((await browser.get('/logout')).text).toContain('ERR_HTTP_HEADERS_SENT');
});

test('in Koa, what a logout removes needs no response', async () => {
  const strategy = new LoginWithStrategy({ ...someSite, cookieSecret }, () => null);
  const app = createKoaApp(strategy, (before) =>
    before.use((context, next) => {
      if (context.path !== '/logout') return next();
      context.status = 204;
      return strategy.forgetAttempts(context);
    }),
  );
  const { url } = await openServer(app.callback());
  const browser = new Browser(url);
  await browser.get('/auth');
  expect(await browser.jar.getCookies(url)).toHaveLength(1);
  await browser.get('/logout');
  expect(await browser.jar.getCookies(url)).toEqual([]);
});
