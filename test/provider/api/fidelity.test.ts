import { gunzipSync } from 'node:zlib';
import { exchanges, requests, startReplay, type Exchange } from '../../support/replay';
import { expected, isGzipScenario, received } from '../../support/replay-comparison';
import { differenceOf } from '../../support/replay-differences';
import { isKeyStillValid, setUpForRequest, wasKeyStillValid } from '../../support/replay-requests';
import { setUpFor } from '../../support/replay-setups';

function tableOf(recorded: readonly Exchange[]) {
  return recorded.map((exchange, index) => {
    const { engine, endpoint, scenario } = exchange;
    return [`#${String(index)} ${engine} ${endpoint}: ${scenario}`, exchange] as const;
  });
}

describe('the local provider responds as the real server did', () => {
  test.each(tableOf(exchanges))('%s', async (_, recorded) => {
    const headers = { ...recorded.request.headers, ...(isGzipScenario(recorded) && { 'accept-encoding': 'gzip' }) };
    const exchange = { ...recorded, request: { ...recorded.request, headers } };
    const { options, act } = setUpFor(exchange);
    const world = await startReplay(exchange, options);
    try {
      const response = await world.replay((await act?.(world)) ?? {});
      expect(received(exchange, response)).toEqual(expected(exchange));
      if (response.headers['content-encoding'] === 'gzip') {
        expect(gunzipSync(response.body).toString()).toMatch(/^\{"user_info":\{"user_id":"2"/);
      }
    } finally {
      await world.close();
    }
  });
});

describe('odd requests get the real server’s response, and leave the pending key as they did there', () => {
  test.each(tableOf(requests))('%s', async (_, exchange) => {
    const setUp = setUpForRequest(exchange);
    const world = await startReplay(exchange, setUp.options);
    try {
      const pending = await setUp.prepare(world);
      const response = received(exchange, await world.replay(pending));
      const keyWasValid = wasKeyStillValid(exchange);
      const keyIsValid = keyWasValid === undefined ? undefined : await isKeyStillValid(world, pending);
      const isEqual = expect.objectContaining({ ...expected(exchange), keyIsValid: keyWasValid }) as unknown;
      if (differenceOf(exchange) === undefined) expect({ ...response, keyIsValid }).toEqual(isEqual);
      else expect({ ...response, keyIsValid }).not.toEqual(isEqual);
    } finally {
      await world.close();
    }
  });
});
