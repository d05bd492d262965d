import { getEventListeners } from 'node:events';
import { LoginWithClient, defineProvider, type AuthorizeMethod } from 'passport-loginwith';
import { callsTo, closeAll, issueKey, openProvider, openServer, optionsFor } from '../support/strategy-app';

afterEach(closeAll);

function clientOf(provider: Awaited<ReturnType<typeof openProvider>>, changes: object = {}) {
  return new LoginWithClient({ ...optionsFor(provider), ...changes });
}

test('logs a user in without Passport', async () => {
  const provider = await openProvider();
  const client = clientOf(provider);
  expect(client.authorizeURL()).toBe(`${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`);
  const before = Date.now();
  const { accessToken, expiresAt } = await client.authorize(await issueKey(provider));
  expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
  await expect(client.getUserInfo(accessToken)).resolves.toMatchObject({
    id: provider.users[0]!.id,
    provider: `127.0.0.1:${provider.port}`,
  });
  await client.close();
});

test.each<[AuthorizeMethod | 'auto', AuthorizeMethod, string[]]>([
  ['auto', 'GET', ['GET authorize']],
  ['auto', 'POST', ['GET authorize', 'POST authorize']],
  ['GET', 'GET', ['GET authorize']],
  ['POST', 'POST', ['POST authorize']],
])('authorizeMethod %s with a provider that reads %s', async (authorizeMethod, dialect, calls) => {
  const provider = await openProvider({ authorizeMethod: dialect });
  const client = clientOf(provider, {
    provider: defineProvider({ name: 'x', baseURL: provider.url, authorizeMethod }),
  });
  await client.authorize(await issueKey(provider));
  expect(callsTo(provider)).toEqual(calls);
  await client.close();
});

test('a fixed method is not changed behind the back', async () => {
  const provider = await openProvider({ authorizeMethod: 'POST' });
  const client = clientOf(provider, {
    provider: defineProvider({ name: 'x', baseURL: provider.url, authorizeMethod: 'GET' }),
  });
  await expect(client.authorize(await issueKey(provider))).rejects.toMatchObject({ code: 'app_id_invalid' });
  expect(callsTo(provider)).toEqual(['GET authorize']);
  await client.close();
});

test('logins that are under way when one of them finds out the method succeed, too', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let refused = 0;
  const { url } = await openServer((req, res) => {
    if (req.method === 'POST') {
      res.end('{"access_token":"t"}');
      return;
    }
    refused += 1;
    // The second login learns that GET is wrong only when the first has finished.
    const refusal = refused === 2 ? released : Promise.resolve();
    void refusal.then(() => res.end('{"error":true,"message":"Bad Request, invalid app_id"}'));
  });
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's' });
  const first = client.authorize('first');
  const second = client.authorize('second');
  await Promise.race([first, second]);
  release();
  await expect(Promise.all([first, second])).resolves.toMatchObject([{ accessToken: 't' }, { accessToken: 't' }]);
  await client.close();
});

test('a site that changes while the app runs is followed, and what worked is remembered', async () => {
  let dialect = 'GET';
  const calls: string[] = [];
  const { url } = await openServer((req, res) => {
    calls.push(req.method ?? '');
    const isRead = req.method === dialect;
    res.end(isRead ? '{"access_token":"t"}' : '{"error":true,"message":"Bad Request, invalid app_id"}');
  });
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's' });
  for (dialect of ['GET', 'POST', 'POST', 'GET', 'GET']) await client.authorize('key');
  expect(calls).toEqual(['GET', 'GET', 'POST', 'POST', 'POST', 'GET', 'GET']);
  await client.close();
});

test.each([
  ['wrong_secret', 'app_secret_invalid', 500],
  ['used_key', 'auth_key_invalid', 403],
  ['module_disabled', 'module_disabled', 500],
  ['sql_error', 'provider_error', 502],
  ['database_down', 'response_html', 502],
] as const)('%s is %s', async (fault, code, status) => {
  const provider = await openProvider({ authorizeMethod: 'GET' });
  const client = clientOf(provider);
  provider.once('authorize', fault);
  await expect(client.authorize(await issueKey(provider))).rejects.toMatchObject({ stage: 'authorize', code, status });
  await client.close();
});

test('an app that the provider does not have is told from a wrong secret', async () => {
  const provider = await openProvider();
  for (const [changes, code] of [
    [{ appId: '1' }, 'app_id_invalid'],
    [{ appId: 'abc' }, 'app_id_invalid'],
    [{ appSecret: 'x' }, 'app_secret_invalid'],
  ] as const) {
    const client = clientOf(provider, changes);
    await expect(client.authorize('x')).rejects.toMatchObject({ code });
    await client.close();
  }
});

test('a token ends within a minute, whatever the documentation says', async () => {
  const provider = await openProvider();
  const client = clientOf(provider);
  const { accessToken } = await client.authorize(await issueKey(provider));
  provider.advance(61_000);
  await expect(client.getUserInfo(accessToken)).rejects.toMatchObject({
    code: 'token_expired',
    status: 403,
    retryable: true,
  });
  await client.close();
});

test('an app id that is accepted in neither place is asked for in both each time', async () => {
  const methods: unknown[] = [];
  const { url } = await openServer((req, res) => {
    methods.push(req.method);
    res.end('{"error":true,"message":"Bad Request, invalid app_id"}');
  });
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's' });
  for (const key of ['a', 'b']) await expect(client.authorize(key)).rejects.toMatchObject({ code: 'app_id_invalid' });
  expect(methods).toEqual(['GET', 'POST', 'GET', 'POST']);
  await client.close();
});

test.each([' t', 't ', 't\n', 'é', '\u007f', 'x'.repeat(513), 7, ['t']])('the token %j is refused', async (token) => {
  const { url } = await openServer((_req, res) => res.end(JSON.stringify({ access_token: token })));
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's' });
  await expect(client.authorize('key')).rejects.toMatchObject({ code: 'response_unexpected', stage: 'authorize' });
  await client.close();
});

test.each(['!', '~', 'x'.repeat(512)])('the token %s is taken', async (token) => {
  const { url } = await openServer((_req, res) => res.end(JSON.stringify({ access_token: token })));
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's' });
  await expect(client.authorize('key')).resolves.toMatchObject({ accessToken: token });
  await client.close();
});

test.each([
  ['[]', 'user_not_found', 403],
  ['[1]', 'response_unexpected', 502],
  ['{"length":0}', 'response_unexpected', 502],
])('get_user_info that answers %s is %s', async (body, code, status) => {
  const { url } = await openServer((_req, res) => res.end(body));
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's' });
  await expect(client.getUserInfo('t')).rejects.toMatchObject({ stage: 'user_info', code, status, retryable: false });
  await client.close();
});

test('a signal of the app is free of listeners after a call', async () => {
  const { url } = await openServer((_req, res) => res.end('{"access_token":"t"}'));
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's' });
  const { signal } = new AbortController();
  await client.authorize('key', signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  await client.close();
});

describe('checkCredentials', () => {
  test.each(['GET', 'POST'] as const)('says that they are right, and that authorize is %s', async (authorizeMethod) => {
    const provider = await openProvider({ authorizeMethod });
    const client = clientOf(provider);
    await expect(client.checkCredentials()).resolves.toEqual({ authorizeMethod });
    await client.close();
  });

  test.each([
    [{ appId: '1' }, 'app_id_invalid'],
    [{ appSecret: 'x' }, 'app_secret_invalid'],
  ])('says what is wrong with %j', async (changes, code) => {
    const provider = await openProvider();
    const client = clientOf(provider, changes);
    await expect(client.checkCredentials()).rejects.toMatchObject({ code });
    await client.close();
  });
});
