import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import express from 'express';
import { Passport } from 'passport';
import fc from 'fast-check';
import { LoginWithError, LoginWithStrategy, redactURL, type LoginErrorCode } from 'passport-loginwith';
import { closeAll, openServer } from '../support/strategy-app';
import request from 'supertest';

afterEach(closeAll);

/** One of each, such that it is recognized wherever it turns up; one looks as the provider's do, the other does not. */
const canaries = {
  plain: { appSecret: 'canary-secret-1', authKey: 'canary-key-2', token: 'canary-token-3' },
  hex: {
    appSecret: 'ca11a27be0f5ec2e7ca11a27be0f5ec2',
    authKey: 'ca11a27be0f0be1ca11a27be0f0be100',
    token: 'ca11a27be0f70e3ca11a27be0f70e300',
  },
};

type Canary = typeof canaries.plain;
type Answers = (canary: Canary) => { authorize?: RequestListener; userInfo?: RequestListener };

const json =
  (body: unknown, status = 200): RequestListener =>
  (_req, res) =>
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
const echo =
  (status: number, type: string): Answers =>
  (canary) => {
    const text = `${Object.values(canary).join(' ')} app_secret=${canary.appSecret}&auth_key=${canary.authKey} access_token: ${canary.token}`;
    const listener: RequestListener = (_req, res) =>
      res.writeHead(status, { 'Content-Type': type, Location: `https://x.example/${text}`, 'X-Echo': text }).end(text);
    return { authorize: listener };
  };
const refuse =
  (message: string): Answers =>
  () => ({ authorize: json({ error: true, message }) });
const atUserInfo =
  (answers: Answers): Answers =>
  (canary) => {
    const { authorize } = answers(canary);
    return authorize === undefined ? {} : { userInfo: authorize };
  };

const failures: [string, LoginErrorCode, Answers][] = [
  ['an error page that repeats the request', 'provider_unavailable', echo(500, 'text/html')],
  ['HTML that repeats the request', 'response_html', echo(200, 'text/html')],
  ['something else that repeats the request', 'response_not_json', echo(200, 'application/json')],
  ['a redirect that repeats the request', 'provider_redirected', echo(302, 'text/html')],
  ['a refusal that repeats the request', 'response_unexpected', echo(403, 'text/plain')],
  [
    'SQL that repeats the request',
    'provider_error',
    (canary) => ({ authorize: json({ error: true, message: `near '${canary.authKey}' ${canary.appSecret}` }) }),
  ],
  [
    'JSON of another shape',
    'response_unexpected',
    (canary) => ({ authorize: json({ token: canary.token, key: canary.authKey }) }),
  ],
  ['a wrong id', 'app_id_invalid', refuse('Bad Request, invalid app_id')],
  ['a wrong secret', 'app_secret_invalid', refuse('Bad Request, invalid app_secret')],
  ['a wrong key', 'auth_key_invalid', refuse('Bad Request, invalid auth_key')],
  ['a disabled module', 'module_disabled', refuse('The developers module has been disabled by the admin')],
  ['a lost connection', 'connection_lost', () => ({ authorize: (req) => req.socket.destroy() })],
  ['no answer', 'timeout', () => ({ authorize: () => undefined })],
  [
    'too much',
    'response_too_large',
    (canary) => ({ authorize: json({ access_token: canary.token, fill: ' '.repeat(300_000) }) }),
  ],
  ['an error page about the person', 'provider_unavailable', atUserInfo(echo(500, 'text/html'))],
  ['HTML about the person', 'response_html', atUserInfo(echo(200, 'text/html'))],
  ['something else about the person', 'response_not_json', atUserInfo(echo(200, 'application/json'))],
  [
    'an expired token',
    'token_expired',
    () => ({ userInfo: json({ error: true, message: 'Bad Request, expired access_token' }) }),
  ],
  ['a deleted person', 'user_not_found', () => ({ userInfo: json([]) })],
  [
    'a person without an id',
    'response_unexpected',
    (canary) => ({ userInfo: json({ user_info: { user_name: canary.token } }) }),
  ],
  ['a verify that fails', 'verify_no_result', () => ({})],
];

describe.each(Object.entries(canaries))('secrets of the %s kind', (_kind, canary) => {
  test.each(failures)('%s (%s) shows none of them', async (_name, code, answers) => {
    const { authorize = json({ access_token: canary.token }), userInfo = json({ user_info: { user_id: '7' } }) } =
      answers(canary);
    const { url } = await openServer((req, res) => (req.url?.includes('authorize') ? authorize : userInfo)(req, res));
    const strategy = new LoginWithStrategy(
      { provider: url, appId: '1', appSecret: canary.appSecret, timeout: 1200 },
      (_a, _r, _p) => undefined,
    );
    const seen: unknown[] = [];
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation((...warning) => void seen.push(warning));
    const app = createPages(strategy, seen);

    const agent = request.agent(app);
    await agent.get('/auth').expect(302);
    let response = await agent.get(`/callback?auth_key=${canary.authKey}`);
    if (response.status === 302) response = await agent.get(`/callback?auth_key=another-${canary.authKey}`);

    const error = seen.find((each) => each instanceof LoginWithError)!;
    expect(error).toMatchObject({ code });
    const shown = [
      error.message,
      error.stack,
      error.hint,
      String(error),
      JSON.stringify(error),
      ...[...Array(4).keys()].map((depth) => inspect(error, { depth, showHidden: true })),
      inspect(error.cause, { depth: 9, showHidden: true }),
      JSON.stringify(seen),
      inspect(seen, { depth: 9 }),
      inspect(strategy, { depth: 9, showHidden: true }),
      response.text,
      JSON.stringify(response.headers),
    ].join('\n');
    for (const secret of Object.values(canary)) expect(shown).not.toContain(secret);
    warn.mockRestore();
    await strategy.client.close();
  });
});

/** Express's own pages for a failure and for an error, stack and all. */
function createPages(strategy: LoginWithStrategy, seen: unknown[]): express.Express {
  const passport = new Passport();
  passport.use(strategy);
  const app = express();
  app.get(['/auth', '/callback'], (req, res, next) => {
    const answer = (error: unknown, _user: unknown, info: unknown) => {
      if (error || info) seen.push(error ?? info);
      next(error ?? info);
    };
    (passport.authenticate(strategy.name, { session: false }, answer) as express.RequestHandler)(req, res, next);
  });
  app.set('env', 'development');
  jest.spyOn(console, 'error').mockImplementation((...logged) => void seen.push(logged));
  return app;
}

test('a key that gets into a message or a hint all the same is masked', () => {
  const key = '0123456789abcdef0123456789abcdef';
  const error = new LoginWithError(`x ${key}`, { code: 'timeout', stage: 'authorize', hint: `auth_key=${key}` });
  expect(inspect(error, { showHidden: true })).not.toContain(key);
  expect(error.message).toBe('x [redacted]');
});

describe('a cause', () => {
  test('keeps its name, its code and its place, and nothing else', () => {
    const cause = Object.assign(new Error('Unexpected token=x, access_token=abc at 0123456789abcdef0123456789abcdef'), {
      code: 'E_X',
      request: { secret: 'canary' },
    });
    cause.name = 'LowLevelError';
    const error = new LoginWithError('what happened', { code: 'connection_lost', stage: 'authorize', cause });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/abc at|0123456789abcdef|canary/);
    expect(error.cause).toMatchObject({
      name: 'LowLevelError',
      code: 'E_X',
      message: 'Unexpected token=x, access_token=[redacted] at [redacted]',
    });
    expect((error.cause as Error).stack).toContain('secrets.test');
  });

  test.each([['a text'], [null], [7], [{ message: 8, stack: 9 }]])('may be %p', (cause) => {
    expect(new LoginWithError('x', { code: 'timeout', stage: 'authorize', cause }).cause).toBeInstanceOf(Error);
  });
});

describe('redactURL', () => {
  test.each([
    ['/cb?auth_key=KEY', '/cb?auth_key=[redacted]'],
    ['/cb?x=1&auth_key=KEY&y=2', '/cb?x=1&auth_key=[redacted]&y=2'],
    ['/cb?x=1?auth_key=KEY', '/cb?x=1?auth_key=[redacted]'],
    ['/cb?x=1&amp;y=2?auth_key=KEY', '/cb?x=1&amp;y=2?auth_key=[redacted]'],
    ['/cb#f?auth_key=KEY', '/cb#f?auth_key=[redacted]'],
    ['/cb?auth_key[]=KEY', '/cb?auth_key[]=[redacted]'],
    ['/cb?auth%5Fkey=KEY', '/cb?auth%5Fkey=[redacted]'],
    ['/cb?AUTH_KEY=KEY', '/cb?AUTH_KEY=[redacted]'],
    ['/login?to=%2Fcb%3Fauth_key%3DKEY', '/login?to=[redacted]'],
    ['/login?to=%252Fcb%253Fauth_key%253DKEY', '/login?to=[redacted]'],
    [
      'https://x.example/api/authorize?app_id=1&app_secret=KEY&auth_key=KEY',
      'https://x.example/api/authorize?app_id=1&app_secret=[redacted]&auth_key=[redacted]',
    ],
    ['/api/get_user_info?access_token=KEY', '/api/get_user_info?access_token=[redacted]'],
    ['/cb?x=%zz&auth_key=KEY', '/cb?x=%zz&auth_key=[redacted]'],
    ['/plain?q=key', '/plain?q=key'],
    ['', ''],
  ])('%s becomes %s', (url, expected) => {
    expect(redactURL(url)).toBe(expected);
  });

  test('lets no value through, however the query looks', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true }),
        fc.constantFrom('auth_key', 'access_token', 'app_secret'),
        fc.constantFrom('?', '&', '&amp;', '??'),
        (url, name, separator) => {
          expect(redactURL(`${url}${separator}${name}=canary`)).not.toContain('canary');
        },
      ),
    );
  });
});
