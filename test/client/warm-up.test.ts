import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { LoginWithClient } from 'passport-loginwith';
import {
  closeAll,
  countConnections,
  openServer,
  reserveAddress,
  respondWell,
  withResolvers,
} from '../support/strategy-app';

afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await closeAll();
});

const credentials = { appId: '1', appSecret: 'secret' };
const sevenLogsIn = { profile: { id: '7' } };

describe('the connection that is opened at the start', () => {
  /** Opens it and waits for the client's end of it. */
  async function warmUp(client: LoginWithClient): Promise<Socket> {
    const connecting = jest.spyOn(net, 'connect');
    client.warmUp();
    const socket = connecting.mock.results.at(-1)!.value as Socket;
    connecting.mockRestore();
    await once(socket, 'connect');
    return socket;
  }

  test('is used by both calls, and there is no other', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials });
    const opened = warmUp(client);
    client.warmUp();
    await opened;
    client.warmUp();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    client.warmUp();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(1);
    await client.close();
  });

  test('is waited for by a call that comes while it is being opened, and not by a second one', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials });
    client.warmUp();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(1);
    await client.close();
    client.warmUp();
    const both = await Promise.all([client.exchange('key'), client.exchange('another')]);
    expect(both).toMatchObject([sevenLogsIn, sevenLogsIn]);
    expect(connections()).toBe(3);
    await client.close();
  });

  test('is not waited for longer than half a second', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials });
    const clock = jest.spyOn(globalThis, 'setTimeout');
    const connecting = jest.spyOn(net, 'connect').mockImplementationOnce(() => new net.Socket());
    client.warmUp();
    const socket = connecting.mock.results[0]!.value as Socket;
    const login = client.exchange('key');
    clock.mock.calls.find(([, length]) => length === 500)![0]();
    await expect(login).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(1);
    await client.close();
    expect(socket.destroyed).toBe(true);
  });

  test('is not replaced when the call that waits for it is given up', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials });
    const clock = jest.spyOn(globalThis, 'setTimeout');
    jest.spyOn(net, 'connect').mockImplementationOnce(() => new net.Socket());
    client.warmUp();
    const leaving = new AbortController();
    const call = client.authorize('key', leaving.signal);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    leaving.abort(new Error('gone'));
    await expect(call).rejects.toMatchObject({ code: 'timeout' });
    clock.mock.calls.find(([, length]) => length === 500)![0]();
    for (let turns = 0; turns < 4; turns += 1) await turn();
    // What the client opened would have come before this one.
    await fetch(`${url}/api/authorize`, { headers: { connection: 'close' } });
    expect(connections()).toBe(1);
    await client.close();
  });

  test('is opened again after it went away, unused', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials });
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const first = await warmUp(client);
    const gone = once(first, 'close');
    (await accepted)[0].destroy();
    await gone;
    await warmUp(client);
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(2);
    await client.close();
  });

  test('is not used when it has just been closed', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials });
    (await warmUp(client)).destroy();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(2);
    await client.close();
  });

  test('costs nobody a login when it is closed in the moment in which it is to be used', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials, timeout: 2_000 });
    await client.exchange('key');
    await client.close();
    const socket = await warmUp(client);
    // Before the pool's own, so that it happens between the question for a connection and its use.
    setImmediate(() => socket.destroy());
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(3);
    await client.close();
  });

  test('costs nobody a login when it breaks before anything was written on it', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials, timeout: 2_000 });
    const socket = await warmUp(client);
    jest.spyOn(socket, 'write').mockImplementationOnce(() => {
      socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
      return false;
    });
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(2);
    await client.close();
  });

  test('is not used when only the way back is open', async () => {
    const { url, server } = await openServer(respondWell);
    const connections = countConnections(server);
    const client = new LoginWithClient({ provider: url, ...credentials });
    (await warmUp(client)).end();
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(2);
    await client.close();
  });

  test('is closed after ten seconds without a use, and not before', async () => {
    const { url } = await openServer(respondWell);
    const client = new LoginWithClient({ provider: url, ...credentials });
    const everythingElse = ['nextTick', 'setImmediate', 'setInterval', 'clearInterval', 'queueMicrotask'] as const;
    jest.useFakeTimers({ doNotFake: [...everythingElse, 'performance', 'hrtime', 'clearImmediate'] });
    const socket = await warmUp(client);
    jest.advanceTimersByTime(9_999);
    expect(socket.destroyed).toBe(false);
    jest.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
    await client.close();
  });

  test('is left alone after ten seconds when it is in use, and so is the next one', async () => {
    const arrived = withResolvers();
    const released = withResolvers();
    const { url } = await openServer((req, res) => {
      arrived.resolve();
      void released.promise.then(() => respondWell(req, res));
    });
    const client = new LoginWithClient({ provider: url, ...credentials });
    const clock = jest.spyOn(globalThis, 'setTimeout');
    const used = await warmUp(client);
    const endOfTenSeconds = clock.mock.calls.find(([, length]) => length === 10_000)![0];
    const login = client.exchange('key');
    await arrived.promise;
    const next = await warmUp(client);
    endOfTenSeconds();
    expect([used.destroyed, next.destroyed]).toEqual([false, false]);
    released.resolve();
    await expect(login).resolves.toMatchObject(sevenLogsIn);
    await client.close();
  });

  test('is closed with the client, also when it was never used', async () => {
    const { url } = await openServer(respondWell);
    const client = new LoginWithClient({ provider: url, ...credentials });
    const socket = await warmUp(client);
    await client.close();
    await client.close();
    expect(socket.destroyed).toBe(true);
  });

  test('goes to a host without a name, too', async () => {
    const server = net.createServer().listen(0, '::1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const client = new LoginWithClient({ provider: `http://[::1]:${port}`, ...credentials });
    expect((await warmUp(client)).remotePort).toBe(port);
    await client.close();
    server.close();
  });

  test('does no harm if it cannot be opened, and is tried again by the next start', async () => {
    const { url, server, open } = await reserveAddress();
    const client = new LoginWithClient({ provider: url, ...credentials });
    const connecting = jest.spyOn(net, 'connect');
    client.warmUp();
    const socket = connecting.mock.results[0]!.value as Socket;
    await new Promise((resolve) => socket.once('close', resolve));
    await open();
    const connections = countConnections(server);
    await warmUp(client);
    await expect(client.exchange('key')).resolves.toMatchObject(sevenLogsIn);
    expect(connections()).toBe(1);
    await client.close();
  });
});
