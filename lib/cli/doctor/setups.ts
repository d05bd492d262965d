import { findNearestName } from '../../internal/option-readers.js';
import { problem, warning, type Finding } from './findings.js';
import type { Environment, GivenValue } from './environment.js';
import type { DoctorOptions } from './options.js';

/** What was given for one provider. */
export interface ProviderSetup {
  /** That of the strategy and of its routes. */
  readonly name: string;
  readonly url: GivenValue | undefined;
  readonly appId: GivenValue | undefined;
  readonly appSecret: GivenValue | undefined;
  readonly redirectURL: GivenValue | undefined;
  /** What is wrong with the names of the variables. */
  readonly findings: readonly Finding[];
}

/** Finds the providers to check: the one that the options name, or else every one that the environment names. */
export function findSetups(options: DoctorOptions, environment: Environment): ProviderSetup[] {
  return namesOf(options, environment).map((name) => readSetup(name, options, environment));
}

/** Whether the variables name a provider, or nearly do. */
export function namesProvider(environment: Environment): boolean {
  return knownNames.some((name) => isNamed(name, environment)) || otherNames(environment).length > 0;
}

/** Finds the variable that was probably meant, by a wrong name. */
export function findMisnamed(wanted: string, { names }: Pick<Environment, 'names'>): string | undefined {
  const others = names.filter((name) => name !== wanted && !isRightName(name));
  const suffix = suffixes.find((each) => wanted.endsWith(`_${each}`));
  const prefix = suffix === undefined ? wanted : wanted.slice(0, -suffix.length - 1);
  const aliases = suffix === undefined ? [] : aliasesOf[suffix].map((alias) => squeeze(prefix + alias));
  return (
    others.find((name) => squeeze(name) === squeeze(wanted) || name.endsWith(`_${wanted}`)) ??
    others.find((name) => aliases.includes(squeeze(name))) ??
    // Short names are too much alike.
    (wanted.length < 10 ? undefined : findNearestName(wanted, others, 2))
  );
}

const suffixes = ['APP_ID', 'APP_SECRET', 'URL'] as const;
/** What other packages call it. */
const aliasesOf: Record<(typeof suffixes)[number], readonly string[]> = {
  APP_ID: ['ID', 'CLIENT_ID', 'KEY', 'APP_KEY', 'API_KEY', 'CLIENT_KEY', 'CONSUMER_KEY', 'APP'],
  APP_SECRET: ['SECRET', 'CLIENT_SECRET', 'API_SECRET', 'CONSUMER_SECRET', 'SECRET_KEY', 'APP_SECRET_KEY'],
  URL: ['BASE_URL', 'SITE_URL', 'HOST', 'SITE', 'URI', 'DOMAIN', 'PROVIDER'],
};
const knownNames = ['pimbuzz', 'lookloox'];

function namesOf({ name, provider }: DoctorOptions, environment: Environment): string[] {
  if (name !== undefined) return [name];
  if (provider !== undefined && knownNames.includes(provider)) return [provider];
  const found = [...new Set([...knownNames.filter((each) => isNamed(each, environment)), ...otherNames(environment)])];
  if (provider === undefined || found.length === 1) return found;
  // The variables of a site that only the option names.
  const sameURL = found.find((each) => environment.find(variable(each, 'URL'))?.text === provider);
  return [sameURL ?? knownNames.find((each) => provider.includes(each)) ?? 'loginwith'];
}

function isNamed(name: string, environment: Environment): boolean {
  const variables = suffixes.map((suffix) => variable(name, suffix));
  return variables.some(
    (each) => environment.find(each) !== undefined || findMisnamed(each, environment) !== undefined,
  );
}

/** Other services have an app id, too, but not all three. */
function otherNames(environment: Environment): string[] {
  return environment.names.flatMap((name) => {
    const prefix = /^([A-Z][A-Z0-9_]*)_APP_ID$/.exec(name)?.[1];
    const hasAll = prefix !== undefined && ['URL', 'APP_SECRET'].every((each) => environment.find(`${prefix}_${each}`));
    return hasAll ? [prefix.toLowerCase()] : [];
  });
}

/** Reads what was given for one provider. */
export function readSetup(name: string, options: DoctorOptions, environment: Environment): ProviderSetup {
  const fromOption = (option: string, text: string | undefined): GivenValue | undefined =>
    text === undefined ? undefined : { text, name: `--${option}`, source: 'option' };
  const fromVariable = (...suffix: string[]) =>
    suffix.map((each) => environment.find(variable(name, each))).find((value) => value !== undefined);
  const values = {
    url: fromOption('provider', options.provider) ?? fromVariable('URL'),
    appId: fromOption('app-id', options.appId) ?? fromVariable('APP_ID'),
    appSecret: fromOption('app-secret', options.appSecret) ?? fromVariable('APP_SECRET'),
    redirectURL: fromOption('redirect-url', options.redirectURL) ?? fromVariable('CALLBACK_URL', 'REDIRECT_URL'),
  };
  const missing = [
    ...(values.appId === undefined ? [variable(name, 'APP_ID')] : []),
    ...(values.appSecret === undefined ? [variable(name, 'APP_SECRET')] : []),
  ];
  return {
    name,
    ...values,
    findings: [
      ...missing.map((each) => explainMissingVariable(each, environment)),
      ...(values.url === undefined ? explainMisnamedURL(name, environment) : []),
    ],
  };
}

function explainMissingVariable(name: string, environment: Environment): Finding {
  const other = findMisnamed(name, environment);
  if (other === undefined) {
    return problem(
      'variables',
      `${name} is not in ${environment.place}`,
      `Copy it from the provider's dashboard into .env as ${name}=…, and start the app with node --env-file=.env.`,
    );
  }
  return problem(
    'variables',
    `${name} is not set, but ${other} is`,
    `Rename ${other} to ${name}.${warnOfBundle(other)}`,
  );
}

function explainMisnamedURL(name: string, environment: Environment): Finding[] {
  const wanted = variable(name, 'URL');
  const other = findMisnamed(wanted, environment);
  if (other === undefined) return [];
  const found = `${wanted} is not set, but ${other} is`;
  return [warning('variables', found, `Rename ${other} to ${wanted}; without it, the app goes to the real site.`)];
}

/** Tools for browser apps publish the variables whose names begin like this. */
function warnOfBundle(name: string): string {
  return /^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|PUBLIC)_/.test(name) && /SECRET/.test(name)
    ? ' By its present name it is published in the pages of the app: get a new secret on the dashboard.'
    : '';
}

/** The name of a provider's variable. */
export function variable(name: string, suffix: string): string {
  return `${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_${suffix}`;
}

function isRightName(name: string): boolean {
  return knownNames.some((each) => suffixes.some((suffix) => name === variable(each, suffix)));
}

function squeeze(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
