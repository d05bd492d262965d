/**
 * Logs thousands of users in, a hundred at a time, through a strategy by name, a strategy by instance and `loginWith()`
 * in turn, and breaks one login in twenty. Then starts logins that nobody finishes. Every outcome is checked, and the
 * app's heap is measured before, between and after.
 *
 *   npm run soak               20 000 logins, 100 000 starts, a minute of rest
 *   npm run soak -- --short    1 000 logins, 5 000 starts, no rest
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { machine, table } from '../report';
import { callbackPaths, type AppMeasures, type AppSettings, type Kind } from './app';
import { soakFaults, type SoakFault } from './faults';
import { abandonStart, logIn, runAll, type LoginResult } from './login';
import { openSoakProvider } from './provider';

const isShort = process.argv.includes('--short');
const loginCount = isShort ? 1000 : 20_000;
const startCount = isShort ? 5000 : 100_000;
/** Milliseconds; a finished login is remembered for one minute. */
const rest = isShort ? 0 : 61_000;
const userCount = 2000;
const atATime = 100;
/** One login in so many meets a fault. */
const faultEvery = 20;
/** Logins before the first measure, so that everything is loaded. */
const warmUpCount = 150;
/** Bytes by which the heap may be larger after the rest than before. */
const maximumGrowth = 8 * 1024 * 1024;
const kinds: readonly Kind[] = ['name', 'instance', 'loginWith'];

interface FinishedLogin extends LoginResult {
  fault: SoakFault | undefined;
}

async function run(): Promise<void> {
  const provider = await openSoakProvider(userCount);
  const app = fork(require.resolve('./app'), { execArgv: [...process.execArgv, '--no-warnings'] });
  const receive = async <T>(): Promise<T> => ((await once(app, 'message')) as [T])[0];
  const appURL = await receive<string>();
  app.send({ baseURL: provider.url, apps: provider.registerApps(appURL, callbackPaths) } satisfies AppSettings);
  await receive();
  const measure = (): Promise<AppMeasures> => {
    app.send('measure');
    return receive<AppMeasures>();
  };
  const finish = async (index: number, fault?: SoakFault): Promise<FinishedLogin> => {
    const userId = provider.userIds[index % userCount]!;
    const kind = kinds[index % kinds.length]!;
    return { fault, ...(await logIn(appURL, provider, { kind, userId, fault })) };
  };

  await runAll(warmUpCount, atATime, async (index) => {
    await finish(index);
  });
  const before = await measure();

  const logins: FinishedLogin[] = [];
  const loginsBegan = performance.now();
  await runAll(loginCount, atATime, async (index) => {
    const isBroken = index % faultEvery === faultEvery - 1;
    const fault = isBroken ? soakFaults[Math.floor(index / faultEvery) % soakFaults.length] : undefined;
    logins.push(await finish(index, fault));
  });
  const loginSeconds = (performance.now() - loginsBegan) / 1000;
  const afterLogins = await measure();

  let redirected = 0;
  const startsBegan = performance.now();
  await runAll(startCount, atATime, async (index) => {
    if (await abandonStart(appURL, provider, kinds[index % kinds.length]!)) redirected += 1;
  });
  const startSeconds = (performance.now() - startsBegan) / 1000;
  const afterStarts = await measure();
  await delay(rest);
  const afterRest = await measure();
  app.disconnect();
  app.kill();
  await once(app, 'exit');
  await provider.close();

  report({
    logins,
    exchanged: provider.exchanged,
    exchangedTwice: provider.exchangedTwice,
    startsWithoutRedirect: startCount - redirected,
    sessionsOfStarts: afterStarts.sessions,
    heaps: [before, afterLogins, afterStarts, afterRest].map(({ heap }) => heap),
    loginSeconds,
    startSeconds,
  });
}

interface Figures {
  logins: FinishedLogin[];
  exchanged: number;
  exchangedTwice: number;
  startsWithoutRedirect: number;
  sessionsOfStarts: number;
  heaps: number[];
  loginSeconds: number;
  startSeconds: number;
}

function report(figures: Figures): void {
  const { logins, heaps, loginSeconds, startSeconds } = figures;
  const expectedOf = ({ fault }: FinishedLogin): string => fault?.expected ?? 'user';
  const wrong = logins.filter((login) => login.outcome !== expectedOf(login));
  const mixed = logins.filter(({ outcome }) => outcome === 'another user').length;
  const lost = logins.filter(({ outcome }) => outcome.startsWith('lost')).length;
  const growth = heaps.at(-1)! - heaps[0]!;
  const restarted = logins.filter(({ restarts }) => restarts > 0).length;
  const [heapBefore, heapAfterLogins, heapAfterStarts, heapAfterRest] = heaps.map(toMegabytes);

  console.log(`${machine()}; ${atATime} at a time, ${userCount} users\n`);
  console.log(
    table(
      ['figure', 'value', 'must be'],
      [
        ['logins', loginCount, ''],
        ['logins a second', Math.round(loginCount / loginSeconds), ''],
        ['logins with a fault', logins.filter(({ fault }) => fault !== undefined).length, ''],
        ['logins that went back to the start by themselves', restarted, ''],
        ['logins that ended in another user', mixed, 0],
        ['logins that were lost', lost, 0],
        ['logins with another outcome than expected', wrong.length, 0],
        ['keys exchanged, with those before the first measure', figures.exchanged, ''],
        ['keys exchanged twice', figures.exchangedTwice, 0],
        ['abandoned starts', startCount, ''],
        ['abandoned starts a second', Math.round(startCount / startSeconds), ''],
        ['abandoned starts without a redirect', figures.startsWithoutRedirect, 0],
        ['sessions that abandoned starts made', figures.sessionsOfStarts, 0],
        [`heap before, after ${warmUpCount} logins`, heapBefore!, ''],
        ['heap after the logins', heapAfterLogins!, ''],
        ['heap after the abandoned starts', heapAfterStarts!, ''],
        [`heap ${rest / 1000} s later`, heapAfterRest!, ''],
        ['growth of the heap', toMegabytes(growth), `at most ${toMegabytes(maximumGrowth)}`],
      ],
    ),
  );
  console.log('');
  const faultRows = soakFaults.map((fault) => {
    const met = logins.filter((login) => login.fault === fault);
    const outcomes = [...new Set(met.map(({ outcome }) => outcome))].join(', ');
    return [fault.name, fault.at, met.length, fault.expected, outcomes];
  });
  console.log(table(['fault', 'call', 'logins', 'expected', 'outcome'], faultRows));
  console.log('');

  const violations = [
    ...wrong.map((login) => `${login.fault?.name ?? 'no fault'}: ${login.outcome}, not ${expectedOf(login)}`),
    ...(figures.exchangedTwice > 0 ? [`${figures.exchangedTwice} keys were exchanged twice`] : []),
    ...(figures.startsWithoutRedirect > 0 ? [`${figures.startsWithoutRedirect} starts did not redirect`] : []),
    ...(figures.sessionsOfStarts > 0 ? [`${figures.sessionsOfStarts} sessions were made by starts`] : []),
    ...(growth > maximumGrowth ? [`the heap grew by ${toMegabytes(growth)}`] : []),
  ];
  for (const violation of violations) console.log(`VIOLATION ${violation}`);
  console.log(
    `${loginCount} logins: ${mixed} mixed, ${lost} lost, ${figures.exchangedTwice} exchanged twice; ${startCount} abandoned starts; ` +
      `heap ${toMegabytes(growth)} larger; ${violations.length} violations`,
  );
  if (violations.length > 0) process.exitCode = 1;
}

function toMegabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

void run();
