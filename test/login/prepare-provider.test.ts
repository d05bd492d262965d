import request from 'supertest';
import { LoginWithClient, type LoginWithStrategy } from 'passport-loginwith';
import {
  closeAll,
  createApp,
  createStrategy,
  openProvider,
  openServer,
  optionsFor,
  respondWell,
  withResolvers,
} from '../support/strategy-app';

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
