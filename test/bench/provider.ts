/**
 * Measures the local provider with 10 000 users: the logins per second (start, authorize, get_user_info) from a client
 * in a process of its own; the CPU time of the provider's process, which other work on the machine does not change; and
 * whether its memory grows from run to run.
 *
 *   node --expose-gc -r ./test/support/ts-hook.cjs test/bench/provider.ts
 */
import { fork, type ChildProcess } from 'node:child_process';
import { Agent, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { startProvider } from '../../lib/provider/index';

const userCount = 10_000;
const loginsPerRun = 5_000;
const runs = 5;
const connections = 32;

interface Job {
  port: number;
  appId: string;
  appSecret: string;
  cookies: string[];
}

async function measure(): Promise<void> {
  const users = Array.from({ length: userCount }, (_, index) => ({ username: `user${String(index)}` }));
  const provider = await startProvider({ users });
  const app = provider.apps[0]!;
  for (const user of provider.users) provider.approve(user, app);
  const client = fork(__filename, ['client'], { execArgv: ['-r', require.resolve('../support/ts-hook.cjs')] });
  await once(client, 'message');
  const cookies = await signInUsers(provider.port, provider.users.length);
  console.log(`${String(userCount)} users, ${String(loginsPerRun)} logins a run, ${String(connections)} connections`);
  for (let run = 1; run <= runs; run += 1) {
    const before = process.cpuUsage();
    const milliseconds = await runClient(client, { port: provider.port, cookies, ...app });
    const { user, system } = process.cpuUsage(before);
    const rate = Math.round((loginsPerRun / milliseconds) * 1000);
    const busy = ((user + system) / 1000 / loginsPerRun).toFixed(2);
    console.log(`run ${String(run)}: ${String(rate)} logins/s, ${busy} ms of CPU per login here, ${memory()}`);
    provider.advance(61_000);
  }
  client.kill();
  await provider.close();
}

function memory(): string {
  globalThis.gc?.();
  const used = (process.memoryUsage().heapUsed / 1024 / 1024).toFixed(1);
  return `${used} MiB in use${globalThis.gc ? '' : ' (no --expose-gc)'}`;
}

async function runClient(client: ChildProcess, job: Job): Promise<number> {
  client.send(job);
  const [milliseconds] = (await once(client, 'message')) as [number];
  return milliseconds;
}

/** Cookies of as many users as a run logs in, from the real sign-in. */
async function signInUsers(port: number, count: number): Promise<string[]> {
  const send = sender(port);
  const cookies: string[] = [];
  for (let index = 0; index < Math.min(count, loginsPerRun); index += 1) {
    const { headers } = await send('POST', '/signin', '', `user_name=user${String(index)}&return_to=%2F`);
    cookies.push(headers['set-cookie']?.[0]?.split(';')[0] ?? '');
  }
  return cookies;
}

/** One connection's worth of logins, one after the other. */
async function logIn(job: Job, send: ReturnType<typeof sender>, cookie: string): Promise<void> {
  const start = await send('GET', `/api/oauth?app_id=${job.appId}`, cookie, '');
  const authKey = /auth_key=(\w+)/.exec(start.headers.location ?? '')?.[1] ?? '';
  const form = `app_id=${job.appId}&app_secret=${job.appSecret}&auth_key=${authKey}`;
  const { body } = await send('POST', '/api/authorize', '', form);
  const { access_token: token } = JSON.parse(body) as { access_token: string };
  const info = await send('GET', `/api/get_user_info?access_token=${token}`, '', '');
  if (!info.body.startsWith('{"user_info"')) throw new Error(`no user: ${info.body}`);
}

function sender(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return async (method: string, path: string, cookie: string, body: string) => {
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path, method, headers, agent }, resolve).on('error', reject).end(body);
    });
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    return { headers: response.headers, body: text };
  };
}

function serveJobs(): void {
  process.on('message', (job: Job) => {
    const send = sender(job.port);
    let next = 0;
    const start = performance.now();
    const lane = async (): Promise<void> => {
      while (next < loginsPerRun) await logIn(job, send, job.cookies[next++ % job.cookies.length]!);
    };
    void Promise.all(Array.from({ length: connections }, lane)).then(() => {
      process.send?.(performance.now() - start);
    });
  });
  process.send?.('ready');
}

if (process.argv[2] === 'client') serveJobs();
else void measure();
