import { findIn, installPackage, recipes, recordLogins, removePackage } from '../support/recorded-logins';

// Each test starts a process of its own.
jest.setTimeout(60_000);

beforeAll(installPackage);
afterAll(removePackage);

test("DEBUG=* prints every key, by Express's router, and the session's cookie, by express-session", async () => {
  const { text, secrets } = await recordLogins('', { DEBUG: '*' });
  expect(findIn(text, secrets.keys)).toEqual(secrets.keys);
  expect(text).toContain(`router dispatching GET /auth/pimbuzz/callback?auth_key=${secrets.keys[0]!}`);
  expect(text).toMatch(/express-session set-cookie connect\.sid=s%3A/);
  expect(findIn(text, [...secrets.tokens, secrets.appSecret])).toEqual([]);
});

test.each(['undici', 'fetch'])('NODE_DEBUG=%s prints every key, the tokens and the app secret', async (section) => {
  const { text, secrets } = await recordLogins('', { NODE_DEBUG: section });
  const { keys, tokens, appSecret } = secrets;
  expect(findIn(text, [...keys, ...tokens, appSecret])).toEqual([...keys, ...tokens, appSecret]);
});

const channels = `
  import { subscribe } from 'node:diagnostics_channel';
  const print = (name, part) =>
    subscribe(name, (message) => console.log(name + ' ' + part(message).toString().trim().split('\\r\\n')[0]));
  print('undici:request:create', ({ request }) => request.path);
  print('undici:client:sendHeaders', ({ headers }) => headers);
  print('undici:request:bodyChunkSent', ({ chunk }) => chunk);
  print('undici:request:bodyChunkReceived', ({ chunk }) => Buffer.from(chunk));
`;

test("undici's diagnostics channels publish keys, tokens and the app secret, in URLs and in bodies", async () => {
  const { text, secrets } = await recordLogins(channels, {}, '4.2');
  const { keys, tokens, appSecret } = secrets;
  const query = `app_secret=${appSecret}&auth_key=${keys[0]!}`;
  const lines = text.split('\n');
  const published = (channel: string, what: string) =>
    lines.some((line) => line.startsWith(`${channel} `) && line.includes(what));
  expect(published('undici:request:create', query)).toBe(true);
  expect(published('undici:request:create', `?access_token=${tokens[0]!}`)).toBe(true);
  expect(published('undici:client:sendHeaders', query)).toBe(true);
  expect(published('undici:request:bodyChunkSent', query)).toBe(true);
  expect(published('undici:request:bodyChunkReceived', `{"access_token":"${tokens[0]!}"}`)).toBe(true);
});

test('with the recipe, the calls to the provider are printed without any of them', async () => {
  const { text, secrets } = await recordLogins(recipes['undici-log.mjs']!);
  expect(findIn(text, Object.values(secrets).flat())).toEqual([]);
  expect(text).toMatch(
    /^GET http:\S+\/api\/authorize\?app_id=\d+&app_secret=\[redacted\]&auth_key=\[redacted\]&lang=en_us$/m,
  );
  expect(text).toMatch(/^GET http:\S+\/api\/get_user_info\?access_token=\[redacted\]&lang=en_us$/m);
});
