#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../internal/unknown-error.js';
import type { LocalProvider, StartOptions } from '../provider/index.js';

/** What the command talks to; a test brings its own. */
export interface CommandLine {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** Resolves when the command is to stop. */
  stopped: Promise<unknown>;
}

/** Exit codes. */
const OK = 0;
const FAILURE = 1;
const USAGE = 2;

const HELP = `passport-loginwith: a local "Log in With" provider, to develop and test against

Usage
  passport-loginwith provider [options]   start a local provider
  passport-loginwith --help               show this text
  passport-loginwith --version            show the package's version

Options of provider
  --port <number>       port to listen on; 0 picks a free one (4000)
  --host <address>      address to listen on (127.0.0.1: this machine only)
  --name <name>         name of the site (Pimbuzz)
  --version <version>   version of the site's script: 2.8, 4.0 or 4.2 (4.2)
  --users <file>       JSON file with an array of people, such as
                        [{ "username": "ada", "firstName": "Ada" }]
  --redirect-url <URL>  where the app expects people back
                        (http://localhost:3000/auth/NAME/callback)
  --state <file>        keep apps, people and approvals in this file
  --help                show this text

Exit codes: 0 stopped as asked, 1 it could not run, 2 the command line was not understood.
`;

class UsageError extends Error {}

/** How the messages of startProvider begin. */
const OPTION_ERROR = /^startProvider: /;

/** Runs the command with its arguments; resolves to the exit code. */
export async function runCommand(args: readonly string[], line: CommandLine): Promise<number> {
  try {
    return await dispatch(args, line);
  } catch (error) {
    const message = errorText(error).replace(OPTION_ERROR, '');
    // A wrong value is found by the provider, and is a mistake on the command line all the same.
    const isUsage = error instanceof UsageError || (error instanceof TypeError && OPTION_ERROR.test(error.message));
    line.stderr(`passport-loginwith: ${message}\n${isUsage ? 'See passport-loginwith --help\n' : ''}`);
    return isUsage ? USAGE : FAILURE;
  }
}

async function dispatch(args: readonly string[], line: CommandLine): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'provider':
      return runProvider(rest, line);
    case '--help':
    case '-h':
    case 'help':
      line.stdout(HELP);
      return OK;
    case '--version':
    case '-v':
      line.stdout(`${packageVersion()}\n`);
      return OK;
    default:
      throw new UsageError(command === undefined ? 'which command?' : `there is no command "${command}"`);
  }
}

async function runProvider(args: readonly string[], line: CommandLine): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') {
    line.stdout(HELP);
    return OK;
  }
  const { startProvider, describeProvider } = loadProvider();
  const provider = await startProvider(options);
  line.stdout(describeProvider(provider));
  await line.stopped;
  await provider.close();
  line.stdout(`\n${provider.name} has stopped.\n`);
  return OK;
}

function readOptions(args: readonly string[]): StartOptions | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const { port = '4000', host, name, version, users, state } = values;
  if (!/^\d{1,5}$/.test(port)) throw new UsageError(`--port must be a number, not "${port}"`);
  const given = {
    port: Number(port),
    host,
    name,
    version,
    redirectURL: values['redirect-url'],
    users: users === undefined ? undefined : readUsers(users),
    state,
  };
  // startProvider checks every value; only what was given may be there.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        name: { type: 'string' },
        version: { type: 'string' },
        users: { type: 'string' },
        'redirect-url': { type: 'string' },
        state: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(errorText(error), { cause: error });
  }
}

function readUsers(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`--users ${file}: ${errorText(error)}`, { cause: error });
  }
}

interface ProviderModule {
  startProvider: (options: StartOptions) => Promise<LocalProvider>;
  describeProvider: (provider: LocalProvider) => string;
}

/** Only when needed: `--help` works without Express, which people install themselves. */
function loadProvider(): ProviderModule {
  try {
    // `require`, because a missing Express shows in its error as it happens; it has no types of its own.
    /* eslint-disable @typescript-eslint/no-require-imports */
    const { startProvider } = require('../provider/index.js') as Pick<ProviderModule, 'startProvider'>;
    const { describeProvider } = require('./describe-provider.js') as Pick<ProviderModule, 'describeProvider'>;
    /* eslint-enable @typescript-eslint/no-require-imports */
    return { startProvider, describeProvider };
  } catch (error) {
    if (!errorText(error).startsWith("Cannot find module 'express'")) throw error;
    throw new Error('the provider needs Express, which is not installed here: run "npm install express"', {
      cause: error,
    });
  }
}

function packageVersion(): string {
  // The package's own file.
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  return version;
}

if (require.main === module) {
  const stopped = new Promise((resolve) => {
    // `on`, because npx passes on a signal that the terminal has sent already: the second must not kill.
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
  });
  void runCommand(process.argv.slice(2), {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    stopped,
  }).then((code) => {
    process.exitCode = code;
  });
}
