import { acceptAuthKey } from 'passport-loginwith/auth-js';
import { loginWithPlugin } from 'passport-loginwith/better-auth';

/*
 * What Auth.js and better-auth get to see of a callback. Whole logins with the libraries themselves are in
 * test/frameworks/, in processes of their own.
 */

const path = 'https://app.example/api/auth/callback/pimbuzz';
const page = { accept: 'text/html', 'sec-fetch-dest': 'document', 'user-agent': 'Mozilla/5.0' };
const key = 'auth_key=0123456789abcdef';

interface Sent {
  method?: string;
  headers?: Record<string, string>;
}

type Seen = { search: string; cookie: string | null };

/** Sends a request through the wrapper; `seen` has the requests that the library got. */
async function sendToAuthJs(url: string, { method = 'GET', headers = {} }: Sent = {}) {
  const seen: Seen[] = [];
  const handler = acceptAuthKey((request: Request) => {
    seen.push({ search: new URL(request.url).search, cookie: request.headers.get('cookie') });
    return Promise.resolve(new Response('of the library', { status: 418 }));
  });
  const response = await handler(new Request(url, { method, headers: { ...page, ...headers } }));
  return { status: response.status, seen };
}

const plugin = loginWithPlugin({ provider: 'pimbuzz', appId: '1', appSecret: 's' });
const context = (trustedProviders?: unknown) => ({
  options: { account: { accountLinking: { trustedProviders } } },
  socialProviders: [],
  createAuthCookie: (name: string, attributes: object) => ({ name, attributes }),
});

/** What better-auth goes on with: a query, the status of a response, or nothing if the request is none of a login. */
async function sendToBetterAuth(url: string, { method = 'GET', headers = {} }: Sent = {}) {
  const request = new Request(url, { method, headers: { ...page, ...headers } });
  const result = await plugin.onRequest(request, context());
  if (result === undefined) return undefined;
  return 'response' in result ? result.response.status : new URL(result.request.url).searchParams;
}

test.each([
  ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }, 204],
  ['HEAD', { method: 'HEAD' }, 204],
  ['a POST', { method: 'POST' }, 405],
  ['a picture', { headers: { 'sec-fetch-dest': 'image' } }, 403],
])('%s of a callback reaches neither library', async (_name, request, status) => {
  expect(await sendToAuthJs(`${path}?${key}`, request)).toEqual({ status, seen: [] });
  expect(await sendToBetterAuth(`${path}?${key}`, request)).toBe(status);
});

test.each([
  [`${key}&auth_key=another`, 'auth_key_malformed'],
  ['auth_key=a.b', 'auth_key_malformed'],
  ['denied=1&of=auth_key', 'access_denied'],
  ['of=auth_key', 'auth_key_missing'],
])('a callback with ?%s is shown as %s, and its key is not exchanged', async (query, error) => {
  const { seen } = await sendToAuthJs(`${path}?${query}`);
  expect(seen.map(({ search }) => search)).toEqual([`?error=${error}`]);
  expect(String(await sendToBetterAuth(`${path}?${query}`))).toBe(`error=${error}`);
});

describe('acceptAuthKey()', () => {
  test('hands a request without a key on as it is', async () => {
    const cookie = 'authjs.session-token=s; authjs.pkce.code_verifier=v';
    for (const url of [path, 'https://app.example/api/auth/session?auth_key=x']) {
      const { status, seen } = await sendToAuthJs(url, { headers: { cookie } });
      expect([status, seen]).toEqual([418, [{ search: new URL(url).search, cookie }]]);
    }
  });

  test.each([path, `${path}/`])('of %s shows Auth.js neither the key nor the session', async (url) => {
    const cookie = 'authjs.session-token=s; authjs.pkce.code_verifier=v; authjs.callback-url=/x';
    const { seen } = await sendToAuthJs(`${url}?${key}`, { headers: { cookie } });
    const kept = 'authjs.pkce.code_verifier=v; authjs.callback-url=/x';
    // Auth.js has exchanged nothing, as without an attempt of this browser.
    expect(seen).toEqual([
      { search: '?code=auth_key', cookie: kept },
      { search: '?error=attempt_missing', cookie: kept },
    ]);
  });

  test('takes a request without cookies', async () => {
    expect((await sendToAuthJs(`${path}?${key}`)).seen[0]).toEqual({ search: '?code=auth_key', cookie: '' });
  });
});

describe('loginWithPlugin()', () => {
  const provider = () => {
    const [first] = plugin.init(context()).context.socialProviders;
    return first as {
      validateAuthorizationCode(data: { code: string }): Promise<unknown>;
      getUserInfo(tokens: object): Promise<unknown>;
    };
  };

  test('leaves the callbacks of other providers alone', async () => {
    expect(await sendToBetterAuth(`https://app.example/api/auth/callback/google?${key}`)).toBeUndefined();
  });

  test('passes the key on sealed, with the state of its own cookie', async () => {
    const cookie = 'other=x; loginwith-pimbuzz=old; loginwith-pimbuzz=state1';
    const query = (await sendToBetterAuth(`${path}/?${key}`, { headers: { cookie } })) as URLSearchParams;
    expect(query.get('state')).toBe('state1');
    expect(query.get('code')).toMatch(/^[\w-]{40,}$/);
    expect(String(query)).not.toContain('0123456789abcdef');
    const without = (await sendToBetterAuth(`${path}?${key}`)) as URLSearchParams;
    expect(without.get('state')).toBe('');
  });

  test('takes no code that it has not sealed, and no user from elsewhere', async () => {
    expect(await provider().validateAuthorizationCode({ code: 'made-up' })).toBeNull();
    expect(await provider().getUserInfo({})).toBeNull();
  });

  test('keeps the state of its own starts alone', async () => {
    const [hook] = plugin.hooks.after as [(typeof plugin.hooks.after)[0]];
    const after = (returned: unknown) => ({ context: { ...context(), returned } });
    const start = { url: 'https://pimbuzz.com/api/oauth?app_id=1&state=abc' };
    for (const other of [undefined, null, {}, { url: 1 }, { url: 'https://google.example/?state=abc' }])
      expect(hook.matcher(after(other))).toBe(false);
    expect(hook.matcher(after(start))).toBe(true);
    const { headers } = await hook.handler(after(start));
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^loginwith-pimbuzz=abc(?:;|$)/)]);
  });

  test.each([undefined, ['google'], () => ['pimbuzz']])('starts with %p as trustedProviders', (trusted) => {
    expect(plugin.init(context(trusted)).context.socialProviders).toHaveLength(1);
  });

  test('does not start if its provider is trusted with e-mail addresses', () => {
    expect(() => plugin.init(context(['pimbuzz']))).toThrow('take "pimbuzz" out of "trustedProviders"');
  });
});
