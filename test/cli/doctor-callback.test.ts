import type { RequestListener } from 'node:http';
import { diagnose, envFor, resolveTestNames } from '../support/doctor';
import { closeAll, openProvider, openServer } from '../support/strategy-app';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

describe('the callback', () => {
  async function diagnoseCallback(listener: RequestListener, path = '/auth/pimbuzz/callback') {
    const provider = await openProvider();
    const { url } = await openServer(listener);
    return diagnose({ env: envFor(provider), args: ['--redirect-url', url + path] });
  }

  test.each([
    [403, '', /refuses the request before the route \(403\)/],
    [200, '<title>App</title>', /another page answers/],
    [503, '', /answers 503/],
  ])('that answers %i is not ours', async (status, body, found) => {
    const { find } = await diagnoseCallback((_req, res) => res.writeHead(status).end(body));
    expect(find('callback')).toMatchObject({ status: 'problem', found: expect.stringMatching(found) });
  });

  test('of another provider is told so', async () => {
    const location = 'https://lookloox.com/api/oauth?app_id=1';
    const { find } = await diagnoseCallback((_req, res) => res.writeHead(302, { location }).end());
    expect(find('callback')?.found).toMatch(/belongs to the provider at https:\/\/lookloox\.com$/);
  });

  test.each([
    ['www.', 'http://www.app.test/auth/pimbuzz/callback'],
    ['https', 'https://app.test/auth/pimbuzz/callback'],
    ['lower case', '/auth/pimbuzz/callback'],
  ])('is registered as it is behind a redirect to %s', async (_what, location) => {
    resolveTestNames();
    const provider = await openProvider();
    const { url } = await openServer((_req, res) => res.writeHead(301, { location }).end());
    const registered = `${url.replace('127.0.0.1', 'app.test')}/Auth/pimbuzz/callback`;
    const { find } = await diagnose({ env: envFor(provider), args: ['--redirect-url', registered] });
    const right = new URL(location, registered).href;
    expect(find('callback')).toMatchObject({
      status: 'problem',
      advice: expect.stringContaining(`Register ${right},`),
    });
  });

  test('of an app that does not run is not checked on this machine', async () => {
    const provider = await openProvider();
    const args = ['--redirect-url', 'http://127.0.0.1:9/auth/pimbuzz/callback'];
    expect((await diagnose({ env: envFor(provider), args })).find('callback')?.status).toBe('not_checked');
  });
});

describe('a redirect URL', () => {
  const check = async (redirectURL: string) => {
    const env = { PIMBUZZ_CALLBACK_URL: redirectURL, PIMBUZZ_URL: '' };
    return (await diagnose({ env, args: ['--timeout', '1000'] })).find('redirect-url');
  };

  test.each([
    ['https://app.invalid/auth/pimbuzz/callback', 'ok', /can be registered/],
    ['http://127.0.0.1:9/auth/pimbuzz/callback', 'ok', /can be registered/],
    [`http://127.0.0.1:9/${'a'.repeat(237)}`, 'ok', /can be registered/],
    [`http://127.0.0.1:9/${'a'.repeat(238)}`, 'problem', /longer than the 256 characters/],
    ["http://127.0.0.1:9/it's", 'problem', /that sites change/],
    ['http://127.0.0.1:9/a b', 'problem', /a blank/],
    ['http://127.0.0.1:9/é', 'problem', /letter with an accent in its path/],
    ['http://é.invalid/', 'problem', /letter with an accent in its host/],
    [' http://127.0.0.1:9/cb', 'problem', /blank or a line break/],
    ['https://ada:lovelace@app.invalid/cb', 'problem', /user name or a password/],
    ['myapp://callback', 'problem', /no http\(s\) URL/],
    ['/auth/pimbuzz/callback', 'problem', /no http\(s\) URL/],
  ])('%s is %s', async (redirectURL, status, found) => {
    expect(await check(redirectURL)).toMatchObject({ status, found: expect.stringMatching(found) });
  });

  test('at the provider is no URL of the app', async () => {
    const provider = await openProvider();
    const env = { ...envFor(provider), PIMBUZZ_CALLBACK_URL: `${provider.url}/api/oauth` };
    expect((await diagnose({ env })).find('redirect-url')?.found).toContain('leads to the provider');
  });
});
