import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import express from 'express';
import { createProvider, type Fault, type ProviderHandler } from '../../../lib/provider/index';

let provider: ProviderHandler;
let server: Server;
let emitWarning: jest.SpyInstance;
beforeEach(async () => {
  emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation();
  provider = createProvider();
  server = createServer((req, res) => provider(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  jest.useRealTimers();
  emitWarning.mockRestore();
  server.close();
  server.closeAllConnections();
});

const port = (): number => (server.address() as AddressInfo).port;

/** Sends requests over one connection and breaks off when they have been handed to the provider. */
async function breakOff(text: string, count = 1): Promise<void> {
  const connected = once(server, 'connection');
  let begun = 0;
  const handed = new Promise<void>((resolve) => {
    server.on('request', () => {
      begun += 1;
      if (begun === count) resolve();
    });
  });
  const client = connect(port(), '127.0.0.1', () => client.write(text));
  const [socket] = (await connected) as [Socket];
  await handed;
  // Not once(), which would reject with the error that the broken connection emits first.
  const closed = new Promise((resolve) => socket.on('close', resolve));
  client.destroy();
  await closed;
}

async function expectNoTrace(): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${String(port())}/signin`);
  expect(response.status).toBe(200);
  expect(emitWarning).not.toHaveBeenCalled();
}

const urlencoded = 'content-type: application/x-www-form-urlencoded';
const halfForms = [
  `${urlencoded}\r\ncontent-length: 500\r\n\r\nuser_id=2`,
  `${urlencoded}\r\ntransfer-encoding: chunked\r\n\r\n9\r\nuser_id=2\r\n`,
  'content-type: multipart/form-data; boundary=x\r\ncontent-length: 500\r\n\r\n--x\r\n',
];
const secretURL = '/api/authorize?app_secret=0123456789abcdef0123456789abcdef';
const paths = ['/signin', '/signout', secretURL, '/developers/apps/new', '/settings/apps/1/remove'];

describe('a caller who breaks off in the middle of a form', () => {
  test.each(paths)('to %s leaves no trace', async (path) => {
    for (const half of halfForms) await breakOff(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${half}`);
    await expectNoTrace();
  });

  test('is no error for the app that the provider is mounted in', async () => {
    const onError = jest.fn();
    const app = express()
      .use((req, res, next) => provider(req, res, next))
      .use(((error, _req, _res, next) => {
        onError(error);
        next();
      }) satisfies express.ErrorRequestHandler);
    server.removeAllListeners('request').on('request', app);
    for (const path of paths) await breakOff(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${halfForms[0]!}`);
    await expectNoTrace();
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('a caller who breaks off before the response', () => {
  const faults: Fault<'get_user_info'>[] = [
    'slow',
    'endless',
    { slow: 0 },
    { delay: 1000 },
    { delay: 1000, fault: 'endless' },
    { delay: 1000, fault: 'slow' },
    { delay: 1000, fault: 'truncated' },
    { delay: 1000, fault: 'stalled' },
    { delay: 1000, fault: 'reset' },
    { delay: 1000, status: 503 },
  ];

  test.each(faults)('with the fault %j, once or behind another one, leaves no trace', async (fault) => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
    provider.once('get_user_info', fault).once('get_user_info', fault).once('get_user_info', fault);
    const call = 'GET /api/get_user_info?access_token=x HTTP/1.1\r\nhost: localhost\r\n\r\n';
    await breakOff(call);
    await breakOff(call + call, 2);
    expect(provider.requests).toHaveLength(3);
    jest.advanceTimersByTime(60_000);
    expect(jest.getTimerCount()).toBe(0);
    await expectNoTrace();
  });
});
