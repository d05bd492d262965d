import { fork } from 'node:child_process';
import { once } from 'node:events';
import { inspect } from 'node:util';

/** What a process does on request. */
type Commands<T> = { [Name in keyof T]: (...parameters: never[]) => unknown };

/** A process that runs the commands of a module, which passes them to {@link serve}. */
export interface CommandProcess<T extends Commands<T>> {
  call<Name extends keyof T>(name: Name, ...parameters: Parameters<T[Name]>): Promise<Awaited<ReturnType<T[Name]>>>;
  stop(): Promise<void>;
}

interface Request {
  id: number;
  name: string;
  parameters: never[];
}

interface Response {
  id: number;
  value?: unknown;
  error?: string;
}

/** Starts a module of this folder in a process of its own, with an environment beside this process' own. */
export function startProcess<T extends Commands<T>>(file: string, env: Record<string, string> = {}): CommandProcess<T> {
  const child = fork(require.resolve(file), {
    // Node tries IPv6 first otherwise, where nothing listens.
    execArgv: ['--expose-gc', '--dns-result-order=ipv4first', '-r', require.resolve('../../support/ts-hook.cjs')],
    env: { ...process.env, ...env },
  });
  const waiting = new Map<number, (response: Response) => void>();
  let lastId = 0;
  child.on('message', (response: Response) => waiting.get(response.id)?.(response));
  child.on('exit', () => waiting.forEach((respond, id) => respond({ id, error: `${file} has ended` })));
  return {
    call<Name extends keyof T>(name: Name, ...parameters: Parameters<T[Name]>) {
      return new Promise<Awaited<ReturnType<T[Name]>>>((resolve, reject) => {
        const id = (lastId += 1);
        waiting.set(id, ({ value, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(value as Awaited<ReturnType<T[Name]>>);
          else reject(new Error(error));
        });
        child.send({ id, name, parameters });
      });
    },
    async stop() {
      if (!child.connected) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** Runs commands for the process that started this one, and ends with it. */
export function serve<T extends Commands<T>>(commands: T): void {
  const run = ({ name, parameters }: Request) => commands[name as keyof T](...parameters);
  process.on('message', (request: Request) => {
    const respond = (response: Omit<Response, 'id'>) => process.send?.({ id: request.id, ...response });
    void Promise.resolve(request)
      .then(run)
      .then(
        (value) => respond({ value }),
        (error: unknown) => respond({ error: inspect(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}
