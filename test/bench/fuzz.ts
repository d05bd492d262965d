/**
 * Feeds random hostile input to what reads input from outside, and to whole logins.
 *
 *   npm run fuzz
 *   npm run fuzz -- --short
 *   npm run fuzz -- --seed 42 --only returnTo
 *
 * Each subject stops at its first failure, which is made as small as possible. The seed repeats it.
 */
import fc from 'fast-check';
import { inspect, parseArgs } from 'node:util';
import { cookieSubjects } from './fuzz/cookies';
import { errorSubjects } from './fuzz/errors';
import { openLogins } from './fuzz/logins';
import { profileSubjects } from './fuzz/profiles';
import { requestSubjects } from './fuzz/requests';
import { returnToSubjects } from './fuzz/return-to';
import type { FuzzSubject } from './fuzz/subject';
import { markdownTable } from './markdown-table';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, short: { type: 'boolean' }, only: { type: 'string', default: '' } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
/** Which part of the cases a short run has. */
const share = values.short === true ? 0.1 : 1;

void run();

async function run(): Promise<void> {
  const logins = await openLogins();
  const subjects = [
    ...[...requestSubjects, ...returnToSubjects, ...profileSubjects, ...cookieSubjects, ...errorSubjects],
    logins.subject,
  ];
  const rows: (string | number)[][] = [];
  for (const subject of subjects.filter(({ name }) => name.includes(values.only))) {
    const { row, failure } = await check(subject);
    rows.push(row);
    if (failure === undefined) continue;
    console.log(`FAILED: ${subject.name}\n${failure}\n`);
    process.exitCode = 1;
  }
  await logins.close();
  console.log(markdownTable(['subject', 'cases', 'failures', 'seed', 'seconds'], rows));
}

async function check({ name, cases, property }: FuzzSubject): Promise<{ row: (string | number)[]; failure?: string }> {
  const began = performance.now();
  const result = await fc.check(property, { seed, numRuns: Math.ceil(cases * share) });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const row = [name, result.numRuns, result.failed ? 1 : 0, seed, seconds];
  if (!result.failed) return { row };
  const example = inspect(result.counterexample, { depth: 9, maxStringLength: 2000 });
  return { row, failure: `${example}\n${String(result.errorInstance)}` };
}
