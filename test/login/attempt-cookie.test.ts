import {
  checkAttempt,
  createAttempt,
  openAttemptCookie,
  type AttemptCookie,
  type AttemptCookieContent,
  type StoredAttempt,
} from '../../lib/login/attempt-cookie';
import { parseStrategyOptions } from '../../lib/options';
import { cookieSecret } from '../support/strategy-app';

const minute = 60_000;
const options = { provider: 'pimbuzz', appId: '1', appSecret: 'a-secret', cookieSecret };
const openCookie = (changes: object = {}) => openAttemptCookie(parseStrategyOptions({ ...options, ...changes }));
let cookie: AttemptCookie;
beforeAll(async () => {
  cookie = await openCookie();
});

const create = (changes: Partial<StoredAttempt> = {}): StoredAttempt => ({
  ...createAttempt({ provider: 'pimbuzz', host: 'app.example', returnTo: '/', restarts: 0 }),
  ...changes,
});

/** The content after a way through the browser. */
async function pass(content: AttemptCookieContent, secure = false): Promise<AttemptCookieContent | undefined> {
  const [pair] = cookie.write(content, secure).split(';');
  const reading = cookie.read(`theme=dark; ${pair}`, secure);
  return reading.found ? reading.content : undefined;
}

afterEach(() => jest.useRealTimers());

test('an attempt has an id of its own and starts now', () => {
  jest.useFakeTimers({ now: 5_000 });
  const attempt = createAttempt({ provider: 'x', host: 'h', returnTo: '/a', restarts: 1, binding: undefined });
  expect(attempt).toStrictEqual({
    id: expect.stringMatching(/^[\w-]{22}$/),
    provider: 'x',
    host: 'h',
    startedAt: 5_000,
    returnTo: '/a',
    restarts: 1,
  });
  expect(create().id).not.toBe(attempt.id);
  const binding = { purpose: 'link' as const, session: 's' };
  expect(createAttempt({ provider: 'x', host: 'h', returnTo: '/', restarts: 0, binding }).binding).toEqual(binding);
});

describe('an attempt', () => {
  test.each([
    [0, 'valid'],
    [10 * minute, 'valid'],
    [10 * minute + 1, 'expired'],
    [-10 * minute, 'valid'],
    [-10 * minute - 1, 'expired'],
  ])('that is %i ms old is %s', (age, verdict) => {
    jest.useFakeTimers({ now: 100 * minute });
    expect(checkAttempt(create({ startedAt: 100 * minute - age }), 'pimbuzz', 'app.example')).toBe(verdict);
  });

  test('of another provider or another host does not count', () => {
    expect(checkAttempt(create(), 'lookloox', 'app.example')).toBe('other_provider');
    expect(checkAttempt(create(), 'pimbuzz', 'www.app.example')).toBe('other_host');
    expect(checkAttempt(create(), 'lookloox', 'www.app.example')).toBe('other_provider');
  });
});

describe('the cookie', () => {
  test.each([false, true])('gives back what was written, secure %p', async (secure) => {
    const content = { attempts: [create(), create({ usedFor: 'digest' })], starts: [1, 2] };
    expect(await pass(content, secure)).toEqual(content);
  });

  test('keeps the five newest attempts and all starts', async () => {
    const attempts = Array.from({ length: 7 }, (_, i) => create({ returnTo: `/${i}` }));
    const content = await pass({ attempts, starts: [1, 2, 3, 4, 5, 6, 7, 8] });
    expect(content?.attempts.map(({ returnTo }) => returnTo)).toEqual(['/2', '/3', '/4', '/5', '/6']);
    expect(content?.starts).toHaveLength(8);
    expect(attempts).toHaveLength(7);
  });

  test('keeps fewer attempts if they are long, the newest ones, and as many as fit', async () => {
    const fits = async (count: number) =>
      (await pass({ attempts: attemptsOf(count, 900), starts: [] }))?.attempts.length;
    const attemptsOf = (count: number, length: number) =>
      Array.from({ length: count }, (_, i) => create({ returnTo: `/${i}${'x'.repeat(length)}` }));
    expect(await fits(2)).toBe(2);
    expect(await fits(5)).toBe(2);
    const long = (await pass({ attempts: attemptsOf(5, 900), starts: [] }))!;
    expect(long.attempts.map(({ returnTo }) => returnTo.slice(0, 2))).toEqual(['/3', '/4']);
    expect(cookie.write({ attempts: attemptsOf(5, 500), starts: [] }, true).length).toBeLessThan(4096);
  });

  test.each([
    [undefined, 'no_cookies'],
    ['', 'no_cookies'],
    ['theme=dark', 'not_ours'],
    ['loginwith-lookloox=x', 'other_provider'],
    ['theme=dark; __Host-loginwith-lookloox=x', 'other_provider'],
    ['__Host-loginwith-pimbuzz=x', 'other_scheme'],
    ['loginwith-lookloox=x; __Host-loginwith-pimbuzz=x', 'other_scheme'],
    ['x-loginwith-pimbuzz=x', 'not_ours'],
    ['x__Host-loginwith-pimbuzz=x', 'not_ours'],
    ['loginwith-pimbuzz=x', 'tampered'],
    ['loginwith-pimbuzz=', 'tampered'],
  ])('is missing from %j because of %s', async (header, why) => {
    expect(cookie.read(header, false)).toEqual({ found: false, why });
  });

  test.each([
    ['over http', false, 'loginwith-pimbuzz=SEALED; Max-Age=600; Path=/; HttpOnly; SameSite=Lax'],
    ['over https', true, '__Host-loginwith-pimbuzz=SEALED; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax'],
  ])('%s has its attributes', async (_name, secure, expected) => {
    expect(cookie.write({ attempts: [], starts: [] }, secure).replace(/=[\w-]{40,}/, '=SEALED')).toBe(expected);
  });

  test.each([
    ['name', { name: 'other' }],
    ['provider', { provider: 'https://other.example', name: 'pimbuzz' }],
    ['app id', { appId: '2' }],
    ['cookie secret', { cookieSecret: 'another one of the tests, and long enough' }],
    ['app secret to derive one from', { cookieSecret: undefined }],
  ])('cannot be opened by a strategy with another %s', async (_name, changes) => {
    const [, value] = /=([^;]+)/.exec(cookie.write({ attempts: [], starts: [] }, false))!;
    const other = await openCookie(changes);
    const name = 'name' in changes ? changes.name : 'pimbuzz';
    expect(other.read(`loginwith-${name}=${value}`, false)).toEqual({ found: false, why: 'tampered' });
    expect(cookie.read(`loginwith-pimbuzz=${value}`, false)).toMatchObject({ found: true });
  });

  test('is opened with an older secret, so that it can be replaced, and sealed with the newest', async () => {
    const newer = 'the next one of the tests, long enough too';
    const rotating = await openCookie({ cookieSecret: [newer, cookieSecret] });
    const content = { attempts: [create()], starts: [] };
    const [before] = cookie.write(content, false).split(';');
    expect(rotating.read(before, false)).toEqual({ found: true, content });
    const [after] = rotating.write(content, false).split(';');
    expect((await openCookie({ cookieSecret: newer })).read(after, false)).toEqual({ found: true, content });
    expect(cookie.read(after, false)).toEqual({ found: false, why: 'tampered' });
  });

  test('counts whatever other host has set one of the same name, before or behind it', async () => {
    const content = { attempts: [create()], starts: [] };
    const [pair] = cookie.write(content, false).split(';');
    for (const header of [`loginwith-pimbuzz=forged; ${pair}`, `${pair}; loginwith-pimbuzz=forged`])
      expect(cookie.read(header, false)).toEqual({ found: true, content });
  });

  test('of an attacker’s own browser, set beside the user’s by another host, makes both of no use', async () => {
    const pairs = ['/mine', '/theirs'].map((returnTo) =>
      cookie.write({ attempts: [create({ returnTo })], starts: [] }, false),
    );
    const header = pairs.map((pair) => pair.split(';')[0]).join('; ');
    expect(cookie.read(header, false)).toEqual({ found: false, why: 'ambiguous' });
  });

  test('is named by the provider, with what a cookie’s name must not contain escaped', async () => {
    const bare = await openCookie({ provider: 'https://social.example:8443/a(b)' });
    expect(bare.write({ attempts: [], starts: [] }, true).split('=')[0]).toBe(
      '__Host-loginwith-social.example%3A8443%2Fa%28b%29',
    );
  });

  test('is removed if the browser has it', () => {
    const attributes = 'Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax';
    expect(cookie.clear('loginwith-pimbuzz=x', false)).toEqual([`loginwith-pimbuzz=; ${attributes}`]);
    expect(cookie.clear('loginwith-pimbuzz=x; loginwith.used-pimbuzz=x', false)).toEqual([
      `loginwith-pimbuzz=; ${attributes}`,
      `loginwith.used-pimbuzz=; ${attributes}`,
    ]);
    expect(cookie.clear('__Host-loginwith-pimbuzz=x', true)).toEqual([
      expect.stringContaining('__Host-loginwith-pimbuzz=; Max-Age=0'),
    ]);
    expect(cookie.clear('theme=dark', false)).toEqual([]);
    expect(cookie.clear(undefined, false)).toEqual([]);
  });
});

describe('the cookie of used attempts', () => {
  const read = async (...pairs: string[]) => cookie.read(pairs.map((pair) => pair.split(';')[0]).join('; '), false);

  test('says which attempts are used, and overwrites none that began meanwhile', async () => {
    const [first, second] = [create(), create()];
    const usedFirst = { ...first, usedFor: 'digest' };
    const uses = cookie.writeUses({ attempts: [usedFirst], starts: [] }, false);
    const both = cookie.write({ attempts: [first, second], starts: [1] }, false);
    expect(await read(both, uses)).toEqual({ found: true, content: { attempts: [usedFirst, second], starts: [1] } });
  });

  test('cannot be hidden by one that another host adds, and a forged one says nothing', async () => {
    const attempt = create();
    const attempts = cookie.write({ attempts: [attempt], starts: [] }, false);
    const mine = cookie.writeUses({ attempts: [{ ...attempt, usedFor: 'digest' }], starts: [] }, false);
    const theirs = cookie.writeUses({ attempts: [create({ usedFor: 'other' })], starts: [] }, false);
    const forged = 'loginwith.used-pimbuzz=forged/./a./.b';
    for (const pairs of [
      [theirs, mine],
      [mine, theirs],
      [forged, mine],
      [mine, 'loginwith.used-pimbuzz='],
      [...Array<string>(20).fill(forged), mine],
      [mine, `loginwith.used-pimbuzz=${attempt.id}.$'"`],
    ])
      expect(await read(attempts, ...pairs)).toMatchObject({ content: { attempts: [{ usedFor: 'digest' }] } });
    expect(await read(attempts, forged, theirs)).toEqual({ found: true, content: { attempts: [attempt], starts: [] } });
  });

  test('alone is no login', async () => {
    const uses = cookie.writeUses({ attempts: [create({ usedFor: 'digest' })], starts: [] }, false);
    expect(await read(uses)).toEqual({ found: false, why: 'not_ours' });
    expect(await read(uses.replace('loginwith.used-', 'loginwith-'))).toEqual({ found: false, why: 'tampered' });
  });
});
