import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The command as a process of its own. */
export interface RunningCommand {
  /** Where the provider is. */
  url: string;
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when stderr matches. */
  stderrMatches(pattern: RegExp): Promise<void>;
  /** Ends what reads the output, as `| head` does. */
  stopReading(): void;
  /** Sends a signal; resolves to the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

interface CommandOptions {
  /** The folder in which it runs. */
  cwd: string;
  /** The package's compiled command. Default: the sources. */
  program?: string;
}

const sources = ['-r', join(__dirname, 'ts-hook.cjs'), join(__dirname, '../../lib/cli/index.ts')];

/** Starts the command; resolves when it has printed everything, and rejects when it ends before. */
export async function startCommand(args: string[], { cwd, program }: CommandOptions): Promise<RunningCommand> {
  const script = program === undefined ? sources : [program];
  const child = spawn(process.execPath, [...script, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close') as Promise<[number | null]>;

  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (stdout.includes('access_token=TOKEN')) resolve();
    });
    void closed.then(([code]) => reject(new Error(`the command ended with ${code}: ${stderr}`)));
  });
  return {
    url: urlIn(stdout),
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    stderrMatches: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (pattern.test(stderr)) resolve();
        };
        child.stderr.on('data', check);
        check();
      }),
    stopReading() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    async stop(signal = 'SIGINT') {
      child.kill(signal);
      return (await closed)[0];
    },
  };
}

export function urlIn(printed: string): string {
  return /is running at (\S+)/.exec(printed)![1]!;
}

/** What a person copies: the lines of `.env`, and those of the app. */
export function pasted(printed: string): { env: string; app: string } {
  const [env] = /^\w+_URL=[\s\S]*?\n(?=\n)/m.exec(printed)!;
  const [app] = /^import [\s\S]*?^app\.listen[\s\S]*?^\}\);\n/m.exec(printed)!;
  return { env, app };
}
