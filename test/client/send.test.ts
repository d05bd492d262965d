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
