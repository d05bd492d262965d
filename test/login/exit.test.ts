import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { respondWell, closeAll, openServer } from '../support/strategy-app';

const root = join(__dirname, '../..');
let child: ChildProcess | undefined;

afterEach(async () => {
  child?.kill('SIGKILL');
  await closeAll();
});

/** Runs a script in a process of its own; returns how long that took to exit after the script had said "done". */
async function measureExit(script: string): Promise<number> {
  child = spawn(process.execPath, ['-r', './test/support/ts-hook.cjs', '-e', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout!, 'data');
  const began = performance.now();
  expect(await exited).toEqual([0, null]);
  return performance.now() - began;
}

/** The shortest of the times that the package keeps something is ten seconds. */
const soon = 5_000;

test('a connection that was opened ahead and is not used keeps no process alive', async () => {
  const { url } = await openServer(respondWell);
  const duration = await measureExit(`
    const { LoginWithClient } = require('./lib/client/client.ts');
    const client = new LoginWithClient({ provider: '${url}', appId: '1', appSecret: 's' });
    const net = require('node:net');
    const connect = net.connect;
    net.connect = (...options) => connect(...options).once('connect', () => process.stdout.write('done'));
    client.warmUp();
  `);
  expect(duration).toBeLessThan(soon);
}, 20_000);

test('a login that has ended keeps no process alive', async () => {
  const { url } = await openServer(respondWell);
  const duration = await measureExit(`
    const { LoginWithClient } = require('./lib/client/client.ts');
    const { createSharedExchanges } = require('./lib/login/shared-exchange.ts');
    const { findProvider } = require('./lib/providers.ts');
    const client = new LoginWithClient({ provider: '${url}', appId: '1', appSecret: 's' });
    const shared = createSharedExchanges(client, findProvider('${url}')).share(() => ({ address: '127.0.0.1' }), { id: 'id', restarts: 0 }, { authKey: 'key', keyDigest: 'd' }, []);
    shared.outcome.then(() => process.stdout.write('done'));
  `);
  expect(duration).toBeLessThan(soon);
}, 20_000);
