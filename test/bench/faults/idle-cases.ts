import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultCase } from './case';
import type { Call } from './fake-provider';
import { response } from './responses';
import type { Outcome } from './row';

/**
 * When the provider closes a connection on which nothing was asked: long enough before the call that the client sees
 * it; when the call is made; when its first byte is written.
 */
type Moment = 'before the call' | 'as the call is made' | 'as the call is written';

interface IdleRow {
  close: keyof typeof closings;
  moment: Moment;
  call: Exclude<Call, 'POST authorize'>;
  expected: Outcome;
}

/** How long the client has to see the end of a connection, in milliseconds. */
const noticingTime = 60;

const closings = {
  ends: (socket: Socket) => void socket.destroy(),
  resets: (socket: Socket) => void socket.resetAndDestroy(),
  'answers 408 and ends': (socket: Socket) =>
    void socket.end(response('', { status: '408 Request Timeout', Connection: 'close' })),
};

/** The connection that was opened at the start of the login, for the first call. */
const spareRows: IdleRow[] = [
  { close: 'ends', moment: 'before the call', call: 'GET authorize', expected: 'user' },
  { close: 'resets', moment: 'before the call', call: 'GET authorize', expected: 'user' },
  { close: 'answers 408 and ends', moment: 'before the call', call: 'GET authorize', expected: 'user' },
  { close: 'ends', moment: 'as the call is made', call: 'GET authorize', expected: 'user' },
  { close: 'resets', moment: 'as the call is made', call: 'GET authorize', expected: 'user' },
  // Whether the key has arrived, the client cannot know.
  { close: 'ends', moment: 'as the call is written', call: 'GET authorize', expected: 'connection_lost 502' },
];

/** The connection that an earlier login left, or that `authorize` left for `get_user_info`. */
const keptRows: IdleRow[] = [
  { close: 'ends', moment: 'before the call', call: 'GET authorize', expected: 'user' },
  { close: 'resets', moment: 'before the call', call: 'GET authorize', expected: 'user' },
  { close: 'answers 408 and ends', moment: 'before the call', call: 'GET authorize', expected: 'user' },
  { close: 'ends', moment: 'as the call is made', call: 'GET authorize', expected: 'connection_lost 502' },
  { close: 'resets', moment: 'as the call is made', call: 'GET authorize', expected: 'connection_lost 502' },
  { close: 'ends', moment: 'as the call is written', call: 'GET authorize', expected: 'connection_lost 502' },
  { close: 'ends', moment: 'as the call is made', call: 'get_user_info', expected: 'user' },
  { close: 'resets', moment: 'as the call is made', call: 'get_user_info', expected: 'user' },
  { close: 'ends', moment: 'as the call is written', call: 'get_user_info', expected: 'user' },
  { close: 'resets', moment: 'as the call is written', call: 'get_user_info', expected: 'user' },
];

/** Logins at a provider that works: how many connections they take, and how the method is found out. */
const soundCases: Pick<FaultCase, 'name' | 'method' | 'isMethodKnown' | 'isSecure' | 'hasPreviousLogin'>[] = [
  { name: 'nothing is wrong', method: 'GET', isMethodKnown: false, isSecure: false },
  { name: 'nothing is wrong, over https', method: 'GET', isMethodKnown: false, isSecure: true },
  { name: 'nothing is wrong, parameters in the body', method: 'POST', isMethodKnown: true, isSecure: false },
  { name: 'nothing is wrong, the method is found out', method: 'POST', isMethodKnown: false, isSecure: false },
  {
    name: 'nothing is wrong, at the second login',
    method: 'POST',
    isMethodKnown: false,
    isSecure: false,
    hasPreviousLogin: true,
  },
];

/** Connections that are closed while they are idle, and logins without any fault. */
export function createIdleCases(timeout: number): FaultCase[] {
  const common = { timeout, method: 'GET', isMethodKnown: true, fault: {} } as const;
  const toCase = ({ close, moment, call, expected }: IdleRow, which: string, isSecure: boolean): FaultCase => ({
    ...common,
    name: `${which}${isSecure ? ' (https)' : ''}: the provider ${close} ${moment}`,
    call,
    expected,
    isSecure,
    prepare: async (provider, watch) => {
      const closeAll = (): void => provider.connections.forEach(closings[close]);
      if (moment !== 'before the call') {
        onCall(provider.baseURL, call, moment, closeAll);
        return;
      }
      const seen = watch
        .openSockets(provider.port)
        .map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      closeAll();
      await Promise.race([Promise.all(seen), delay(noticingTime)]);
    },
  });
  return [
    ...soundCases.map((each): FaultCase => ({
      ...common,
      ...each,
      call: `${each.method} authorize`,
      expected: 'user',
      connections: 1,
    })),
    ...spareRows.map((row) => toCase(row, 'spare connection', false)),
    // The end of a TLS connection takes some turns of the event loop more to be seen.
    ...spareRows
      .filter(({ close, moment }) => close === 'resets' || moment !== 'as the call is made')
      .map((row) => toCase(row, 'spare connection', true)),
    ...keptRows.map((row) => ({ ...toCase(row, 'kept connection', false), hasPreviousLogin: true })),
  ];
}

/** Runs once at this moment of the next call. */
function onCall(origin: string, call: Call, moment: Moment, act: () => void): void {
  const channel = moment === 'as the call is made' ? 'undici:request:create' : 'undici:client:sendHeaders';
  const path = `/api/${call.replace(/^GET /, '')}`;
  const listener = (message: unknown): void => {
    const { request } = message as { request: { origin: string; path: string } };
    if (request.origin !== origin || !request.path.startsWith(path)) return;
    unsubscribe(channel, listener);
    act();
  };
  subscribe(channel, listener);
}
