import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { compile, createPackageFolder } from './package-folder';

const startTimeout = 20_000;

/** The example app and the package, compiled from what is in this tree, in a folder of their own. */
export interface CompiledExample {
  /** Starts a process of the app; what it needs is in the environment, and nothing else is. */
  spawn(env: Record<string, string>): ExampleProcess;
  /** Kills what still runs and removes the folder. */
  close(): Promise<void>;
}

export interface ExampleProcess {
  /** What it printed so far. */
  readonly output: { stdout: string; stderr: string };
  readonly isRunning: boolean;
  /** Its exit code; `null` after a signal. */
  readonly exited: Promise<number | null>;
  /** Resolves when the app has printed its address. */
  ready(): Promise<this>;
  kill(): void;
}

/** Compiles the package and the example app as their users would install them. */
export async function compileExample(): Promise<CompiledExample> {
  const folder = await createPackageFolder();
  await compile('example-app', join(folder.path, 'dist'));
  const processes: RunningExample[] = [];
  return {
    spawn(env) {
      const running = new RunningExample(join(folder.path, 'dist/main.js'), folder.path, env);
      processes.push(running);
      return running;
    },
    async close() {
      for (const running of processes) running.kill();
      await Promise.all(processes.map(({ exited }) => exited));
      folder.remove();
    },
  };
}

class RunningExample implements ExampleProcess {
  readonly output = { stdout: '', stderr: '' };
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(main: string, cwd: string, env: Record<string, string>) {
    const child = spawn(process.execPath, [main], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.output.stderr += text));
    this.child = child;
    this.exited = new Promise((resolve) => child.once('close', resolve));
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async ready(): Promise<this> {
    const timeout = wait(startTimeout, 'is not ready', { ref: false });
    const ended = this.exited.then(() => 'has ended');
    while (!/^Open /m.test(this.output.stdout)) {
      const next = await Promise.race([ended, timeout, once(this.child.stdout!, 'data')]);
      if (typeof next === 'string') throw new Error(`the example app ${next}:\n${this.output.stderr}`);
    }
    return this;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
