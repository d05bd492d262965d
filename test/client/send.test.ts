import type { Dispatcher } from 'undici';
import { Deadline } from '../../lib/client/deadline';
import { readBody, sendThroughPool, maximumBodyLength } from '../../lib/client/send';

const request = { origin: 'http://x.example', path: '/', method: 'GET', headers: {}, body: null } as const;

test('a request that waits for a connection is not sent any more when it was given up', async () => {
  const controller = new AbortController();
  const reason = new Error('the caller has left');
  const deadline = new Deadline(controller.signal);
  let handler: Dispatcher.DispatchHandler = {};
  const pool = { dispatch: (_options: unknown, given: typeof handler) => (handler = given) };
  const onEnd = jest.fn();
  const sending = sendThroughPool(pool as unknown as Dispatcher, request, deadline, onEnd);
  controller.abort(reason);
  await expect(sending).rejects.toBe(reason);
  expect(onEnd).toHaveBeenCalledTimes(1);
  const connection = { abort: jest.fn() };
  handler.onRequestStart!(connection as unknown as Dispatcher.DispatchController, {});
  expect(connection.abort).toHaveBeenCalledWith(reason);
});

test('a body may be as long as the limit', async () => {
  const body = (length: number) => readBody(new Blob([new Uint8Array(length)]).stream());
  expect(await body(maximumBodyLength)).toHaveLength(maximumBodyLength);
  await expect(body(maximumBodyLength + 1)).rejects.toThrow('the body is too large');
});

test('a body that comes byte by byte costs no more than its length', async () => {
  let handler: Dispatcher.DispatchHandler = {};
  const pool = { dispatch: (_options: unknown, given: typeof handler) => (handler = given) };
  const sending = sendThroughPool(pool as unknown as Dispatcher, request, new Deadline(60_000), () => undefined);
  const connection = {} as Dispatcher.DispatchController;
  const byte = Buffer.from('x');
  const { user } = process.cpuUsage();
  for (let index = 0; index < maximumBodyLength; index += 1) handler.onResponseData!(connection, byte);
  handler.onResponseEnd!(connection, {});
  expect((await sending).body).toHaveLength(maximumBodyLength);
  // In microseconds; it takes some 30 milliseconds, and copying what has come with each byte takes seconds.
  expect(process.cpuUsage().user - user).toBeLessThan(1e6);
}, 60_000);
