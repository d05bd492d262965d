import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from '../command-line.js';
import { addVariables, readEnvironment, type Environment } from './environment.js';
import { notChecked, ok, problem, type Finding, type Section } from './findings.js';
import { doctorHelp } from './help.js';
import { findLocalProviders, type LocalProviders } from './local-providers.js';
import { checkCookieSecret, checkNode, checkTLSVerification, readSecrets } from './machine.js';
import { parseDoctorOptions, type DoctorOptions } from './options.js';
import { checkAppAlone, checkProvider } from './provider-checks.js';
import { createMask, hasProblem, toJSON, toText } from './report.js';
import { findSetups, namesProvider } from './setups.js';

/** Where the doctor runs. A test brings its own. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  /** The current folder. */
  folder: string;
  /** Such as `v20.19.0`. */
  nodeVersion: string;
  now: () => number;
}

/**
 * Checks the set-up of an app, prints what it found, and writes nothing anywhere. No secret is in what it prints, and
 * none is sent anywhere but to the provider's base URL.
 *
 * @returns the exit code: 0 if all is well, 1 if there is a problem.
 * @throws UsageError when an option is wrong.
 */
export async function runDoctor(
  args: readonly string[],
  line: CommandLine,
  surroundings: Surroundings = ownSurroundings(),
): Promise<number> {
  const options = parseDoctorOptions(args);
  if (options.help) {
    line.stdout(doctorHelp);
    return 0;
  }
  const { env, folder, nodeVersion, now } = surroundings;
  const node = checkNode(nodeVersion, requiredNode());
  const print = (sections: Section[], secrets: readonly string[]) => {
    const mask = createMask(secrets);
    line.stdout(options.json ? toJSON(sections, mask) : toText(sections, mask, isColoured(line, env)));
    return hasProblem(sections) ? 1 : 0;
  };
  // Later versions have what the other checks need.
  if (node.status === 'problem') {
    return print([onMachine([node, notChecked('site', 'this version of Node cannot run the package')])], []);
  }
  const given = readEnvironment(env, folder, options.envFile);
  const local = namesNothing(options, given) ? findLocalProviders(folder) : undefined;
  const environment = local === undefined ? given : addVariables(given, local.variables);
  const setups = findSetups(options, environment);
  const sections = await Promise.all(
    setups.map((setup) =>
      checkProvider({ setup, others: setups.filter((other) => other !== setup), options, environment, now }),
    ),
  );
  if (setups.length === 0 && (options.app !== undefined || options.redirectURL !== undefined))
    sections.push(await checkAppAlone(options, environment));
  const isStarting = sections.some(({ findings }) =>
    findings.some(({ id, status }) => id === 'start' && status === 'ok'),
  );
  const machine = onMachine([
    node,
    environment.finding,
    ...(local !== undefined && local.urls.length > 0 ? [nameLocalProviders(local)] : []),
    ...(setups.length === 0 || local?.areStopped === true ? [explainNoProvider(environment.place, local)] : []),
    // One that is started brings the secret, too.
    ...(local?.areStopped === true ? [] : [checkCookieSecret(environment, setups, isStarting)]),
    ...checkTLSVerification(environment),
  ]);
  return print([machine, ...sections], readSecrets(environment, setups));
}

function ownSurroundings(): Surroundings {
  return { env: process.env, folder: process.cwd(), nodeVersion: process.version, now: Date.now };
}

function onMachine(findings: Finding[]): Section {
  return { subject: 'machine', title: 'This machine', findings };
}

function namesNothing({ provider, appId }: DoctorOptions, environment: Environment): boolean {
  return provider === undefined && appId === undefined && !namesProvider(environment);
}

function nameLocalProviders({ urls }: LocalProviders): Finding {
  const which = urls.length === 1 ? 'the local provider that runs' : 'the local providers that run';
  return ok('variables', `from ${which} in this folder, at ${urls.join(' and ')}`);
}

function explainNoProvider(place: string, local: LocalProviders | undefined): Finding {
  const set = "set PIMBUZZ_APP_ID and PIMBUZZ_APP_SECRET, or the LOOKLOOX_ pair, from the provider's dashboard.";
  if (local?.areStopped === true) {
    const found = `no provider is named in ${place}, and the local provider of this folder does not run`;
    const start = 'Start it with the app: npx passport-loginwith provider -- node app.mjs';
    return problem('variables', found, `${start}. For a real site, ${set}`);
  }
  return problem('variables', `no provider is named in ${place}`, `S${set.slice(1)}`);
}

function requiredNode(): string {
  // The package's own file.
  const text = readFileSync(join(__dirname, '../../../package.json'), 'utf8');
  return (JSON.parse(text) as { engines: { node: string } }).engines.node;
}

function isColoured({ isTerminal = false }: CommandLine, env: NodeJS.ProcessEnv): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}
