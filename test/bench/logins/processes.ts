import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Question } from './app';
import type { ContestantName } from './contestants';
import type { Job, JobResult } from './load';

/** The app of one contestant. */
export interface App {
  name: ContestantName;
  process: ChildProcess;
  url: string;
}

interface Bench {
  provider: ChildProcess;
  load: ChildProcess;
  apps: App[];
}

/** What some logins cost one app. */
export interface Turn {
  /** CPU of the app's process for each login, in microseconds. */
  cost: number;
  /** Logins in a second. */
  rate: number;
  /** What 99 of 100 users waited for the callback at most, in milliseconds. */
  slowest: number;
}

/** Starts the provider, the users and the apps, each of which must make the same user of the same response. */
export async function openBench(names: readonly ContestantName[]): Promise<Bench> {
  const provider = start('./provider');
  const bench: Bench = { provider, load: start('./load'), apps: [] };
  const providerURL = await receive<string>(provider);
  const users = new Set<string>();
  for (const name of names) {
    const child = start('./app', [name, providerURL]);
    const app = { name, process: child, url: await receive<string>(child) };
    bench.apps.push(app);
    const { user } = await runJob(bench, { appURL: app.url, logins: 1, width: 1 });
    users.add(JSON.stringify(user));
  }
  if (users.size !== 1) throw new Error(`the contestants disagree on the user: ${[...users].join('\n')}`);
  return bench;
}

export async function takeTurn(bench: Bench, app: App, logins: number, width: number): Promise<Turn> {
  const before = await ask(app, 'cpu');
  const { time, waits } = await runJob(bench, { appURL: app.url, logins, width });
  const cpu = (await ask(app, 'cpu')) - before;
  const slowest = waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? 0;
  return { cost: cpu / logins, rate: (logins / time) * 1000, slowest };
}

export function closeBench({ provider, load, apps }: Bench): void {
  for (const child of [provider, load, ...apps.map(({ process }) => process)]) child.kill();
}

export function ask({ process: child }: App, question: Question): Promise<number> {
  child.send(question);
  return receive<number>(child);
}

function runJob({ load }: Bench, job: Job): Promise<JobResult> {
  load.send(job);
  return receive<JobResult>(load);
}

/** The packages of the apps come from the build. */
function start(file: string, parameters: string[] = []): ChildProcess {
  const execArgv = ['--expose-gc', '-r', require.resolve('../../support/ts-hook.cjs')];
  const child = fork(require.resolve(file), parameters, { execArgv, env: { ...process.env, USE_BUILD: '1' } });
  child.once('exit', (code) => {
    if (code !== null) process.exit(1);
  });
  return child;
}

async function receive<T>(child: ChildProcess): Promise<T> {
  return ((await once(child, 'message')) as [T])[0];
}
