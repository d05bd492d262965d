import { LoginWithClient } from 'passport-loginwith';
import { createCircuitBreaker } from '../../lib/client/circuit-breaker';
import { closeAll, moveTime, openServer, respondWell } from '../support/strategy-app';

const start = 1_000_000;

afterEach(async () => {
  jest.useRealTimers();
  await closeAll();
});

function create() {
  jest.useFakeTimers({ now: start, doNotFake: ['nextTick', 'setImmediate'] });
  const breaker = createCircuitBreaker();
  const send = (count: number) => Array.from({ length: count }, () => breaker.begin());
  /** What becomes of so many calls at once. */
  const admit = (count: number) => Promise.all(Array.from({ length: count }, () => Promise.resolve(breaker.admit())));
  return { breaker, send, admit };
}

describe('the breaker', () => {
  test('opens when 32 calls have no answer for a second', async () => {
    const { send, admit } = create();
    send(31);
    jest.setSystemTime(start + 60_000);
    expect(await admit(3)).toEqual([true, true, true]);
    send(1);
    expect(await admit(2)).toEqual([true, false]);
  });

  test('stays closed within this second', async () => {
    const { send, admit } = create();
    send(127);
    jest.setSystemTime(start + 999);
    expect(await admit(3)).toEqual([true, true, true]);
  });

  test('admits one call in 250 milliseconds while it is open', async () => {
    const { send, admit } = create();
    send(32);
    jest.setSystemTime(start + 1_000);
    expect(await admit(3)).toEqual([true, false, false]);
    jest.setSystemTime(start + 1_249);
    expect(await admit(1)).toEqual([false]);
    jest.setSystemTime(start + 1_250);
    expect(await admit(2)).toEqual([true, false]);
  });

  test('closes with the first answer, and opens again later', async () => {
    const { send, admit } = create();
    const [end] = send(32);
    jest.setSystemTime(start + 1_000);
    await admit(1);
    end!('answered');
    expect(await admit(2)).toEqual([true, true]);
    send(32);
    jest.setSystemTime(start + 2_000);
    expect(await admit(2)).toEqual([true, false]);
  });

  test('lets more than 128 calls at once wait for the first answer', async () => {
    const { breaker, send } = create();
    const [end] = send(128);
    let isIn = false;
    const waiting = Promise.resolve(breaker.admit()).then((admitted) => (isIn = admitted));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isIn).toBe(false);
    end!('answered');
    expect(await waiting).toBe(true);
  });

  test('lets nobody wait longer than a second', async () => {
    const { send, admit } = create();
    send(128);
    jest.setSystemTime(start + 400);
    const waiting = admit(3);
    await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(600);
    expect(await waiting).toEqual([true, false, false]);
  });

  test('does not count connections that fail, which tell users at once by themselves', async () => {
    const { send, admit } = create();
    for (const end of send(32)) end('failed');
    jest.setSystemTime(start + 1_000);
    expect(await admit(2)).toEqual([true, true]);
  });

  test('counts calls whose time is over', async () => {
    const { send, admit } = create();
    for (const end of send(32)) end('silent');
    jest.setSystemTime(start + 1_000);
    expect(await admit(2)).toEqual([true, false]);
  });
});

test('while a provider answers nothing, users are told at once, and their keys stay unused', async () => {
  const received: string[] = [];
  let isBack = false;
  const { url } = await openServer((req, res) => {
    received.push(req.url!);
    if (isBack) respondWell(req, res);
  });
  const client = new LoginWithClient({ provider: url, appId: '1', appSecret: 's', timeout: 1_500 });
  const hanging = Array.from({ length: 32 }, (_, i) => client.exchange(`hanging-${i}`).catch(() => undefined));
  while (received.length < 32) await new Promise((resolve) => setImmediate(resolve));
  moveTime(1_000);
  const probe = client.exchange('probe').catch(() => undefined);
  const refused: unknown = await client.exchange('unused').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'provider_unavailable', status: 502, retryable: true, retryAfter: 5 });
  expect((refused as Error).message).toContain('answers no calls at present');
  isBack = true;
  jest.setSystemTime(Date.now() + 250);
  await expect(client.exchange('unused')).resolves.toMatchObject({ profile: { id: '7' } });
  await expect(client.exchange('next')).resolves.toMatchObject({ profile: { id: '7' } });
  expect(received.filter((path) => path.includes('auth_key=unused'))).toHaveLength(1);
  await Promise.all([...hanging, probe]);
  await client.close();
}, 20_000);
