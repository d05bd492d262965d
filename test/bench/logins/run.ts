/**
 * Measures what a whole login costs the app, start and callback, beside other libraries: the CPU time of the app's
 * process. The provider, the users and each contestant's app are processes of their own; the contestants take turns
 * within one run, so that a machine that becomes slower does so for all.
 *
 *   npm run bench                        all contestants
 *   npm run bench -- --short             the floor, the strategy and passport-oauth2, for CI
 *   npm run bench -- --json FILE         writes the figures, too
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine, table } from '../report';
import type { AppUsage } from './app';
import { contestants, type ContestantName } from './contestants';
import type { Job, JobResult } from './load';

const { values: flags } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const all = Object.keys(contestants) as ContestantName[];
const names = (flags.only?.split(',') as ContestantName[] | undefined) ?? all;
const rounds = Number(flags.rounds ?? 15);
const loginsPerTurn = 1_000;
const width = 16;
const warmUpLogins = 3_000;

interface App {
  name: ContestantName;
  process: ChildProcess;
  url: string;
  /** Microseconds of CPU per login, one figure for each turn. */
  costs: number[];
}

async function run(): Promise<void> {
  const provider = start('./provider');
  const providerURL = await receive<string>(provider);
  const load = start('./load');
  const apps: App[] = [];
  for (const name of names) {
    const app = start('./app', [name, providerURL]);
    apps.push({ name, process: app, url: await receive<string>(app), costs: [] });
  }
  const users = new Map<string, unknown>();
  for (const app of apps) {
    const { user } = await takeTurn(load, app, warmUpLogins);
    users.set(app.name, user);
  }
  console.error([...users].map(([name, user]) => `${name} ${JSON.stringify(user)}`).join('\n'));
  for (let round = 0; round < rounds; round += 1) {
    for (const app of apps) {
      const before = await usage(app);
      await takeTurn(load, app, loginsPerTurn);
      app.costs.push((await usage(app)) - before);
    }
  }
  for (const child of [provider, load, ...apps.map(({ process }) => process)]) child.disconnect();
  const floor = apps.find(({ name }) => name === 'floor');
  const oauth2 = apps.find(({ name }) => name === 'passport-oauth2');
  const ratio = (app: App, to: App | undefined) =>
    to === undefined ? '' : median(app.costs.map((cost, round) => cost / to.costs[round]!)).toFixed(2);
  console.log(machine());
  console.log(
    table(
      ['contestant', 'µs', 'spread', 'of the floor', 'of passport-oauth2'],
      apps.map((app) => [
        app.name,
        Math.round(median(app.costs) / loginsPerTurn),
        `${Math.round(Math.min(...app.costs) / loginsPerTurn)} to ${Math.round(Math.max(...app.costs) / loginsPerTurn)}`,
        ratio(app, floor),
        ratio(app, oauth2),
      ]),
    ),
  );
  if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify({}));
}

async function takeTurn(load: ChildProcess, { url }: App, logins: number): Promise<JobResult> {
  load.send({ appURL: url, logins, width } satisfies Job);
  return receive<JobResult>(load);
}

async function usage({ process: app }: App): Promise<number> {
  app.send('usage');
  return (await receive<AppUsage>(app)).cpu;
}

function start(file: string, parameters: string[] = []): ChildProcess {
  return fork(require.resolve(file), parameters, { execArgv: ['-r', require.resolve('../../support/ts-hook.cjs')] });
}

async function receive<T>(child: ChildProcess): Promise<T> {
  return ((await once(child, 'message')) as [T])[0];
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

void run();
