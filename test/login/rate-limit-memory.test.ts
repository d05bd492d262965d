import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Each client's address has a megabyte. Prints the megabytes in use at the start, with failures, and at the end. */
const script = `
  const { createRateLimiter } = require('./lib/login/rate-limit.ts');
  const megabyte = 1_000_000;
  const measure = () => {
    gc();
    return Math.round(process.memoryUsage().heapUsed / megabyte);
  };
  const limiter = createRateLimiter({ limit: 1, overallLimit: 1000, windowMs: 60_000 });
  const useAddresses = async (use) => {
    for (let i = 0; i < 20; i += 1) await use(i + 'x'.repeat(megabyte));
  };
  let attempts = 0;
  const acquire = (address) => limiter.acquire({ address }, { id: String(attempts++) });
  const logIn = async (address) => (await acquire(address)).release({ type: 'no_guess' });
  const failTwice = async (address) => {
    await (await acquire(address)).release({ type: 'wrong_key', isRestarted: false });
    await acquire(address).catch(() => undefined);
  };
  (async () => {
    const atStart = measure();
    await useAddresses(logIn);
    const afterLogins = measure();
    await useAddresses(failTwice);
    const afterFailures = measure();
    const now = Date.now() + 60_000;
    Date.now = () => now;
    await acquire('192.0.2.1');
    console.log(JSON.stringify([afterLogins, afterFailures, measure()].map((megabytes) => megabytes - atStart)));
  })();
`;

test('nothing is kept of clients that were let in, and of failures only a count', () => {
  const output = execFileSync(process.execPath, ['--expose-gc', '-r', './test/support/ts-hook.cjs', '-e', script], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
  });
  const [afterLogins, afterFailures, atEnd] = JSON.parse(output) as number[];
  expect(afterLogins).toBeLessThan(5);
  expect(afterFailures).toBeLessThan(5);
  expect(atEnd).toBeLessThan(5);
});
