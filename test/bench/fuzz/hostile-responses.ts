import fc from 'fast-check';

/** How the provider answers one call. */
export interface HostileResponse {
  status: number;
  headers: Record<string, string>;
  encoding: 'none' | 'gzip' | 'deflate' | 'br' | 'wrong' | 'unknown';
  body: string;
  /** What happens on the wire: `raw` sends the body in place of a response. */
  wire: 'whole' | 'cut' | 'reset' | 'hang' | 'raw' | 'extra';
}

/** How the provider behaves in one login: its answers in turn, the last one again and again. */
export interface Plan {
  authorize: HostileResponse[];
  userInfo: HostileResponse[];
}

const echo = '<secret> <key> <token> app_secret=<secret>&auth_key=<key> "access_token":"<token>"';
const refusals = [
  ...['app_id', 'app_secret', 'auth_key', 'access_token', 'parameters'].map((name) => `Bad Request, invalid ${name}`),
  ...['Bad Request, expired access_token', 'This feature has been disabled by the admin', "near '<secret>' <key>"],
].map((message) => JSON.stringify({ error: true, message }));
export const goodToken = '{"access_token":"<token>"}';
const userIds = fc.constantFrom('7', '12345', 'abc', 8, 0, -1);
const goodUser = userIds.map((id) => JSON.stringify({ user_info: { user_id: id, user_name: 'renee' } }));

export function isGoodUser(body: string): boolean {
  return /^\{"user_info":\{"user_id":[^{}]+,"user_name":"renee"\}\}$/.test(body);
}

/** A bomb: 300 KB that compress to almost nothing; and JSON of other shapes, or almost JSON. */
const oddBodies = [
  ...['', ' ', 'null', '7', '"x"', '[]', '{}', '[[[', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, '\ufeff{}', '\0'],
  ...['<html><h1>System Message</h1>', `<br />\n<b>Warning</b> ${echo}${goodToken}`, echo, `${goodToken}${goodToken}`],
  ...[`{"access_token":"<token>","x":"${'x'.repeat(300_000)}"}`, '{"access_token":""}', '{"access_token":["<token>"]}'],
  ...['{"access_token":"a\\r\\nX: y"}', '{"access_token":"\\ud800"}', '{"access_token":"é"}', '{"access_token":null}'],
  ...['{"error":false,"access_token":"<token>"}'],
  ...[
    '{"user_info":{"user_id":""}}',
    '{"user_info":{"user_id":{}}}',
    '{"user_info":null}',
    '{"user_info":[["user_id",7]]}',
  ],
  ...['{"user_info":{"user_id":"7","user_name":"<token>","user_picture":"https://\\"/","user_website":"https:/x"}}'],
  ...['{"__proto__":{"user_info":{"user_id":"7"}}}', '{"user_info":{"__proto__":{"user_id":"7"}}}'],
];
const rawResponses = [
  ...[
    'HTTP/1.1 200',
    'HTTP/1.1 999 X\r\n\r\n',
    'HTTP/0.9 200 OK\r\n\r\n{}',
    'SSH-2.0-x\r\n',
    '\x16\x03\x01\x02\x00\x01',
    ' ',
  ],
  ...['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
  ...['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{"access_token":"<token>"}'],
  ...['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'HTTP/1.1 200 OK\r\nX: <secret>\0\r\n\r\n'],
  `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  `HTTP/1.1 302 Found\r\nLocation: https://x/<key>\r\nLocation: https://y/<key>\r\nContent-Length: 0\r\n\r\n`,
];

const headers: fc.Arbitrary<Record<string, string>> = fc
  .record(
    {
      'Content-Type': fc.constantFrom('application/json', 'text/html', 'text/html; charset="<secret>"', 'x', ''),
      Location: fc.constantFrom(
        'https://net.example/<key>?<secret>',
        '/<token>',
        '//x',
        'x',
        'http://[',
        'javascript:<key>',
      ),
      'Set-Cookie': fc.constant('PHPSESSID=<secret>'),
      'X-Echo': fc.constant('<secret> <key> <token>'),
      'Retry-After': fc.constantFrom('1', '99999999', 'x'),
      Connection: fc.constantFrom('close', 'keep-alive'),
    },
    { requiredKeys: [] },
  )
  .map((all) => Object.fromEntries(Object.entries(all)));

const status = fc.constantFrom(
  200,
  200,
  200,
  200,
  201,
  204,
  205,
  300,
  301,
  302,
  304,
  307,
  400,
  401,
  403,
  404,
  429,
  500,
  502,
  503,
  599,
);
const encoding = fc.constantFrom<HostileResponse['encoding'][]>(
  'none',
  'none',
  'none',
  'none',
  'gzip',
  'deflate',
  'br',
  'wrong',
  'unknown',
);

function responseWith(body: fc.Arbitrary<string>): fc.Arbitrary<HostileResponse> {
  const wire = fc.oneof(
    { weight: 2000, arbitrary: fc.constant('whole' as const) },
    { weight: 200, arbitrary: fc.constantFrom('cut' as const, 'reset' as const, 'extra' as const) },
    // Each of these costs the whole timeout.
    { weight: 1, arbitrary: fc.constant('hang' as const) },
  );
  return fc.oneof(
    { weight: 10, arbitrary: fc.record({ status, headers, encoding, body, wire }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...rawResponses).map((raw) => ({
        ...{ status: 200, headers: {}, encoding: 'none' as const, body: raw, wire: 'raw' as const },
      })),
    },
  );
}

function good(body: fc.Arbitrary<string>): fc.Arbitrary<HostileResponse> {
  return body.map((text) => ({ status: 200, headers: {}, encoding: 'none', body: text, wire: 'whole' }));
}

const anyBody = fc.oneof(
  fc.constantFrom(...oddBodies),
  fc.constantFrom(...refusals),
  fc.json().map((json) => json.replaceAll('a', '<token>')),
  fc.string({ unit: 'binary' }),
);
const authorize = fc.oneof(
  { weight: 3, arbitrary: good(fc.constant(goodToken)) },
  { weight: 2, arbitrary: responseWith(fc.oneof(fc.constant(goodToken), anyBody)) },
);
const userInfo = fc.oneof(
  { weight: 1, arbitrary: good(goodUser) },
  { weight: 2, arbitrary: responseWith(fc.oneof(goodUser, anyBody)) },
);

export const plan: fc.Arbitrary<Plan> = fc.record({
  authorize: fc.array(authorize, { minLength: 1, maxLength: 3 }),
  userInfo: fc.array(userInfo, { minLength: 1, maxLength: 4 }),
});
