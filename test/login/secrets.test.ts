import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import express from 'express';
import { Passport } from 'passport';
import { LoginWithError, LoginWithStrategy, type LoginErrorCode } from 'passport-loginwith';
import { closeAll, holdTimeouts, openServer } from '../support/strategy-app';
import request from 'supertest';

let timeouts: ReturnType<typeof holdTimeouts>;
beforeEach(() => (timeouts = holdTimeouts()));
afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

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
type Responses = (canary: Canary) => { authorize?: RequestListener; userInfo?: RequestListener };

const json =
  (body: unknown, status = 200): RequestListener =>
  (_req, res) =>
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
const echo =
  (status: number, type: string): Responses =>
  (canary) => {
    const text = `${Object.values(canary).join(' ')} app_secret=${canary.appSecret}&auth_key=${canary.authKey} access_token: ${canary.token}`;
    const listener: RequestListener = (_req, res) =>
      res.writeHead(status, { 'Content-Type': type, Location: `https://x.example/${text}`, 'X-Echo': text }).end(text);
    return { authorize: listener };
  };
const refuse =
  (message: string): Responses =>
  () => ({ authorize: json({ error: true, message }) });
const atUserInfo =
  (responses: Responses): Responses =>
  (canary) => {
    const { authorize } = responses(canary);
    return authorize === undefined ? {} : { userInfo: authorize };
  };

const failures: [string, LoginErrorCode, Responses][] = [
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
  ['no response', 'timeout', () => ({ authorize: () => timeouts.pass() })],
  [
    'too much',
    'response_too_large',
    (canary) => ({ authorize: json({ access_token: canary.token, fill: ' '.repeat(300_000) }) }),
  ],
  ['an error page about the user', 'provider_unavailable', atUserInfo(echo(500, 'text/html'))],
  ['HTML about the user', 'response_html', atUserInfo(echo(200, 'text/html'))],
  ['something else about the user', 'response_not_json', atUserInfo(echo(200, 'application/json'))],
  [
    'an expired token',
    'token_expired',
    () => ({ userInfo: json({ error: true, message: 'Bad Request, expired access_token' }) }),
  ],
  ['a deleted user', 'user_not_found', () => ({ userInfo: json([]) })],
  [
    'a user without an id',
    'response_unexpected',
    (canary) => ({ userInfo: json({ user_info: { user_name: canary.token } }) }),
  ],
  ['a verify that fails', 'verify_no_result', () => ({})],
];

describe.each(Object.entries(canaries))('secrets of the %s kind', (_kind, canary) => {
  test.each(failures)('%s (%s) shows none of them', async (_name, code, responses) => {
    const { authorize = json({ access_token: canary.token }), userInfo = json({ user_info: { user_id: '7' } }) } =
      responses(canary);
    const { url } = await openServer((req, res) => (req.url?.includes('authorize') ? authorize : userInfo)(req, res));
    const strategy = new LoginWithStrategy(
      { provider: url, appId: '1', appSecret: canary.appSecret },
      (_a, _r, _p) => undefined,
    );
    const seen: unknown[] = [];
    jest.spyOn(process, 'emitWarning').mockImplementation((...warning) => void seen.push(warning));
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
    await strategy.client.close();
  });
});

/** Express's own pages for a failure and for an error, stack and all. */
function createPages(strategy: LoginWithStrategy, seen: unknown[]): express.Express {
  const passport = new Passport();
  passport.use(strategy);
  const app = express();
  app.get(['/auth', '/callback'], (req, res, next) => {
    const finish = (error: unknown, _user: unknown, info: unknown) => {
      if (error || info) seen.push(error ?? info);
      next(error ?? info);
    };
    (passport.authenticate(strategy.name, { session: false }, finish) as express.RequestHandler)(req, res, next);
  });
  app.set('env', 'development');
  jest.spyOn(console, 'error').mockImplementation((...logged) => void seen.push(logged));
  return app;
}
