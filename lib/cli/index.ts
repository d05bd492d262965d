#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../internal/unknown-error.js';
import { UsageError, type CommandLine } from './command-line.js';
import { help } from './help.js';
import { runProvider } from './provider/run-provider.js';

/** Runs the command with its arguments; resolves to the exit code. */
export async function runCommand(args: readonly string[], line: CommandLine): Promise<number> {
  try {
    return await dispatch(args, line);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const helpOptions = args[0] === 'doctor' ? 'doctor --help' : '--help';
    line.stderr(`passport-loginwith: ${errorText(error)}\n`);
    if (isUsage) line.stderr(`See passport-loginwith ${helpOptions}\n`);
    return isUsage ? 2 : 1;
  }
}

async function dispatch(args: readonly string[], line: CommandLine): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'provider':
      return runProvider(rest, line);
    case 'doctor':
      return loadDoctor().runDoctor(rest, line);
    case '--help':
    case '-h':
    case 'help':
      line.stdout(help);
      return 0;
    case '--version':
    case '-v':
      line.stdout(`${packageVersion()}\n`);
      return 0;
    default:
      throw new UsageError(command === undefined ? 'which command?' : `there is no command "${command}"`);
  }
}

/** The provider needs none of it. */
function loadDoctor(): typeof import('./doctor/index.js') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./doctor/index.js') as typeof import('./doctor/index.js');
}

function packageVersion(): string {
  // The package's own file.
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  return version;
}

if (require.main === module) {
  // The terminal was closed, or the program that read the output has ended: nobody is left to tell.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const stopped = new Promise((resolve) => {
    // `on`, because npx passes on a signal that the terminal has sent already: the second must not kill.
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
    // The terminal was closed.
    process.on('SIGHUP', resolve);
  });
  void runCommand(process.argv.slice(2), {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    isTerminal: process.stdout.isTTY,
    stopped,
  }).then((code) => {
    process.exitCode = code;
  });
}
