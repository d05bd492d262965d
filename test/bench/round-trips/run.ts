/**
 * Measures what a user waits for at the callback, and what goes over the wire, at a provider that is far away: behind a
 * proxy that delays every chunk, over TLS. Beside it, passport-oauth2 at the same provider.
 *
 *   npm run bench:round-trips               10 logins in each row
 *   npm run bench:round-trips -- --short    3, without what takes seconds
 *   … --rtt 80                              milliseconds of a round trip; 50 by default
 *   … --json FILE                           the figures, also as JSON
 *
 * The provider with the proxy, each app, and the users are in processes of their own. A broken limit ends the process
 * with 1.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCertificate } from '../faults/certificates';
import type { Contestant } from './app';
import { startProcess } from './processes';
import type { ProviderCommands } from './provider';
import { findBroken, print, summarize } from './report';
import { ours, runScenario, scenarios } from './scenarios';
import { openSite, type Login, type Site } from './site';
import { measureAbandonedStarts, measureRefusedStarts } from './starts';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    rtt: { type: 'string', default: '50' },
    json: { type: 'string' },
  },
});
const roundTrip = Number(values.rtt);
const rounds = values.short ? 3 : 10;
const contestants: readonly Contestant[] = [...ours, 'passport-oauth2'];
const day = 24 * 60 * 60_000;

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'round-trips-'));
  const trusted = join(folder, 'certificate.pem');
  const certificate = createCertificate('localhost', Date.now() - day, Date.now() + day);
  writeFileSync(trusted, certificate.cert);
  const provider = startProcess<ProviderCommands>('./provider');
  const sites: Site[] = [];
  try {
    const opened = await Promise.all(
      contestants.map(async (contestant) => {
        const { link, url } = await provider.call('open', { ...certificate, roundTrip });
        const site = await openSite({ contestant, provider, link, baseURL: url, trusted });
        sites.push(site);
        return site;
      }),
    );
    await measure(opened);
  } finally {
    await Promise.all([provider, ...sites.map(({ app }) => app)].map((each) => each.stop()));
    rmSync(folder, { recursive: true });
  }
}

async function measure(sites: readonly Site[]): Promise<void> {
  const logins = new Map<string, Map<Contestant, Login[]>>();
  const add = (row: string, contestant: Contestant, login: Login): void => {
    const byContestant = logins.get(row) ?? new Map<Contestant, Login[]>();
    logins.set(row, byContestant.set(contestant, [...(byContestant.get(contestant) ?? []), login]));
  };
  for (const scenario of scenarios)
    if (!values.short || scenario.isSlow !== true)
      await runScenario(scenario, sites, scenario.rounds ?? rounds, roundTrip, add);
  const own = sites.filter(({ contestant }) => ours.includes(contestant));
  const refused = await Promise.all(own.map(measureRefusedStarts));
  const abandoned = await Promise.all(own.map((site) => measureAbandonedStarts(site, !values.short)));

  const loginFigures = [...logins].flatMap(([row, byContestant]) =>
    contestants.flatMap((contestant) => {
      const measured = byContestant.get(contestant);
      return measured === undefined ? [] : [summarize(row, contestant, measured, roundTrip)];
    }),
  );
  const startFigures = [...refused.flat(), ...abandoned];
  print(loginFigures, startFigures, roundTrip);
  const broken = findBroken(loginFigures, startFigures, roundTrip);
  for (const each of broken) console.log(`Broken: ${each}`);
  if (values.json !== undefined) {
    const facts = { node: process.version, platform: process.platform, cores: availableParallelism(), roundTrip };
    writeFileSync(
      values.json,
      JSON.stringify({ ...facts, logins: loginFigures, starts: startFigures, broken }, null, 2),
    );
  }
  process.exitCode = broken.length > 0 ? 1 : 0;
}

void run();
