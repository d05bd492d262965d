import { LoginWithClient, defineProvider, type AuthorizeMethod } from 'passport-loginwith';
import { callsTo, closeAll, issueKey, openProvider, openServer, optionsFor } from '../support/strategy-app';

afterEach(closeAll);

function clientOf(provider: Awaited<ReturnType<typeof openProvider>>, changes: object = {}) {
  return new LoginWithClient({ ...optionsFor(provider), ...changes });
}

test('logs a person in without Passport', async () => {
  const provider = await openProvider();
  const client = clientOf(provider);
  expect(client.authorizeURL()).toBe(`${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`);
  const before = Date.now();
  const { accessToken, expiresAt } = await client.authorize(await issueKey(provider));
  expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000);
  await expect(client.getUserInfo(accessToken)).resolves.toMatchObject({
    id: provider.users[0]!.id,
    provider: 'loginwith',
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
