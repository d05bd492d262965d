/**
 * Measures what it costs to install and to load this package, beside others that log users in: packages and bytes on
 * the disk, and the time of `require` in new processes.
 *
 *   npm run bench:load
 *   npm run bench:load -- --short --json loading.json
 *
 * It packs this package and has npm install the tarball and the others in temporary folders. Fails if a limit is
 * broken.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openInstallations, type Installation, type Installations } from './loading/installations';
import { measureLoads, type Load } from './loading/processes';
import { appPackages, appText, entries, laterParts, rivals, type Subject } from './loading/subjects';
import { machine, table } from './report';

/** Times of `require`, ours to theirs: as long as passport-oauth2, a tenth of the other. Two runs differ by a tenth. */
const limits = [
  { own: 'passport-loginwith', rival: 'passport-oauth2', maximum: 1.05 },
  { own: 'passport-loginwith/web', rival: 'passport-oauth2', maximum: 1.05 },
  { own: 'passport-loginwith/express', rival: 'express-openid-connect', maximum: 0.11 },
];

const { values: flags } = parseArgs({ options: { short: { type: 'boolean' }, json: { type: 'string' } } });
const isMeasured = ({ onlyLong = false }: { onlyLong?: boolean }) => !onlyLong || flags.short !== true;
const runs = flags.short === true ? 11 : 41;

interface Quartiles {
  lower: number;
  median: number;
  upper: number;
}

run();

function run(): void {
  const installations = openInstallations();
  try {
    const installed = install(installations);
    const sizes = sizesOf(installed);
    const folderOf = (name: string) => installed.get(name)!.folder;
    const loads = measureLoads([...entries, ...laterParts].filter(isMeasured), runs, folderOf);
    const times = [...loads].map(([subject, each]) => ({ subject, ...summarize(each) }));
    const ratios = limits.map((limit) => ({ ...limit, ...ratioOf(loads, limit) }));
    console.log(`${machine()}; ${runs} processes for each time\n`);
    console.log(`${tableOfSizes(sizes)}\n\n${tableOfTimes(times)}\n\n${tableOfRatios(ratios)}`);
    for (const { own, rival, maximum, median } of ratios) {
      if (median <= maximum) continue;
      console.log(`Broken: require('${own}') takes ${median.toFixed(2)} of require('${rival}'), more than ${maximum}`);
      process.exitCode = 1;
    }
    if (flags.json !== undefined) writeJSON(flags.json, { machine: machine(), runs, sizes, times, ratios });
  } finally {
    installations.remove();
  }
}

/** By name: an app without and with this package, and each package alone. */
function install(installations: Installations): Map<string, Installation> {
  const wanted: [name: string, specifications: string[]][] = [
    ['app', appPackages],
    ['app-with-login', [...appPackages, installations.tarball]],
    ['passport-loginwith', [installations.tarball]],
    ...rivals.filter(isMeasured).map(({ name, version }): [string, string[]] => [name, [`${name}@${version}`]]),
  ];
  return new Map(wanted.map(([name, specifications]) => [name, installations.install(name, specifications)]));
}

interface Size {
  packages: number;
  bytes: number;
}

/** Of each installation, and of what the app without logins does not have. */
function sizesOf(installed: Map<string, Installation>): { name: string; all: Size; added: Size }[] {
  const ids = new Set(installed.get('app')!.packages.map(({ id }) => id));
  const sizeOf = (packages: Installation['packages']): Size => ({
    packages: packages.length,
    bytes: packages.reduce((sum, { bytes }) => sum + bytes, 0),
  });
  return [...installed].map(([name, { packages }]) => ({
    name: { app: appText, 'app-with-login': `passport-loginwith with ${appText}` }[name] ?? name,
    all: sizeOf(packages),
    added: sizeOf(packages.filter(({ id }) => !ids.has(id))),
  }));
}

function summarize(loads: readonly Load[]): { loaded: Quartiles; ready: Quartiles; memory: Quartiles } {
  return {
    loaded: quartilesOf(loads.map(({ loaded }) => loaded)),
    ready: quartilesOf(loads.map(({ ready }) => ready)),
    memory: quartilesOf(loads.map(({ memory }) => memory / 1e6)),
  };
}

/** Of processes that ran one after the other, so that a slow minute of the machine does not count. */
function ratioOf(loads: Map<Subject, Load[]>, { own, rival }: { own: string; rival: string }): Quartiles {
  const [ownLoads, rivalLoads] = [own, rival].map(
    (name) => [...loads].find(([subject]) => subject.name === `require('${name}')`)![1],
  );
  return quartilesOf(ownLoads!.map(({ loaded }, round) => loaded / rivalLoads![round]!.loaded));
}

function quartilesOf(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((part) => sorted[Math.round((sorted.length - 1) * part)]!);
  return { lower: lower!, median: median!, upper: upper! };
}

function tableOfSizes(sizes: ReturnType<typeof sizesOf>): string {
  const columns = ['installed', 'packages', 'MB of files', 'packages added to the app', 'MB added to the app'];
  const cells = ({ packages, bytes }: Size) => [packages, (bytes / 1e6).toFixed(2)];
  return table(
    columns,
    sizes.map(({ name, all, added }) => [name, ...cells(all), ...cells(added)]),
  );
}

function tableOfTimes(times: readonly ({ subject: Subject } & ReturnType<typeof summarize>)[]): string {
  const columns = ['loaded', 'ms', 'ms until it is set up', 'MB of memory'];
  const text = ({ lower, median, upper }: Quartiles) =>
    `${median.toFixed(1)} (${lower.toFixed(1)} to ${upper.toFixed(1)})`;
  const rows = times.map(({ subject, loaded, ready, memory }) => [
    subject.name,
    text(loaded),
    subject.setUp === undefined ? '' : text(ready),
    text(memory),
  ]);
  return `${table(columns, rows)}\n\nMedians and quartiles.`;
}

function tableOfRatios(ratios: readonly ((typeof limits)[number] & Quartiles)[]): string {
  const rows = ratios.map(({ own, rival, maximum, lower, median, upper }) => [
    `require('${own}') to require('${rival}')`,
    `${median.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`,
    maximum,
  ]);
  return table(['ratio', 'measured', 'limit'], rows);
}

function writeJSON(path: string, result: object): void {
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
}
