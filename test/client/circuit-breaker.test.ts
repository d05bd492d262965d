import { LoginWithClient } from 'passport-loginwith';
import { createCircuitBreaker } from '../../lib/client/circuit-breaker';
import { closeAll, moveTime, openServer, respondWell } from '../support/strategy-app';

const start = 1_000_000;

afterEach(async () => {
  jest.useRealTimers();
  await closeAll();
});

function create() {
  jest.useFakeTimers({ now: start });
  const onOpen = jest.fn();
  const breaker = createCircuitBreaker(onOpen);
  const send = (count: number) => Array.from({ length: count }, () => breaker.begin());
  return { breaker, onOpen, send };
}

describe('the breaker', () => {
  test('opens when 32 calls have no answer for two seconds', () => {
    const { breaker, onOpen, send } = create();
    send(31);
    jest.setSystemTime(start + 60_000);
    expect(breaker.admits()).toBe(true);
    send(1);
    expect(onOpen).not.toHaveBeenCalled();
    breaker.admits();
    expect(onOpen).toHaveBeenCalledTimes(1);
  });

  test('stays closed within these two seconds, however many calls there are', () => {
    const { breaker, onOpen, send } = create();
    send(1_000);
    jest.setSystemTime(start + 1_999);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
    expect(onOpen).not.toHaveBeenCalled();
  });

  test('admits one call in 250 milliseconds while it is open', () => {
    const { breaker, send } = create();
    send(32);
    jest.setSystemTime(start + 2_000);
    expect([breaker.admits(), breaker.admits(), breaker.admits()]).toEqual([true, false, false]);
    jest.setSystemTime(start + 2_249);
    expect(breaker.admits()).toBe(false);
    jest.setSystemTime(start + 2_250);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
  });

  test('closes with the first answer, and opens again later', () => {
    const { breaker, onOpen, send } = create();
    const [end] = send(32);
    jest.setSystemTime(start + 2_000);
    breaker.admits();
    end!('answered');
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
    send(32);
    jest.setSystemTime(start + 4_000);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    expect(onOpen).toHaveBeenCalledTimes(2);
  });

  test('does not count connections that fail, which tell users at once by themselves', () => {
    const { breaker, send } = create();
    for (const end of send(32)) end('failed');
    jest.setSystemTime(start + 2_000);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
  });

  test('counts calls whose time is over', () => {
    const { breaker, send } = create();
    for (const end of send(32)) end('silent');
    jest.setSystemTime(start + 2_000);
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
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
  moveTime(2_000);
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
