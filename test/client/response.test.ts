import type { RequestListener, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { LoginWithClient, type LoginErrorCode } from 'passport-loginwith';
import { closeAll, openServer, respondWell, skipPauses } from '../support/strategy-app';

beforeEach(() => void skipPauses());
afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

const token = '{"access_token":"0123456789abcdef0123456789abcdef"}';
const user = '{"user_info":{"user_id":"7","user_name":"seven"}}';
const maximumLength = 256 * 1024;

/** A client whose provider answers one endpoint as a test says, and the other one well. */
async function openClient(endpoint: 'authorize' | 'get_user_info', listener: RequestListener, path = '') {
  const { url } = await openServer((req, res) => {
    if (req.url?.includes(endpoint)) listener(req, res);
    else sendJSON(res, endpoint === 'authorize' ? user : token);
  });
  return { url, client: new LoginWithClient({ provider: url + path, appId: '1', appSecret: 'secret' }) };
}

function sendJSON(res: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  res.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(body);
}

const html = { 'Content-Type': 'text/html; charset=UTF-8' };

describe.each(['authorize', 'user_info'] as const)('%s', (stage) => {
  const endpoint = stage === 'authorize' ? 'authorize' : 'get_user_info';
  const ok = stage === 'authorize' ? token : user;

  test.each<[string, LoginErrorCode, RequestListener]>([
    ['500 with an empty body', 'provider_unavailable', (_req, res) => res.writeHead(500).end()],
    ['503 with HTML', 'provider_unavailable', (_req, res) => res.writeHead(503, html).end('<p>')],
    ['500 with JSON that looks right', 'provider_unavailable', (_req, res) => res.writeHead(500).end(ok)],
    ['200 with HTML', 'response_html', (_req, res) => res.writeHead(200, html).end('<html>')],
    ['404 with HTML', 'response_html', (_req, res) => res.writeHead(404, html).end('<html>')],
    ['400 with JSON that looks right', 'response_unexpected', (_req, res) => res.writeHead(400).end(ok)],
    ['403 with JSON that looks right', 'response_unexpected', (_req, res) => res.writeHead(403).end(ok)],
    ['404 with an empty body', 'response_unexpected', (_req, res) => res.writeHead(404).end()],
    ['HTML before the JSON', 'response_not_json', (_req, res) => sendJSON(res, `<br />\n<b>Warning</b>${ok}`)],
    ['nothing', 'response_not_json', (_req, res) => sendJSON(res, '')],
    ['half of the JSON', 'response_not_json', (_req, res) => sendJSON(res, ok.slice(0, 20))],
    ['a number', 'response_unexpected', (_req, res) => sendJSON(res, '7')],
    ['null', 'response_unexpected', (_req, res) => sendJSON(res, 'null')],
    ['a text', 'response_unexpected', (_req, res) => sendJSON(res, '"x"')],
    ['an object without the fields', 'response_unexpected', (_req, res) => sendJSON(res, '{}')],
    [
      'null in the fields',
      'response_unexpected',
      (_req, res) => sendJSON(res, '{"access_token":null,"user_info":null}'),
    ],
    [
      'empty texts in the fields',
      'response_unexpected',
      (_req, res) => sendJSON(res, '{"access_token":"","user_info":{"user_id":""}}'),
    ],
    [
      'lists in the fields',
      'response_unexpected',
      (_req, res) => sendJSON(res, '{"access_token":["x"],"user_info":[{"user_id":"7"}]}'),
    ],
    [
      'an error with an unknown message',
      'provider_error',
      (_req, res) => sendJSON(res, '{"error":true,"message":"Die App gibt es nicht"}'),
    ],
    ['an error without a message', 'provider_error', (_req, res) => sendJSON(res, '{"error":true}')],
    ['an error with a list as message', 'provider_error', (_req, res) => sendJSON(res, '{"error":1,"message":["x"]}')],
    [
      'an error named like a property of every object',
      'provider_error',
      (_req, res) => sendJSON(res, '{"error":true,"message":"constructor"}'),
    ],
    ['one byte more than 256 KiB', 'response_too_large', (_req, res) => sendJSON(res, ok.padEnd(maximumLength + 1))],
    [
      'gzip of one byte more than 256 KiB',
      'response_too_large',
      (_req, res) => res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(ok.padEnd(maximumLength + 1))),
    ],
    ['broken gzip', 'response_not_json', (_req, res) => sendJSON(res, 'not gzip', { 'Content-Encoding': 'gzip' })],
    [
      'a redirect without JSON',
      'provider_redirected',
      (_req, res) => res.writeHead(301, { Location: 'https://www.example.test/x?y' }).end('moved'),
    ],
    ['300 without JSON', 'provider_redirected', (_req, res) => res.writeHead(300).end('moved')],
    ['a redirect to nowhere', 'provider_redirected', (_req, res) => res.writeHead(302).end()],
    [
      'a redirect with HTML',
      'provider_redirected',
      (_req, res) => res.writeHead(302, { ...html, Location: '/' }).end('<html>'),
    ],
  ])('%s is %s', async (_name, code, listener) => {
    const { client } = await openClient(endpoint, listener);
    const error = await client.exchange('key').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'LoginWithError', stage, code, status: 502 });
    expect((error as Error).message).toMatch(new RegExp(`^${stage}: 127[.]0[.]0[.]1:\\d+ [a-z]`));
    await client.close();
  });

  test.each([
    ['', /^No API is there\. A base URL ends before "\/api", and has a path only if/],
    ['/path', /^No API is there\. Unless the site is in a folder, .*: try http:\/\/127\.0\.0\.1:\d+\. "npx/],
  ])(
    'HTML with 404 below the base URL with the path "%s" says how long it took, then what to do',
    async (path, hint) => {
      const { client } = await openClient(endpoint, (_req, res) => res.writeHead(404, html).end('<html>'), path);
      await expect(client.exchange('key')).rejects.toMatchObject({
        message: expect.stringMatching(
          / with HTML instead of JSON after \d+ ms; is http:\S+ the right base URL\?$/,
        ) as string,
        hint: expect.stringMatching(hint) as string,
      });
      await client.close();
    },
  );

  test.each<[string, string, (body: string) => Buffer]>([
    ['gzip', 'gzip', gzipSync],
    ['x-gzip', ' X-GZIP ', gzipSync],
    ['deflate', 'deflate', deflateSync],
    ['brotli', 'br', brotliCompressSync],
    ['nothing', 'identity', (body) => Buffer.from(body)],
    ['nothing, whatever it is called', 'constructor', (body) => Buffer.from(body)],
    ['nothing, with 256 KiB', 'identity', (body) => Buffer.from(body.padEnd(maximumLength))],
    ['gzip, of 256 KiB', 'gzip', (body) => gzipSync(body.padEnd(maximumLength))],
  ])('a response that is compressed with %s is read', async (_name, encoding, compress) => {
    const { client } = await openClient(endpoint, (_req, res) =>
      res.writeHead(200, { 'Content-Encoding': encoding }).end(compress(ok)),
    );
    await expect(client.exchange('key')).resolves.toMatchObject({ profile: { id: '7' } });
    await client.close();
  });

  test('an empty body that claims to be compressed is an empty body', async () => {
    const { client } = await openClient(endpoint, (_req, res) => sendJSON(res, '', { 'Content-Encoding': 'gzip' }));
    await expect(client.exchange('key')).rejects.toMatchObject({
      code: 'response_not_json',
      message: expect.stringContaining('an empty body'),
    });
    await client.close();
  });

  test('JSON in a redirect to the base URL itself warns of nothing, as there is nothing to change', async () => {
    const { client } = await openClient(endpoint, (req, res) =>
      res.writeHead(302, { Location: `http://${String(req.headers.host)}/` }).end(ok),
    );
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await client.exchange('key');
    expect(warn).not.toHaveBeenCalled();
    await client.close();
  });

  test.each([
    ['https://www.example.test/the-key/?secret#x', 'https://www.example.test.'],
    ['https://www.example.test', 'https://www.example.test.'],
    ['/home?secret', "the site's own address."],
    ['javascript:1', "the site's own address."],
  ])('JSON in a redirect to %s is used, and one warning names the right base URL', async (location, address) => {
    const { client } = await openClient(endpoint, (_req, res) => res.writeHead(300, { Location: location }).end(ok));
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await client.exchange('key');
    await expect(client.exchange('another')).resolves.toMatchObject({ profile: { id: '7' } });
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          new RegExp(
            `set the provider's base URL to ${address.replaceAll('.', '\\.')} "npx passport-loginwith doctor"`,
          ),
        ),
        expect.objectContaining({ type: 'LoginWithWarning', code: 'LOGINWITH_BASE_URL' }),
      ],
    ]);
    await client.close();
  });

  test('JSON without a redirect brings no warning', async () => {
    const { client } = await openClient(endpoint, (_req, res) => res.writeHead(299).end(ok));
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await expect(client.exchange('key')).resolves.toMatchObject({ profile: { id: '7' } });
    expect(warn).not.toHaveBeenCalled();
    await client.close();
  });
});

test('a call without secrets names the whole base URL, with its folder', async () => {
  const location = 'https://www.example.test/folder/';
  const { client } = await openClient('get_user_info', (_req, res) =>
    res.writeHead(302, { Location: location }).end(user),
  );
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await expect(client.checkBaseURL()).resolves.toEqual({ baseURL: 'https://www.example.test/folder' });
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('to https://www.example.test/folder. '), expect.anything()],
  ]);
  await client.close();
});

describe('the error says what the provider answered', () => {
  test.each<[string, RequestListener, string, string]>([
    ['500 with an empty body', (_req, res) => res.writeHead(500).end(), 'answered 500 with an empty body', 'again'],
    ['503 with a body', (_req, res) => res.writeHead(503).end('x'), 'answered 503 after', 'again'],
    ['404 without a body', (_req, res) => res.writeHead(404).end(), 'answered 404 with an empty body', 'base URL'],
    ['404 with a text', (_req, res) => res.writeHead(404).end('x'), 'answered 404 with something other', 'base URL'],
    ['200 without a body', (_req, res) => res.writeHead(200).end(), 'answered 200 with an empty body', 'base URL'],
    ['200 with a text', (_req, res) => res.writeHead(200).end('x'), 'answered 200 with something other', 'base URL'],
    ['HTML before JSON', (_req, res) => res.end('\n  <br>{} '), 'answered 200 with something other', 'debug mode'],
    ['HTML behind JSON', (_req, res) => res.end('{} <br><'), 'answered 200 with something other', 'base URL'],
    ['too much', (_req, res) => res.end(' '.repeat(300_000)), 'answered with more than 256 KiB after', 'base URL'],
    ['HTML', (_req, res) => res.writeHead(200, html).end('x'), 'HTML instead of JSON after', 'maintenance'],
    ['a redirect', (_req, res) => res.writeHead(302).end('x'), 'answered 302 without JSON', "the site's own address"],
    [
      'a redirect to a site',
      (_req, res) => res.writeHead(302, { Location: 'https://w.example/x?secret' }).end('x'),
      'answered 302 without JSON',
      'base URL to https://w.example.',
    ],
  ])('%s', async (_name, listener, message, hint) => {
    const { url, client } = await openClient('authorize', listener);
    const error = (await client.exchange('key').catch((reason: unknown) => reason)) as Error & { hint: string };
    expect(error.message.replace(url, 'URL')).toContain(message);
    expect(error.message).toMatch(/ after \d{1,4} ms(?:; is \S+ the right base URL\?)?$/);
    expect(error.hint).toContain(hint);
    await client.close();
  });
});

test('a new login may succeed after a damaged response', async () => {
  const { client } = await openClient('authorize', (_req, res) => sendJSON(res, 'x', { 'Content-Encoding': 'br' }));
  await expect(client.exchange('key')).rejects.toMatchObject({ code: 'response_not_json', retryable: true });
  await client.close();
});

test.each([
  [302, false],
  [200, true],
  [404, true],
  [500, true],
])('whether a new login may succeed after status %i: %p', async (status, retryable) => {
  const { client } = await openClient('authorize', (_req, res) => res.writeHead(status).end('x'));
  await expect(client.exchange('key')).rejects.toMatchObject({ retryable });
  await client.close();
});

test.each([301, 302, 303, 307, 308])(
  'status %i leads nowhere: the target of a redirect gets no request',
  async (status) => {
    const { url: target, server } = await openServer(respondWell);
    const received = jest.fn();
    server.on('request', received);
    const { client } = await openClient('authorize', (req, res) => {
      res.writeHead(status, { Location: `${target}${req.url}` }).end('moved');
    });
    await expect(client.exchange('key')).rejects.toMatchObject({ code: 'provider_redirected' });
    expect(received).not.toHaveBeenCalled();
    // The trap works.
    await fetch(`${target}/api/authorize`);
    expect(received).toHaveBeenCalledTimes(1);
    await client.close();
  },
);
