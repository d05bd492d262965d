import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { startProvider, type LocalProvider } from '../../../lib/provider/index';
import { createEventStreams } from '../../../lib/provider/console/event-streams';
import { createRequestLog } from '../../../lib/provider/server/request-log';
import { textOf } from '../../support/dashboard-site';

describe('the events of the console', () => {
  let provider: LocalProvider;
  const streams = new Set<AbortController>();

  beforeEach(async () => {
    provider = await startProvider();
  });
  afterEach(async () => {
    for (const stream of streams) stream.abort();
    await provider.close();
  });

  /** Opens a stream; `next` waits for its next event. */
  async function open(query = '', headers: Record<string, string> = {}) {
    const controller = new AbortController();
    streams.add(controller);
    const response = await fetch(`${provider.url}/console/events${query}`, { headers, signal: controller.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let received = '';
    const next = async (): Promise<Record<string, string> | undefined> => {
      const end = received.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        received += value;
        return next();
      }
      const lines = received.slice(0, end).split('\n');
      received = received.slice(end + 2);
      const event = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
      return 'retry' in event ? next() : event;
    };
    return { response, next, abort: () => controller.abort() };
  }
  const ask = (n: number) => fetch(`${provider.url}/api/get_user_info?n=${String(n)}&access_token=${'f'.repeat(32)}`);
  const textIn = (event: Record<string, string> | undefined) => textOf(JSON.parse(event!.data!) as string);

  test('bring each request as it comes, masked and in words', async () => {
    const { response, next } = await open();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    await ask(1);
    const event = await next();
    expect(event!.id).toBe('1');
    expect(event!.data).not.toContain('fff');
    expect(textIn(event)).toContain('/api/get_user_info?n=1&access_token=***');
    expect(textIn(event)).toContain('this token was never issued here');
  });

  test('end at once for whoever asks for their head alone', async () => {
    const response = await fetch(`${provider.url}/console/events`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('speak the language of the page', async () => {
    const { next } = await open('', { 'accept-language': 'fr' });
    const { next: nextAsked } = await open('?lang=fr_fr', { 'accept-language': 'en' });
    await ask(1);
    expect(textIn(await next())).toContain('ce jeton n’a jamais été émis ici');
    expect(textIn(await nextAsked())).toContain('ce jeton n’a jamais été émis ici');
  });

  test('go on where the page, or the stream before, has ended', async () => {
    for (const n of [1, 2, 3]) await ask(n);
    const { next } = await open('?after=2');
    expect((await next())!.id).toBe('3');
    const again = await open('?after=0', { 'last-event-id': '1' });
    expect([(await again.next())!.id, (await again.next())!.id]).toEqual(['2', '3']);
    // A page of the process before knows higher numbers.
    const old = await open('?after=900');
    expect((await old.next())!.id).toBe('1');
  });

  test('are for four readers at a time: the oldest is told that it is over', async () => {
    const first = await open();
    const others = [await open(), await open(), await open()];
    await open();
    expect(await first.next()).toEqual({ event: 'superseded', data: '' });
    expect(await first.next()).toBeUndefined();
    await ask(1);
    for (const { next } of others) expect((await next())!.id).toBe('1');
  });

  test('are superseded without harm while a reader does not read', async () => {
    const entry = {
      at: 0,
      endpoint: 'oauth',
      method: 'GET',
      path: '/',
      form: {},
      userId: null,
      status: 200,
      facts: [],
    };
    const errors: unknown[] = [];
    const logged: ServerResponse[] = [];
    const requestLog = createRequestLog();
    const server = createServer((req, res) => {
      res.on('error', (error) => errors.push(error));
      logged.push(res);
      createdStreams.open(req, res, { after: 0, render: () => 'z'.repeat(100_000) });
    });
    const createdStreams = createEventStreams(requestLog);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    const openSilently = async () => {
      const socket = connect(port, '127.0.0.1').pause();
      sockets.push(socket);
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(server, 'request');
    };
    try {
      for (let n = 0; n < 4; n += 1) await openSilently();
      while (logged[0]!.writableLength === 0) {
        requestLog.add(entry);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await openSilently();
      requestLog.add(entry);
      await new Promise((resolve) => setImmediate(resolve));
      expect(errors).toEqual([]);
    } finally {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    }
  });

  test('end with the provider', async () => {
    const { next } = await open();
    const ended = next().catch((error: unknown) => String(error));
    await provider.close();
    expect(await ended).toBe('TypeError: terminated');
  });
});

test('whoever watches keeps no process alive', async () => {
  const script = `
    const http = require('node:http');
    const { createProvider } = require('./lib/provider/index.ts');
    const server = http.createServer(createProvider()).listen(0, '127.0.0.1', () => console.log(server.address().port));
    process.stdin.once('data', () => { server.close(); process.stdin.destroy(); });
  `;
  const child = spawn(process.execPath, ['-r', './test/support/ts-hook.cjs', '-e', script], {
    cwd: join(__dirname, '../../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const exited = once(child, 'exit');
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const response = await fetch(`http://127.0.0.1:${String(port).trim()}/console/events`);
    const ended = response.text().catch(() => 'ended');
    child.stdin.write('stop');
    expect(await exited).toEqual([0, null]);
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
}, 20_000);
