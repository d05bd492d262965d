import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import request from 'supertest';
import type { Exchange } from '../support/replay';
import { closeAll, createApp, createStrategy, openServer } from '../support/strategy-app';

/** What real servers of three versions said to the two calls of a login. */
const recorded = ['exchanges.json', 'requests.json']
  .flatMap((file) => JSON.parse(readFileSync(join(__dirname, '../fixtures', file), 'utf8')) as Exchange[])
  .filter(({ endpoint }) => endpoint === 'authorize' || endpoint === 'get_user_info');

/** Recordings that a client cannot tell apart, of one dialect and call; the first of them stands for all. */
const alike = new Map<string, [Exchange, ...Exchange[]]>();
for (const exchange of recorded) {
  const { authorizeMethod, endpoint, response } = exchange;
  const body = response.body.replaceAll(/\b[0-9a-f]{32}\b/g, 'a token');
  // Versions differ in how they forbid to cache an answer, which a client does not do anyway.
  const headers = { ...response.headers, 'cache-control': undefined };
  const key = JSON.stringify([authorizeMethod, endpoint, { ...response, headers, body }]);
  const others = alike.get(key);
  if (others === undefined) alike.set(key, [exchange]);
  else others.push(exchange);
}

const cases = [...alike.values()].map((exchanges) => {
  const [exchange] = exchanges;
  const engines = [...new Set(exchanges.map(({ engine }) => engine))].join(', ');
  return { exchange, title: `${exchange.endpoint}: ${exchange.scenario} (${exchanges.length} of ${engines})` };
});

const token = '{"access_token":"0123456789abcdef0123456789abcdef"}';
const user = '{"user_info":{"user_id":"7","user_name":"seven"}}';
const gzipped = recorded.find(
  ({ scenario, response }) => scenario.startsWith('token used a second time') && response.body !== '',
)!.response.body;

beforeAll(() => jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined));
afterAll(() => jest.restoreAllMocks());
afterEach(closeAll);

test('the recordings have both calls, of each version', () => {
  const count = (engine: string, endpoint: string) =>
    recorded.filter((exchange) => exchange.engine === engine && exchange.endpoint === endpoint).length;
  expect(
    ['2.8', '4.0.3', '4.2.1'].map((engine) => [count(engine, 'authorize'), count(engine, 'get_user_info')]),
  ).toEqual([
    [167, 88],
    [170, 93],
    [172, 93],
  ]);
  expect([...alike.values()].flat()).toHaveLength(recorded.length);
  expect(cases.length).toBe(116);
});

test.each(cases)('$title', async ({ exchange }) => {
  const calls: { method: string; parameters: URLSearchParams }[] = [];
  const { url } = await openServer(play(exchange, calls));
  const agent = request.agent(
    createApp(createStrategy({ provider: url, appId: '122414611439820', appSecret: 'the-secret' })),
  );

  await agent.get('/auth').expect(302);
  let response = await agent.get('/callback?auth_key=first');
  const isRestarted = response.status === 302;
  if (isRestarted) response = await agent.get('/callback?auth_key=second');

  const expected = expectedOutcome(exchange);
  expect(isRestarted).toBe(['auth_key_invalid', 'token_expired'].includes(expected));
  const { failed, error, user } = response.body as {
    failed?: { code: string };
    error?: { code: string };
    user?: Record<string, unknown>;
  };
  expect(user === undefined ? (failed ?? error)?.code : 'success').toBe(expected);
  if (user !== undefined && exchange.endpoint === 'get_user_info') {
    expect(user).toMatchObject(users[String(user.username)]!);
    const folder = uploadsFolders.find(([scenario]) => exchange.scenario.startsWith(scenario))?.[1];
    if (folder !== undefined) {
      const { photos, cover } = user as { photos: { value: string }[]; cover?: string };
      expect(photos.map(({ value }) => value).concat(cover ?? [])).toEqual([expect.stringMatching(folder)]);
    }
    expect(user.badge).toBe(/"user_verified":"1"/.test(exchange.response.body || gzipped));
  }
  const sent = calls
    .filter(({ parameters }) => parameters.has('auth_key'))
    .map(({ method, parameters }) => `${method} ${[...parameters.keys()].sort().join()}`);
  expect(sent[0]).toBe('GET app_id,app_secret,auth_key,lang');
  expect(sent).toContain(
    exchange.authorizeMethod === 'GET' ? 'GET app_id,app_secret,auth_key,lang' : 'POST app_id,app_secret,auth_key',
  );
});

/** A server that gives the recorded answer to the call it was recorded for, in the dialect of its version. */
function play(exchange: Exchange, calls: { method: string; parameters: URLSearchParams }[]): RequestListener {
  return (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const url = new URL(req.url ?? '', 'http://provider.test');
      const isAuthorize = url.pathname === '/api/authorize';
      const parameters = new URLSearchParams(req.method === 'POST' ? Buffer.concat(chunks).toString() : url.search);
      calls.push({ method: req.method ?? '', parameters });
      if (isAuthorize && req.method !== exchange.authorizeMethod) {
        res
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end('{"error":true,"message":"Bad Request, invalid app_id"}');
      } else if (isAuthorize !== (exchange.endpoint === 'authorize')) {
        res.writeHead(200, { 'Content-Type': 'application/json' }).end(isAuthorize ? token : user);
      } else {
        const { status, headers, body } = exchange.response;
        res
          .writeHead(status, headers)
          .end(headers['content-encoding'] === 'gzip' && body === '' ? gzipSync(gzipped) : body);
      }
    });
  };
}

function expectedOutcome({ response: { status, headers, body } }: Exchange): string {
  if (status === 500) return 'provider_unavailable';
  if (headers['content-encoding'] === 'gzip') return 'success';
  if (headers['content-type']?.startsWith('text/html')) return 'response_html';
  // Of these, the whole JSON did not come.
  if (body === '' || /^<br|^\{"ac$|^TRACE/.test(body)) return 'response_not_json';
  if (body === '[]') return 'user_not_found';
  const { message } = JSON.parse(body) as { message?: string };
  if (message === undefined) return 'success';
  return codeByMessage[message] ?? 'provider_error';
}

const codeByMessage: Record<string, string> = {
  'Bad Request, invalid app_id': 'app_id_invalid',
  "We're sorry, but the application you're trying to use doesn't exist or has been disabled": 'app_id_invalid',
  'Bad Request, invalid app_secret': 'app_secret_invalid',
  'Bad Request, invalid auth_key': 'auth_key_invalid',
  'Bad Request, invalid access_token': 'token_expired',
  'Bad Request, expired access_token': 'token_expired',
  'The developers module has been disabled by the admin': 'module_disabled',
  'This feature has been disabled by the admin': 'module_disabled',
  "Cette fonction a été désactivée par l'administrateur": 'module_disabled',
  'Das Entwicklermodul wurde vom Administrator deaktiviert': 'module_disabled',
  'Nous sommes désolés, mais l’application que vous essayez d’utiliser n’existe pas ou a été désactivée':
    'app_id_invalid',
};

/** Who the recorded people are, written out by hand. */
const users: Record<string, object> = {
  renee: {
    id: '2',
    displayName: "Renée O'Brien-Łukasz",
    emails: [{ value: 'renee@example.org' }],
    birthdate: '1985-07-09',
    registeredAt: '2024-01-15T12:34:56.000Z',
    relationship: 'married',
    biography: 'I <3 "cats" & dogs\nligne 2',
    website: 'https://example.org/?a=1&b=2',
    photos: [{ value: expect.stringMatching(/^http:\/\/[^/]+\/content\/uploads\/photos\/2024\/01\/x_abc\.jpg$/) }],
    cover: expect.stringMatching(/\/content\/uploads\/photos\/2024\/01\/x_cover\.jpg$/),
  },
  blank: { id: '4', displayName: 'Blank Strings', photos: [], registeredAt: '2023-06-01T00:00:00.000Z' },
  other: {
    id: '5',
    name: { givenName: 'Óscar 日本 😀', familyName: 'مرحبا' },
    biography: 'tab\there / slash \\ back </script>',
    website: 'https://例え.jp/ü',
    photos: [{ value: expect.stringMatching(/\/y_%C3%B6%C3%BC\.jpg$/) }],
  },
  alice: {
    id: '8',
    displayName: 'Alice Anders',
    photos: [],
    website: 'https://alice.example',
    relationship: 'relationship',
  },
  admin: { id: '1', displayName: 'Ada Admin', photos: [], emails: [{ value: 'admin@example.org' }] },
  nogen: { id: '6', displayName: 'No Gender', relationship: 'single', photos: [] },
  'bob.b': { id: '9', displayName: 'Bob Brown', biography: 'B' },
  carol: { id: '10', displayName: 'Carol Clark', birthdate: '1992-01-01' },
  bob: { id: '15', displayName: 'Bob Builder', gender: expect.stringMatching(/^(?:Male|Other|Autre|Andere|آخر)$/) },
  bobby: { id: '2', displayName: 'Bob', gender: 'male' },
};

/** Where the recorded sites kept a picture, or a cover without one. */
const uploadsFolders: [scenario: string, url: RegExp][] = [
  ['uploads on a CDN', /^https:\/\/cdn\.provider\.test\/up\/photos\/2026\/11\/(?:x_\w+\.png|cover\.jpg)$/],
  [
    'uploads on S3',
    /^https:\/\/s3\.eu-west-3\.amazonaws\.com\/buck\/uploads\/photos\/2026\/11\/(?:x_\w+\.png|cover\.jpg)$/,
  ],
  ['uploads folder renamed', /^http:\/\/provider\.test\/media\/photos\/2026\/11\/(?:x_\w+\.png|cover\.jpg)$/],
];
