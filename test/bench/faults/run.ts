/**
 * Logs in while one thing goes wrong at a provider, in a proxy or on the network, and holds what happens against the
 * tables beside this file: the outcome, how long it took, how often the key was sent, what the page does when it is
 * loaded again, whether the next login works, and whether anything stays open.
 *
 *   npm run faults              each fault at authorize by GET and by POST and at get_user_info
 *   npm run faults -- --short   by POST only those on the network
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { machine, table } from '../report';
import { playCase, tolerance, type CaseResult, type CaseWorld, type FaultCase } from './case';
import { createCases } from './cases';
import { createCertificates, type Certificates } from './certificates';
import { watchClient } from './client-watch';

/** Cases at the same time. */
const sideBySide = 6;
/** Milliseconds until what a group of cases has opened must be gone. */
const closingTime = 1000;
/** Milliseconds after which a case is given up. */
const caseTime = 8000;
const certificatesVariable = 'FAULTS_CERTIFICATES';

/** Runs this file in a process that trusts the certificates of this run. */
async function startWithCertificates(): Promise<void> {
  const certificates = createCertificates();
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  try {
    const trusted = join(folder, 'trusted.pem');
    const { right, expired, wrongHost } = certificates;
    writeFileSync(trusted, [right, expired, wrongHost].map(({ cert }) => cert).join(''));
    const child = spawn(
      process.execPath,
      ['--no-warnings', ...process.execArgv, __filename, ...process.argv.slice(2)],
      {
        stdio: 'inherit',
        // In development the first start also asks whether the site knows the app.
        env: {
          ...process.env,
          NODE_ENV: 'production',
          NODE_EXTRA_CA_CERTS: trusted,
          [certificatesVariable]: JSON.stringify(certificates),
        },
      },
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    process.exitCode = code ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(certificates: Certificates, isShort: boolean): Promise<void> {
  const began = performance.now();
  const world = { watch: watchClient(), certificates };
  const cases = createCases(isShort);
  const results = new Map<FaultCase, CaseResult>();
  const violations: string[] = [];
  process.on('unhandledRejection', (reason) => violations.push(`unhandled rejection: ${String(reason)}`));
  process.on('uncaughtException', (error) => violations.push(`uncaught exception: ${String(error.stack)}`));
  // What is loaded when it is first needed takes no time of a case then.
  await playCase(cases[0]!, world);
  const before = process.getActiveResourcesInfo();
  // Those that take as long as each other go together.
  const order = cases.toSorted((a, b) => compare(a.expected + a.call, b.expected + b.call));
  for (let index = 0; index < order.length; index += sideBySide) {
    const group = order.slice(index, index + sideBySide);
    await Promise.all(group.map(async (each) => results.set(each, await playOrGiveUp(each, world))));
    const left = await findLeftovers(before);
    if (left !== '') violations.push(`left open by ${group.map(labelOf).join(', ')}: ${left}`);
  }
  report(cases, results, violations, Math.round((performance.now() - began) / 1000));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A case that does not end, or breaks, is a violation of its own. */
async function playOrGiveUp(given: FaultCase, world: CaseWorld): Promise<CaseResult> {
  const ended = new AbortController();
  const giveUp = async (): Promise<never> => {
    await delay(caseTime, undefined, { signal: ended.signal });
    throw new Error(`did not end within ${caseTime} ms`);
  };
  try {
    return await Promise.race([playCase(given, world), giveUp()]);
  } catch (error) {
    return { outcome: 'none', milliseconds: 0, received: 0, sent: 0, reloaded: '', violations: [String(error)] };
  } finally {
    ended.abort();
  }
}

/** Waits until the process holds no more than before. */
async function findLeftovers(before: string[]): Promise<string> {
  const ends = performance.now() + closingTime;
  for (;;) {
    const known = [...before];
    const left = process.getActiveResourcesInfo().filter((name) => {
      const index = known.indexOf(name);
      if (index >= 0) known.splice(index, 1);
      return index < 0;
    });
    if (left.length === 0 || performance.now() > ends) return left.join(', ');
    await delay(5);
  }
}

function labelOf({ name, call }: FaultCase): string {
  return `${name} (${call})`;
}

function report(
  cases: FaultCase[],
  results: ReadonlyMap<FaultCase, CaseResult>,
  ofAll: readonly string[],
  seconds: number,
): void {
  const finished = cases.map((each) => ({ ...each, ...results.get(each)!, label: labelOf(each) }));
  const rows = finished.map(
    ({ name, call, expected, timeout, outcome, milliseconds, received, sent, reloaded, violations }) => {
      const verdict = violations.length === 0 ? 'ok' : violations.join('; ');
      return [name, call, expected, outcome, `${milliseconds} of ${timeout}`, received, sent, reloaded, verdict];
    },
  );
  const columns = ['fault', 'call', 'expected', 'outcome', 'ms', 'received', 'sent', 'loaded again', 'guarantees'];
  console.log(`${machine()}; ${sideBySide} logins at a time, each within its timeout and ${tolerance} ms\n`);
  console.log(table(columns, rows));
  console.log('');
  const ofCases = finished.flatMap(({ label, violations }) => violations.map((violation) => `${label}: ${violation}`));
  for (const violation of [...ofAll, ...ofCases]) console.log(`VIOLATION ${violation}`);
  const count = ofAll.length + ofCases.length;
  const broken = finished.filter(({ violations }) => violations.length > 0).length;
  const most = Math.max(...finished.map(({ received }) => received));
  const latest = Math.max(...finished.map(({ milliseconds, timeout }) => milliseconds - timeout));
  console.log(
    `${cases.length} cases in ${seconds} s: ${count} violations in ${broken} cases; each key was received ${most} time(s) at ` +
      `most; the latest outcome came ${latest} ms after its timeout`,
  );
  if (count > 0) process.exitCode = 1;
}

const given = process.env[certificatesVariable];
if (given === undefined) void startWithCertificates();
else void run(JSON.parse(given) as Certificates, process.argv.includes('--short'));
