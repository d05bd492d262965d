import type { RawResponse } from '../../support/raw-request';
import { exchanges, startReplay, type ReplayWorld } from '../../support/replay';
import { titleOf } from '../../support/replay-comparison';
import { mainApp, renee } from '../../support/replay-setups';

describe.each(['2.8', '4.0.3', '4.2.1'])('the provider as version %s', (engine) => {
  let world: ReplayWorld;
  const authorize = (authKey: string, method = 'GET'): Promise<RawResponse> => {
    const parameters = `app_id=${mainApp}&app_secret=86f655717e90e66194b9a9d13a2b391b&auth_key=${authKey}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return engine === '4.2.1'
      ? world.send('/api/authorize', { method: 'POST', headers, body: parameters })
      : world.send(`/api/authorize?${parameters}`, { method });
  };
  const userInfo = async (token: string): Promise<string> =>
    (await world.send(`/api/get_user_info?access_token=${token}`)).body.toString();

  beforeEach(async () => {
    const first = exchanges.find((exchange) => exchange.engine === engine)!;
    // A clock that stands still: only advance() moves it.
    world = await startReplay(first, { now: () => Date.UTC(2024, 0, 15) });
  });
  afterEach(() => world.close());

  test('hands a token out again for 60 seconds, and that does not renew it', async () => {
    const token = await world.logIn(renee, mainApp);
    world.provider.advance(60_000);
    await expect(world.logIn(renee, mainApp)).resolves.toBe(token);
    await expect(userInfo(token)).resolves.toMatch(/^\{"user_info"/);
    world.provider.advance(1000);
    await expect(userInfo(token)).resolves.toBe('{"error":true,"message":"Bad Request, expired access_token"}');
    await expect(world.logIn(renee, mainApp)).resolves.not.toBe(token);
    await expect(userInfo(token)).resolves.toBe('{"error":true,"message":"Bad Request, invalid access_token"}');
  });

  test('lets exactly one of ten simultaneous submits of a key through', async () => {
    const authKey = await world.startLogin(renee, mainApp);
    const responses = await Promise.all(Array.from({ length: 10 }, () => authorize(authKey)));
    const bodies = responses.map(({ body }) => body.toString());
    expect(bodies.filter((body) => body.startsWith('{"access_token"'))).toHaveLength(1);
    expect(bodies.filter((body) => body === '{"error":true,"message":"Bad Request, invalid auth_key"}')).toHaveLength(
      9,
    );
  });

  test('replaces the pending key at a HEAD of the start, too', async () => {
    const authKey = await world.startLogin(renee, mainApp);
    const headers = { cookie: await world.cookieOf(renee) };
    await world.send(`/api/oauth?app_id=${mainApp}`, { method: 'HEAD', headers });
    expect((await authorize(authKey)).body.toString()).toContain('invalid auth_key');
  });

  test('keeps one key per app: a start of another app leaves it alone', async () => {
    const authKey = await world.startLogin(renee, mainApp);
    await world.startLogin(renee, '65786161901840');
    expect((await authorize(authKey)).body.toString()).toContain('access_token');
  });

  test('finds a key in upper case, and with blanks behind it', async () => {
    const authKey = await world.startLogin(renee, mainApp);
    expect((await authorize(`${authKey.toUpperCase()}%20`)).body.toString()).toContain('access_token');
  });

  test('uses a key up at HEAD where the query counts, and not where the body does', async () => {
    const authKey = await world.startLogin(renee, mainApp);
    const parameters = `app_id=${mainApp}&app_secret=86f655717e90e66194b9a9d13a2b391b&auth_key=${authKey}`;
    const head = await world.send(`/api/authorize?${parameters}`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    const expectedText = engine === '4.2.1' ? 'access_token' : 'invalid auth_key';
    expect((await authorize(authKey)).body.toString()).toContain(expectedText);
  });

  test('makes key and token invalid when the user removes the app', async () => {
    const token = await world.logIn(renee, mainApp);
    const authKey = await world.startLogin(renee, mainApp);
    world.provider.revoke(renee, mainApp);
    expect((await authorize(authKey)).body.toString()).toContain('invalid auth_key');
    await expect(userInfo(token)).resolves.toContain('invalid access_token');
  });

  test('sets a session cookie at every call, and never a CORS header', async () => {
    const { headers } = await world.send('/api/get_user_info', { headers: { origin: 'https://app.example' } });
    expect(headers['set-cookie']).toMatch(/^PHPSESSID=[0-9a-z]{26}; path=\/$/);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test('keeps the 302 of a wrong host when the script crashes, but not at a 404', async () => {
    const headers = { host: 'www.other.example' };
    const crash = await world.send('/api/get_user_info?access_token[]=x', { headers });
    expect(crash).toMatchObject({ status: 302, headers: { location: 'http://provider.test' } });
    expect(crash.body).toHaveLength(0);
    expect((await world.send('/api/oauth/extra', { headers })).status).toBe(404);
  });

  test('refuses a blocked caller, and everybody but the admins in maintenance', async () => {
    world.provider.configure({ callerBanned: true });
    const banned = await world.send('/api/get_user_info?access_token=x');
    expect(banned.status).toBe(engine === '2.8' ? 500 : 200);
    expect(titleOf(banned.body.toString())).toBe(engine === '2.8' ? 'no title' : 'System Message');
    world.provider.configure({ callerBanned: false, maintenance: true });
    expect(titleOf((await world.send('/api/foo')).body.toString())).toBe('System Message');
    const headers = { cookie: await world.cookieOf('1') };
    expect(titleOf((await world.send('/', { headers })).body.toString())).toBe('Welcome to Sngine');
  });
});
