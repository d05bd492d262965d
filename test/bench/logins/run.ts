/**
 * Measures what a whole login costs the app, start and callback, beside other libraries: the CPU time of the app's
 * process. The provider, the users and each contestant's app are processes of their own; the contestants take turns
 * within one run, so that a machine that becomes slower does so for all. It runs the build, as users get it.
 *
 *   npm run bench                     all contestants
 *   npm run bench -- --scale          the floor, the strategy and passport-oauth2 with 1 to 512 logins at a time, and
 *                                     the strategy from the first login to the last of many (--logins N, 200 000)
 *   npm run bench -- --short          the floor, the strategy and passport-oauth2, for CI
 *   npm run bench -- --json FILE      writes the figures, too
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine, table } from '../report';
import { contestants, type ContestantName } from './contestants';
import { ask, closeBench, openBench, takeTurn, type App, type Turn } from './processes';

const { values: flags } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    logins: { type: 'string', default: '200000' },
    json: { type: 'string' },
  },
});
const fewNames: ContestantName[] = ['floor', 'LoginWithStrategy', 'passport-oauth2'];
const names = flags.short || flags.scale ? fewNames : (Object.keys(contestants) as ContestantName[]);
const rounds = flags.short ? 3 : 9;
/** A major garbage collection comes with every few thousand logins: a turn has one or more, and not one or none. */
const loginsPerTurn = flags.short ? 2_000 : 4_000;
const warmUpLogins = flags.short ? 4_000 : 8_000;
/** Before each turn: while an app is idle, V8 takes memory from it, and gives it back as the app goes on. */
const uncountedLogins = 1_000;
/** How many logins are under way at a time. */
const width = 16;
const widths = [1, 16, 64, 256, 512];
/** The strategy's cost may be at most so many times that of the floor. */
const maximumRatio = 1.7;

async function run(): Promise<void> {
  const bench = await openBench(names);
  try {
    for (const app of bench.apps) await takeTurn(bench, app, warmUpLogins, width);
    console.log(`${machine()}\n`);
    const figures = flags.scale ? await measureScale(bench) : await compare(bench);
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  } finally {
    closeBench(bench);
  }
}

type Bench = Awaited<ReturnType<typeof openBench>>;

async function compare(bench: Bench): Promise<object> {
  const turns = new Map(bench.apps.map((app) => [app.name, [] as Turn[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const app of bench.apps) {
      await takeTurn(bench, app, uncountedLogins, width);
      turns.get(app.name)!.push(await takeTurn(bench, app, loginsPerTurn, width));
    }
  const costsOf = (name: ContestantName) => turns.get(name)!.map(({ cost }) => cost);
  const ratios = (name: ContestantName, to: ContestantName) => {
    const others = costsOf(to);
    return costsOf(name).map((cost, round) => cost / others[round]!);
  };
  const show = (values: number[]) => `${median(values).toFixed(2)} (${quartiles(values, 2)})`;
  console.log(`CPU of a login: medians of ${rounds} turns of ${loginsPerTurn} logins, ${width} at a time; half of the turns
are within the brackets. Ratios are those of the turns of one round.\n`);
  console.log(
    table(
      ['', 'µs', 'to the floor', 'to passport-oauth2', 'logins/s', 'callback, 99th percentile'],
      names.map((name) => [
        name,
        `${median(costsOf(name)).toFixed(0)} (${quartiles(costsOf(name), 0)})`,
        show(ratios(name, 'floor')),
        show(ratios(name, 'passport-oauth2')),
        median(turns.get(name)!.map(({ rate }) => rate)).toFixed(0),
        `${median(turns.get(name)!.map(({ slowest }) => slowest)).toFixed(0)} ms`,
      ]),
    ),
  );
  const ratio = median(ratios('LoginWithStrategy', 'floor'));
  if (ratio > maximumRatio) fail(`the strategy costs ${ratio.toFixed(2)} times the floor, more than ${maximumRatio}`);
  return { machine: machine(), rounds, loginsPerTurn, width, turns: Object.fromEntries(turns) };
}

async function measureScale(bench: Bench): Promise<object> {
  const byWidth: Record<string, Turn[]> = {};
  const rows: (string | number)[][] = [];
  for (const each of widths) {
    const turns = await takeTurns(bench, bench.apps, each);
    byWidth[each] = turns;
    rows.push([each, ...turns.flatMap(({ cost, rate, slowest }) => [cost, rate, slowest].map((n) => n.toFixed(0)))]);
  }
  console.log(table(['at a time', ...names.flatMap((name) => [`${name}: µs`, 'logins/s', '99th, ms'])], rows));
  const strategy = bench.apps.find(({ name }) => name === 'LoginWithStrategy')!;
  const slices: (Turn & { heap: number })[] = [];
  for (let slice = 0; slice < 10; slice += 1) {
    const turn = await takeTurn(bench, strategy, Math.ceil(Number(flags.logins) / 10), width);
    slices.push({ ...turn, heap: await ask(strategy, 'heap') });
  }
  console.log(`\nThe strategy, ${flags.logins} logins in ten parts:\n`);
  console.log(
    table(
      ['part', 'µs', 'MB in use'],
      slices.map(({ cost, heap }, index) => [index + 1, cost.toFixed(0), (heap / 2 ** 20).toFixed(1)]),
    ),
  );
  return { machine: machine(), byWidth, slices };
}

/** One turn for each app; a median of three. */
async function takeTurns(bench: Bench, apps: readonly App[], atATime: number): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (const app of apps) {
    const three: Turn[] = [];
    for (let index = 0; index < 3; index += 1) three.push(await takeTurn(bench, app, 2_000, atATime));
    turns.push(three.toSorted((a, b) => a.cost - b.cost)[1]!);
  }
  return turns;
}

function fail(what: string): void {
  console.log(`\nBroken: ${what}`);
  process.exitCode = 1;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quartiles(values: readonly number[], digits: number): string {
  return [0.25, 0.75].map((share) => quantile(values, share).toFixed(digits)).join(' to ');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)]!;
}

void run();
