import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { errorCodeOf } from '../../internal/unknown-error.js';
import { notChecked, ok, problem, warning, type Finding } from './findings.js';

/** A text that was given, and where. */
export interface GivenValue {
  text: string;
  /** The variable or the option. */
  name: string;
  source: 'option' | 'environment' | 'file' | 'local provider';
}

/** The variables of the process and of the file; those of the process count, as with `node --env-file`. */
export interface Environment {
  find(name: string): GivenValue | undefined;
  readonly names: readonly string[];
  /** What is to be said of the file. */
  readonly finding: Finding;
  /** Where the variables were looked for, for messages. */
  readonly place: string;
}

export function readEnvironment(env: NodeJS.ProcessEnv, folder: string, given: string | undefined): Environment {
  const path = resolve(folder, given ?? '.env');
  const file = readFile(path);
  const texts = 'texts' in file ? file.texts : new Map<string, string>();
  const finding = 'texts' in file ? describeFile(path, file, env) : explainMissing(path, file, given !== undefined);
  return {
    finding,
    place:
      'texts' in file ? `the environment or ${basename(path)}` : `the environment; there is no ${basename(path)} here`,
    names: [...new Set([...Object.keys(env), ...texts.keys()])],
    find(name) {
      const own = env[name];
      if (own !== undefined) return { text: own, name, source: 'environment' };
      const text = texts.get(name);
      return text === undefined ? undefined : { text, name, source: 'file' };
    },
  };
}

/** Adds variables that count where neither the process nor the file has them. */
export function addVariables(environment: Environment, variables: ReadonlyMap<string, string>): Environment {
  return {
    ...environment,
    names: [...new Set([...environment.names, ...variables.keys()])],
    find(name) {
      const text = variables.get(name);
      const added: GivenValue | undefined = text === undefined ? undefined : { text, name, source: 'local provider' };
      return environment.find(name) ?? added;
    },
  };
}

interface EnvFile {
  texts: Map<string, string>;
  isUTF16: boolean;
  /** Whether there is more in it than comments. */
  hasLines: boolean;
  /** Variables whose value a `#` without quotes cuts off. */
  cut: string[];
}

/** A file that cannot be read, with the code of the error. */
interface NoFile {
  code: string;
}

function readFile(path: string): EnvFile | NoFile {
  try {
    const bytes = readFileSync(path);
    const isUTF16 = bytes.includes(0);
    // A byte order mark would be a part of the first name.
    const text = (isUTF16 ? bytes.toString('utf16le') : bytes.toString('utf8')).replace(/^\uFEFF/, '');
    const cut = text.split('\n').flatMap((line) => findCutName(line) ?? []);
    const entries = Object.entries(parseEnv(text)).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return {
      texts: new Map(entries),
      isUTF16,
      hasLines: text.split('\n').some((line) => /^[^#]/.test(line.trim())),
      cut,
    };
  } catch (error) {
    return { code: errorCodeOf(error) ?? 'unreadable' };
  }
}

/** Names the variable of a line whose value goes on behind a `#`. */
function findCutName(line: string): string | undefined {
  const equals = line.indexOf('=');
  const [value = '', rest] = line.slice(equals + 1).split('#');
  const isCut = equals > 0 && rest !== undefined && /^\s*[^\s'"`].*$/.test(value) && !/\s$/.test(value);
  return isCut ? line.slice(0, equals).replace('export ', '').trim() : undefined;
}

function describeFile(path: string, { texts, isUTF16, hasLines, cut }: EnvFile, env: NodeJS.ProcessEnv): Finding {
  const name = basename(path);
  if (isUTF16) return problem('env-file', `${name} is in UTF-16, which Node does not read`, `Save ${name} as UTF-8.`);
  if (texts.size === 0 && hasLines)
    return problem('env-file', `${name} sets no variable`, 'Write each as a line NAME=VALUE.');
  const relevant = (variable: string) => /_(?:URL|APP_ID|APP_SECRET)$|^(?:SESSION|COOKIE)_SECRET$/.test(variable);
  const differing = [...texts].filter(
    ([each, text]) => relevant(each) && env[each] !== undefined && env[each] !== text,
  );
  if (differing.length > 0) {
    const list = differing.map(([each]) => each).join(', ');
    return warning(
      'env-file',
      `${name} and the environment differ in ${list}; the environment counts`,
      `Unset ${list} in the shell if ${name} is right.`,
    );
  }
  const hidden = cut.filter(relevant);
  if (hidden.length > 0) {
    const list = hidden.join(', ');
    return warning(
      'env-file',
      `in ${name}, a "#" ends the value of ${list}`,
      'Put the value in quotes if the "#" is a part of it.',
    );
  }
  return ok(
    'env-file',
    `${name} was read (variables: ${texts.size}); an app reads it only when it is started with ` +
      `node --env-file=${name}, or by dotenv`,
  );
}

function explainMissing(path: string, { code }: NoFile, isGiven: boolean): Finding {
  const name = basename(path);
  if (code !== 'ENOENT')
    return problem('env-file', `${name} cannot be read (${code})`, 'Check its path and its rights.');
  const found = findOtherFile(path);
  const advice = found ?? `Run the doctor in the app's folder, or name the file with --env-file.`;
  if (isGiven) return problem('env-file', `there is no file ${name}`, advice);
  return notChecked('env-file', `there is no ${name} in this folder`, found);
}

/** Finds what may have been meant. */
function findOtherFile(path: string): string | undefined {
  const folder = dirname(path);
  const beside = ['.env', '.env.local', '.env.txt', 'env', '.env.development'].find(
    (each) => join(folder, each) !== path && existsSync(join(folder, each)),
  );
  if (beside !== undefined)
    return `There is ${beside}: rename it, or use --env-file ${beside}, and start the app with it.`;
  if (existsSync(join(dirname(folder), '.env')))
    return 'There is one in the folder above: use --env-file ../.env, or run the doctor there.';
  const example = ['.env.example', '.env.sample'].find((each) => existsSync(join(folder, each)));
  return example === undefined ? undefined : `Copy ${example} to .env and fill it in.`;
}
