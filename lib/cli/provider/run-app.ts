import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { errorText } from '../../internal/unknown-error.js';

/** The command that starts the app, with its arguments. */
export type AppCommand = readonly [program: string, ...args: string[]];

/**
 * Runs the app in this terminal until it ends, or stops it when the command is to stop.
 *
 * @param variables for its environment; a `SESSION_SECRET` of the environment stays.
 * @returns its exit code; 0 if it was stopped.
 * @throws Error when it cannot be started
 */
export async function runApp(
  [program, ...args]: AppCommand,
  variables: Record<string, string | undefined>,
  stopped: Promise<unknown>,
): Promise<number> {
  const secret = process.env.SESSION_SECRET;
  const env = { ...process.env, ...variables, ...(secret ? { SESSION_SECRET: secret } : {}) };
  // On Windows npm and npx are scripts, which only a shell starts.
  const child =
    process.platform === 'win32'
      ? spawn([program, ...args].map(quote).join(' '), { stdio: 'inherit', env, shell: true })
      : spawn(program, args, { stdio: 'inherit', env });
  void stopped.then(() => child.kill());
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    // The terminal sends its signals to the app, too, which may end before it is stopped here.
    const isStopped = child.killed || (signal !== null && ['SIGINT', 'SIGTERM', 'SIGHUP'].includes(signal));
    return isStopped ? 0 : (code ?? 1);
  } catch (error) {
    throw new Error(`${program} could not be started: ${errorText(error)}`, { cause: error });
  }
}

function quote(argument: string): string {
  return /\s/.test(argument) ? `"${argument}"` : argument;
}
