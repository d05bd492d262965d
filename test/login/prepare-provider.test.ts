import { Readable } from 'node:stream';
import request from 'supertest';
import { defineProvider, LoginWithClient, type ClientOptions, type LoginWithStrategy } from 'passport-loginwith';
import {
  closeAll,
  createApp,
  createStrategy,
  openProvider,
  openServer,
  optionsFor,
  reserveAddress,
  respondWell,
  withResolvers,
} from '../support/strategy-app';

type Dispatcher = NonNullable<ClientOptions['dispatcher']>;

const credentials = { appId: '1', appSecret: 'secret' };
const asWarning = {
  type: 'LoginWithWarning',
  code: 'LOGINWITH_BASE_URL',
  detail: 'See passport-loginwith/docs/errors.md#loginwith_base_url',
};

afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

/** Starts a login, and waits for the warning. */
async function warningOf(strategy: LoginWithStrategy) {
  const { promise, resolve } = withResolvers<unknown[]>();
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation((...parameters) => resolve(parameters));
  await request(createApp(strategy)).get('/auth').expect(302);
  return { warning: await promise, warn };
}

const closedAddress = async () => (await reserveAddress()).url;

/** A site that is at home at another address, and the base URL that the app has. */
async function openElsewhere(siteURL: string) {
  const provider = await openProvider({ siteURL });
  return { provider, options: { ...optionsFor(provider), provider: `http://127.0.0.1:${provider.port}` } };
}

test('on another host than the site’s own, the first start warns and names the right base URL, once', async () => {
  const { provider, options } = await openElsewhere('https://social.example');
  const { warning, warn } = await warningOf(createStrategy(options));
  expect(warning).toEqual([
    `127.0.0.1:${provider.port} is configured for another address than ${options.provider}, so nobody is ever signed ` +
      "in there, and a login that starts there does not come back: set the provider's base URL to " +
      'https://social.example. "npx passport-loginwith doctor" checks the set-up.',
    asWarning,
  ]);
  expect(provider.requests.map(({ method, path, form }) => [method, path, form])).toEqual([
    ['GET', '/api/get_user_info?lang=en_us', {}],
  ]);
  // No other strategy of this process asks again.
  const again = createApp(createStrategy(options));
  await request(again).get('/auth').expect(302);
  expect(provider.requests).toHaveLength(1);
  expect(warn).toHaveBeenCalledTimes(1);
});

test('a redirect of something in front of the site is warned of at the first start, too', async () => {
  const { url } = await openServer((_req, res) =>
    res.writeHead(301, { Location: 'https://www.social.example/' }).end(),
  );
  const { warning } = await warningOf(createStrategy({ provider: url, ...credentials }));
  expect(warning).toEqual([
    expect.stringMatching(
      /answered 301 without JSON .*Set the provider's base URL to https:\/\/www\.social\.example\. "npx passport-loginwith doctor"/,
    ),
    asWarning,
  ]);
});

test.each([
  ['right', respondWell],
  ['closed', (_req, res) => res.writeHead(503).end()],
  ['broken', (_req, res) => res.destroy()],
] as [string, typeof respondWell][])('at a site that is %s, the start asks in silence', async (_state, listener) => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const asked = withResolvers();
  const { url } = await openServer((req, res) => {
    res.on('close', () => asked.resolve());
    listener(req, res);
  });
  const strategy = createStrategy({ provider: url, ...credentials });
  await request(createApp(strategy)).get('/auth').expect(302);
  await asked.promise;
  await strategy.client.close();
  expect(warn).not.toHaveBeenCalled();
});

const inMode = (mode: string | undefined) =>
  void jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: mode });

describe('at the first start, a warning says why no login will come back:', () => {
  const notFound =
    (type: string): typeof respondWell =>
    (_req, res) =>
      res.writeHead(404, { 'content-type': type }).end('<h1>Not found</h1>');

  test.each<[string, string, () => Promise<string>, string]>([
    ['nobody listens there', 'connection_refused', closedAddress, 'Start the local provider'],
    [
      'the base URL has a wrong path',
      'response_html',
      async () => (await openServer(notFound('text/html'))).url,
      'base URL',
    ],
    [
      'the site has no such API',
      'response_unexpected',
      async () => (await openServer(notFound('text/plain'))).url,
      'base URL',
    ],
  ])('%s', async (_what, code, openSite, text) => {
    inMode('production');
    const { warning } = await warningOf(createStrategy({ provider: await openSite(), ...credentials }));
    expect(warning).toEqual([
      expect.stringMatching(`^No login will come back from the provider\\. user_info: .*${text}`),
      {
        type: 'LoginWithWarning',
        code: 'LOGINWITH_PROVIDER',
        detail: `See passport-loginwith/docs/errors.md#${code}`,
      },
    ]);
  });

  /** A site beyond this machine, as the app reaches it. */
  function createRealSite(message: string) {
    const paths: string[] = [];
    const dispatcher: Dispatcher = {
      request({ path }) {
        paths.push(path.replace(/\?.*/, ''));
        const body = Buffer.from(JSON.stringify({ error: true, message }));
        return Promise.resolve({
          statusCode: 200,
          headers: { 'content-type': 'application/json' },
          body: Readable.from([body]),
        });
      },
    };
    const provider = {
      name: 'pimbuzz',
      baseURL: `https://${message.length}.social.example`,
      authorizeMethod: 'GET',
    } as const;
    return { paths, options: { provider: defineProvider(provider), ...credentials, dispatcher } };
  }

  test.each([
    ['Bad Request, invalid app_id', 'app_id_invalid', 'one of a local provider is known there only'],
    ['Bad Request, invalid app_secret', 'app_secret_invalid', 'Compare appSecret with the dashboard'],
  ])('in development, a real site says: %s', async (message, code, text) => {
    inMode(undefined);
    const { paths, options } = createRealSite(message);
    const { warning } = await warningOf(createStrategy(options));
    expect(warning).toEqual([
      expect.stringContaining(text),
      expect.objectContaining({ detail: `See passport-loginwith/docs/errors.md#${code}` }),
    ]);
    expect(paths).toEqual(['/api/get_user_info', '/api/authorize']);
  });

  test('in production, a real site is not asked for the app', async () => {
    inMode('production');
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { paths, options } = createRealSite('Bad Request, invalid access_token');
    const strategy = createStrategy(options);
    await request(createApp(strategy)).get('/auth').expect(302);
    await strategy.client.close();
    // Long enough for the second call of a development.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(paths).toEqual(['/api/get_user_info']);
    expect(warn).not.toHaveBeenCalled();
  });

  test('tests of an app hear nothing of a provider that is not there', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const strategy = createStrategy({ provider: await closedAddress(), ...credentials });
    await request(createApp(strategy)).get('/auth').expect(302);
    await strategy.client.close();
    expect(warn).not.toHaveBeenCalled();
  });
});

test('the call uses up no fault of a test', async () => {
  const provider = await openProvider();
  // As often as the profile is asked for.
  provider.once('get_user_info', { status: 503 }).once('get_user_info', { status: 503 });
  provider.once('get_user_info', { status: 503 });
  const agent = request.agent(createApp(createStrategy(optionsFor(provider))));
  const response = await provider.signIn(agent, undefined, { start: '/auth' });
  expect(response.status).toBe(502);
});

test('the client tells the site’s own base URL, also in a folder', async () => {
  const { options } = await openElsewhere('https://social.example');
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const elsewhere = new LoginWithClient(options);
  await expect(elsewhere.checkBaseURL()).resolves.toEqual({ baseURL: 'https://social.example' });
  await elsewhere.close();
  const provider = await openProvider();
  const atHome = new LoginWithClient(optionsFor(provider));
  await expect(atHome.checkBaseURL()).resolves.toEqual({ baseURL: provider.url });
  await atHome.close();
  const { url } = await openServer((_req, res) =>
    res.writeHead(302, { Location: 'https://x.example/social/' }).end('{}'),
  );
  const inFolder = new LoginWithClient({ provider: url, ...credentials });
  await expect(inFolder.checkBaseURL()).resolves.toEqual({ baseURL: 'https://x.example/social' });
  await inFolder.close();
  const { url: silentURL } = await openServer((_req, res) => res.writeHead(302, { Location: '/home' }).end('{}'));
  const silent = new LoginWithClient({ provider: silentURL, ...credentials });
  await expect(silent.checkBaseURL()).resolves.toEqual({ baseURL: silentURL });
  await silent.close();
});
