import { findIn, installPackage, recipes, recordLogins, removePackage } from '../support/recorded-logins';

// Each test starts a process of its own.
jest.setTimeout(60_000);

beforeAll(installPackage);
afterAll(removePackage);

const plainMorgan = `import morgan from 'morgan'; export const accessLog = morgan('combined');`;
const plainPino = `import pinoHttp from 'pino-http'; export const accessLog = pinoHttp();`;

test('morgan writes every key down, of URLs and of referrers', async () => {
  const { text, secrets } = await recordLogins(plainMorgan);
  expect(findIn(text, secrets.keys)).toEqual(secrets.keys);
  expect(text).toMatch(new RegExp(`GET / HTTP.*callback\\?auth_key=${secrets.keys[0]!}`));
});

test('morgan with the recipe writes no key down, and still the path, the status and the page before', async () => {
  const { text, secrets } = await recordLogins(recipes['morgan.mjs']!);
  expect(findIn(text, Object.values(secrets).flat())).toEqual([]);
  expect(text).toMatch(/GET \/auth\/pimbuzz\/callback\?auth_key=\[redacted\] HTTP\/1\.1" 302 /);
  expect(text).toMatch(/GET \/ HTTP\/1\.1" 200 \d+ "http:\/\/127\.0\.0\.1:\d+\/auth\/pimbuzz\/callback\?auth_key=\[r/);
});

test('pino-http writes down every key and every cookie', async () => {
  const { text, secrets } = await recordLogins(plainPino);
  expect(findIn(text, secrets.keys)).toEqual(secrets.keys);
  expect(findIn(text, secrets.cookies)).toEqual(secrets.cookies);
  const [login, page, , , encoded] = readLines(text).filter(({ req }) => !req.url.endsWith('/pimbuzz'));
  expect(login!.req.query).toEqual({ auth_key: secrets.keys[0] });
  expect(page!.req.headers.referer).toContain(secrets.keys[0]);
  expect(encoded!.req.query).toEqual({ auth_key: secrets.keys[2] });
  const broken = readLines(text).find(({ err }) => err?.code === 'E_BROKEN');
  expect(broken).toMatchObject({ err: { config: { url: `/broken?auth_key=${secrets.keys.at(-1)!}` } } });
});

test('pino-http with the recipe writes down no key and no cookie, and still the request and the error', async () => {
  const { text, secrets } = await recordLogins(recipes['pino.mjs']!);
  expect(findIn(text, Object.values(secrets).flat())).toEqual([]);
  const masked = '/auth/pimbuzz/callback?auth_key=[redacted]';
  expect(readLines(text)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        req: expect.objectContaining({ method: 'GET', url: masked }),
        res: expect.objectContaining({ statusCode: 302 }),
      }),
      expect.objectContaining({
        req: expect.objectContaining({
          url: '/',
          headers: expect.objectContaining({ referer: expect.stringContaining(masked), accept: expect.any(String) }),
        }),
      }),
      expect.objectContaining({
        err: expect.objectContaining({ code: 'E_BROKEN', message: 'GET /broken?auth_key=[redacted]' }),
      }),
    ]),
  );
});

interface Line {
  req: { method: string; url: string; query?: unknown; headers: Record<string, string> };
  res: { statusCode: number };
  err?: { code?: string; message: string };
}

function readLines(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
